"""Sessions to report on come out, and their pages: the demo, a book of 2,000 desks, one with hostile texts."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from clearing.doors.book_folder import read_book
from clearing.doors.report.page import render
from clearing.model.book import Book, SessionTerms
from clearing.service import Session, clear_book
from tests.books import book, offer
from tests.doors.console import DEMO_BOOK

GENERATOR = Path(__file__).parents[3] / "benchmarks" / "book_generator.py"
HOSTILE = "</script><svg onload=alert(1)>\"'&{{7*7}}"
BYTES_MAX = 3_000_000


def cleared(book: Book, terms: SessionTerms | None = None) -> Session:
    """The session of a book, sealed into nothing."""
    return clear_book(book, terms or SessionTerms(salt=bytes(32)), _consume)


@cache
def demo_session() -> Session:
    return cleared(*read_book(DEMO_BOOK))


@cache
def large_session() -> Session:
    """2,000 desks, 20,000 offers on 50 assets."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "book"
        subprocess.run([sys.executable, str(GENERATOR), str(made), "--offers", "20000", "--desks", "2000"], check=True)
        return cleared(*read_book(made))


@cache
def hostile_session() -> Session:
    """Every text of the book tries to become markup."""
    return cleared(spoken(swaps(3), HOSTILE))


def swaps(pairs: int) -> Book:
    """Pairs of desks that swap; each second pair asks for more than the other gives."""
    rows = []
    for i in range(pairs):
        rows.append(offer(f"O{i:05d}-A", f"D{i:05d}-A", "COAL", 10 + i, ("IRON", 900 if i % 2 else 0), memo="m"))
        rows.append(offer(f"O{i:05d}-B", f"D{i:05d}-B", "IRON", 10 + i, ("COAL", -i)))
    return book(values={"COAL": 250_000, "IRON": 250_000}, offers=rows, obligations=[])


def spoken(bare: Book, text: str) -> Book:
    """The same book with ``text`` wherever a book has text."""
    desks, assets, offers = range(len(bare.participants.id)), range(len(bare.assets.id)), range(len(bare.offers.id))
    return replace(
        bare,
        participants=replace(bare.participants, texts={c: dict.fromkeys(desks, text) for c in ("name", "country")}),
        assets=replace(bare.assets, texts={c: dict.fromkeys(assets, text) for c in ("name", "location")}),
        offers=replace(bare.offers, memo=dict.fromkeys(offers, text)),
    )


@cache
def page(name: str) -> str:
    """The page of the session called demo, large, hostile or empty."""
    sessions = {
        "demo": demo_session,
        "large": large_session,
        "hostile": hostile_session,
        "empty": lambda: cleared(book(values={})),
    }
    return render(sessions[name]())


def _consume(_path: str, chunks: Iterable[bytes]) -> None:
    for _chunk in chunks:
        pass
