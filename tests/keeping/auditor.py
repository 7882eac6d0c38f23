"""What a house was asked and what its bundles say in, what it must hold out: sums of its own, sharing nothing with it.

It keeps offers, stocks and accounts as plain numbers, moved by the fills and entries of final sessions alone.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Standing:
    """An offer on the book: what is left of it."""

    participant: str
    left: int
    stock: str | None = None
    takes_max: int | None = None
    session: int | None = None


@dataclass
class Auditor:
    """What must be so."""

    balances: dict[str, int]
    credit: int
    stocks: dict[str, int]
    offers: dict[str, Standing] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    sealed: dict[str, Standing] = field(default_factory=dict)
    vetoed: set[str] = field(default_factory=set)
    fills: Counter[str] = field(default_factory=Counter)
    """How many offers were filled whole and in part."""

    def close(self) -> None:
        """The book is sealed."""
        self.sealed, self.vetoed = dict(self.offers), set()

    def expected_book(self) -> dict[str, int]:
        """What the bundle of the sealed session must hold."""
        return {
            name: offer.left
            for name, offer in sorted(self.sealed.items())
            if name not in self.vetoed
            and offer.participant not in self.vetoed | self.held
            and (offer.stock is None or self.stocks[offer.stock] > 0)
        }

    def settle(self, bundle: Path, number: int) -> None:
        """A session is final: its fills and entries move what it stood on, within their bounds."""
        assert self.expected_book() == {
            line["offer_id"]: int(line["deliver_quantity"]) for line in _lines(bundle, "inputs/offers.jsonl")
        }
        delivered: Counter[str] = Counter()
        for fill in _lines(bundle, "outcome/fills.jsonl"):
            if fill["kind"] == "offer":
                self._fill(fill, delivered)
        for stock, quantity in delivered.items():
            self.stocks[stock] -= quantity
            assert self.stocks[stock] >= 0
        before = sum(self.balances.values())
        for entry in _lines(bundle, "outcome/entries.jsonl"):
            self.balances[entry["participant_id"]] += int(entry["amount_micro"])
        assert sum(self.balances.values()) == before
        for name in [name for name, offer in self.sealed.items() if offer.session == number]:
            if name in self.offers:
                self._end(name)

    def _fill(self, fill: dict[str, Any], delivered: Counter[str]) -> None:
        offer, quantity = self.offers[fill["id"]], int(fill.get("delivered", 0))
        assert fill["id"] in self.expected_book()
        assert 0 <= quantity <= offer.left
        offer.left -= quantity
        if offer.stock is not None:
            delivered[offer.stock] += quantity
        if offer.takes_max is not None:
            offer.takes_max -= sum(int(taken["quantity"]) for taken in fill.get("received", ()))
            assert offer.takes_max >= 0
        self.fills["in part" if offer.left else "whole"] += 1
        if offer.left == 0 or offer.takes_max == 0:
            self._end(fill["id"])

    def _end(self, name: str) -> None:
        del self.offers[name]
        self.ended.add(name)

    def withdraw(self, name: str) -> None:
        """An offer leaves the book."""
        self._end(name)


def _lines(bundle: Path, path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (bundle / path).read_text(encoding="utf-8").splitlines()]
