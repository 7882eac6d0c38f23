"""The rulebook: everything that the meaning of a session depends on besides its book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

VERSIONS = (1, 2)
OBJECTIVES_1 = ("surplus", "value", "even", "lottery")
OBJECTIVES_2 = ("surplus", "value", "items", "participants", "priority", "deliveries", "even", "lottery")
"""The names that the list of rulebook 2 is made of."""
NETTING_FORMS = ("gross", "net")
SCREENINGS = ("neighbours", "ring")
OBLIGATIONS = ("set-off", "credit")
SELF_CROSSINGS = ("refuse", "allow")
RING_LENGTHS = range(2, 1_001)
CHAIN_LENGTHS = range(1, 1_001)
WORK_LIMITS = range(1, 100_001)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A rulebook of either version; the defaults are those of rulebook 1, ``DEFAULTS`` has both."""

    version: int = 1
    objectives: tuple[str, ...] = OBJECTIVES_1
    even_segments: int = 16
    netting_form: str = "gross"
    obligations: str = "set-off"
    residual_tolerance_micro: int = 1_000_000
    """An asset whose increment is worth more is too coarse to be divided."""
    allowance_ppm: int = 20_000
    """The part of a conceded premium that needs no credit."""
    self_crossing: str = "allow"
    cut_off: str | None = None
    """Canonical UTC time; offers that expire at or before it are refused."""
    max_ring: int | None = None
    """Rulebook 2, as all that follows: the longest ring, in members."""
    max_chain: int | None = None
    """The longest chain of gifts, in deliveries; None: as ``max_ring``."""
    screening: str = "neighbours"
    """Of whom the allow and deny lists of an offer speak: those that it meets, or all of its ring."""
    work_limit: int = 2_000
    """Relaxations solved for each component at most."""

    @property
    def chain_limit(self) -> int | None:
        """The longest chain, None where there is no limit."""
        return self.max_ring if self.max_chain is None else self.max_chain


DEFAULTS = {1: Rulebook(), 2: Rulebook(version=2, self_crossing="refuse")}
"""What a rulebook of each version is where it states nothing."""


def are_objectives(names: Sequence[str], version: int) -> bool:
    """Whether a rulebook of the version may list these objectives."""
    if version == 1:
        return tuple(names) == OBJECTIVES_1
    known = all(name in OBJECTIVES_2 for name in names)
    return known and len(names) > 1 and len(set(names)) == len(names) and names[-1] == "lottery"
