"""Proofs of a searched component's stages: a tree of branches whose leaves hold duals in integers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaf:
    """Duals of one relaxation at ``scale``: what they prove is added up by anyone, without a solver."""

    scale: int
    multipliers: Sequence[int]
    """One for each stage before, and one for Σ ρ·T ≤ 0 where that is a constraint."""
    served: Mapping[str, int]
    """Weight by participant, zero ones omitted."""
    rents: Mapping[str, int]
    """By group, zero ones omitted."""
    potentials: Mapping[str, int]
    """By node, zero ones omitted."""
    by_offer: bool = False
    """Whether the most that each offer gains at the potentials is added up, in the place of rents of its own groups."""
    opened: tuple[str, ...] = ()
    """Offers, ascending, that must deliver below the branches: each counts 1, whatever part it delivers."""


@dataclass(frozen=True, slots=True)
class Branch:
    """The group ``offer:O`` or ``take:O|i`` is at most ``at`` in one part and at least ``above`` in the other."""

    group: str
    at: int
    above: int
    low: Proof
    high: Proof


Proof = Leaf | Branch


@dataclass(frozen=True, slots=True)
class ProvenStage:
    """One objective of a searched component: its value as minimised, a bound below it, and the proof of the bound."""

    objective: str
    value: int
    bound: int
    proof: Proof


@dataclass(frozen=True, slots=True)
class ComponentProof:
    """A component, its tier, how many offers it holds; stages where it was searched."""

    component: str
    tier: str
    offers: int
    stages: Sequence[ProvenStage]


@dataclass(frozen=True, slots=True)
class RecordedRing:
    """A ring as a bundle has it: the node where each member takes, the members as offers of the book, the flow."""

    nodes: Sequence[str]
    members: Sequence[int]
    flow: int


@dataclass(frozen=True, slots=True)
class Record:
    """What a sealed session says of its searched components; nothing of it is believed."""

    components: Sequence[ComponentProof]
    rings: Sequence[RecordedRing]
    """Those whose members stand at every node, of whatever component."""
    work_limit_reached: bool
    by_another_version: bool = False
    """Whether it says that another version of the engine made it, which may have found and proven less."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of a component's record beside what this machine found."""

    component: str
    stage: str | None
    """The objective that it is about; None where it is about none."""
    text: str
