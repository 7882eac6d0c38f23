"""Titles and rows of text in, the lines of a table for a terminal out: columns two blanks apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> Iterator[str]:
    """A line of titles and one of dashes, then the rows; columns in ``right`` end flush, as numbers should."""
    widths = [max(len(row[place]) for row in [titles, *rows]) for place in range(len(titles))]
    for row in [titles, ["-" * width for width in widths], *rows]:
        cells = [
            text.rjust(width) if place in right else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
