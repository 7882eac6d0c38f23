"""Recorded: what was searched here and what a bundle has of the same component in, which of the two stands out.

Where several outcomes are equally good, or several proofs prove the same, another version of a solver may find another
one, and nothing is wrong with it. A record that differs is put to the engine's own laws, and stands if it breaks none
and is no worse than what this machine found and proved. A record of another version of the engine may be worse where
it says itself that it is unproven: what a later version finds is no fault of a session that is final.

Example: two desks may serve a third equally well. This machine found the one, the record has the other: it stands.
If the record's surplus is 90 and this machine found 100, it does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from clearing.engine.search.component import Component
from clearing.engine.search.objectives import Objective, objectives_of
from clearing.engine.search.polish import Flows
from clearing.engine.search.program import Stage
from clearing.engine.search.recorded_proof import bound_of
from clearing.engine.search.rows import REST_OUT
from clearing.engine.search.search import Searched
from clearing.engine.search.tiers import RINGS
from clearing.engine.search.witness import canonical, is_feasible, limits_total, value_of
from clearing.model.book import NONE
from clearing.model.proof import ComponentProof, ProvenStage, Record, RecordedRing, Remark

UNPROVEN = "lottery"
"""The stage whose gap nobody closes: it draws among equals as well as the search happens to."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for each component, which of it is the record's, and what was rejected of the record."""

    searched: Sequence[Searched]
    by_record: Sequence[str]
    weaker: Sequence[Remark]
    """Where the record stands and is less well proven than this machine's, or drawn otherwise."""
    rejected: Sequence[Remark]


def choose(searched: Sequence[Searched], record: Record, salt: bytes) -> Standing:
    """Ours where the record is the same or breaks a law, else the record's."""
    standing: list[Searched] = []
    by_record: list[str] = []
    weaker: list[Remark] = []
    rejected: list[Remark] = []
    rings = by_component([each.component.rows.delivering for each in searched], record.rings)
    for place, ours in enumerate(searched):
        theirs = _recorded(ours, record, rings[place], weaker, salt)
        if isinstance(theirs, Remark):
            rejected.append(theirs)
        elif theirs is not ours:
            by_record.append(theirs.proof.component)
        standing.append(ours if isinstance(theirs, Remark) else theirs)
    return Standing(standing, tuple(by_record), tuple(weaker), tuple(rejected))


def by_component(offers: Sequence[Iterable[int]], rings: Iterable[RecordedRing]) -> Sequence[list[RecordedRing]]:
    """The recorded rings whose first member is among the offers of each component."""
    place_of = {offer: place for place, each in enumerate(offers) for offer in each}
    found: list[list[RecordedRing]] = [[] for _ in offers]
    for ring in rings:
        if ring.members[0] in place_of:
            found[place_of[ring.members[0]]].append(ring)
    return found


def _recorded(
    ours: Searched, record: Record, recorded: Sequence[RecordedRing], weaker: list[Remark], salt: bytes
) -> Searched | Remark:
    """Ours if the record is the same, the record's if it stands (``weaker`` gets what is weaker), else why not."""
    name, component = ours.proof.component, ours.component
    proof = next((each for each in record.components if each.component == name), None)
    if proof is None or (proof.tier, proof.offers) != (ours.proof.tier, ours.proof.offers):
        return Remark(name, None, "the record has no such component")
    rings = rings_of(component, recorded)
    if rings is None:
        return Remark(name, None, "one of its recorded rings joins no rows of it, or stands twice")
    if rings == ours.rings and proof == ours.proof:
        return ours
    if not is_feasible(component, rings):
        return Remark(name, None, "its recorded rings break a bound or a condition")
    remarks: list[Remark] = []
    objectives = objectives_of(component.rows, salt)
    rejected = _first_flaw(ours, proof, rings, objectives, remarks, forgiving=record.by_another_version)
    if rejected is not None:
        return rejected
    weaker += remarks
    same = [_tree(each) for each in proof.stages] == [_tree(each) for each in ours.proof.stages]
    gap = any(stage.value > stage.bound for stage in proof.stages if stage.objective != UNPROVEN)
    limit_reached = ours.limit_reached if same else record.work_limit_reached and gap
    return Searched(component, rings, proof, limit_reached)


def _tree(stage: ProvenStage) -> object:
    return stage.bound, stage.proof


def rings_of(component: Component, recorded: Sequence[RecordedRing]) -> Flows | None:
    """The recorded rings by their rows; None where one is none."""
    rows, found = component.rows, Flows()
    passes = set(rows.passes)
    offers, kinds = rows.offer.tolist(), rows.kind.tolist()
    row_at = {(offers[i], rows.station(i), kinds[i] == REST_OUT): i for i in range(len(rows))}
    for ring in recorded:
        onward = [*ring.nodes[1:], ring.nodes[0]]
        named = [
            row_at.get((offer, node, after == "rest"), NONE)
            for offer, node, after in zip(ring.members, ring.nodes, onward, strict=True)
        ]
        if NONE in named or not _joins(component, passes, named):
            return None
        key = canonical(component, named)
        if key in found:
            return None
        found[key] = ring.flow
    return found


def _joins(component: Component, passes: Set[tuple[int, int]], ring: Sequence[int]) -> bool:
    """Whether each row delivers where the next one takes, and may."""
    rows = component.rows
    for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        head, tail = int(rows.head[one]), int(rows.tail[other])
        home = tail == rows.any and head in rows.returns
        if head != tail and (head, tail) not in passes and not home:
            return False
    return True


def _first_flaw(
    ours: Searched,
    proof: ComponentProof,
    rings: Mapping[tuple[int, ...], int],
    objectives: Sequence[Objective],
    weaker: list[Remark],
    *,
    forgiving: bool,
) -> Remark | None:
    """The first stage whose recorded value or proof does not hold, or is worse than this machine's.

    ``forgiving``: what a stage itself leaves unproven may be worse.
    """
    component, name = ours.component, ours.proof.component
    if [stage.objective for stage in proof.stages] != [objective.name for objective in objectives]:
        return Remark(name, None, "its recorded stages are not those of the rulebook")
    pay_own_way = component.rows.book.rulebook.objectives[0] != "surplus"
    if pay_own_way and limits_total(component, rings) > 0:
        return Remark(name, None, "its recorded rings concede more than they gain")
    before: list[tuple[Objective, int]] = []
    comparable = True
    for objective, theirs, own in zip(objectives, proof.stages, ours.proof.stages, strict=True):
        pays = proof.tier == RINGS and not before and own.objective == "surplus"
        why = _flaw(component, Stage(objective, tuple(before), pay_own_way), rings, theirs)
        why = why or (_worse(theirs, own, pays=pays, forgiving=forgiving) if comparable else None)
        if why is not None:
            return Remark(name, objective.name, why)
        less = _weaker(theirs, own) if comparable else None
        weaker += [] if less is None else [Remark(name, objective.name, less)]
        comparable = comparable and theirs.value == own.value
        before.append((objective, theirs.value))
    return None


def _flaw(
    component: Component, stage: Stage, rings: Mapping[tuple[int, ...], int], recorded: ProvenStage
) -> str | None:
    """What a recorded stage gets wrong by itself."""
    value = value_of(component, stage.objective, rings)
    if value != recorded.value:
        return f"its recorded rings have the value {value}, not {recorded.value}"
    bound = bound_of(component, stage, recorded.proof)
    if bound is None:
        return "its recorded proof does not hold"
    if bound != recorded.bound:
        return f"its recorded proof proves {bound}, not {recorded.bound}"
    return None


def _worse(recorded: ProvenStage, own: ProvenStage, *, pays: bool, forgiving: bool) -> str | None:
    """Why a stage of the record is worse than this machine's, or impossible, both after equal stages before.

    Where offers are paid by the rents of its proof (``pays``) a weaker proof is worse: it would pay as it likes.
    """
    if recorded.value < own.bound:
        return f"its recorded value is {recorded.value}, and this machine proved that none is below {own.bound}"
    if forgiving and recorded.value > recorded.bound:
        return None
    if recorded.value > own.value and (own.objective != UNPROVEN or own.value == own.bound):
        return f"its recorded value is {recorded.value}, and this machine found {own.value}"
    return _less_proven(recorded, own) if pays else None


def _weaker(recorded: ProvenStage, own: ProvenStage) -> str | None:
    if recorded.value > own.value:
        return f"its recorded value is {recorded.value}, and this machine found {own.value}"
    return _less_proven(recorded, own) if own.objective != UNPROVEN else None


def _less_proven(recorded: ProvenStage, own: ProvenStage) -> str | None:
    if own.value == own.bound and recorded.bound < own.bound:
        return f"its record proves no more than {recorded.bound}, and this machine proved {own.bound}"
    return None
