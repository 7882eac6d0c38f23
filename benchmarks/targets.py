"""Medians of one book, and of one a tenth its size, come in; ratios with what they are to reach go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TARGETS_ARE_FOR = 1_000_000
"""Offers of the book that the targets were set for."""


@dataclass(frozen=True, slots=True)
class Target:
    """``above`` over ``below`` of one book, or of a book and one a tenth its size, is to be at most ``most``."""

    label: str
    above: str
    below: str
    most: float
    unit: str = ""


RATIOS = (
    Target("solve and certify / raw solve", "solve and certify", "raw solve", 3),
    Target("clear / floor", "clear whole", "floor", 10),
    Target("verify / clear", "verify whole", "clear whole", 4),
    Target("replay / clear", "replay whole", "clear whole", 2),
)
PEAK = Target("clear, peak memory", "clear MiB", "", 2048, " MiB")
GROWTH = tuple(
    Target(f"growth from a tenth of the offers: {label}", name, name, 12)
    for label, name in (
        ("solve and certify", "solve and certify"),
        ("clear", "clear whole"),
        ("verify", "verify whole"),
        ("replay", "replay whole"),
    )
)
TARGETS = (*RATIOS, PEAK, *GROWTH)


def reached(target: Target, figures: Mapping[str, float], tenth: Mapping[str, float] | None) -> float | None:
    """The figure to compare with ``target.most``; None where something it needs was not measured."""
    beneath: float | None = 1.0
    if target in GROWTH:
        beneath = None if tenth is None else tenth.get(target.below)
    elif target is not PEAK:
        beneath = figures.get(target.below)
    above = figures.get(target.above)
    return above / beneath if above is not None and beneath else None
