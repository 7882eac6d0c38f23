"""The texts of a column in, integers and indices out; one that is none breaks law 2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clearing.audit.verify.book import AMOUNT_LIMIT
from clearing.audit.verify.report import Findings, shown


def positions(ids: list[str]) -> dict[str, int]:
    """The index of each id."""
    return dict(zip(ids, range(len(ids)), strict=True))


def amounts(texts: Iterable[str], name: str, path: str, found: Findings, start: int = 0) -> list[int]:
    """Integers of at most 62 bits; ``start`` lines come before."""
    counts = list(map(int, texts))
    if counts and (max(counts) >= AMOUNT_LIMIT or min(counts) <= -AMOUNT_LIMIT):
        line = next(i for i, each in enumerate(counts) if abs(each) >= AMOUNT_LIMIT)
        found.add(2, f"{counts[line]} does not fit in 62 bits", path, start + line + 1, name)
    return counts


def references(
    names: Sequence[str], index: dict[str, int], name: str, path: str, found: Findings, start: int = 0
) -> list[int]:
    """The index of each name; one that is unknown is reported and becomes 0."""
    missing = set(names) - index.keys()
    if not missing:
        return [index[each] for each in names]
    for line, each in enumerate(names, start=start + 1):
        if each in missing:
            found.add(2, f"no such id: {shown(each)}", path, line, name)
    return [index.get(each, 0) for each in names]
