"""An offer's line and what it was filled in, its state and the line of what is left out; the same of obligations.

Offer 7 delivers 100, takes steel (at most 40) or copper, with a minimum fill of 30. It delivers 35 for 40 of steel:
left are 65, of which no minimum is asked any more, for copper alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from clearing.audit.canonical import canonical
from clearing.house.lifecycle import OFFER, OfferStep
from clearing.model.house import OfferState

QUANTITY = re.compile(r'"deliver_quantity":"([0-9]+)"')
"""Found first where it is the member: inside a text a quotation mark stands after a backslash."""


def after_fill(line: str, fill: Mapping[str, Any]) -> tuple[OfferState, str]:
    """The state of a standing offer and its line; an offer that ends keeps the line it had."""
    found = QUANTITY.search(line)
    if found is None:
        raise ValueError("the line of an offer has no quantity")
    delivered, quantity = int(fill.get("delivered", 0)), int(found[1])
    if delivered >= quantity:
        return OFFER[OfferState.STANDING, OfferStep.FILL], line
    left = _left(json.loads(line), quantity - delivered, fill)
    if left is None:
        return OFFER[OfferState.STANDING, OfferStep.EXHAUST], line
    return OFFER[OfferState.STANDING, OfferStep.FILL_PART], canonical(left)


def after_discharge(line: str, flow_micro: int) -> str | None:
    """The line of what is left of an obligation; None where nothing is."""
    record = json.loads(line)
    left = int(record["amount_micro"]) - flow_micro
    return canonical({**record, "amount_micro": str(left)}) if left > 0 else None


def _left(record: dict[str, Any], quantity: int, fill: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is left of an offer that was not filled whole; None where that is nothing that could be filled."""
    delivered = int(fill.get("delivered", 0))
    received = {taken["alternative"]: int(taken["quantity"]) for taken in fill.get("received", ())}
    alternatives = [_taken_from(each, received.get(place, 0)) for place, each in enumerate(record["receive"])]
    record["receive"] = [each for each in alternatives if int(each.get("max", 1)) > 0]
    record["deliver_quantity"] = str(quantity)
    least = int(record.pop("min_fill", 0)) - delivered
    if least > 0:
        record["min_fill"] = str(least)
    if not record["receive"] or quantity < int(record.get("lot", 1)):
        return None
    return record


def _taken_from(alternative: dict[str, Any], received: int) -> dict[str, Any]:
    if "max" not in alternative:
        return alternative
    return {**alternative, "max": str(int(alternative["max"]) - received)}
