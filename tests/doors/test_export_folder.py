"""An export holds every member of every line, in CSV that a spreadsheet takes for text and numbers, and the graph."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from clearing.doors.export_cells import FORMULA_STARTS, defused
from clearing.doors.export_folder import GRAPH, export_folder
from clearing.doors.export_tables import TABLES, Column, Kind, Table
from clearing.doors.folder_writer import FolderWriter
from clearing.model.book import Book
from clearing.model.errors import InputFault, UsageFault
from clearing.model.rulebook import DEFAULTS
from clearing.service import outcome_of
from tests.audit.samples import SALT, MemoryBundle, furnished_book, seal
from tests.audit.verify.resealing import rewritten
from tests.books import book as small_book
from tests.books import offer, random_book
from tests.doors.console import Console, console_of

Row = dict[str, str]


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


def bundle_in(folder: Path, book: Book) -> MemoryBundle:
    bundle = MemoryBundle()
    seal(book, outcome_of(book, SALT), bundle.write)
    with FolderWriter(folder) as written:
        for path, content in bundle.files.items():
            written.write(path, [content])
    return bundle


def exported(folder: Path, book: Book) -> tuple[MemoryBundle, Path]:
    bundle = bundle_in(folder / "session", book)
    export_folder(folder / "session", folder / "tables")
    return bundle, folder / "tables"


def rows(out: Path, table: Table) -> list[Row]:
    text = (out / table.path.partition("/")[0] / f"{table.name}.csv").read_bytes().decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def member(column: Column, text: str) -> Any:
    """What a cell says of the line that it was written from."""
    match column.kind:
        case Kind.COUNT:
            return int(text)
        case Kind.FLAG:
            return {"true": True, "false": False}[text]
        case Kind.LIST:
            return text.split("|")
        case Kind.TEXT:
            return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text
        case _:
            return text


def record(table: Table, row: Row) -> dict[str, Any]:
    return {column.name: member(column, row[column.name]) for column in table.columns if row[column.name] != ""}


def records(bundle: MemoryBundle, table: Table) -> list[dict[str, Any]]:
    """What the table should hold, from the lines of the bundle."""
    lines = [json.loads(line) for line in bundle.lines(table.path)]
    nested = {each.each for each in TABLES if each.path == table.path and each.each}
    if not table.each:
        return [{name: value for name, value in line.items() if name not in nested} for line in lines]
    place = "segment" if table.each == "segments" else "alternative"
    return [
        {place: number, **row, table.key: line[table.key]}
        for line in lines
        for number, row in enumerate(line.get(table.each, ()))
    ]


@pytest.mark.parametrize("form", ["gross", "net"])
def test_every_member_of_every_line_is_in_its_table(tmp_path: Path, form: str) -> None:
    seen: Counter[str] = Counter()
    for seed in range(6):
        for name, book in (("r", random_book), ("f", furnished_book)):
            folder = tmp_path / f"{name}{seed}"
            folder.mkdir()
            bundle, out = exported(folder, book(seed, netting_form=form))
            for table in TABLES:
                found = [record(table, row) for row in rows(out, table)]
                for added in ("deliver_asset",) if table.name == "fills" else ():
                    found = [{key: value for key, value in each.items() if key != added} for each in found]
                if table.name == "fill_alternatives":
                    found = [{key: value for key, value in each.items() if key != "asset"} for each in found]
                assert found == records(bundle, table)
                seen[table.name] += len(found)
    assert set(seen) == {table.name for table in TABLES}
    assert min(seen.values()) > 0


def test_every_file_of_inputs_and_outcome_has_a_table(tmp_path: Path) -> None:
    bundle, out = exported(tmp_path, random_book(1))
    assert {table.path for table in TABLES} == {path for path in bundle.files if "/" in path}
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == {
        GRAPH,
        *(f"{table.path.partition('/')[0]}/{table.name}.csv" for table in TABLES),
    }


def test_readable_columns_are_exact(tmp_path: Path) -> None:
    book = small_book(
        values={"A": 1_000, "B": 25_000},
        offers=[offer("O1", "D", "A", 50, ("B", -12_345, 3)), offer("O2", "E", "B", 2, ("A", -50), ("INDEX", 5, 7))],
        desks={"D": (-1_500_000, 10**9, -1), "E": (7, 10**9, -1)},
    )
    book = replace(book, assets=replace(book.assets, increment=["0.025", "100"]))
    out = exported(tmp_path, book)[1]
    tables = {table.name: rows(out, table) for table in TABLES}
    assert [row["balance"] for row in tables["participants"]] == ["-1.5", "0.000007"]
    assert [row["deliver_quantity_units"] for row in tables["offers"]] == ["1.25", "200"]
    assert [row["limit_bps"] for row in tables["offer_alternatives"]] == ["-123.45", "-0.5", "0.05"]
    assert [row["max_units"] for row in tables["offer_alternatives"]] == ["300", "", "0.000007"]
    assert [row["value"] for row in tables["fixing"]] == ["0.001", "0.025"]
    assert [(row["asset_id"], row["quantity_units"]) for row in tables["legs"]] == [("A", "1.25"), ("B", "200")]
    assert [row["delivered_units"] for row in tables["fills"]] == ["1.25", "200"]
    for table in TABLES:
        for column in table.columns:
            if column.kind in (Kind.MICRO, Kind.PPM):
                whole, readable = column.headings()
                places = -6 if column.kind is Kind.MICRO else -2
                assert all(
                    Decimal(row[readable]) == Decimal(row[whole]).scaleb(places)
                    for row in tables[table.name]
                    if row[whole]
                )


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_text_that_a_spreadsheet_would_compute_is_defused(start: str) -> None:
    assert defused(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"
    assert defused(f"x{start}1") == f"x{start}1"


def test_texts_are_defused_and_negative_numbers_stay_numbers(tmp_path: Path) -> None:
    memos = ["=1+1", "+1", "-1", "@SUM(A1)", 'say "hi", or\u2028not', "Käthe 上海", " =1", "'=1"]
    book = small_book(
        values={"A": 1_000, "B": 1_000},
        offers=[offer(f"O{i}", "D", "A", 5, ("B", -100)) for i in range(len(memos))],
        desks={"D": (-5, 10**9, -1)},
    )
    book = replace(
        book,
        offers=replace(book.offers, memo=dict(enumerate(memos))),
        participants=replace(book.participants, texts={"name": {0: "=HYPERLINK()"}, "memo": {0: "-2"}}),
        assets=replace(book.assets, unit=["+x", "C62"], texts={"name": {1: "@y"}}),
    )
    out = exported(tmp_path, book)[1]
    tables = {table.name: rows(out, table) for table in TABLES}
    cells = [row["memo"] for row in tables["offers"]]
    assert cells == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", 'say "hi", or\u2028not', "Käthe 上海", " =1", "'=1"]
    assert (tables["participants"][0]["name"], tables["participants"][0]["memo"]) == ("'=HYPERLINK()", "'-2")
    assert (tables["assets"][0]["unit"], tables["assets"][1]["name"]) == ("'+x", "'@y")
    assert tables["participants"][0]["balance_micro"] == "-5"
    assert tables["offer_alternatives"][0]["limit_ppm"] == "-100"
    numeric = {heading for table in TABLES for column in table.columns for heading in column.headings()
               if column.kind in (Kind.MICRO, Kind.PPM, Kind.QUANTITY, Kind.COUNT)}  # fmt: skip
    texts = {column.name for table in TABLES for column in table.columns if column.kind in (Kind.TEXT, Kind.LIST)}
    for table in tables.values():
        for row in table:
            assert not any(row[name].startswith("'") for name in numeric & row.keys() - texts)
            assert not any(row[name].startswith(FORMULA_STARTS) for name in texts & row.keys())


def test_lines_end_as_rfc_4180_says_and_quotes_are_doubled(tmp_path: Path) -> None:
    book = small_book(values={"A": 1_000})
    book = replace(book, assets=replace(book.assets, texts={"name": {0: 'a "b", c'}}))
    out = exported(tmp_path, book)[1]
    content = (out / "inputs" / "assets.csv").read_bytes()
    assert content.endswith(b'A,"a ""b"", c",C62,1,goods,,,\r\n')
    assert content.count(b"\n") == content.count(b"\r\n") == 2


@pytest.mark.parametrize("seed", range(6))
def test_networkx_reads_the_graph_as_the_circulation_of_the_session(tmp_path: Path, seed: int) -> None:
    bundle, out = exported(tmp_path, random_book(seed, offers=60))
    graph = nx.read_graphml(out / GRAPH, force_multigraph=True)
    certificate = json.loads(bundle.files["certificate.json"])
    assert set(graph) == set(certificate["stages"][0]["potentials"])
    assert {graph.nodes[node]["kind"] for node in graph} <= {"pool", "stock", "offer", "in", "out", "claim", "hub"}
    arcs = list(graph.edges(data=True))
    assert all(0 <= each["flow_micro"] <= each["capacity_micro"] for _, _, each in arcs)
    net: Counter[str] = Counter()
    for tail, head, each in arcs:
        net[head] += each["flow_micro"]
        net[tail] -= each["flow_micro"]
        assert each["members"] == len(each["ids"].split("|"))
    assert not any(net.values())
    cost = sum(each["flow_micro"] * each["cost_ppm"] for _, _, each in arcs)
    assert cost == int(certificate["stages"][0]["value"])
    offers = [id for _, _, each in arcs if each["kind"] in ("offer", "whole") for id in each["ids"].split("|")]
    refused = len(bundle.lines("outcome/refusals.jsonl"))
    assert len(offers) == len(set(offers)) == len(bundle.lines("inputs/offers.jsonl")) - refused
    assert cost < 0 < len(offers)


def test_the_graph_holds_offers_that_were_searched(tmp_path: Path) -> None:
    book = small_book(
        values={"A": 1_000, "B": 1_000},
        offers=[
            offer("O1", "X", "A", 4, ("B", -10_000), conditions={"all_or_none": True}),
            offer("O2", "Y", "B", 6, ("A", -10_000)),
        ],
        rulebook=DEFAULTS[2],
    )
    out = exported(tmp_path, book)[1]
    graph = nx.read_graphml(out / GRAPH, force_multigraph=True)
    arcs = {each["ids"]: (tail, head, each["kind"], each["flow_micro"]) for tail, head, each in graph.edges(data=True)}
    assert arcs == {
        "O1": ("pool:B", "pool:A", "searched", 4_000),
        "O2": ("pool:A", "pool:B", "searched", 4_000),
    }


def test_an_empty_session_is_exported(tmp_path: Path) -> None:
    out = exported(tmp_path, small_book(values={}))[1]
    assert all(rows(out, table) == [] for table in TABLES if table.name != "rulebook")
    assert len(nx.read_graphml(out / GRAPH)) == 0


def test_an_existing_target_is_left_alone(console: Console, tmp_path: Path) -> None:
    bundle_in(tmp_path / "session", small_book(values={}))
    (tmp_path / "tables").write_text("mine", encoding="utf-8")
    ended = console("export", tmp_path / "session", "--out", tmp_path / "tables")
    assert (ended.status, ended.out) == (2, "")
    assert (tmp_path / "tables").read_text(encoding="utf-8") == "mine"
    with pytest.raises(UsageFault, match="left alone"):
        export_folder(tmp_path / "session", tmp_path / "tables")


def altered(session: Path, path: str, before: bytes, after: bytes) -> None:
    """Another text in one file of a bundle, which is sealed anew."""
    files = {each.relative_to(session).as_posix(): each.read_bytes() for each in session.rglob("*") if each.is_file()}
    assert before in files[path]
    for name, content in rewritten(files, path, lambda own: own.replace(before, after, 1)).items():
        (session / name).write_bytes(content)


def test_a_malformed_line_is_an_input_fault_and_nothing_is_written(tmp_path: Path) -> None:
    book = random_book(1)
    bundle_in(tmp_path / "session", book)
    altered(tmp_path / "session", "outcome/premia.jsonl", b'"traded_micro":"', b'"traded_micro":"x')
    with pytest.raises(InputFault, match=r"premia\.jsonl line 1"):
        export_folder(tmp_path / "session", tmp_path / "tables")
    assert [each.name for each in tmp_path.iterdir()] == ["session"]


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("inputs/rulebook.jsonl", b'"self_crossing":"allow"', b'"self_crossing":"allow","cut_off":7', "wrong type"),
        ("inputs/participants.jsonl", b'"participant_id"', b'"lei":"x\\ny","participant_id"', "control"),
        ("outcome/legs.jsonl", b'"alternative":0', b'"alternative":false', '"alternative" is no count'),
        ("outcome/rings.jsonl", b'"ring_id"', b'"more":1,"ring_id"', '"more" is no column of rings'),
    ],
)
def test_a_member_of_another_kind_is_an_input_fault(
    tmp_path: Path, file: str, before: bytes, after: bytes, said: str
) -> None:
    bundle_in(tmp_path / "session", random_book(1))
    altered(tmp_path / "session", file, before, after)
    with pytest.raises(InputFault, match=said):
        export_folder(tmp_path / "session", tmp_path / "tables")
    assert [each.name for each in tmp_path.iterdir()] == ["session"]
