"""An imported book is a book: what works on any works on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.console import Console
from tests.doors.imports.small_imports import FIXTURES, cleared


@pytest.mark.parametrize(
    ("kind", "file", "participant", "offer"),
    [
        ("wants", "wants.txt", "ANN", "1-KITE"),
        ("kidney", "pool.wmd", "pair-3", "altruist-1"),
        ("obligations", "invoices.csv", "farm", None),
    ],
)
def test_every_other_command_works_on_an_imported_book(
    console: Console, tmp_path: Path, kind: str, file: str, participant: str, offer: str | None
) -> None:
    book, bundle = tmp_path / "book", tmp_path / "book-session"
    assert console("import", kind, FIXTURES / file, "--out", book).status == 0
    cleared(console, book)
    for arguments in (
        ("statement", bundle, participant, "--out", tmp_path / "papers"),
        ("export", bundle, "--out", tmp_path / "tables"),
        ("report", bundle),
        *([("explain", bundle, offer), ("quote", book, _extra(tmp_path, kind))] if offer else []),
    ):
        ended = console(*arguments)
        assert (ended.status, ended.err) == (0, ""), arguments
    assert participant in (tmp_path / "papers" / "statement.txt").read_text(encoding="utf-8")
    assert any((tmp_path / "tables").rglob("*.csv"))


def _extra(folder: Path, kind: str) -> Path:
    """One more offer of a piece that somebody has."""
    row = {"wants": "x,BO,4-TENT,1,2-LAMP", "kidney": "x,pair-4,pair-4,1,pair-1"}[kind]
    file = folder / "more.csv"
    file.write_text(f"offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets\n{row}\n")
    return file
