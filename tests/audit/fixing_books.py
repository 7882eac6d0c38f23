"""A fixing in, a book that its record values and the bundle of its session out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from clearing.audit.book_fixing import book_fixing, valued
from clearing.audit.fixing_record import record_text
from clearing.model.book import Book, SessionTerms
from clearing.model.fixing import Fixing
from clearing.service import clear_book
from tests.books import book, offer
from tests.sessions import SALT

ACCEPTED = "the board met and took the values as they are"
INCREMENTS = {
    "ART": ("C62", "1"), "COAL": ("TNE", "0.001"), "OIL": ("TNE", "0.001"),
    "SALT": ("KGM", "1"), "TIN": ("TNE", "0.001"),
}  # fmt: skip


def fixed_book(fixing: Fixing) -> Book:
    """Three desks in a ring of coal, oil and tin; art and salt, which no fixing knows, besides."""
    rows = [
        offer("O1", "D1", "COAL", 800, ("OIL", 0)),
        offer("O2", "D2", "OIL", 1_000, ("TIN", 0)),
        offer("O3", "D3", "TIN", 2_500, ("COAL", 0)),
    ]
    plain = book(values=dict.fromkeys(INCREMENTS, 1_000), offers=rows)
    assets = replace(
        plain.assets,
        unit=[INCREMENTS[name][0] for name in plain.assets.id],
        increment=[INCREMENTS[name][1] for name in plain.assets.id],
    )
    record = book_fixing(record_text(fixing))
    return replace(plain, assets=valued(assets, record), fixing=record)


def terms_for(made: Book) -> SessionTerms:
    """Terms with a reason where the fixing needs one."""
    held = made.fixing is not None and made.fixing.held
    return SessionTerms(salt=SALT, accepted_fixing=ACCEPTED if held else None)


def cleared_at(fixing: Fixing) -> dict[str, bytes]:
    """The bundle of the book at a fixing."""
    files: dict[str, bytes] = {}

    def sink(path: str, chunks: Iterable[bytes]) -> None:
        files[path] = b"".join(chunks)

    made = fixed_book(fixing)
    clear_book(made, terms_for(made), sink)
    return files
