"""Tiers: book, admission -> its connected components, and what it takes to clear each of them.

Two desks that swap wheat and copper at will are a circulation. With a longest ring they need rings; with an offer
that takes all or none they need integers. A component that needs none of it never pays for one that does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.admission import Admission
from clearing.engine.search.asks import Asks, indivisible, lines_of, row_offers, stepped
from clearing.model.book import ANY, INDEX, NONE, Book

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

CIRCULATION, RINGS, INTEGER = "circulation", "rings", "integer"
SLOTTED = ("even", "participants", "deliveries")
"""Objectives that a circulation in whole pieces cannot have."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A component: its least node, what it needs, and its admitted offers ascending."""

    component: str
    tier: str
    offers: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Scene:
    book: Book
    admission: Admission
    asks: Asks
    stepped: BoolArray
    row_offer: IntArray


def find_tiers(book: Book, admission: Admission) -> Sequence[Tier]:
    """Every component of the admitted offers, by name."""
    scene = _Scene(book, admission, Asks(book), stepped(book), row_offers(book))
    return sorted((_tier(scene, offers) for offers in _components(scene)), key=lambda tier: tier.component)


def circulating(book: Book, admission: Admission) -> Admission:
    """The admission with the offers of circulations only: those that the netting graph is built from."""
    if book.rulebook.version == 1:
        return admission
    admitted = np.zeros_like(admission.admitted)
    for tier in find_tiers(book, admission):
        if tier.tier == CIRCULATION:
            admitted[list(tier.offers)] = True
    return replace(admission, admitted=admitted)


def _components(scene: _Scene) -> Sequence[IntArray]:
    """Admitted offers of each component; goods are nodes, INDEX is one more."""
    book, rows = scene.book, np.flatnonzero(scene.admission.kept)
    rows = rows[scene.admission.admitted[scene.row_offer[rows]] & (book.offers.alt_asset[rows] != ANY)]
    hub = len(book.assets.id)
    tail, head = book.offers.alt_asset[rows], book.offers.deliver[scene.row_offer[rows]]
    tail, head = np.where(tail == INDEX, hub, tail), np.where(head == INDEX, hub, head)
    joins = np.sort(tail * (hub + 1) + head)
    tail, head = np.divmod(joins[np.diff(joins, prepend=-1) != 0], hub + 1)
    label = _joined(hub + 1, tail, head)
    admitted = np.flatnonzero(scene.admission.admitted)
    of_offer = label[np.where(book.offers.deliver[admitted] == INDEX, hub, book.offers.deliver[admitted])]
    order = np.argsort(of_offer, kind="stable")
    starts = np.flatnonzero(np.diff(of_offer[order], prepend=-1))
    return [np.sort(part) for part in np.split(admitted[order], starts[1:]) if len(part)]


def _joined(nodes: int, tail: IntArray, head: IntArray) -> IntArray:
    """The least node that each node is joined with, whichever way the arcs point."""
    label = np.arange(nodes)
    while True:
        least, near = label.copy(), np.minimum(label[tail], label[head])
        np.minimum.at(least, tail, near)
        np.minimum.at(least, head, near)
        np.minimum.at(least, label, least)  # who follows a node follows it to where it goes
        least = least[least]
        if np.array_equal(least, label):
            return least
        label = least


def _tier(scene: _Scene, offers: IntArray) -> Tier:
    rows = lines_of(scene.book, offers)[0]
    rows = rows[scene.admission.kept[rows]]
    needs_rings = _needs_rings(scene, offers, rows)
    limits = scene.book.offers.alt_limit_ppm[rows]
    objectives = scene.book.rulebook.objectives
    behind = objectives[0] != "surplus" and bool((limits > 0).any())
    slotted = any(name in objectives for name in ("participants", "deliveries"))
    if behind or slotted or scene.stepped[offers].any():
        whole = not needs_rings and not behind and _in_whole_pieces(scene, offers, rows)
        tier = CIRCULATION if whole else INTEGER
    else:
        tier = RINGS if needs_rings else CIRCULATION
    return Tier(_name(scene, offers, rows), tier, offers.tolist())


def _name(scene: _Scene, offers: IntArray, rows: IntArray) -> str:
    """The least node of the netting graph."""
    book = scene.book
    assets = np.unique(np.concatenate([book.offers.deliver[offers], book.offers.alt_asset[rows]]))
    if INDEX in assets:
        return "hub"
    several = offers[(np.diff(book.offers.alt_start)[offers] > 1)]
    if len(several):
        return f"offer:{book.offers.id[int(several[0])]}"
    return f"pool:{book.assets.id[int(assets[assets >= 0][0])]}"


def _needs_rings(scene: _Scene, offers: IntArray, rows: IntArray) -> bool:
    if scene.book.rulebook.max_ring is not None or (scene.book.offers.alt_asset[rows] == ANY).any():
        return True
    members = set(offers.tolist())
    asked = {o: c for o, c in scene.book.offers.conditions.items() if o in members}
    if any(c.max_ring is not None for c in asked.values()):
        return True
    listed = sorted(o for o, c in asked.items() if c.allow or c.deny)
    meets = _meetings(scene, offers, rows) if listed else {}
    return any(scene.asks.conflict(o, other) for o in listed for other in meets[o])


def _meetings(scene: _Scene, offers: IntArray, rows: IntArray) -> Mapping[int, Sequence[int]]:
    """Offers that each offer could deliver to or receive from, in a pool."""
    book = scene.book
    givers: dict[int, list[int]] = {}
    takers: dict[int, list[int]] = {}
    for offer in offers.tolist():
        givers.setdefault(int(book.offers.deliver[offer]), []).append(offer)
    meets: dict[int, list[int]] = {offer: [] for offer in offers.tolist()}
    for row in rows.tolist():
        takers.setdefault(int(book.offers.alt_asset[row]), []).append(int(scene.row_offer[row]))
    for asset in sorted(givers):
        if asset == INDEX:
            continue
        for giver in givers[asset]:
            meets[giver] += takers.get(asset, [])
        for taker in takers.get(asset, []):
            meets[taker] += givers[asset]
    return meets


def _in_whole_pieces(scene: _Scene, offers: IntArray, rows: IntArray) -> bool:
    """Whether every circulation that a flow solver finds is in whole pieces by itself."""
    book, rulebook = scene.book, scene.book.rulebook
    assets = np.unique(np.concatenate([book.offers.deliver[offers], book.offers.alt_asset[rows]]))
    goods = assets[assets >= 0]
    values = np.unique(book.assets.value_micro[goods])
    if any(name in rulebook.objectives for name in SLOTTED) or len(values) != 1 or not indivisible(book)[goods].all():
        return False
    one = int(values[0])
    if INDEX in assets and not _accounts_in_pieces(scene, offers, rows, one):
        return False
    for offer in offers.tolist():
        asked, quantity = scene.asks.conditions(offer), int(book.offers.quantity[offer])
        if (asked.lot or 1) > 1 or (asked.min_fill or 0) > 1 or (asked.all_or_none and quantity > 1):
            return False
    return True


def _accounts_in_pieces(scene: _Scene, offers: IntArray, rows: IntArray, one: int) -> bool:
    book = scene.book
    taking = rows[book.offers.alt_asset[rows] == INDEX]
    giving = offers[book.offers.deliver[offers] == INDEX]
    into = np.unique(book.offers.participant[scene.row_offer[taking]])
    out = np.unique(book.offers.participant[giving])
    caps = book.participants.balance_cap_micro[into]
    free = np.maximum(0, caps - book.participants.balance_micro[into])[caps != NONE]
    maxima = book.offers.alt_max[taking]
    bounds = (free, scene.admission.headroom_left_micro[out], maxima[maxima != NONE], book.offers.quantity[giving])
    return all(not (amounts % one).any() for amounts in bounds)


