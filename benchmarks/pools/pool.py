"""A pool of swaps: a ``.wmd`` file comes in or goes out, and so does the JSON that kep_solver reads.

Members are numbered from 1 in the file and from 0 here, pairs first and altruists after them. An arc goes from the
member whose donor gives to the member whose patient receives. The files also hold an arc of weight zero from every
pair to every altruist, which closes a chain and is no transplant; it is not among the arcs here.

    python -m benchmarks.pools.pool POOL.wmd POOL.json

prints how many pairs, altruists and arcs there are, as JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAIR, ALTRUIST = "Pair", "Alturist"
"""As the published files spell them."""


@dataclass(frozen=True, slots=True)
class Pool:
    """How many members there are of each kind, and the possible transplants in ascending order."""

    pairs: int
    altruists: int
    arcs: tuple[tuple[int, int], ...]

    @property
    def members(self) -> int:
        return self.pairs + self.altruists


def read_wmd(path: Path) -> Pool:
    """The pool of a file. Raises SystemExit where it is not of the form that ``write_wmd`` writes."""
    names: list[str] = []
    arcs: list[tuple[int, int]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("# ALTERNATIVE NAME"):
            names.append(line.partition(":")[2].split()[0])
        elif line and not line.startswith("#"):
            try:
                giver, receiver, weight = line.split(",")
                if float(weight):
                    arcs.append((int(giver) - 1, int(receiver) - 1))
            except ValueError:
                raise SystemExit(f"{path.name}, line {number}: {line!r} is not giver,receiver,weight") from None
    pairs = names.count(PAIR)
    pool = Pool(pairs, len(names) - pairs, tuple(sorted(arcs)))
    _check(pool, names, path.name)
    return pool


def write_wmd(pool: Pool, path: Path) -> None:
    """The same pool, the same bytes."""
    path.write_text("\n".join(_wmd_lines(pool, path.name)) + "\n", encoding="ascii", newline="")


def write_kep(pool: Pool, path: Path) -> None:
    """The second form of JSON that kep_solver reads: a donor each member, a patient each pair."""
    given: list[list[int]] = [[] for _member in range(pool.members)]
    for giver, receiver in pool.arcs:
        given[giver].append(receiver)
    donors = [
        {
            "id": f"D{member}",
            "paired_recipients": [f"P{member}"] if member < pool.pairs else [],
            "outgoing_transplants": [{"recipient": f"P{receiver}", "score": 1} for receiver in receivers],
        }
        for member, receivers in enumerate(given)
    ]
    recipients = [{"id": f"P{member}"} for member in range(pool.pairs)]
    path.write_text(json.dumps({"schema": 2, "donors": donors, "recipients": recipients}), encoding="ascii")


def _check(pool: Pool, names: list[str], file: str) -> None:
    if PAIR in names[pool.pairs :]:
        raise SystemExit(f"{file}: a pair after an altruist; pairs come first")
    for giver, receiver in pool.arcs:
        if not (0 <= giver < pool.members and 0 <= receiver < pool.pairs and giver != receiver):
            raise SystemExit(f"{file}: no transplant from {giver + 1} to {receiver + 1} in {pool.pairs} pairs")


def _wmd_lines(pool: Pool, name: str) -> Iterator[str]:
    closing = pool.pairs * pool.altruists
    yield f"# FILE NAME: {name}"
    yield f"# TITLE: Generated pool - {pool.pairs} with {pool.altruists}"
    yield "# DATA TYPE: wmd"
    yield "# MODIFICATION TYPE: synthetic"
    yield f"# NUMBER ALTERNATIVES: {pool.members}"
    yield f"# NUMBER EDGES: {len(pool.arcs) + closing}"
    for member in range(1, pool.members + 1):
        yield f"# ALTERNATIVE NAME {member}: {PAIR if member <= pool.pairs else ALTRUIST} {member}"
    for giver, receiver in pool.arcs:
        yield f"{giver + 1},{receiver + 1},1.0"
    for giver in range(1, pool.pairs + 1):
        for altruist in range(pool.pairs + 1, pool.members + 1):
            yield f"{giver},{altruist},0.0"


def main() -> None:
    """Write the JSON of the pool that the arguments name."""
    parser = argparse.ArgumentParser(description="Write a pool as kep_solver reads it.")
    parser.add_argument("pool", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    pool = read_wmd(asked.pool)
    write_kep(pool, asked.out)
    print(json.dumps({"pairs": pool.pairs, "altruists": pool.altruists, "arcs": len(pool.arcs)}))


if __name__ == "__main__":
    main()
