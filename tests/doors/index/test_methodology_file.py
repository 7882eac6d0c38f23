"""methodology.toml: read whole, written so that it reads back, and every fault of it told at once, by key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from clearing.doors.index.methodology_text import methodology_text
from clearing.doors.index.versions import read_versions
from clearing.model.errors import BookFault
from clearing.model.faults import Fault

FIXTURE = Path(__file__).parents[3] / "fixtures" / "index" / "methodology-1.toml"
TEXT = FIXTURE.read_text(encoding="utf-8")


def faults_of(tmp_path: Path, text: str) -> list[Fault]:
    (tmp_path / "methodology.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BookFault) as raised:
        read_versions(tmp_path / "methodology.toml")
    return list(raised.value.report.listed)


def told(tmp_path: Path, before: str, after: str) -> str:
    """Everything that is said of the fixture with one change."""
    assert TEXT.count(before) >= 1
    faults = faults_of(tmp_path, TEXT.replace(before, after, 1))
    return "\n".join(f"{fault.column}: found {fault.found}; allowed {fault.allowed}" for fault in faults)


def test_the_fixture_has_ten_goods_and_five_currencies_within_the_caps() -> None:
    methodology = read_versions(FIXTURE)[0]
    kinds = {asset.id: asset.kind for asset in methodology.assets}
    values = dict(methodology.reference.values)
    worth = {part.asset: part.quantity * values[part.asset] for part in methodology.constituents}
    assert [kinds[name] for name in worth].count("good") == 10
    currencies = {name: share for name, share in worth.items() if kinds[name] == "currency"}
    assert sum(worth.values()) == 1
    assert worth["USD"] == Decimal("0.1") == max(currencies.values())
    assert Decimal("0.3999") < sum(currencies.values()) <= Decimal("0.4")
    assert max(worth.values()) <= Decimal("0.15")
    assert len([source for source in methodology.sources if source.rank == 1]) >= 5


def test_tables_are_sorted_and_absent_keys_are_none() -> None:
    methodology = read_versions(FIXTURE)[0]
    for table in (methodology.sources, methodology.classes, methodology.assets):
        assert [each.id for each in table] == sorted(each.id for each in table)
    wheat = next(asset for asset in methodology.assets if asset.id == "WHEAT")
    assert (wheat.increment, wheat.differential, wheat.asset_class) == (Decimal("0.001"), None, "market")
    assert methodology.previous is None
    assert methodology.effective == "2024-09-16"


def test_a_methodology_reads_back_as_it_is_written(tmp_path: Path) -> None:
    methodology = replace(read_versions(FIXTURE)[0], name='a "name" \\ with ü', version=2, previous="ab" * 32)
    (tmp_path / "m.toml").write_text(methodology_text(methodology), encoding="utf-8")
    assert read_versions(tmp_path / "m.toml")[0] == methodology


def test_what_is_nothing_is_written_too(tmp_path: Path) -> None:
    text = TEXT.replace("publication_minutes = 30", "publication_minutes = 0").replace("months = [1, 7]", "months = []")
    text = text.replace('degraded = "0.2"', 'degraded = "0"')
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    methodology = read_versions(tmp_path / "m.toml")[0]
    assert (methodology.times.publication_minutes, methodology.schedule.months) == (0, ())
    (tmp_path / "again.toml").write_text(methodology_text(methodology), encoding="utf-8")
    assert read_versions(tmp_path / "again.toml")[0] == methodology


def test_a_circle_of_several_differentials_is_told_of_each(tmp_path: Path) -> None:
    text = TEXT.replace('related = "CNC-H"', 'related = "TRUCK-KM"').replace('related = "OIL"', 'related = "KILN-H"')
    found = [fault.column for fault in faults_of(tmp_path, text) if fault.found == "a circle of differentials"]
    assert found == ["assets.KILN-H.differential", "assets.TRUCK-KM.differential"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("version = 1\n", "version = 0\n", "version: found 0; allowed an integer from 1 to 9,999"),
        ("version = 1\n", "version = true\n", "version: found true; allowed an integer from 1 to 9,999"),
        ("version = 1\n", "version = 2\n", "previous: found no such key; allowed the digest of the version before"),
        ("version = 1\n", 'version = 1\nprevious = "x"\n', "previous: found 'x'; allowed 64 hex digits"),
        ("version = 1\n", f'version = 1\nprevious = "{"0" * 64}"\n', "allowed no previous in version 1"),
        ('link_factor = "1"', 'link_factor = "1.5"', 'link_factor: found 1.5; allowed "1" in version 1'),
        ("effective = 2024-09-16", "effective = 2024-02-30", "TOML 1.0"),
        ("effective = 2024-09-16", 'effective = "2024-02-30"', "effective: found '2024-02-30'; allowed a date"),
        ("effective = 2024-09-16", "effective = 2024-09-15", "reference.day: found 2024-09-16; allowed a day not"),
        ('index = "COMMON-15"', 'index = "../x"', "index: found '../x'; allowed an id"),
        ('time = "15:00"', 'time = "24:00"', "times.time: found '24:00'; allowed a quoted time of day"),
        ('time = "15:00"', 'time = "15:00"\ntmie = 1', "times.tmie: found an unknown key; allowed the keys challenge_"),
        ('trim = "0.2"', 'trim = "0.5"', "consensus.trim: found '0.5'; allowed a quoted decimal such as \"0.2\""),
        ('trim = "0.2"', "trim = 0.2", "consensus.trim: found 0.2; allowed a quoted decimal"),
        ('trim = "0.2"', 'trim = "NaN"', "consensus.trim: found 'NaN'; allowed a quoted decimal"),
        ('trim = "0.2"', 'trim = "1e-1"', "consensus.trim: found '1e-1'; allowed a quoted decimal"),
        ('trim = "0.2"', 'trim = "٠.٢"', "consensus.trim: found '\\u0660.\\u0662'; allowed a quoted decimal"),
        ("trimmed_from = 5", "trimmed_from = 4", "consensus.trimmed_from: found 4; allowed an integer from 5 to 100"),
        ("minimum_sources = 3", "minimum_sources = 7", "found 5; allowed at least minimum_sources, 7"),
        ("minimum_sources = 3", "minimum_sources = 7", "sources: found 6; allowed at least minimum_sources, 7"),
        ('degraded = "0.2"', 'degraded = "0.5"', "alarms.degraded: found 0.5; allowed at most no_fix, 0.4"),
        ('currency = "0.1"', 'currency = "0.11"', "caps.currency: found '0.11'; allowed a quoted decimal"),
        ('currency = "0.1"', 'currency = "0.09"', "found USD: a share of 10.000000 %; allowed at most 9.00 %, its cap"),
        ('currencies = "0.4"', 'currencies = "0.39"', "found all currencies together: a share of 39.99"),
        ('commodity = "0.15"', 'commodity = "0.07"', "found OIL: a share of 7.99"),
        ("months = [1, 7]", "months = [7, 1]", "rebalance.months: found [7, 1]; allowed a list of months"),
        ('method = "caps"', 'method = "targets"', "constituents.target_share: found none for ALU"),
        ('id = "BOREAL"', 'id = "AURIGA"', "sources.id: found AURIGA; allowed each id once"),
        ('id = "WHEAT"', 'id = "INDEX"', "found INDEX; allowed another id than INDEX, which is reserved"),
        ('id = "WHEAT"', 'id = "RYE"', "constituents.asset: found WHEAT; allowed an id of [[assets]]"),
        ('class = "appraised"', 'class = "absent"', "assets.class: found absent; allowed an id of [[classes]]"),
        ('related = "ZINC"', 'related = "TIN"', "assets.differential: found TIN; allowed an id of [[assets]]"),
        ('related = "ZINC"', 'related = "WR-ZINC"', "assets.WR-ZINC.differential: found a circle of differentials"),
        ('amount_unit = "USD"', 'factor = "1.1"', "found factor and amount; allowed exactly one of factor and amount"),
        ('amount_unit = "USD"\n', "", "found one of amount and amount_unit; allowed amount and amount_unit together"),
        ('USD = "1"', 'USD = "0"', "reference.values.USD: found '0'; allowed a quoted decimal"),
        ('USD = "1"', 'XAU = "1"', "reference.values: found XAU; allowed an id of [[constituents]]"),
        ('USD = "1"', 'XAU = "1"', "reference.values.USD: found no value; allowed one for each constituent"),
        ('increment = "0.001"', 'increment = "0"', "increment: found '0'; allowed a quoted decimal"),
    ],
)  # fmt: skip
def test_a_fault_says_where_what_and_what_is_allowed(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert said in told(tmp_path, before, after)


def test_target_shares_must_be_whole_and_within_the_caps(tmp_path: Path) -> None:
    def shared(share: Callable[[str], str]) -> str:
        head, *parts = TEXT.split("[[constituents]]\n")
        names = [part.split('"')[1] for part in parts]
        return head + "".join(
            f'[[constituents]]\ntarget_share = "{share(name)}"\n{part}' for name, part in zip(names, parts, strict=True)
        )

    stated = {"USD": "0.1", "EUR": "0.1", "CNY": "0.04", "JPY": "0.04", "BRL": "0.04"}
    good = shared(lambda name: stated.get(name, "0.068"))
    (tmp_path / "good.toml").write_text(good, encoding="utf-8")
    assert read_versions(tmp_path / "good.toml")[0].constituents[-1].target_share == Decimal("0.068")
    assert faults_of(tmp_path, shared(lambda _: "0.07"))[0].found == "a sum of 1.05"
    unequal = shared(lambda name: "0.16" if name == "OIL" else "0.06")
    assert faults_of(tmp_path, unequal)[0].found == "OIL: a share of 16.000000 %"
    some = TEXT.replace('asset = "ALU"', 'asset = "ALU"\ntarget_share = "0.1"')
    assert "none for BRL" in faults_of(tmp_path, some)[0].found


def test_a_share_at_its_cap_holds_to_the_last_digit(tmp_path: Path) -> None:
    above = TEXT.replace('quantity = "0.1"', 'quantity = "0.100000000000000000000000000000000001"')
    assert "USD: a share of 10.000000 %" in {fault.found for fault in faults_of(tmp_path, above)}


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = TEXT.replace("version = 1\n", "version = 0\n").replace('"15:00"', '"25:00"')
    faults = faults_of(tmp_path, text.replace("rank = 2", 'rank = "2"').replace("[caps]", "[kaps]"))
    assert [fault.column for fault in faults if fault.column][:2] == ["kaps", "version"]
    assert {"times.time", "sources[6].rank", "caps.currency", "caps.currencies"} <= {fault.column for fault in faults}


def test_lists_and_tables_of_another_shape_are_told(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, 'format = "index-methodology/1"\nassets = []\ntimes = 3\n')
    said = {(fault.column, fault.found) for fault in faults}
    assert {("assets", "[]"), ("times", "3"), ("classes", "no [[classes]]")} <= said


@pytest.mark.parametrize(
    "content", [b"\xff", b"a = " + b"[" * 100_000, b"x = 1\nx = 2", b"\x00", b"a = 1" + b" " * 2**20]
)
def test_what_is_no_toml_is_a_fault(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "methodology.toml").write_bytes(content)
    with pytest.raises(BookFault) as raised:
        read_versions(tmp_path / "methodology.toml")
    assert raised.value.report.listed[0].file == "methodology.toml"
