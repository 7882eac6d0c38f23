"""The quotes of fixtures/index: made by their generator, of the basket that their methodology states."""

from __future__ import annotations

import runpy
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from clearing.doors.index.methodology_text import methodology_text
from clearing.model.methodology import Methodology

FOLDER = Path(__file__).parents[2] / "fixtures" / "index"


def test_the_generator_writes_the_very_files() -> None:
    made = runpy.run_path(str(FOLDER / "make_quotes.py"))
    written = {name: "\n".join([made["HEADER"], *rows, ""]) for name, rows in made["quarters"]().items()}
    assert written == {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("quotes-*.csv")}


def test_the_basket_keeps_the_caps_and_comes_near_those_of_currencies() -> None:
    terms = tomllib.loads((FOLDER / "methodology-1.toml").read_text(encoding="utf-8"))
    worth = {asset: Decimal(value) for asset, value in terms["reference"]["values"].items()}
    held = {part["asset"]: Decimal(part["quantity"]) * worth[part["asset"]] for part in terms["constituents"]}
    kinds = {asset["id"]: asset["kind"] for asset in terms["assets"]}
    share = {asset: value / sum(held.values()) for asset, value in held.items()}
    currencies = [each for asset, each in share.items() if kinds[asset] == "currency"]
    goods = [each for asset, each in share.items() if kinds[asset] == "good"]
    assert (len(goods), len(currencies)) == (10, 5)
    assert max(goods) <= Decimal(terms["caps"]["commodity"])
    assert max(currencies) == Decimal(terms["caps"]["currency"])
    assert Decimal("0.3999") < sum(currencies) <= Decimal(terms["caps"]["currencies"])


@pytest.mark.long
def test_the_versions_follow_from_the_quotes_and_the_two_years_have_the_statuses_that_the_readme_tells() -> None:
    made = list(runpy.run_path(str(FOLDER / "make_versions.py"))["history"]())
    versions = [each for each in made if isinstance(each, Methodology)]
    written = {f"methodology-{each.version}.toml": methodology_text(each) for each in versions}
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("methodology-[2-9].toml")}
    assert written == kept
    statuses = Counter(each.fixing.status.value for each in made if not isinstance(each, Methodology))
    assert statuses == {"FINAL": 512, "SHOCK": 1, "NO FIX": 1}
