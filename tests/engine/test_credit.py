"""Obligations with credit: by hand, against an independent model, by the laws, beside goods on the same accounts."""

from __future__ import annotations

import random
from dataclasses import replace

import networkx as nx
import pytest

from clearing.engine.flow_solver import FLOW_SOLVERS
from clearing.model.book import NONE, Book
from clearing.model.outcome import Outcome
from clearing.model.rulebook import DEFAULTS
from clearing.service import outcome_of
from tests.audit.verify.resealing import Files, verified
from tests.books import book, offer, random_book
from tests.sessions import clear_in_memory

CREDIT = replace(DEFAULTS[2], obligations="credit")
SALT = b"salt"


def moved(made: Book, outcome: Outcome) -> dict[str, int]:
    return {made.participants.id[e.participant]: e.amount_micro for e in outcome.entries if e.kind == "index"}


def chain(a: tuple[int, int, int], c: tuple[int, int, int] = (0, 0, NONE), **keys: str) -> Book:
    """A owes B 10, B owes C 10, and B may keep nothing."""
    return book(
        values={},
        desks={"A": a, "B": (0, 0, 0), "C": c},
        obligations=[("1", "A", "B", 10), ("2", "B", "C", 10)],
        rulebook=replace(CREDIT, **keys),  # type: ignore[arg-type]
    )


def test_a_chain_of_debts_clears_as_far_as_credit_reaches() -> None:
    made = chain((0, 6, NONE))
    outcome = outcome_of(made, SALT)
    assert outcome.fills.obligation_flow_micro.tolist() == [6, 6]
    assert moved(made, outcome) == {"A": -6, "C": 6}, "B passes on what it is paid"
    assert outcome.rings.nodes == [("claim:A", "hub", "claim:C", "claim:B")]
    assert [made.obligations.id[m] for m in outcome.rings.member.tolist()] == ["2", "1"], (
        "C discharges B, B discharges A"
    )
    assert outcome.certificate.unique


def test_set_off_alone_clears_no_chain() -> None:
    outcome = outcome_of(chain((0, 6, NONE), obligations="set-off"), SALT)
    assert not outcome.fills.obligation_flow_micro.any()
    assert outcome.certificate.credit_stages is None


@pytest.mark.parametrize(
    ("a", "c", "cleared"),
    [
        ((4, 0, NONE), (0, 0, NONE), 4),  # a balance pays
        ((-3, 10, NONE), (0, 0, NONE), 7),  # what is left of credit
        ((-20, 10, NONE), (0, 0, NONE), 0),  # below the credit limit nothing is left
        ((0, 100, NONE), (0, 0, 3), 3),  # the cap of who is paid
        ((0, 100, NONE), (5, 0, 3), 0),  # a balance above the cap
        ((0, 100, NONE), (-5, 9, 3), 8),
    ],
)
def test_credit_and_cap_bound_what_accounts_move(
    a: tuple[int, int, int], c: tuple[int, int, int], cleared: int
) -> None:
    made = chain(a, c)
    outcome = outcome_of(made, SALT)
    assert outcome.fills.obligation_flow_micro.tolist() == [cleared, cleared]
    assert moved(made, outcome) == ({"A": -cleared, "C": cleared} if cleared else {})


def test_a_cycle_of_debts_uses_no_account() -> None:
    debts = [("1", "A", "B", 10), ("2", "B", "C", 10), ("3", "C", "A", 10)]
    outcome = outcome_of(book(values={}, obligations=debts, rulebook=CREDIT), SALT)
    assert outcome.fills.obligation_flow_micro.tolist() == [10, 10, 10]
    assert not outcome.entries
    assert len(outcome.rings.nodes) == 1


def test_goods_are_booked_first_and_obligations_have_what_they_leave() -> None:
    """A buys apples for 8,000 of its 10,000 µ: 2,000 are left for what it owes."""
    alone = book(values={}, desks={"A": (10_000, 0, NONE)}, obligations=[("1", "A", "B", 9_000)], rulebook=CREDIT)
    assert outcome_of(alone, SALT).fills.obligation_flow_micro.tolist() == [9_000]
    rows = [offer("buy", "A", "INDEX", 8_000, ("apple", 0)), offer("sell", "B", "apple", 8, ("INDEX", 0))]
    desks = {"A": (10_000, 0, NONE), "B": (0, 0, NONE)}
    made = book(
        values={"apple": 1_000}, offers=rows, desks=desks, obligations=[("1", "A", "B", 9_000)], rulebook=CREDIT
    )
    outcome = outcome_of(made, SALT)
    assert outcome.fills.offer_flow_micro.tolist() == [8_000, 8_000]
    assert outcome.fills.obligation_flow_micro.tolist() == [2_000]
    assert moved(made, outcome) == {"A": -10_000, "B": 10_000}


def debts_and_accounts(seed: int) -> Book:
    draw = random.Random(seed)
    names = [f"D{i:02d}" for i in range(draw.randint(2, 12))]
    desks = {name: (draw.randint(-50, 50), draw.randint(0, 80), draw.choice((NONE, 0, 20, 60))) for name in names}
    debts = []
    for i in range(draw.randint(1, 30)):
        debtor, creditor = draw.sample(names, 2)
        debts.append((f"B{i:02d}", debtor, creditor, draw.randint(1, 60)))
    return book(values={}, desks=desks, obligations=debts, rulebook=CREDIT)


def most_discharged(made: Book) -> tuple[int, int]:
    """By networkx: the most that can be discharged, and the least account use that does it."""
    people, debts = made.participants, made.obligations
    graph = nx.MultiDiGraph()
    rows = zip(debts.debtor.tolist(), debts.creditor.tolist(), debts.amount_micro.tolist(), strict=True)
    total = sum(debts.amount_micro.tolist())
    scale = total + 1
    for debtor, creditor, amount in rows:
        graph.add_edge(creditor, debtor, capacity=amount, weight=-scale)
    for p in sorted(graph.nodes):
        balance, cap = int(people.balance_micro[p]), int(people.balance_cap_micro[p])
        graph.add_edge(p, "hub", capacity=max(0, balance + int(people.credit_limit_micro[p])), weight=1)
        graph.add_edge("hub", p, capacity=total if cap == NONE else max(0, cap - balance), weight=0)
    cost, _ = nx.network_simplex(_simple(graph))
    return -(cost // scale), cost % scale


def _simple(graph: nx.MultiDiGraph) -> nx.DiGraph:
    """Parallel arcs of one weight summed; capacities of a pair add up."""
    simple = nx.DiGraph()
    for tail, head, row in graph.edges(data=True):
        if simple.has_edge(tail, head):
            simple[tail][head]["capacity"] += row["capacity"]
        else:
            simple.add_edge(tail, head, **row)
    return simple


@pytest.mark.parametrize("seed", range(80))
def test_the_most_is_discharged_with_the_least_use_of_accounts(seed: int) -> None:
    made = debts_and_accounts(seed)
    outcome = outcome_of(made, SALT)
    discharged = sum(outcome.fills.obligation_flow_micro.tolist())
    used = -sum(amount for amount in moved(made, outcome).values() if amount < 0)
    assert (discharged, used) == most_discharged(made)
    assert outcome.certificate.credit_stages is not None
    assert [stage.value for stage in outcome.certificate.credit_stages[:2]] == [-discharged, used]


def sealed(made: Book) -> Files:
    return clear_in_memory(made)[1]


@pytest.mark.parametrize("seed", range(40))
def test_verify_holds_with_goods_index_offers_and_tight_accounts(seed: int) -> None:
    made = random_book(seed)
    made = replace(made, rulebook=replace(CREDIT, self_crossing="allow", residual_tolerance_micro=10**6))
    report = verified(sealed(made))
    assert report.holds, report.violations


def test_some_of_these_books_use_credit_beside_goods() -> None:
    seen = 0
    for seed in range(40):
        made = replace(random_book(seed), rulebook=replace(CREDIT, self_crossing="allow"))
        outcome = outcome_of(made, SALT)
        through_accounts = any("hub" in nodes and nodes[0].startswith("claim:") for nodes in outcome.rings.nodes)
        seen += through_accounts and bool(outcome.fills.offer_flow_micro.any())
    assert seen >= 10


@pytest.mark.parametrize("seed", range(12))
def test_another_solver_comes_to_the_same_bytes(seed: int) -> None:
    made = debts_and_accounts(seed)
    ours, theirs = (clear_in_memory(made, solver=solver)[1] for solver in sorted(FLOW_SOLVERS)[:2])
    del ours["manifest.json"], theirs["manifest.json"]  # made_by names the solver
    assert ours == theirs
