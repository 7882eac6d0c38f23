"""One arc of a netting graph with what flowed along it, by names: for those who draw or study the graph."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArcFlow:
    """An arc from ``tail`` to ``head``, the way value is delivered."""

    kind: str
    """offer (a class of offers with the same terms), alternative, whole, stock, account or obligation."""
    ids: tuple[str, ...]
    """The offers, or the one stock, participant or obligation, that the arc stands for."""
    tail: str
    head: str
    capacity_micro: int
    cost_ppm: int
    flow_micro: int
