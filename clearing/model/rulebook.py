"""The rulebook: everything that the meaning of a session depends on besides its book."""

from __future__ import annotations

from dataclasses import dataclass

VERSIONS = (1,)
OBJECTIVES_1 = ("surplus", "value", "even", "lottery")
NETTING_FORMS = ("gross", "net")


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rulebook 1 with its defaults."""

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
