"""Small cleared sessions for tests of the doors that show one."""

from __future__ import annotations

from functools import cache

from clearing import BookAndTerms, Cleared, clear, read_book
from tests.books import book, offer
from tests.doors.console import DEMO_BOOK


@cache
def demo_session() -> Cleared:
    """The demo book, cleared once."""
    return clear(read_book(DEMO_BOOK))


@cache
def two_that_swap() -> Cleared:
    """Two desks swap, the larger offer partly filled; the third and fifth offer find nobody, the fourth is refused."""
    return clear(
        BookAndTerms(
            book(
                values={"COPPER": 7_000, "GOLD": 5_000, "STEEL": 3_000, "WHEAT": 3_000},
                offers=[
                    offer("1", "X", "COPPER", 30, ("STEEL", 0)),
                    offer("2", "Y", "STEEL", 42, ("WHEAT", 0), ("COPPER", -1_000)),
                    offer("3", "Z", "WHEAT", 5, ("COPPER", 9_000)),
                    offer("4", "Z", "WHEAT", 5, ("STEEL", 0), conditions={"min_fill": 2}),
                    offer("5", "Z", "GOLD", 1, ("WHEAT", 0)),
                ],
            )
        )
    )
