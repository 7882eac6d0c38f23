"""Law 7, rings: the recorded rings of searched components in, rows with their flows and what is exchanged out.

Each member's row is known from its offer, the node it takes from, and whether the next one is `rest`. A ring that the
rules allow joins from row to row, visits none twice, passes `any` at most once, and is no longer than any of its
offers asks.

Example: nodes `any`, `pool:kidney` with members A, P: A gives a kidney, P takes it and gives another, which closes
the chain; its length is 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from clearing.audit.verify import forms
from clearing.audit.verify.law6_rings import Exchange
from clearing.audit.verify.law7_rows import ANYTHING, NO_ASSET, REST, TO_REST, Searched
from clearing.audit.verify.lines import canonical
from clearing.audit.verify.report import Findings, shown

LAW = 7


@dataclass(frozen=True, slots=True)
class Ring:
    """One ring: its rows in order, its flow, and its number."""

    rows: tuple[int, ...]
    flow: int
    number: int


@dataclass(slots=True)
class Outcome:
    """What a component's rings carry."""

    searched: Searched
    rings: list[Ring] = field(default_factory=list)
    flows: list[int] = field(default_factory=list)
    """By row."""

    def delivered(self, offer: int) -> int:
        """D(o)."""
        return sum(map(self.flows.__getitem__, self.searched.delivering[offer]))

    def taken(self, alternative: int) -> int:
        """T(o, i), 0 for an alternative that is not kept."""
        return sum(map(self.flows.__getitem__, self.searched.taking.get(alternative, ())))


class NotAllowedError(ValueError):
    """A ring that the rules do not allow; the text says why."""


def split_rings(bytes_read: bytes, searched: Sequence[Searched]) -> tuple[bytes, list[bytes]]:
    """The lines of outcome/rings that come before the first of a searched component, and all from there on."""
    members = {each.book.offers.id[offer] for each in searched for offer in each.component.offers}
    lines = bytes_read.splitlines(keepends=True)
    for place, line in enumerate(lines):
        if not line.startswith(b'{"flow_micro":') or b'"nodes":["claim:' in line:
            continue
        first = line.rpartition(b'"members":["')[2].partition(b'"')[0].decode(errors="replace")
        if first in members:
            return b"".join(lines[:place]), lines[place:]
    return bytes_read, []


def read_outcomes(
    lines: Sequence[bytes], searched: Sequence[Searched], exchange: Exchange, found: Findings
) -> list[Outcome]:
    """The rings of each component; lines follow those of the circulation."""
    outcomes = [Outcome(each, flows=[0] * len(each.rows)) for each in searched]
    owner = {each.book.offers.id[o]: outcome for each, outcome in zip(searched, outcomes, strict=True)
             for o in each.component.offers}  # fmt: skip
    members = {outcome.searched.name: _members(outcome.searched) for outcome in outcomes}
    last: tuple[str, list[str], list[str]] = ("", [], [])
    first = exchange.ring_count
    for place, line in enumerate(lines, start=first + 1):
        try:
            record = _read_line(line, place)
            names = record.members
            if names[0] not in owner:
                raise NotAllowedError("is of no searched component; rings of the circulation come first")
            outcome = owner[names[0]]
            key = (outcome.searched.name, record.nodes, names)
            if key <= last:
                raise NotAllowedError("does not come after the one before in order of component, nodes, members")
            last = key
            rows = _rows_of(record, members[outcome.searched.name])
            _check_ring(outcome.searched, rows)
            ring = Ring(rows, record.flow, place)
        except NotAllowedError as wrong:
            found.add(LAW, str(wrong), forms.RINGS.path, place)
            continue
        _add(outcome, ring, exchange)
    exchange.ring_count += len(lines)
    return outcomes


def ring_length(searched: Searched, rows: Sequence[int]) -> int:
    """The number of rows, of a chain one less."""
    return len(rows) - any(searched.rows[row].tail == ANYTHING for row in rows)


@dataclass(frozen=True, slots=True)
class _Line:
    nodes: list[str]
    members: list[str]
    flow: int


def _read_line(line: bytes, number: int) -> _Line:
    if not forms.RINGS.pattern.fullmatch(line.decode(errors="replace").removesuffix("\n")):
        raise NotAllowedError("is not of the form of a ring")
    record = json.loads(line)
    nodes, members = record["nodes"], record["segments"][0]["members"]
    segments = [{"flow_micro": record["flow_micro"], "members": members}]
    turns = [[*zip(nodes[i:] + nodes[:i], members[i:] + members[:i], strict=False)] for i in range(len(nodes))]
    if record["segments"] != segments or len(members) != len(nodes):
        raise NotAllowedError("has one segment with a member for each node and the flow of the ring")
    if turns[0] != min(turns):
        raise NotAllowedError("does not start at its smallest node")
    if record["ring_id"] != f"R{number:06d}" or canonical(record).encode() + b"\n" != line:
        raise NotAllowedError(f"should have the id R{number:06d}")
    return _Line(nodes, members, int(record["flow_micro"]))


def _members(searched: Searched) -> Mapping[tuple[str, str, bool], int]:
    """Row by (offer id, node it takes from, whether it delivers to ``rest``)."""
    ids = searched.book.offers.id
    return {(ids[row.offer], row.tail, row.kind == TO_REST): i for i, row in enumerate(searched.rows)}


def _rows_of(line: _Line, members: Mapping[tuple[str, str, bool], int]) -> tuple[int, ...]:
    rows = []
    for name, node, onward in zip(line.members, line.nodes, [*line.nodes[1:], line.nodes[0]], strict=True):
        row = members.get((name, node, onward == REST))
        if row is None:
            raise NotAllowedError(f"{shown(name)} has no row from {shown(node)} to {shown(onward)} in its component")
        rows.append(row)
    return tuple(rows)


def _check_ring(searched: Searched, rows: tuple[int, ...]) -> None:
    names = [searched.rows[row].name for row in rows]
    for (one, name), (other, onward) in _turn(list(zip(rows, names, strict=True))):
        if not searched.may_follow(one, other):
            raise NotAllowedError(f"{name} may not deliver to {onward}")
    if len(set(rows)) < len(rows):
        raise NotAllowedError("visits a row twice")
    passes = sum(searched.rows[row].tail == ANYTHING for row in rows)
    length, asks = ring_length(searched, rows), searched.asks
    if passes > 1 or length < 1:
        raise NotAllowedError(f"passes any {passes} times in {len(rows)} rows")
    for row, name in zip(rows, names, strict=True):
        offer = searched.rows[row].offer
        most = asks.chain_limit(offer) if passes else asks.ring_limit(offer)
        if length > most:
            raise NotAllowedError(f"has the length {length}; {name} may be in one of at most {most}")
    if searched.book.rulebook.screening == "ring":
        for one, other in combinations(sorted({searched.rows[row].offer for row in rows}), 2):
            if asks.deny(one, other):
                ids = searched.book.offers.id
                raise NotAllowedError(f"{ids[one]} and {ids[other]} deny each other")


def _turn(rows: list[tuple[int, str]]) -> Iterator[tuple[tuple[int, str], tuple[int, str]]]:
    return zip(rows, [*rows[1:], rows[0]], strict=True)


def _add(outcome: Outcome, ring: Ring, exchange: Exchange) -> None:
    """What one ring carries, and the legs that it makes: none where residual or anything is taken."""
    searched, offers = outcome.searched, outcome.searched.book.offers
    outcome.rings.append(ring)
    for row in ring.rows:
        outcome.flows[row] += ring.flow
    exchange.segment_count += 1
    exchange.longest = max(exchange.longest, ring_length(searched, ring.rows))
    for one, other in zip(ring.rows, [*ring.rows[1:], ring.rows[0]], strict=True):
        taker = searched.rows[other]
        if taker.tail == ANYTHING or taker.asset == NO_ASSET:
            continue
        key = searched.rows[one].offer * len(offers.alt_offer) + taker.alternative
        exchange.flow[key] = exchange.flow.get(key, 0) + ring.flow
        known = exchange.rings.get(key, [])
        listed = [known] if isinstance(known, int) else known
        if not listed or listed[-1] != ring.number:
            listed = [*listed, ring.number]
        exchange.rings[key] = listed[0] if len(listed) == 1 else listed
