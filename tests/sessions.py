"""Sessions in memory for tests: a book is cleared into a dict of files."""

from __future__ import annotations

from collections.abc import Iterable

from clearing.model.book import Book, SessionTerms
from clearing.service import Session, clear_book
from clearing.solvers.apart import SolverApart

SALT = bytes(range(32))


def clear_in_memory(
    book: Book,
    *,
    solver: str = "ortools",
    salt: bytes | None = SALT,
    search_solver: SolverApart | None = None,
) -> tuple[Session, dict[str, bytes]]:
    """The session and its bundle as path -> bytes."""
    files: dict[str, bytes] = {}

    def sink(path: str, chunks: Iterable[bytes]) -> None:
        files[path] = b"".join(chunks)

    session = clear_book(book, SessionTerms(salt=salt), sink, solver=solver, search_solver=search_solver)
    return session, files
