"""``clearing export``: a bundle comes in, a new folder of CSV tables and the netting graph as GraphML goes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clearing.audit.input_lines import asset_names
from clearing.doors.export_cells import Terms, csv_chunks
from clearing.doors.export_tables import TABLES
from clearing.doors.folder_writer import FolderWriter, check_target
from clearing.doors.graphml import graphml_chunks
from clearing.doors.sealed_folder import SealedFolder
from clearing.doors.words import count
from clearing.model.book import ANY_NAME, INDEX_NAME, Book
from clearing.service import netting_flows, open_session

GRAPH = "netting.graphml"
_INDEX_STEP = (1, 6)


def export_folder(folder: Path, out: Path) -> int:
    """Write every table of a session, and its netting graph, into a new folder; the exit status."""
    check_target(out)
    bundle = SealedFolder(folder)
    session = open_session(bundle)
    steps, terms = _steps(session.book), _terms(session.book)
    with FolderWriter(out) as written:
        for table in TABLES:
            part = table.path.partition("/")[0]
            lines = _lines(bundle.read(table.path))
            written.write(f"{part}/{table.name}.csv", csv_chunks(table, lines, steps, terms))
        nodes, arcs = netting_flows(session)
        written.write(GRAPH, graphml_chunks(nodes, arcs))
    print(f"{count(len(TABLES), 'table')} as CSV and the netting graph ({count(len(nodes), 'node')}) in {out}")
    return 0


def _steps(book: Book) -> dict[str, tuple[int, int]]:
    steps = {INDEX_NAME: _INDEX_STEP, ANY_NAME: _INDEX_STEP}
    for name, increment in zip(book.assets.id, book.assets.increment, strict=True):
        whole, _, places = increment.partition(".")
        steps[name] = (int(whole + places), len(places))
    return steps


def _terms(book: Book) -> Terms:
    names, offers = asset_names(book.assets), book.offers
    offer_of = {name: row for row, name in enumerate(offers.id)}
    deliver, starts, taken = offers.deliver.tolist(), offers.alt_start.tolist(), offers.alt_asset.tolist()

    def terms(offer_id: str) -> tuple[str, list[str]]:
        row = offer_of[offer_id]
        return names[deliver[row]], [names[asset] for asset in taken[starts[row] : starts[row + 1]]]

    return terms


def _lines(content: bytes) -> Iterator[bytes]:
    """Line by line, so that a large file is not held twice."""
    at = 0
    while at < len(content):
        end = content.index(b"\n", at)
        yield content[at:end]
        at = end + 1
