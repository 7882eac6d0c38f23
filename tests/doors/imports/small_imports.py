"""The text of another system's file comes in; the book that ``clearing import`` makes of it goes out."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from tests.doors.console import Console, Ended

FIXTURES = Path(__file__).parents[3] / "fixtures" / "imports"


class Imported(NamedTuple):
    """How the import ended, and the folder that it was to write."""

    ended: Ended
    book: Path

    def rows(self, table: str) -> list[dict[str, str]]:
        with (self.book / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def takes(self) -> dict[str, list[str]]:
        """Offer -> what it takes, in order."""
        return {row["offer_id"]: row["receive_assets"].split("|") for row in self.rows("offers")}

    @property
    def rulebook(self) -> dict[str, Any]:
        return tomllib.loads((self.book / "rulebook.toml").read_text(encoding="utf-8"))


def imported(console: Console, folder: Path, kind: str, text: str | bytes, *options: object) -> Imported:
    """Write the text into a file and import it."""
    file, book = folder / "list.txt", folder / "book"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return Imported(console("import", kind, file, "--out", book, *options), book)


def cleared(console: Console, book: Path) -> dict[str, Any]:
    """Check, clear, verify and replay the book; what ``clear --json`` told."""
    bundle = book.with_name(f"{book.name}-session")
    assert console("check", book).status == 0
    ended = console("clear", book, "--out", bundle, "--json")
    assert ended.status == 0, ended.err
    assert console("verify", bundle, "--book", book).status == 0
    assert console("replay", bundle).status == 0
    told = json.loads(ended.out)
    assert isinstance(told, dict)
    return told


def legs(book: Path) -> set[tuple[str, str, str]]:
    """Giver, receiver and asset of each leg of the book that ``cleared`` cleared."""
    text = (book.with_name(f"{book.name}-session") / "outcome" / "legs.jsonl").read_text(encoding="utf-8")
    return {(leg["giver"], leg["receiver"], leg["asset_id"]) for leg in map(json.loads, text.splitlines())}


def assert_refused(found: Imported, place: str, *phrases: str) -> None:
    """Status 3, the place and every phrase told in plain ASCII, nothing written."""
    assert (found.ended.status, found.ended.out) == (3, "")
    assert f"list.txt{place}: " in found.ended.err
    for phrase in phrases:
        assert phrase in found.ended.err
    assert found.ended.err.replace("\n", "").isascii()
    assert found.ended.err.replace("\n", "").isprintable()
    assert sorted(path.name for path in found.book.parent.iterdir()) == ["list.txt"]
