"""Use cases: each reads what it was handed, decides once in the pure rooms and writes through one sink.

No file, clock or terminal is touched here: the doors hand over a book, a sink for the bundle's files and,
if times are wanted, a clock.
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from clearing import __version__
from clearing.audit.canonical import Sink, discard
from clearing.audit.proven_inputs import prove_inputs
from clearing.audit.replay import Replayed, StoredBundle, first_difference
from clearing.audit.seal import Manifest, Sign, salt_of, seal_inputs, seal_manifest, seal_outcome
from clearing.audit.statement_check import STATEMENT_FORMAT
from clearing.audit.stored_book import read_stored_book, read_stored_manifest, read_stored_terms
from clearing.audit.stored_outcome import read_stored_outcome
from clearing.audit.stored_record import read_stored_record
from clearing.engine.accounts import add_up, book_entries, take_positions
from clearing.engine.admission import Admission, admit, not_kept
from clearing.engine.credit import after, discharge
from clearing.engine.explain import explain
from clearing.engine.flow_solver import FLOW_SOLVERS
from clearing.engine.legs import make_legs
from clearing.engine.named_arcs import credit_arcs, named_arcs, searched_arcs
from clearing.engine.netting_graph import NettingGraph, build_graph
from clearing.engine.optimum import certify, optimise
from clearing.engine.premia import no_premia, set_premia
from clearing.engine.ranges import admitted_faults, graph_faults, quantity_faults
from clearing.engine.rings import find_rings
from clearing.engine.search.bench import Bench
from clearing.engine.search.paid import paid_in_search
from clearing.engine.search.recorded import Standing, choose
from clearing.engine.search.rows import build_rows
from clearing.engine.search.search import Searched, search
from clearing.engine.search.tiers import CIRCULATION, Tier, circulating, find_tiers
from clearing.engine.search.together import join
from clearing.engine.search.trials import try_changes
from clearing.engine.shares import share
from clearing.model.arcs import ArcFlow
from clearing.model.book import Book, SessionTerms
from clearing.model.errors import BookFault, InputFault, UsageFault
from clearing.model.explanation import Explanation, Hindrance
from clearing.model.faults import Fault, FaultReport, Refusal
from clearing.model.outcome import Outcome, SearchedPay
from clearing.settle.instructions import issue_instructions
from clearing.settle.statement import draw_statement
from clearing.solvers.apart import SolverApart

TRIED = (Hindrance.SEARCHED, Hindrance.NO_RING, Hindrance.RING_TOO_LONG)
"""What explanations of searched components say before any change is tried."""

Progress: TypeAlias = Callable[[str], None]
"""Told the name of each stage as it begins: seal, solve, certify, settle, write."""

SearchSolver: TypeAlias = SolverApart
"""The solver of searched components, in a process of its own: a door may start it while the book is read."""

Review: TypeAlias = Callable[[Sequence[Searched], bytes], Sequence[Searched]]
"""What was searched and the salt in, what is to stand out: replay puts a record to the laws by it."""


@dataclass(frozen=True, slots=True)
class Session:
    """A cleared book: what came in, what was decided, what was sealed."""

    book: Book
    outcome: Outcome
    manifest: Manifest
    notes: Sequence[str] = ()
    """What went wrong in a solver that is not trusted; the outcome is feasible and labelled all the same."""


def checked(book: Book) -> tuple[Sequence[Refusal], Sequence[int]]:
    """Every refusal, and the rows of the alternatives that admitted offers do not keep, without clearing.

    Raises BookFault where the book's ranges do not fit.
    """
    admission = _admitted(book)[0]
    return admission.refusals, not_kept(book, admission)


def clear_book(
    book: Book,
    terms: SessionTerms,
    sink: Sink,
    *,
    solver: str = "ortools",
    previous: str | None = None,
    sign: Sign | None = None,
    progress: Progress | None = None,
    review: Review | None = None,
    search_solver: SearchSolver | None = None,
) -> Session:
    """Clear a book and write its bundle through ``sink``.

    ``previous`` is the digest of the session before; ``solver`` names one of FLOW_SOLVERS and changes
    nothing in the bundle but ``made_by``; ``search_solver`` is closed when the search is over.
    Raises BookFault, or LawBroken when a solver's answer is wrong.
    """
    begin = progress or _silent
    check_fixing(book, terms)
    admission, graph = _admitted(book)
    begin("seal")
    inputs = seal_inputs(book, sink)
    salt = terms.salt if terms.salt is not None else salt_of(terms.secret, inputs.offers_root)
    programs = search_solver or SearchSolver()
    outcome = decide(
        book, admission, graph, salt=salt, solver=solver, progress=begin, review=review, search_solver=programs
    )
    begin("write")
    manifest = seal_manifest(
        book,
        outcome,
        inputs=inputs,
        outcome_files=seal_outcome(book, outcome, sink),
        session_id=terms.id,
        salt=salt,
        secret=terms.secret,
        previous=previous,
        accepted_fixing=terms.accepted_fixing,
        sign=sign,
        made_by=made_by(solver, outcome),
        sink=sink,
    )
    return Session(book, outcome, manifest, programs.failures)


def replay_bundle(
    bundle: StoredBundle, *, solver: str = "ortools", progress: Progress | None = None
) -> Replayed:
    """Compute a sealed session again from its inputs; the first difference, None when every byte is the same.

    Of a searched component the record stands where it is as good as what is found here: see ``engine.search.recorded``.
    Raises InputFault where an input of the bundle cannot be read as one.
    """
    (progress or _silent)("read")
    book, terms = read_stored_book(bundle.read, bundle.names()), read_stored_terms(bundle.read)
    chosen = Standing((), (), (), ())

    def review(searched: Sequence[Searched], salt: bytes) -> Sequence[Searched]:
        nonlocal chosen
        record = read_stored_record(bundle.read, book) if searched else None
        chosen = Standing(searched, (), (), ()) if record is None else choose(searched, record, salt)
        return chosen.searched

    def recompute(sink: Sink) -> object:
        return clear_book(
            book, terms.session, sink, solver=solver, previous=terms.previous, progress=progress, review=review
        )

    difference = first_difference(bundle, recompute)
    return Replayed(difference, chosen.by_record, chosen.weaker, chosen.rejected)


def open_session(bundle: StoredBundle) -> Session:
    """A sealed session as it was cleared. Raises InputFault where a file of the bundle is none of a bundle.

    Nothing is authenticated or checked against the laws here: that is what ``verify`` does.
    """
    book = read_stored_book(bundle.read, bundle.names())
    outcome = read_stored_outcome(bundle.read, book)
    return Session(book, outcome, read_stored_manifest(bundle.read))


def explain_offer(session: Session, offer_id: str) -> Explanation:
    """Why one offer was filled as it was; in a searched component, what changes that were tried would bring it.

    Raises ValueError where the session has no such offer.
    """
    offer = session.book.offers.id.index(offer_id)
    found = explain(session.book, session.outcome, [offer])[0]
    if not any(seen.hindrance in TRIED for seen in found.outlook):
        return found
    salt = bytes.fromhex(str(session.manifest.record["salt"]))
    with SearchSolver() as solver:
        bench = Bench(session.book, offer, found.flow_micro, salt, solver, FLOW_SOLVERS["ortools"])
        return replace(found, trials=try_changes(bench))


def statement_of(bundle: StoredBundle, participant_id: str) -> Mapping[str, Any]:
    """What a session means for one participant, with proofs of what it put in; nothing of anybody else.

    Raises UsageFault for a participant that the book does not have, InputFault as ``open_session`` does.
    """
    session = open_session(bundle)
    names = session.book.participants.id
    if participant_id not in names:
        raise UsageFault(f"this session has no participant {participant_id[:80]!a}")
    participant = names.index(participant_id)
    record = session.manifest.record
    roots = {name: str(record[name]) for name in ("book_root", "offers_root")}
    return {
        "format": STATEMENT_FORMAT,
        "session": session.manifest.session,
        "digest": session.manifest.digest,
        "netting_form": session.book.rulebook.netting_form,
        **draw_statement(session.book, session.outcome, paid_in(session), participant),
        "proofs": prove_inputs(bundle.read, session.book, participant, roots),
    }


def quoted(book: Book, terms: SessionTerms) -> Session:
    """Clear a book and keep nothing."""
    return clear_book(book, terms, discard)


def paid_in(session: Session) -> SearchedPay:
    """What the offers of searched components are paid, by the rule of docs/rulebook-2.md.

    Raises InputFault where the session's record is none of its book.
    """
    return paid_in_search(session.book, admit(session.book), session.outcome)


def netting_flows(session: Session) -> tuple[Sequence[str], Iterator[ArcFlow]]:
    """Nodes of the netting graph, and its arcs with what flowed along them.

    The circulation comes first, then the offers of searched components, then the circulation of debts with credit.
    """
    book, fills = session.book, session.outcome.fills
    admission, graph = _admitted(book)
    parts = [(list(graph.nodes), named_arcs(book, graph, fills))]
    if book.rulebook.version > 1:
        parts.append(searched_arcs(book, find_tiers(book, admission), fills))
    if book.rulebook.obligations == "credit":
        parts.append(credit_arcs(book, admission, fills))
    nodes = sorted({node for some, _arcs in parts for node in some})
    return nodes, (arc for _nodes, arcs in parts for arc in arcs)


def decide(
    book: Book,
    admission: Admission,
    graph: NettingGraph,
    *,
    salt: bytes,
    solver: str = "ortools",
    progress: Progress | None = None,
    review: Review | None = None,
    search_solver: SearchSolver | None = None,
) -> Outcome:
    """Everything that follows from a book and a salt."""
    begin, flow_solver = progress or _silent, FLOW_SOLVERS[solver]
    begin("solve")
    tiers = find_tiers(book, admission) if book.rulebook.version > 1 else ()
    with search_solver or SearchSolver() as programs:
        searched = _search(book, admission, tiers, salt, programs)
    searched = searched if review is None else review(searched, salt)
    optimum = optimise(book, graph, salt, flow_solver)
    begin("certify")
    certificate, potential = certify(book, graph, salt, optimum)
    at_par = book.rulebook.objectives[0] != "surplus"
    premia = no_premia(graph, optimum.flow) if at_par else set_premia(graph, optimum.flow, potential)
    begin("settle")
    shares = share(book, graph, optimum.flow, salt)
    rings = find_rings(book, graph, optimum.flow, shares)
    paid = returned = None
    if book.rulebook.version > 1:
        whole = join(book, tiers, searched, shares=shares, rings=rings, certificate=certificate)
        shares, rings, certificate, paid, returned = (
            whole.shares, whole.rings, whole.certificate, whole.paid, whole.returned,
        )  # fmt: skip
    moved = None
    if book.rulebook.obligations == "credit":
        credit = discharge(book, admission, shares, salt, flow_solver)
        shares, rings, moved = replace(shares, obligation=credit.obligation), after(rings, credit.rings), credit.moved
        certificate = replace(certificate, credit_stages=credit.stages)
    legs, fills = make_legs(book, rings, shares, premia, salt, flow_solver)
    instructions = issue_instructions(book, legs)
    return Outcome(
        refusals=admission.refusals,
        fills=fills,
        certificate=certificate,
        premia=premia,
        rings=rings,
        legs=legs,
        entries=book_entries(book, legs, paid=paid, returned=returned, moved=moved),
        positions=take_positions(book, legs),
        instructions=instructions,
        totals=add_up(book, fills, rings, legs, instructions),
    )


def _search(
    book: Book, admission: Admission, tiers: Sequence[Tier], salt: bytes, programs: SearchSolver
) -> Sequence[Searched]:
    """Every component that no circulation can clear in; the solver starts only if there is one."""
    searched = [tier for tier in tiers if tier.tier != CIRCULATION]
    if searched:
        programs.start()
    return [search(build_rows(book, admission, tier), salt, programs) for tier in searched]


def outcome_of(book: Book, salt: bytes, *, solver: str = "ortools") -> Outcome:
    """Clear a book in memory, sealing nothing."""
    admission, graph = _admitted(book)
    return decide(book, admission, graph, salt=salt, solver=solver)


def summary(session: Session) -> Mapping[str, object]:
    """The object of ``clearing clear --json``, its seconds apart."""
    outcome, totals = session.outcome, session.outcome.totals
    return {
        "session": session.manifest.session,
        "digest": session.manifest.digest,
        "offers": len(session.book.offers.id),
        "refused": len(outcome.refusals),
        "obligations": len(session.book.obligations.id),
        "filled_offers": totals.filled_offers,
        "partly_filled_offers": totals.partly_filled_offers,
        "value_cleared_micro": str(totals.value_cleared_micro),
        "obligations_cleared_micro": str(totals.obligations_cleared_micro),
        "surplus_micro_ppm": str(totals.surplus_micro_ppm),
        "rings": len(outcome.rings.nodes),
        "legs": len(outcome.legs.quantity),
        "instructions": len(outcome.instructions.quantity),
        "participants_served": totals.participants_served,
        "longest_ring": totals.longest_ring,
        "optimal": outcome.certificate.optimal,
        "gap": str(outcome.certificate.gap),
        "unique": outcome.certificate.unique,
    }


def made_by(solver: str, outcome: Outcome) -> Mapping[str, object]:
    """What made a bundle: recorded, but not under the digest."""
    searched = any(component.stages for component in outcome.certificate.components)
    solvers = [solver, "highs"] if searched else [solver]
    return {"engine": __version__, "python": platform.python_version(), "solvers": solvers}


def check_fixing(book: Book, terms: SessionTerms) -> None:
    """A fixing that is held up needs a reason, and no other may have one."""
    fixing, reason = book.fixing, terms.accepted_fixing
    if fixing is not None and fixing.held and reason is None:
        raise InputFault(
            f"the fixing of {fixing.index} for {fixing.day} has the status {fixing.status}, by which no session is "
            "cleared; who answers for using it all the same gives --accept-fixing REASON"
        )
    if reason is not None and (fixing is None or not fixing.held):
        status = "the book's values come from no fixing record" if fixing is None else f"the fixing is {fixing.status}"
        raise InputFault(f"there is no fixing to accept: {status}; leave --accept-fixing out")


def _admitted(book: Book) -> tuple[Admission, NettingGraph]:
    _stop_on(quantity_faults(book))
    admission = admit(book)
    _stop_on(admitted_faults(book, admission))
    graph = build_graph(book, circulating(book, admission))
    _stop_on(graph_faults(book, graph))
    return admission, graph


def _stop_on(faults: Sequence[Fault]) -> None:
    if faults:
        raise BookFault(FaultReport(Counter(fault.reason for fault in faults), faults))


def _silent(_stage: str) -> None:
    return None
