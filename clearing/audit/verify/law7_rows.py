"""Law 7, rows: a searched component in; its rows, the groups that bound them, and who may meet, out.

A row is a member of a ring: an alternative, from where it takes to where it delivers. A stepped offer also takes
residual at `rest` to deliver, and takes an alternative as residual.

Example: P delivers 5 apples all or none for pears: rows `P|0` from pool:pear to pool:apple, `P|rest` from rest to
pool:apple, `P|0|rest` from pool:pear to rest; groups `offer:P` (the first two) and `rest:P` (the last).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import TYPE_CHECKING

from clearing.audit.verify.asks import Asks, account_room, stock_size
from clearing.audit.verify.book import ANY, INDEX, NONE, Book
from clearing.audit.verify.components import Admitted, Component, conflicts
from clearing.audit.verify.law7_walks import Ways

if TYPE_CHECKING:
    from clearing.audit.verify.law7_ends import Ends

PLAIN, FROM_REST, TO_REST = range(3)
REST, ANYTHING, HUB, POOL = "rest", "any", "hub", "pool:"


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``alternative`` is NONE where residual is taken, ``asset`` what is taken or NO_ASSET."""

    name: str
    offer: int
    alternative: int
    kind: int
    asset: int
    tail: str
    head: str


NO_ASSET = -9


@dataclass(frozen=True, slots=True)
class Group:
    """A bound on the sum of some rows."""

    capacity: int
    rows: Sequence[int]
    residual_of: int = NONE
    """The offer whose residual it bounds."""


@dataclass(slots=True)
class Searched:
    """The rows of a component and what follows from them."""

    book: Book
    asks: Asks
    component: Component
    rows: list[Row] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    """Row by name."""
    held: dict[int, list[int]] = field(default_factory=dict)
    """Rows by offer."""
    delivering: dict[int, list[int]] = field(default_factory=dict)
    """Rows that deliver, by offer."""
    taking: dict[int, list[int]] = field(default_factory=dict)
    """Rows that take, by alternative."""
    groups: dict[str, Group] = field(default_factory=dict)
    clashes: set[tuple[int, int]] = field(default_factory=set)
    """Pairs of offers (giver, taker) that may not meet in a pool."""
    ends: Ends | None = None
    """Where rows take and deliver, pools taken apart; made when first asked for."""
    walks: tuple[Ways, dict[str, int]] | None = None
    """The rows as columns for the search of walks, and the number of each node; made when first asked for."""

    @property
    def name(self) -> str:
        """The component's."""
        return self.component.name

    def may_follow(self, one: int, other: int) -> bool:
        """Whether a row may be followed by another: they join, and do not conflict in a pool."""
        first, second = self.rows[one], self.rows[other]
        if second.tail == ANYTHING:
            return first.head.startswith(POOL)
        return first.head == second.tail and not self.clash(one, other)

    def clash(self, one: int, other: int) -> bool:
        """Whether two rows that meet in a pool conflict."""
        first, second = self.rows[one], self.rows[other]
        return (first.offer, second.offer) in self.clashes and second.tail.startswith(POOL)


def build_rows(book: Book, admitted: Admitted, component: Component) -> Searched:
    """The rows of a searched component, offer by offer."""
    asks = Asks(book)
    searched = Searched(book, asks, component)
    rests = {offer for offer in component.offers if asks.tolerance > 0 and asks.stepped(offer)}
    for offer in component.offers:
        if offer in rests:
            name = f"{book.offers.id[offer]}|rest"
            _add(searched, Row(name, offer, NONE, FROM_REST, NO_ASSET, REST, _head(book, offer)))
    for alternative in component.alternatives:
        offer, asset = book.offers.alt_offer[alternative], book.offers.alt_asset[alternative]
        name = f"{book.offers.id[offer]}|{alternative - book.offers.alt_start[offer]}"
        tail = ANYTHING if asset == ANY else HUB if asset == INDEX else f"{POOL}{book.assets.name[asset]}"
        _add(searched, Row(name, offer, alternative, PLAIN, asset, tail, _head(book, offer)))
        if offer in rests and asset != ANY:
            _add(searched, Row(f"{name}|rest", offer, alternative, TO_REST, asset, tail, REST))
    searched.clashes = set(conflicts(book, asks, component.offers, component.alternatives))
    searched.groups = dict(_groups(searched, admitted))
    return searched


def ways_of(searched: Searched) -> tuple[Ways, dict[str, int]]:
    """The rows as columns for the search of walks, and the number of each node."""
    if searched.walks is not None:
        return searched.walks
    rows, asks = searched.rows, searched.asks
    number = {name: i for i, name in enumerate(dict.fromkeys(end for row in rows for end in (row.tail, row.head)))}
    pools = {node for name, node in number.items() if name.startswith(POOL)}
    clashing = {offer for pair in searched.clashes for offer in pair}
    screened = searched.book.rulebook.screening == "ring"
    marked = {o for o in searched.component.offers if screened and asks.denies_or_denied(o)}
    ring_limit = {offer: asks.ring_limit(offer) for offer in searched.component.offers}
    chain_limit = {offer: asks.chain_limit(offer) for offer in searched.component.offers}
    ways = Ways(
        tail=[number[row.tail] for row in rows],
        head=[number[row.head] for row in rows],
        ring_limit=[ring_limit[row.offer] for row in rows],
        chain_limit=[chain_limit[row.offer] for row in rows],
        any=number.get(ANYTHING, NONE),
        returns=pools.__contains__,
        clash=searched.clash,
        choosy=lambda row: rows[row].offer in clashing or rows[row].offer in marked,
        denied=lambda row, passed: any(asks.deny(rows[row].offer, other) for other in passed),
        mark=lambda row: frozenset((rows[row].offer,)) if rows[row].offer in marked else frozenset(),
        nodes=len(number),
    )
    searched.walks = (ways, number)
    return searched.walks


def _head(book: Book, offer: int) -> str:
    asset = book.offers.deliver[offer]
    return HUB if asset == INDEX else f"{POOL}{book.assets.name[asset]}"


def _add(searched: Searched, row: Row) -> None:
    place = len(searched.rows)
    searched.rows.append(row)
    searched.index[row.name] = place
    searched.held.setdefault(row.offer, []).append(place)
    if row.kind != TO_REST:
        searched.delivering.setdefault(row.offer, []).append(place)
    if row.kind != FROM_REST:
        searched.taking.setdefault(row.alternative, []).append(place)


def _groups(searched: Searched, admitted: Admitted) -> Mapping[str, Group]:
    book, rows, offers = searched.book, searched.rows, searched.book.offers
    groups: dict[str, Group] = {}
    stocks: dict[int, list[int]] = {}
    paying: dict[int, list[int]] = {}
    for offer, held in searched.delivering.items():
        groups[f"offer:{offers.id[offer]}"] = Group(offers.capacity[offer], held)
        if offers.stock[offer] != NONE:
            stocks.setdefault(offers.stock[offer], []).extend(held)
        if offers.deliver[offer] == INDEX:
            paying.setdefault(offers.participant[offer], []).extend(held)
    for stock, held in stocks.items():
        groups[f"stock:{book.stocks.id[stock]}"] = Group(stock_size(book, stock), held)
    for person, held in paying.items():
        groups[f"out:{book.participants.id[person]}"] = Group(admitted.headroom[person], held)
    _add_whole_lots(searched, groups)
    _add_takers(searched, groups)
    leaving: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        if row.kind == FROM_REST:
            _add_residual(searched, groups, row.name, [place], row.offer)
        elif row.kind == TO_REST:
            leaving.setdefault(row.offer, []).append(place)
    for offer, held in leaving.items():
        _add_residual(searched, groups, f"rest:{offers.id[offer]}", held, offer)
    return groups


def _add_whole_lots(searched: Searched, groups: dict[str, Group]) -> None:
    """Groups whose offers all deliver in lots, once more, at the last whole lot within their capacity."""
    asked = searched.book.offers.conditions
    for name, group in list(groups.items()):
        owners = {searched.rows[row].offer for row in group.rows}
        if all(owner in asked and asked[owner].lot for owner in owners):
            rest = group.capacity % gcd(*map(searched.asks.step, owners))
            if rest:
                groups[f"whole:{name}"] = Group(group.capacity - rest, group.rows)


def _add_residual(searched: Searched, groups: dict[str, Group], name: str, held: list[int], offer: int) -> None:
    """In proportion to what is delivered, and where that might be more, at most the tolerance."""
    tolerance = searched.asks.tolerance
    groups[name] = Group(tolerance, held, offer)
    if searched.asks.least(offer) < searched.book.offers.capacity[offer]:
        groups[f"all:{name}"] = Group(tolerance, held)


def _add_takers(searched: Searched, groups: dict[str, Group]) -> None:
    book, offers = searched.book, searched.book.offers
    taking: dict[int, list[int]] = {}
    served: dict[int, int] = {}
    for alternative, held in searched.taking.items():
        offer, most, asset = offers.alt_offer[alternative], offers.alt_max[alternative], offers.alt_asset[alternative]
        if most != NONE:
            name = f"max:{offers.id[offer]}|{alternative - offers.alt_start[offer]}"
            groups[name] = Group(most * book.assets.value[asset], held)
        if asset == INDEX:
            person = offers.participant[offer]
            taking.setdefault(person, []).extend(held)
            served[person] = served.get(person, 0) + offers.capacity[offer]
    for person, held in taking.items():
        groups[f"in:{book.participants.id[person]}"] = Group(account_room(book, person, served[person]), held)
