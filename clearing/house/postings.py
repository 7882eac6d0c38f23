"""A final session's entries and instructions in, its postings out: double entry in integers.

ANNA delivers 100 t of wheat to BO, who pays 80 index units: ANNA has +80 and BO −80 in index units; in wheat BO has a
claim of +100 and ANNA a duty of −100. Every posting has its counterpart, so each unit of each session sums to zero.
Obligations are set off at par, between debtor and creditor: no account of the house moves by them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from clearing.model.book import INDEX_NAME
from clearing.model.house import Account, Posting


def postings(
    session_id: str, *, at: str, entries: Iterable[str], instructions: Iterable[str]
) -> Iterator[Posting]:
    """Every posting of a session; the lines are those of its bundle."""
    for entry in map(json.loads, entries):
        amount = int(entry["amount_micro"])
        yield Posting(session_id, at, entry["participant_id"], Account.INDEX, INDEX_NAME, amount, entry["kind"])
    for each in map(json.loads, instructions):
        quantity, name, asset = int(each["quantity"]), each["instruction_id"], each["asset_id"]
        yield Posting(session_id, at, each["receiver"], Account.CLAIMS, asset, quantity, name)
        yield Posting(session_id, at, each["deliverer"], Account.DUTIES, asset, -quantity, name)


def balances(posted: Iterable[Posting]) -> Mapping[tuple[str, Account, str], int]:
    """The sum of each account that is not zero, by participant, account and unit, ascending."""
    sums: defaultdict[tuple[str, Account, str], int] = defaultdict(int)
    for each in posted:
        sums[each.participant_id, each.account, each.unit] += each.amount
    return {key: amount for key, amount in sorted(sums.items()) if amount}


def within(posted: Sequence[Posting], *, first: str | None, last: str | None) -> tuple[list[Posting], list[Posting]]:
    """Those before a period and those in it; its days, as ``2026-01-31``, both belong to it."""
    before = [each for each in posted if first is not None and each.at[:10] < first]
    inside = [
        each for each in posted if (first is None or each.at[:10] >= first) and (last is None or each.at[:10] <= last)
    ]
    return before, inside
