"""Reasons, rungs and alarms of a fixing record in, words for people out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

REJECTS = {
    "unknown_source": "source not in the methodology",
    "unknown_asset": "asset not in the methodology",
    "same_asset": "an asset in itself",
    "not_a_number": "not a number",
    "not_positive": "zero or negative",
    "duplicate": "the same row again",
    "unapproved": "a judgement without two approvals",
    "stale": "stale: older than its class allows",
    "outside_window": "outside the window",
    "crossed": "crossed: the source contradicts itself",
    "too_few_sources": "too few sources on the pair",
    "disconnected": "no chain of pairs to the index",
    "not_needed": "not needed: better quotes were enough",
    "outlier": "outlier: too far from the other sources",
}
RUNGS = {
    "transaction": "transactions",
    "firm": "firm quotes",
    "indicative": "indicative quotes",
    "related": "related asset",
    "last_value": "last value",
    "judgement": "approved judgement",
}
ALARMS = {
    "no_value": "no value of a constituent",
    "stale_no_fix": "too much of the index rests on no market of the day",
    "shock": "one currency alone repriced everything else",
    "stale_degraded": "much of the index rests on no market of the day",
    "unpriced": "no value",
    "below_minimum": "an increment worth less than 1,000 micro index units",
    "pair_residual": "a pair contradicts the others",
    "overall_residual": "the pairs contradict each other",
    "disputed": "no majority among the sources",
}
STATUSES = {
    "FINAL": "every check passed",
    "DEGRADED": "usable, with what the alarms say in mind",
    "SHOCK": "one currency alone moved the index; no session clears without a stated reason",
    "NO FIX": "too little of the index has a market today; no session clears without a stated reason",
}


def reject_words(reason: str) -> str:
    """Why a quote is not used."""
    return REJECTS.get(reason, reason)


def alarm_words(alarm: Mapping[str, Any]) -> str:
    """One alarm with whose it is and its figures."""
    whose = alarm.get("asset", "") + (f"/{alarm['other']}" if "other" in alarm else "")
    words = ALARMS.get(alarm["alarm"], alarm["alarm"])
    figures = f" ({_part(alarm['found'])}, limit {_part(alarm['limit'])})" if {"found", "limit"} <= alarm.keys() else ""
    return f"{whose}: {words}{figures}" if whose else f"{words}{figures}"


def fallback_words(fallback: Mapping[str, Any]) -> str:
    """What was taken instead."""
    words = RUNGS.get(fallback["rung"], fallback["rung"])
    if "related" in fallback:
        return f"{words} {fallback['related']}"
    return f"{words}, sources up to rank {fallback['rank']}" if fallback.get("rank", 1) > 1 else words


def _part(text: str) -> str:
    return f"{Decimal(text) * 100:.2f} %"
