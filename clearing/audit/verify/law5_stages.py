"""Law 5, stages: the recorded potentials prove the optimum of every stage on the face of the one before.

A potential of a node is the length of the shortest residual path into it from a virtual source that is joined to
every node at 0. So potentials are right exactly when none is above 0, no residual arc tail -> head of cost c has
π(head) > π(tail) + c, and every node is reached from one of potential 0 by residual arcs that are tight.
An arc whose reduced cost c + π(tail) − π(head) is not 0 is at the same bound in every optimum, and stays there.

Example: an unfilled offer b -> a of limit −5 and an unfilled offer a -> b of limit 3 make a residual cycle of −2:
π(a) ≤ π(b) − 5 and π(b) ≤ π(a) + 3 cannot both be, so whatever potentials are made up, one arc gives them away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clearing.audit.verify.asks import Asks
from clearing.audit.verify.book import Book
from clearing.audit.verify.certificate import Certificate, Stage, stage_potentials
from clearing.audit.verify.forms import CERTIFICATE_PATH
from clearing.audit.verify.graph import ACCOUNT, ALTERNATIVE, HUB, OBLIGATION, OFFER, WHOLE, Graph
from clearing.audit.verify.lottery import arc_cost
from clearing.audit.verify.report import Findings
from clearing.audit.verify.residual import Residual, Step, components, condense, condense_linear

SEGMENTS = 16
LOTTERY = "lottery"
CREDIT_LEADING = ("value", "credit", "even")
"""Of obligations with credit."""
SPLIT_KINDS = (OFFER, WHOLE, OBLIGATION)


@dataclass(slots=True)
class _Face:
    """The arcs that are still free, each with the bounds left to it."""

    arcs: list[int]
    least: list[int]
    most: list[int]


@dataclass(slots=True)
class _Priced:
    """One stage: what it costs to move each free arc, and the value of the flow."""

    residual: Residual
    steps: list[Step]
    value: int


def check_stages(book: Book, graph: Graph, certificate: Certificate, salt: bytes, found: Findings) -> list[int] | None:
    """The potentials of the first stage by node, None unless they are proven and those of the surplus."""
    leading = [name for name in book.rulebook.objectives if name != LOTTERY]
    if certificate.components is None:
        _check_claims(certificate, found)
    if certificate.lottery_stages != len(certificate.stages) - len(leading):
        message = f"is {certificate.lottery_stages} and must be {len(certificate.stages) - len(leading)}"
        found.add(5, message, CERTIFICATE_PATH, 1, "lottery_stages")
    return _check_each(book, graph, certificate.stages, leading, salt, found)


def check_credit_stages(
    book: Book, graph: Graph, stages: Sequence[Stage], salt: bytes, found: Findings
) -> None:
    """The stages of obligations with credit, on the graph of these."""
    _check_each(book, graph, stages, CREDIT_LEADING, salt, found)


def _check_each(
    book: Book, graph: Graph, stages: Sequence[Stage], leading: Sequence[str], salt: bytes, found: Findings
) -> list[int] | None:
    face = _Face(list(range(len(graph.tail))), [0] * len(graph.tail), list(graph.capacity))
    first: list[int] | None = None
    unique = False
    for place, stage in enumerate(stages):
        lottery = place + 1 - len(leading)
        expected = leading[place] if lottery < 1 else LOTTERY
        if stage.objective != expected or unique:
            wanted = "no further stage, the result was unique" if unique else expected
            _blame(stage, place, f"should be {wanted}", found)
            return first
        potentials = stage_potentials(stage, graph, found)
        if potentials is None:
            return first
        priced = _price(book, graph, face, place, (expected, lottery), salt)
        if stage.value != priced.value:
            _blame(stage, place, f"has the value {priced.value}, not {stage.value}", found)
        if not _proven(book, graph, priced.residual, potentials, stage, place, found):
            return first
        unique = lottery >= 1 and _is_unique(graph, priced.steps, potentials)
        first = potentials if place == 0 and expected == "surplus" else first
        face = _next_face(graph, face, priced.steps, potentials, place, expected)
    _check_end(stages, leading, unique, found)
    return first


def _check_claims(certificate: Certificate, found: Findings) -> None:
    stages = certificate.stages
    claims = {
        "bound": (certificate.bound, stages[0].value if stages else 0),
        "gap": (certificate.gap, 0),
        "optimal": (certificate.optimal, True),
        "unique": (certificate.unique, True),
    }
    for name, (claimed, actual) in claims.items():
        if claimed != actual:
            found.add(5, f"is {claimed} and must be {actual}", CERTIFICATE_PATH, 1, name)


def _check_end(stages: Sequence[Stage], leading: Sequence[str], unique: bool, found: Findings) -> None:
    field = "credit_stages" if leading is CREDIT_LEADING else "stages"
    if len(stages) <= len(leading):
        found.add(5, "stages of the rulebook are missing", CERTIFICATE_PATH, 1, field)
    elif not unique:
        message = "the result is not unique after the last stage: a lottery stage is missing"
        found.add(5, message, CERTIFICATE_PATH, 1, "unique" if field == "stages" else field)


def _blame(stage: Stage, place: int, message: str, found: Findings) -> None:
    found.add(5, f"stage {place + 1} ({stage.objective}) {message}", CERTIFICATE_PATH, 1, stage.field)


def _price(book: Book, graph: Graph, face: _Face, place: int, objective: tuple[str, int], salt: bytes) -> _Priced:
    """A stage by the name of its objective and the number of its lottery."""
    name, lottery = objective
    if name == "even":
        return _price_even(graph, face)
    if name == LOTTERY:
        costs = [arc_cost(salt, lottery, book, graph, arc) for arc in face.arcs]
        value = _sum_of_products(costs, [graph.flow[arc] for arc in face.arcs])
    else:
        of_arcs = _costs(book, graph, name)
        value = _sum_of_products(of_arcs, graph.flow)
        costs = of_arcs if place == 0 else [of_arcs[arc] for arc in face.arcs]
    flows = [graph.flow[arc] for arc in face.arcs]
    rows = zip(face.arcs, costs, flows, face.least, face.most, strict=True)
    residual = condense_linear(graph.tail, graph.head, len(graph.node), rows)
    if place == 0 and name == "surplus":
        return _Priced(residual, [], value)
    columns = zip(face.arcs, costs, flows, face.least, face.most, strict=True)
    steps = [
        Step(arc, cost if flow < most else None, -cost if flow > least else None)
        for arc, cost, flow, least, most in columns
    ]
    return _Priced(residual, steps, value)


def _costs(book: Book, graph: Graph, name: str) -> list[int]:
    """What one µ on each arc costs in a stage that is neither even nor a lottery."""
    if name == "surplus":
        return graph.limit
    if name == "value":
        return [-1 if kind in SPLIT_KINDS else 0 for kind in graph.kind]
    if name == "credit":
        hub = graph.number.get(HUB, -1)
        return [int(kind == ACCOUNT and head == hub) for kind, head in zip(graph.kind, graph.head, strict=True)]
    costs = [0] * len(graph.kind)
    if name not in ("items", "priority"):
        return costs
    offers, asks = book.offers, Asks(book)
    givers: dict[int, set[int]] = {}
    for kind, item in zip(graph.kind, graph.item, strict=True):
        if kind in (OFFER, WHOLE):
            givers.setdefault(offers.deliver[item], set()).add(offers.participant[item])
    for arc, (kind, item) in enumerate(zip(graph.kind, graph.item, strict=True)):
        if kind not in (OFFER, ALTERNATIVE):
            continue
        alternative = item if kind == ALTERNATIVE else offers.alt_start[item]
        asset, offer = offers.alt_asset[alternative], offers.alt_offer[alternative]
        if not asks.indivisible(asset) or book.assets.internal[asset]:
            continue
        if givers.get(asset, set()) - {offers.participant[offer]}:
            costs[arc] = -1 if name == "items" else alternative - offers.alt_start[offer]
    return costs


def _price_even(graph: Graph, face: _Face) -> _Priced:
    """Fills are split in segments of cost 0 … 15; the next unit enters one, the last unit left another."""
    steps, value = [], 0
    for arc, most in zip(face.arcs, face.most, strict=True):
        flow, cost_more, cost_less = graph.flow[arc], 0, 0
        if graph.kind[arc] in SPLIT_KINDS and most:
            cost_more = _segment(flow, most)
            cost_less = -_segment(flow - 1, most)
            value += sum(max(0, flow - most * k // SEGMENTS) for k in range(1, SEGMENTS))
        steps.append(Step(arc, cost_more if flow < most else None, cost_less if flow > 0 else None))
    return _Priced(condense(graph.tail, graph.head, len(graph.node), steps), steps, value)


def _segment(unit: int, size: int) -> int:
    """The segment k, from ⌊size·k/16⌋ to ⌊size·(k+1)/16⌋, that holds a unit counted from 0."""
    return (SEGMENTS * (unit + 1) - 1) // size


def _proven(
    book: Book, graph: Graph, residual: Residual, potentials: list[int], stage: Stage, place: int, found: Findings
) -> bool:
    nodes, before = len(graph.node), found.total()
    arrows: list[list[int]] = [[] for _ in range(nodes)]
    for key, (cost, arc) in residual.items():
        tail, head = divmod(key, nodes)
        reduced = cost + potentials[tail] - potentials[head]
        if reduced < 0:
            against = "" if tail == graph.tail[arc] else " backward"
            message = f"is not optimal: {graph.title(book, arc)}{against} has the reduced cost {reduced}"
            _blame(stage, place, message, found)
        elif reduced == 0:
            arrows[tail].append(head)
    reached = [potential == 0 for potential in potentials]
    waiting = [node for node in range(nodes) if reached[node]]
    while waiting:
        for head in arrows[waiting.pop()]:
            if not reached[head]:
                reached[head] = True
                waiting.append(head)
    for node, potential in enumerate(potentials):
        if potential > 0 or not reached[node]:
            message = f"has the potential {potential} at {graph.node[node]}, which is not its distance"
            _blame(stage, place, message, found)
    return found.total() == before


def _next_face(
    graph: Graph, face: _Face, steps: list[Step], potentials: list[int], place: int, objective: str
) -> _Face:
    """Arcs of reduced cost 0 stay free, within the same bounds."""
    if objective == "even":
        return _even_face(graph, face, potentials)
    if place == 0 and objective == "surplus":
        kept = [
            i
            for i, (cost, tail, head) in enumerate(zip(graph.limit, graph.tail, graph.head, strict=True))
            if cost + potentials[tail] == potentials[head]
        ]
    else:
        kept = [i for i, step in enumerate(steps) if _is_tight(graph, step, potentials)]
    return _Face([face.arcs[i] for i in kept], [face.least[i] for i in kept], [face.most[i] for i in kept])


def _even_face(graph: Graph, face: _Face, potentials: list[int]) -> _Face:
    """A split arc is free within the segment whose cost is its price; another if its price is 0."""
    left = _Face([], [], [])
    for arc, least, most in zip(face.arcs, face.least, face.most, strict=True):
        price = potentials[graph.head[arc]] - potentials[graph.tail[arc]]
        if graph.kind[arc] in SPLIT_KINDS:
            if not 0 <= price < SEGMENTS:
                continue
            least, most = most * price // SEGMENTS, most * (price + 1) // SEGMENTS
            if least == most:
                continue
        elif price != 0:
            continue
        left.arcs.append(arc)
        left.least.append(least)
        left.most.append(most)
    return left


def _is_tight(graph: Graph, step: Step, potentials: list[int]) -> bool:
    cost = step.more if step.more is not None else -step.less if step.less is not None else None
    if cost is None:
        return False
    return cost + potentials[graph.tail[step.arc]] == potentials[graph.head[step.arc]]


def _is_unique(graph: Graph, steps: list[Step], potentials: list[int]) -> bool:
    """Each strongly connected part of the tight residual arcs is a tree of arcs that can go both ways."""
    tight, edges = [], []
    for step in steps:
        if not _is_tight(graph, step, potentials):
            continue
        tail, head = graph.tail[step.arc], graph.head[step.arc]
        tight.append((tail, head))
        if step.more is not None:
            edges.append((tail, head))
        if step.less is not None:
            edges.append((head, tail))
    component = components(len(graph.node), _unrepeated(edges))
    surplus = [1] * (max(component, default=-1) + 1)
    for each in component:
        surplus[each] -= 1
    for tail, head in tight:
        if component[tail] == component[head]:
            surplus[component[tail]] += 1
    return not any(surplus)


def _unrepeated(edges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    return iter(dict.fromkeys(edges))


def _sum_of_products(ones: list[int], others: list[int]) -> int:
    return sum(one * other for one, other in zip(ones, others, strict=True))
