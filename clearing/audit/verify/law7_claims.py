"""Law 7, claims: components as recorded and as recomputed in, every difference out; what the certificate sums up."""

from __future__ import annotations

from collections.abc import Sequence

from clearing.audit.verify.certificate import Certificate
from clearing.audit.verify.components import CIRCULATION, Component
from clearing.audit.verify.forms import CERTIFICATE_PATH
from clearing.audit.verify.law7_objectives import Objective, objectives_of, value_of
from clearing.audit.verify.law7_proof import Stage, UnprovenError, proven_bound
from clearing.audit.verify.law7_rings import LAW, Outcome
from clearing.audit.verify.proofs import ProvenComponent, ProvenStage
from clearing.audit.verify.report import Findings, shown


def check_components(components: Sequence[Component], certificate: Certificate, found: Findings) -> bool:
    """Whether the recorded components are those of the book."""
    recorded = certificate.components or []
    actual = [(each.name, each.tier, len(each.offers)) for each in components]
    for place, each in enumerate(recorded):
        stated = (each.component, each.tier, each.offers)
        wanted = actual[place] if place < len(actual) else None
        if stated != wanted:
            message = f"{shown(stated)} should be {shown(wanted) if wanted else 'no component'}"
            found.add(LAW, message, CERTIFICATE_PATH, 1, "components")
            return False
        if bool(each.stages) == (each.tier == CIRCULATION):
            found.add(LAW, f"{each.component}: searched components have stages", CERTIFICATE_PATH, 1, "components")
            return False
    if len(recorded) < len(actual):
        found.add(LAW, f"{shown(actual[len(recorded)])} is missing", CERTIFICATE_PATH, 1, "components")
        return False
    return True


def check_proofs(outcome: Outcome, recorded: ProvenComponent, salt: bytes, found: Findings) -> None:
    """Values, bounds and gaps of a searched component's stages."""
    searched = outcome.searched
    objectives, stages = objectives_of(searched, salt), recorded.stages
    names = [objective.name for objective in objectives]
    if [stage.objective for stage in stages] != names:
        _blame(searched.name, f"should have the stages {', '.join(names)}", found)
        return
    delivered = {offer: outcome.delivered(offer) for offer in searched.component.offers}
    before: list[tuple[Objective, int]] = []
    surplus_first = searched.book.rulebook.objectives[0] == "surplus"
    for objective, stage in zip(objectives, stages, strict=True):
        value = value_of(objective, outcome.flows, delivered)
        where = f"{searched.name}, {objective.name}"
        if stage.value != value:
            _blame(where, f"has the value {value}, not {stage.value}", found)
        if stage.gap != stage.value - stage.bound:
            _blame(where, f"has a gap of {stage.value - stage.bound}, not {stage.gap}", found)
        try:
            bound = proven_bound(searched, Stage(objective, tuple(before), surplus_first), stage.proof)
        except UnprovenError as wrong:
            _blame(where, f"is not proven: {wrong}", found)
        else:
            if bound != stage.bound:
                _blame(where, f"has the bound {stage.bound}, its proof says {bound}", found)
            if bound > value:
                _blame(where, f"has the value {value} below its bound {bound}", found)
        before.append((objective, stage.value))


def check_claims(certificate: Certificate, found: Findings) -> None:
    """Sums over the components, and what is said of the whole."""
    stages = [stage for each in certificate.components or [] for stage in each.stages]
    firsts = [each.stages[0] for each in certificate.components or [] if each.stages]
    circulation = certificate.stages[0].value if certificate.stages else 0
    proven = all(stage.gap == 0 for stage in stages if stage.objective != "lottery")
    searched = any(each.tier != CIRCULATION for each in certificate.components or [])
    claims: dict[str, tuple[object, object]] = {
        "bound": (certificate.bound, circulation + sum(stage.bound for stage in firsts)),
        "gap": (certificate.gap, sum(stage.gap for stage in firsts)),
        "optimal": (certificate.optimal, proven),
        "unique": (certificate.unique, not searched),
    }
    for name, (claimed, actual) in claims.items():
        if claimed != actual:
            message = f"is {claimed} and must be {actual}"
            found.add(LAW if searched else 5, message, CERTIFICATE_PATH, 1, name)
    if certificate.work_limit_reached and proven:
        message = "is true, and there is no gap that a search could have closed"
        found.add(LAW, message, CERTIFICATE_PATH, 1, "work_limit_reached")


def surplus_proof(recorded: ProvenComponent) -> ProvenStage | None:
    """The surplus stage where it comes first."""
    first = recorded.stages[0] if recorded.stages else None
    return first if first is not None and first.objective == "surplus" else None


def _blame(where: str, message: str, found: Findings) -> None:
    found.add(LAW, f"{where} {message}", CERTIFICATE_PATH, 1, "components")
