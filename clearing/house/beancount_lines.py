"""Postings, participants and assets in, lines of a ledger that beancount reads out.

A participant's index units are Assets:ANNA:Index, what it is to receive Assets:ANNA:Claims, what it is to deliver
Liabilities:ANNA:Duties. What it had when it was registered stands against Equity:Opening. At the end every balance is
asserted as the house holds it, so that ``bean-check`` compares two sums made in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from clearing.house.postings import balances
from clearing.model.book import INDEX_NAME
from clearing.model.house import Account, ParticipantRecord, Posting

_PLACES = {
    Account.INDEX: "Assets:{}:Index",
    Account.CLAIMS: "Assets:{}:Claims",
    Account.DUTIES: "Liabilities:{}:Duties",
}
_WORDS = ("TRUE", "FALSE", "NULL")
"""What beancount reads as something else than a commodity."""
_COMMODITY_MAX = 20


def ledger_lines(
    posted: Sequence[Posting],
    participants: Mapping[str, ParticipantRecord],
    assets: Iterable[Mapping[str, Any]],
    *,
    founded: str,
) -> list[str]:
    """The whole ledger, in the order of its sessions."""
    terms = {asset["asset_id"]: asset for asset in assets}
    words = _Words(participants, terms)
    moved = balances(posted)
    opening = {
        name: each.balance_micro - moved.get((name, Account.INDEX, INDEX_NAME), 0)
        for name, each in sorted(participants.items())
    }
    ordered = sorted(posted, key=_of_one)
    last = max([founded, *(each.at[:10] for each in posted)])
    return [
        'option "title" "Clearing house"',
        f'option "operating_currency" "{INDEX_NAME}"',
        "",
        *words.declared(founded),
        *_opening(words, opening, founded),
        *(line for _, rows in groupby(ordered, _of_one) for line in _transaction(words, list(rows))),
        *_assertions(words, participants, moved, _day_after(last)),
    ]


class _Words:
    """Names of accounts and commodities, and amounts."""

    def __init__(self, participants: Collection[str], assets: Mapping[str, Mapping[str, Any]]) -> None:
        self._desks = _distinct(sorted(participants), _account_word)
        self._goods = {INDEX_NAME: INDEX_NAME, **_distinct(sorted(assets), _commodity_word)}
        self._steps = {INDEX_NAME: Decimal("0.000001"), **{name: Decimal(a["increment"]) for name, a in assets.items()}}
        self._names = {name: str(a.get("name", name)) for name, a in assets.items()}

    def account(self, participant_id: str, account: Account) -> str:
        """The name of an account."""
        return _PLACES[account].format(self._desks[participant_id])

    def amount(self, amount: int, unit: str) -> str:
        """``100.5 WHEAT``, to the last digit."""
        return f"{amount * self._steps[unit]:f} {self._goods[unit]}"

    def declared(self, day: str) -> Iterator[str]:
        """Commodities with their names, accounts with their participants."""
        for unit, word in sorted(self._goods.items()):
            yield f"{day} commodity {word}"
            yield f"  name: {_quoted(self._names.get(unit, 'index units'))}"
            yield f"  asset: {_quoted(unit)}"
        yield f"{day} open Equity:Opening"
        for name in self._desks:
            for account in Account:
                yield f"{day} open {self.account(name, account)}"
                yield f"  participant: {_quoted(name)}"
        yield ""


def _of_one(posting: Posting) -> tuple[str, str]:
    return posting.session_id, posting.why


def _transaction(words: _Words, rows: Sequence[Posting]) -> Iterator[str]:
    first = rows[0]
    yield f"{first.at[:10]} * {_quoted(first.session_id)} {_quoted(first.why)}"
    for each in rows:
        yield f"  {words.account(each.participant_id, each.account)}  {words.amount(each.amount, each.unit)}"
    yield ""


def _opening(words: _Words, opening: Mapping[str, int], day: str) -> Iterator[str]:
    if any(opening.values()):
        yield f'{day} * "Opening balances"'
        for name, amount in opening.items():
            if amount:
                yield f"  {words.account(name, Account.INDEX)}  {words.amount(amount, INDEX_NAME)}"
        yield f"  Equity:Opening  {words.amount(-sum(opening.values()), INDEX_NAME)}"
        yield ""


def _assertions(
    words: _Words,
    participants: Mapping[str, ParticipantRecord],
    moved: Mapping[tuple[str, Account, str], int],
    day: str,
) -> Iterator[str]:
    for name, each in sorted(participants.items()):
        yield _assertion(words, name, Account.INDEX, INDEX_NAME, each.balance_micro, day)
    for (name, account, unit), amount in moved.items():
        if account is not Account.INDEX:
            yield _assertion(words, name, account, unit, amount, day)


def _assertion(words: _Words, name: str, account: Account, unit: str, amount: int, day: str) -> str:
    number, commodity = words.amount(amount, unit).split(" ")
    return f"{day} balance {words.account(name, account)}  {number} ~ 0 {commodity}"


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _account_word(name: str) -> str:
    word = re.sub(r"[^A-Za-z0-9-]", "-", name)
    return word[0].upper() + word[1:]


def _commodity_word(name: str) -> str:
    word = re.sub(r"[^A-Z0-9'._-]", "-", name.upper())
    word = word if word[0].isalpha() and word not in _WORDS else f"X-{word}"
    return word[:_COMMODITY_MAX].rstrip("'._-")


def _distinct(names: Sequence[str], word_of: Any) -> dict[str, str]:
    """A word of its own for each name: where two would have the same, the later one gets a number."""
    words: dict[str, str] = {}
    taken: set[str] = {INDEX_NAME}
    for name in names:
        word, number = word_of(name), 1
        while word in taken:
            number += 1
            word = f"{word_of(name)}-{number}"
        words[name] = word
        taken.add(word)
    return words


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
