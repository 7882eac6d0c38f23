"""Changed: a book and one of its offers -> the same book with one thing about that offer changed, nothing else.

These are the questions that ``trials`` puts to the search: what if it asked no minimum, if nobody denied it?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clearing.model.book import Book, Conditions

_NOTHING = Conditions()
LIMIT_LEAST_PPM = -1_000_000


def with_conditions(book: Book, offer: int, **asked: object) -> Book:
    """Other conditions of one offer; those that are not named stay."""
    conditions = {**book.offers.conditions, offer: replace(_asked(book, offer), **asked)}  # type: ignore[arg-type]
    kept = {row: each for row, each in sorted(conditions.items()) if each != _NOTHING}
    return replace(book, offers=replace(book.offers, conditions=kept))


def with_longest_ring(book: Book, offer: int, length: int) -> Book:
    """Rings of this length for the offer, and for all if the rulebook allows less."""
    own, rules = _asked(book, offer).max_ring, book.rulebook
    changed = with_conditions(book, offer, max_ring=length) if own is not None and own < length else book
    if rules.max_ring is not None and rules.max_ring < length:
        rules = replace(rules, max_ring=length)
    if rules.chain_limit is not None and rules.chain_limit < length:
        rules = replace(rules, max_chain=length)
    return replace(changed, rulebook=rules)


def without_others_lists(book: Book, offer: int) -> tuple[Book, Sequence[str]]:
    """Nobody denies the offer's participant, whoever has an allow list allows it; and who must have changed for it."""
    offers, own = book.offers, int(book.offers.participant[offer])
    name, named, conditions = book.participants.id[own], set[int](), dict(offers.conditions)
    for row, asked in offers.conditions.items():
        desk = int(offers.participant[row])
        if desk == own:
            continue
        deny = tuple(each for each in asked.deny if each != name)
        allow = (*asked.allow, name) if asked.allow and name not in asked.allow else asked.allow
        if (deny, allow) != (asked.deny, asked.allow):
            named.add(desk)
            conditions[row] = replace(asked, deny=deny, allow=allow)
    kept = {row: each for row, each in conditions.items() if each != _NOTHING}
    changed = replace(book, offers=replace(offers, conditions=kept))
    return changed, [book.participants.id[desk] for desk in sorted(named)]


def with_lower_limits(book: Book, offer: int, *, step_ppm: int) -> Book:
    """All limits of the offer lower by a step, none below the least there is."""
    limits = book.offers.alt_limit_ppm.copy()
    span = slice(int(book.offers.alt_start[offer]), int(book.offers.alt_start[offer + 1]))
    limits[span] = (limits[span] - step_ppm).clip(min=LIMIT_LEAST_PPM)
    return replace(book, offers=replace(book.offers, alt_limit_ppm=limits))


def with_quantity(book: Book, offer: int, quantity: int) -> Book:
    """Another quantity offered, in increments."""
    quantities = book.offers.quantity.copy()
    quantities[offer] = quantity
    return replace(book, offers=replace(book.offers, quantity=quantities))


def _asked(book: Book, offer: int) -> Conditions:
    return book.offers.conditions.get(offer, _NOTHING)
