"""Law 6, accounts: legs in, the lines of entries and positions out.

An entry of kind index is INDEX received less delivered, premium the premia of legs given less received, residual the
value delivered less received, INDEX included. Positions count increments. Nothing is written of what is zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clearing.audit.verify.book import INDEX, Book
from clearing.audit.verify.law6_legs import Leg


@dataclass(slots=True)
class Accounts:
    """Sums over the legs, by participant and by (participant, asset name)."""

    index: list[int]
    premium: list[int]
    residual: list[int]
    delivered: dict[tuple[int, str], int] = field(default_factory=dict)
    received: dict[tuple[int, str], int] = field(default_factory=dict)
    legs: list[int] = field(default_factory=list)
    """Legs given and received."""


def sum_accounts(book: Book, priced: list[Leg]) -> Accounts:
    """What the legs book."""
    offers, names, people = book.offers, book.assets.name, len(book.participants.id)
    sums = Accounts([0] * people, [0] * people, [0] * people, legs=[0] * people)
    for _, giver, alternative, asset, quantity, value, premium in priced:
        gives, takes = offers.participant[giver], offers.participant[offers.alt_offer[alternative]]
        if asset == INDEX:
            sums.index[gives] -= value
            sums.index[takes] += value
        else:
            sums.premium[gives] += premium
            sums.premium[takes] -= premium
        sums.residual[gives] += value
        sums.residual[takes] -= value
        sums.legs[gives] += 1
        sums.legs[takes] += 1
        given, taken = (gives, names[asset]), (takes, names[asset])
        sums.delivered[given] = sums.delivered.get(given, 0) + quantity
        sums.received[taken] = sums.received.get(taken, 0) + quantity
    return sums


def entry_lines(book: Book, sums: Accounts) -> Iterator[str]:
    """The lines of outcome/entries."""
    kinds = (("index", sums.index), ("premium", sums.premium), ("residual", sums.residual))
    for person, name in enumerate(book.participants.id):
        for kind, amounts in kinds:
            if amounts[person]:
                yield f'{{"amount_micro":"{amounts[person]}","kind":"{kind}","participant_id":"{name}"}}\n'


def position_lines(book: Book, sums: Accounts) -> Iterator[str]:
    """The lines of outcome/positions."""
    for person, asset in sorted(sums.delivered.keys() | sums.received.keys()):
        delivered, received = sums.delivered.get((person, asset), 0), sums.received.get((person, asset), 0)
        yield (
            f'{{"asset_id":"{asset}","delivered":"{delivered}",'
            f'"participant_id":"{book.participants.id[person]}","received":"{received}"}}\n'
        )
