"""What a record was made from in (methodology, day, quotes, the fixing before), every member that follows out."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from clearing.audit.verify.fixing import figures
from clearing.audit.verify.fixing.hours import hours_of, times_of
from clearing.audit.verify.fixing.ladder import Known, climb, judged_assets
from clearing.audit.verify.fixing.market import late_reasons, market_of, pair_fallbacks, pair_rows
from clearing.audit.verify.fixing.numbers import rounded, text
from clearing.audit.verify.fixing.pairs import agree
from clearing.audit.verify.fixing.screening import screen
from clearing.audit.verify.fixing.terms import terms_of
from clearing.audit.verify.lines import canonical


def following(record: Mapping[str, Any]) -> dict[str, Any]:
    """Every member of a sound record that is not given. Raises OverflowError beyond the calendar."""
    methodology, day = record["methodology"], record["day"]
    terms = terms_of(methodology)
    voices, reasons = screen(record["quotes"], terms, hours_of(day, methodology["times"]))
    agreed = agree(voices, terms)
    market = market_of(agreed, terms)
    last = {each["asset"]: each for each in record.get("previous", {}).get("values", [])}
    judged = judged_assets(voices, market)
    ladder, unit, part = climb(Known(day, terms, agreed, market, last, judged))
    taken = [number for row in ladder.fallbacks.values() for number in row.get("quotes", [])]
    reasons |= late_reasons(voices, agreed, market, taken)
    worth = None if unit is None else figures.worth_of(ladder, unit, last, terms)
    alarms = figures.alarm_rows(worth, ladder, agreed, market, part, terms)
    stale = {} if worth is None else {"stale_share": text(rounded(worth.stale, terms.value_digits))}
    return {
        **times_of(day, methodology["times"]),
        "methodology_digest": digest_of(methodology),
        "rejects": [{"quote": number, "reason": reasons[number]} for number in sorted(reasons)],
        "pairs": pair_rows(agreed, market),
        "fallbacks": sorted(
            [*pair_fallbacks(agreed, market), *([] if worth is None else ladder.fallbacks.values())],
            key=lambda row: (row["asset"], row.get("other", "")),
        ),
        "values": []
        if worth is None or unit is None
        else figures.value_rows(worth, ladder, terms, unit),
        "unpriced": [{"asset": name, "tried": ladder.unpriced[name]} for name in sorted(ladder.unpriced)],
        "residual": text(market.residual),
        **stale,
        "leave_one_out": [] if worth is None else figures.left_out_rows(worth, terms),
        "alarms": alarms,
        "status": figures.status_of(alarms),
    }


def digest_of(members: object) -> str:
    """SHA-256 of the canonical text."""
    return sha256(canonical(members).encode()).hexdigest()
