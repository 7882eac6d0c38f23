"""Reasons, rungs and alarms of a fixing record in, words for people out."""

from __future__ import annotations

from decimal import Decimal

from clearing.model.fixing import Alarm, AlarmRaised, Fallback

DIGITS_SHOWN = 6

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


def alarm_words(alarm: AlarmRaised) -> str:
    """One alarm with whose it is and its figures."""
    whose = (alarm.asset or "") + (f"/{alarm.other}" if alarm.other else "")
    words = ALARMS[alarm.alarm.value]
    if alarm.found is not None and alarm.limit is not None:
        show = _plain if alarm.alarm is Alarm.BELOW_MINIMUM else _part
        words += f" ({show(alarm.found)}, limit {show(alarm.limit)})"
    return f"{whose}: {words}" if whose else words


def fallback_words(fallback: Fallback) -> str:
    """What was taken instead."""
    words = RUNGS[fallback.rung.value]
    if fallback.related is not None:
        return f"{words} {fallback.related}"
    return f"{words}, sources up to rank {fallback.rank}" if (fallback.rank or 1) > 1 else words


def significant(value: Decimal) -> str:
    """A value at six significant digits, with separators and without an exponent."""
    places = max(0, DIGITS_SHOWN - 1 - value.adjusted()) if value else 0
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _part(part: Decimal) -> str:
    return f"{part * 100:.2f} %"


def _plain(figure: Decimal) -> str:
    return f"{figure:,f}"
