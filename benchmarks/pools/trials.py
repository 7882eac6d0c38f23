"""Sizes come in; the pools and want lists to measure go out: generated ones, and real ones where they are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.whole_run import ROOT

SHARED = ROOT.parent / "shared" / "data"
ALTRUISTS_PER_CENT = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """One pool or want list: a file, or sizes and a seed. ``known`` is the most swaps that others found for it.

    No bound on length is 0. Without altruists there are no chains, and ``max_chain`` is 0 too.
    """

    name: str
    kind: Literal["kidney", "wants"] = "kidney"
    file: str = ""
    pairs: int = 0
    altruists: int = 0
    seed: int = 1
    max_ring: int = 0
    max_chain: int = 0
    known: int | None = None
    runs: int = 3

    @property
    def path(self) -> Path:
        """A real one's file."""
        return SHARED / self.file

    @property
    def file_name(self) -> str:
        """What the file is called while it is measured."""
        return "pool.wmd" if self.kind == "kidney" else "wants.txt"

    @property
    def generated(self) -> bool:
        return not self.file


@dataclass(frozen=True, slots=True)
class Rules:
    """What all generated pools have in common."""

    max_ring: int
    max_chain: int
    seed: int
    runs: int


def generated(sizes: Sequence[int], rules: Rules) -> list[Trial]:
    """Every size without altruists, and with 5 %."""
    trials = []
    for pairs in sorted(set(sizes)):
        for altruists in (0, max(1, pairs * ALTRUISTS_PER_CENT // 100)):
            name = f"{pairs:,} pairs" + (f" + {altruists:,}" if altruists else "")
            chain = rules.max_chain if altruists else 0
            trials.append(
                Trial(
                    name,
                    pairs=pairs,
                    altruists=altruists,
                    seed=rules.seed,
                    max_ring=rules.max_ring,
                    max_chain=chain,
                    runs=rules.runs,
                )
            )
    return trials


def real(runs: int) -> list[Trial]:
    """Published pools and an event's want list; none of those that are not beside the checkout."""
    trials = (
        Trial("00036-00000160", file="kidney/00036-00000160.wmd", pairs=256, max_ring=3, known=159, runs=runs),
        Trial(
            "00036-00000170",
            file="kidney/00036-00000170.wmd",
            pairs=256,
            altruists=12,
            max_ring=3,
            max_chain=3,
            known=175,
            runs=runs,
        ),
        Trial("br-2024-05", "wants", "wants/br-2024-05.txt", known=196, runs=runs),
    )
    return [trial for trial in trials if trial.path.is_file()]
