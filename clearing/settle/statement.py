"""A session and one participant in, what concerns that participant out, and nothing of anybody else.

Everything is said from the participant's own account: an amount is positive where it raises the account, a side
is what the participant does. Of others appear the counterparties of its own legs, obligations and instructions,
with what passes between the two; not their offers, not the rings' other members.

Under net netting a participant is told to deliver to whoever is matched with it, who need not be the
counterparty of one of its legs. Such an instruction is the participant's own and could not be followed without
a name, so the counterparty is named; what lies behind it is not. Interval ends, references and traded value of an
asset are public; the ``component`` of a premium is left out, because it may be named after an offer or a desk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from clearing.model.book import ANY, ANY_NAME, INDEX, INDEX_NAME, NONE, Book
from clearing.model.outcome import Fills, Outcome, Premium, SearchedPay

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

Member: TypeAlias = dict[str, Any]
"""An object of the statement: texts, counts, integers as text."""

BESIDE_LEGS = {"index": "credit", "premium": "pay", "residual": "returns"}
"""Why an entry of each kind may be another than its legs': obligations discharged with credit, the pay of offers that
were searched, and returns of gifts."""


def draw_statement(book: Book, outcome: Outcome, pay: SearchedPay, participant: int) -> Member:
    """The members of the statement that follow from the session; amounts are integers as text."""
    legs = list(_legs(book, outcome, participant))
    instructions = list(_instructions(book, outcome, participant))
    obligations = list(_obligations(book, outcome, participant))
    named = {row["counterparty"] for row in (*legs, *instructions, *obligations)}
    return {
        **_party(book, participant),
        "account": _account(book, outcome, participant, legs),
        "offers": list(_offers(book, outcome, pay, participant)),
        "obligations": obligations,
        "legs": legs,
        "instructions": instructions,
        "assets": list(_assets(book, outcome, participant)),
        "counterparties": [_party(book, other) for other, name in enumerate(book.participants.id) if name in named],
    }


def _account(book: Book, outcome: Outcome, participant: int, legs: Sequence[Member]) -> Member:
    """Balance before and after: the entries are all that moves it; what of them no leg shows is stated besides."""
    accounts = book.participants
    entries = [entry for entry in outcome.entries if entry.participant == participant]
    opening = int(accounts.balance_micro[participant])
    cap = int(accounts.balance_cap_micro[participant])
    beside = list(_beside_legs({entry.kind: entry.amount_micro for entry in entries}, legs))
    return {
        "opening_micro": str(opening),
        "entries": [{"kind": entry.kind, "amount_micro": str(entry.amount_micro)} for entry in entries],
        **({"beside_legs": beside} if beside else {}),
        "closing_micro": str(opening + sum(entry.amount_micro for entry in entries)),
        "credit_limit_micro": str(accounts.credit_limit_micro[participant]),
        **({} if cap == NONE else {"balance_cap_micro": str(cap)}),
    }


def _beside_legs(entries: Mapping[str, int], legs: Sequence[Member]) -> Iterator[Member]:
    """What of the entries is not of the participant's legs."""
    of_legs = dict.fromkeys(BESIDE_LEGS, 0)
    for leg in legs:
        value = int(leg["value_micro"]) * (1 if leg["side"] == "delivers" else -1)
        of_legs["index"] -= value if leg["asset_id"] == INDEX_NAME else 0
        of_legs["premium"] += int(leg["premium_micro"])
        of_legs["residual"] += value
    for kind, reason in BESIDE_LEGS.items():
        amount = entries.get(kind, 0) - of_legs[kind]
        if amount:
            yield {"kind": kind, "reason": reason, "amount_micro": str(amount)}


def _offers(book: Book, outcome: Outcome, pay: SearchedPay, participant: int) -> Iterator[Member]:
    """Each offer with its fate: refused, filled, partly_filled or unfilled; with its pay where it was searched."""
    offers, fills = book.offers, outcome.fills
    refused = {refusal.offer: refusal for refusal in outcome.refusals}
    for offer in np.flatnonzero(offers.participant == participant).tolist():
        row: Member = {
            "offer_id": offers.id[offer],
            "deliver_asset": _asset_name(book, int(offers.deliver[offer])),
            "deliver_quantity": str(offers.quantity[offer]),
        }
        if offer in refused:
            refusal = refused[offer]
            row |= {"fate": "refused", "reason": refusal.reason.value}
            row |= {} if refusal.found is None else {"found": refusal.found}
            row |= {} if refusal.limit is None else {"limit": refusal.limit}
        else:
            row |= _fill(book, fills, offer)
            row |= {"pay_micro": str(pay.micro[offer])} if offer in pay.micro else {}
        yield row


def _fill(book: Book, fills: Fills, offer: int) -> Member:
    offers, flow = book.offers, int(fills.offer_flow_micro[offer])
    first, last = int(offers.alt_start[offer]), int(offers.alt_start[offer + 1])
    capacity = int(offers.quantity[offer]) * book.increment_value_micro(int(offers.deliver[offer]))
    return {
        "fate": "unfilled" if not flow else "filled" if flow == capacity else "partly_filled",
        "flow_micro": str(flow),
        "delivered": str(fills.offer_quantity[offer]),
        "received": [
            {
                "alternative": row - first,
                "asset_id": _asset_name(book, int(offers.alt_asset[row])),
                "flow_micro": str(fills.alt_flow_micro[row]),
                "quantity": str(fills.alt_quantity[row]),
            }
            for row in range(first, last)
            if fills.alt_flow_micro[row]
        ],
    }


def _obligations(book: Book, outcome: Outcome, participant: int) -> Iterator[Member]:
    debts, names = book.obligations, book.participants.id
    for row in np.flatnonzero((debts.debtor == participant) | (debts.creditor == participant)).tolist():
        owes = int(debts.debtor[row]) == participant
        amount, discharged = int(debts.amount_micro[row]), int(outcome.fills.obligation_flow_micro[row])
        yield {
            "obligation_id": debts.id[row],
            "side": "debtor" if owes else "creditor",
            "counterparty": names[int(debts.creditor[row] if owes else debts.debtor[row])],
            "amount_micro": str(amount),
            "discharged_micro": str(discharged),
            "remaining_micro": str(amount - discharged),
        }


def _legs(book: Book, outcome: Outcome, participant: int) -> Iterator[Member]:
    """Own legs in the order of the session, each with the participant's own offer only."""
    legs, offers = outcome.legs, book.offers
    giver, receiver = offers.participant[legs.giver_offer], offers.participant[legs.receiver_offer]
    for row in np.flatnonzero((giver == participant) | (receiver == participant)).tolist():
        gives = int(giver[row]) == participant
        own = int((legs.giver_offer if gives else legs.receiver_offer)[row])
        premium = int(legs.premium_micro[row])
        yield {
            "side": "delivers" if gives else "receives",
            "offer_id": offers.id[own],
            **({} if gives else {"alternative": int(legs.alternative[row])}),
            "counterparty": book.participants.id[int((receiver if gives else giver)[row])],
            "asset_id": _asset_name(book, int(offers.deliver[legs.giver_offer[row]])),
            "quantity": str(legs.quantity[row]),
            "value_micro": str(legs.value_micro[row]),
            "premium_micro": str(premium if gives else -premium),
            "rings": _ring_names(legs.ring_start, legs.ring, row),
        }


def _instructions(book: Book, outcome: Outcome, participant: int) -> Iterator[Member]:
    told, names = outcome.instructions, book.participants.id
    for row in np.flatnonzero((told.deliverer == participant) | (told.receiver == participant)).tolist():
        gives = int(told.deliverer[row]) == participant
        premium = None if told.premium_micro is None else int(told.premium_micro[row])
        yield {
            "instruction_id": f"I{row + 1:06d}",
            "side": "delivers" if gives else "receives",
            "counterparty": names[int((told.receiver if gives else told.deliverer)[row])],
            "asset_id": book.assets.id[int(told.asset[row])],
            "quantity": str(told.quantity[row]),
            "value_micro": str(told.value_micro[row]),
            **({} if premium is None else {"premium_micro": str(premium if gives else -premium)}),
            "rings": _ring_names(told.ring_start, told.ring, row),
            "group": f"G{int(told.group[row]) + 1:06d}",
        }


def _assets(book: Book, outcome: Outcome, participant: int) -> Iterator[Member]:
    """The assets that the participant's offers and stocks name, with their value and premium."""
    offers = book.offers
    own = offers.participant == participant
    rows = np.repeat(own, np.diff(offers.alt_start))
    stocked = book.stocks.asset[book.stocks.participant == participant]
    named = np.unique(np.concatenate([offers.deliver[own], offers.alt_asset[rows], stocked]))
    premia = {premium.asset: premium for premium in outcome.premia}
    for asset in named[named >= 0].tolist():
        value = book.increment_value_micro(asset)
        name = book.assets.texts.get("name", {}).get(asset)
        yield {
            "asset_id": book.assets.id[asset],
            **({} if name is None else {"name": name}),
            "unit": book.assets.unit[asset],
            "increment": book.assets.increment[asset],
            **({"value_micro": str(value)} if value else {}),
            **(_premium(premia[asset]) if asset in premia else {}),
        }


def _premium(premium: Premium) -> Member:
    ends = {"lowest_ppm": premium.lowest_ppm, "highest_ppm": premium.highest_ppm}
    return {
        "premium_ppm": str(premium.premium_ppm),
        **{name: str(end) for name, end in ends.items() if end is not None},
        **({} if premium.reference is None else {"reference": premium.reference}),
        "traded_micro": str(premium.traded_micro),
    }


def _party(book: Book, participant: int) -> Member:
    """A participant as a settlement clerk needs it: never its memo or account."""
    texts = {name: book.participants.texts.get(name, {}).get(participant) for name in ("name", "lei", "country")}
    return {
        "participant_id": book.participants.id[participant],
        **{name: text for name, text in texts.items() if text is not None},
    }


def _ring_names(start: IntArray, ring: IntArray, row: int) -> list[str]:
    return [f"R{number + 1:06d}" for number in ring[start[row] : start[row + 1]].tolist()]


def _asset_name(book: Book, asset: int) -> str:
    return {INDEX: INDEX_NAME, ANY: ANY_NAME}[asset] if asset < 0 else book.assets.id[asset]
