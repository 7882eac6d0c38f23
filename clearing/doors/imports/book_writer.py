"""A book made from another system's file comes in; its folder goes to a path where nothing is yet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from clearing.doors.folder_writer import FolderWriter
from clearing.doors.imports.foreign_names import check_distinct
from clearing.doors.words import count

ROWS_AT_ONCE = 4_096


class Desk(NamedTuple):
    """A row of participants.csv."""

    participant_id: str
    name: str = ""


class Piece(NamedTuple):
    """A row of assets.csv: something that moves whole, worth one index unit."""

    asset_id: str
    name: str = ""
    kind: str = ""


class Swap(NamedTuple):
    """A row of offers.csv: the piece of the same id for one of others."""

    offer_id: str
    participant_id: str
    receive_assets: str


class Claim(NamedTuple):
    """A row of obligations.csv."""

    obligation_id: str
    debtor_id: str
    creditor_id: str
    amount: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ImportedBook:
    """All that the folder will hold; ``rulebook`` is the text of rulebook.toml, empty for none."""

    participants: Sequence[Desk]
    assets: Sequence[Piece] = ()
    offers: Sequence[Swap] = ()
    obligations: Sequence[Claim] = ()
    rulebook: str = ""


def write_imported(book: ImportedBook, target: Path) -> None:
    """Write the folder, whole or not at all. Raises InputFault where two names would have one id."""
    check_distinct((desk.participant_id for desk in book.participants), "participants")
    check_distinct((piece.asset_id for piece in book.assets), "assets")
    check_distinct((claim.obligation_id for claim in book.obligations), "obligations")
    with FolderWriter(target) as folder:
        folder.write("participants.csv", _table("participant_id,name", book.participants))
        folder.write("assets.csv", _table("asset_id,unit,increment,name,class", map(_asset_row, book.assets)))
        folder.write("fixing.csv", _table("asset_id,value", ((piece.asset_id, "1") for piece in book.assets)))
        header = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets"
        folder.write("offers.csv", _table(header, map(_offer_row, book.offers)))
        if book.obligations:
            header = "obligation_id,debtor_id,creditor_id,amount,reference"
            folder.write("obligations.csv", _table(header, book.obligations))
        if book.rulebook:
            folder.write("rulebook.toml", [book.rulebook.encode("utf-8")])


def told_lines(book: ImportedBook, target: Path, read: str) -> list[str]:
    """What was read, what was written, and what to do with it."""
    sizes = [
        count(len(book.participants), "participant"),
        count(len(book.assets), "asset"),
        count(len(book.offers), "offer"),
        count(len(book.obligations), "obligation"),
    ]
    folder, session = quote(str(target)), quote(f"{target}-session")
    written = ", ".join(size for size in sizes if not size.startswith("0 ")) or "nothing"
    return [
        f"read {read}",
        f"wrote {target}: a book of {written}. Next:",
        "",
        f"  clearing check {folder}",
        f"  clearing clear {folder} --out {session}",
    ]


def _asset_row(piece: Piece) -> tuple[str, ...]:
    return (piece.asset_id, "C62", "1", piece.name, piece.kind)


def _offer_row(swap: Swap) -> tuple[str, ...]:
    return (swap.offer_id, swap.participant_id, swap.offer_id, "1", swap.receive_assets)


def _table(header: str, rows: Iterable[tuple[str, ...]]) -> Iterator[bytes]:
    yield f"{header}\n".encode()
    pending = iter(rows)
    while some := list(islice(pending, ROWS_AT_ONCE)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(some)
        yield text.getvalue().encode("utf-8")
