"""The pages of docs/ stay true: their blocks run and print what they say, their lines and numbers are a session's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearing import clear, read_book
from tests import test_worked_example as worked
from tests.doors.console import DEMO_BOOK
from tests.pages import ROOT, blocks, broken_links, readers_environment, run_block

PAGES = sorted((ROOT / "docs").glob("*.md"))
THREE_DESKS = ROOT / "docs" / "three-desks"
SCHEMAS = ROOT / "clearing" / "schemas"


@pytest.fixture(scope="module")
def three_desks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clear(read_book(THREE_DESKS)).seal(tmp_path_factory.mktemp("docs") / "session")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clear(read_book(DEMO_BOOK)).seal(tmp_path_factory.mktemp("docs") / "session")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_runnable_block_of_a_page_runs_and_prints_what_it_says(page: Path, tmp_path: Path) -> None:
    environment, folder = readers_environment(tmp_path), tmp_path / "checkout"
    folder.mkdir()
    for name in ("docs", "fixtures"):
        (folder / name).symlink_to(ROOT / name)
    for block in blocks(page.read_text(encoding="utf-8")):
        run_block(block, folder, environment)


def test_the_pages_that_have_something_to_run_have_it() -> None:
    runnable = {page.name: len(blocks(page.read_text(encoding="utf-8"))) for page in PAGES}
    assert runnable["model.md"] >= 1
    assert runnable["check-by-hand.md"] >= 8
    assert runnable["imports.md"] >= 6


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_links_is_there(page: Path) -> None:
    assert broken_links(page.read_text(encoding="utf-8"), page.parent) == []


def test_the_book_of_the_three_desks_is_the_worked_example(three_desks: Path) -> None:
    assert bytes(32) == worked.SALT
    for path, text in {**worked.INPUTS, **worked.OUTCOME}.items():
        assert (three_desks / path).read_text() == text.lstrip("\n"), path


def test_the_model_tells_the_legs_entries_and_balances_of_the_three_desks(three_desks: Path) -> None:
    told = list(_table_rows((ROOT / "docs/model.md").read_text(encoding="utf-8")))
    for leg in _records(three_desks, "outcome/legs"):
        value, premium = f"{int(leg['value_micro']):,} µ", _signed(int(leg["premium_micro"]))
        premium += " µ" if premium != "0" else ""
        names = f"{leg['giver']} gives {leg['receiver']} {leg['asset_id'].lower()}"
        assert [names, leg["quantity"], value, premium] in told
    entries = {(each["participant_id"], each["kind"]): int(each["amount_micro"]) for each in
               _records(three_desks, "outcome/entries")}  # fmt: skip
    moved = {"X": ("49,000 µ", "45,000 µ"), "Y": ("45,000 µ", "45,000 µ"), "Z": ("45,000 µ", "49,000 µ")}
    for desk in _records(three_desks, "inputs/participants"):
        name, before = desk["participant_id"], int(desk["balance_micro"])
        booked = [entries.get((name, kind), 0) for kind in ("premium", "residual")]
        after = f"{before + sum(booked):,}"
        assert [name, *moved[name], *map(_signed, booked), f"{before:,}", after] in told


def test_premia_tell_what_each_offer_is_paid_and_what_bounds_the_surplus(three_desks: Path) -> None:
    told = list(_table_rows((ROOT / "docs/premia.md").read_text(encoding="utf-8")))
    premium = {each["asset_id"]: int(each["premium_ppm"]) for each in _records(three_desks, "outcome/premia")}
    stages = json.loads((three_desks / "certificate.json").read_bytes())["stages"]
    potential = {node: int(ppm) for node, ppm in stages[0]["potentials"].items()}
    checked = 0
    for offer in _records(three_desks, "inputs/offers"):
        given, taken, name = offer["deliver_asset"], offer["receive"][0], offer["offer_id"]
        if name == "OF-5":
            continue
        paid, limit = premium[given] - premium[taken["asset"]], int(taken["limit_ppm"])
        row = next(row for row in told if row[0] == name)
        assert row[1:5] == [
            f"{taken['asset']} {_percent(premium[taken['asset']])}",
            f"{given} {_percent(premium[given])}",
            _percent(paid),
            _percent(limit),
        ]
        tail, head = f"pool:{taken['asset']}", f"stock:{offer['stock_id']}" if "stock_id" in offer else f"pool:{given}"
        gain = potential[head] - potential[tail]
        arrow = next(row for row in told if row[0].startswith(f"{name}, "))
        assert arrow[1:4] == [f"{limit:,}", f"{gain:,}", f"{limit - gain:,}"]
        assert arrow[0].endswith(f"{taken['asset']} to {head.split(':')[1]}")
        checked += 1
    assert checked == 4
    stock = next(row for row in told if row[0] == "ST-1 to STEEL")
    assert stock[3:] == ["-10,000", "45,000 of 45,000", f"{int(stages[0]['value']):,}"]


def test_every_example_line_of_the_bundle_is_in_a_bundle(three_desks: Path, demo: Path) -> None:
    examples = list(_bundle_examples())
    assert len(examples) == 15
    for path, line in examples:
        assert line in (three_desks / path).read_text() + (demo / path).read_text(), path


def test_every_file_of_a_bundle_has_its_section_and_its_schema(demo: Path) -> None:
    files = sorted(path.relative_to(demo).as_posix() for path in demo.rglob("*") if path.is_file())
    assert sorted(_sections()) == sorted({*files, "inputs/fixing-record.json"})
    linked = re.findall(r"schemas/(\S+)\)", " ".join(_sections().values()))
    assert sorted(linked) == sorted(path.name for path in SCHEMAS.glob("*.json"))


def test_every_field_of_a_schema_is_described_and_marked_where_it_is_optional() -> None:
    for path, section in _sections().items():
        for name in re.findall(r"schemas/(\S+)\)", section):
            if name == "fixing-record.schema.json":  # its members stand in the page on the index
                continue
            assert name == f"{Path(path).stem}.schema.json"
            fields, optional = _fields(json.loads((SCHEMAS / name).read_bytes()))
            assert fields <= set(re.findall(r"`(\w+)`", section)), path
            assert optional == set(re.findall(r"`(\w+)`\?", section)), path


def test_every_member_of_a_fixing_record_stands_in_the_page_on_the_index() -> None:
    page = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    table = page.split("## The record of a fixing")[1].split("## ")[0]
    cells = [cell for row in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE) for cell in row.split(", ")]
    schema = json.loads((SCHEMAS / "fixing-record.schema.json").read_bytes())
    assert {cell for cell in cells if cell != "field"} == {
        name if name in schema["required"] else f"{name}?" for name in schema["properties"]
    }


def _sections() -> dict[str, str]:
    """What stands under each heading that is a file's path."""
    page = (ROOT / "docs/bundle.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^#+ (\S+\.(?:jsonl?|html))\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL))


def _fields(schema: Any) -> tuple[set[str], set[str]]:
    """Names of a record's members and of the records in its lists, and which of them may be left out."""
    fields = set(schema.get("properties", ()))
    optional = fields - set(schema.get("required", ()))
    members = [member.get("items", {}) for member in schema.get("properties", {}).values()]
    for part in [*members, *schema.get("oneOf", ())]:
        inner, inner_optional = _fields(part)
        fields, optional = fields | inner, optional | inner_optional
    return fields, optional


def _bundle_examples() -> Iterator[tuple[str, str]]:
    for path, section in _sections().items():
        for line in re.findall(r"^```json\n(.*)\n```$", section, re.MULTILINE):
            yield path, f"{line}\n"


def _table_rows(page: str) -> Iterator[list[str]]:
    for line in page.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def _records(bundle: Path, name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (bundle / f"{name}.jsonl").read_text().splitlines()]


def _signed(amount: int) -> str:
    return f"{amount:+,}" if amount else "0"


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:+g} %" if ppm else "0"
