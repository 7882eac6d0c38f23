"""``clearing init``: a path comes in, a small commented book to start from goes there."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from shlex import quote

from clearing.doors.folder_writer import FolderWriter, check_target

README = "README.txt"
_OFFER_TO_EXPLAIN = "E-11"


def write_example_book(target: Path) -> int:
    """Write the book into a new folder and print what to do with it; the exit status."""
    check_target(target)
    shipped = resources.files("clearing") / "example_book"
    with FolderWriter(target) as book:
        for file in sorted(shipped.iterdir(), key=lambda each: each.name):
            if file.is_file():
                book.write(file.name, [file.read_bytes()])
    print("\n".join(_next_lines(target)))
    return 0


def _next_lines(target: Path) -> list[str]:
    book, session = quote(str(target)), quote(f"{target}-session")
    return [
        f"a book of six desks is in {target}; {README} there explains every file and column. Next:",
        "",
        f"  clearing check {book}",
        f"  clearing clear {book} --out {session}",
        f"  clearing explain {session} {_OFFER_TO_EXPLAIN}",
    ]
