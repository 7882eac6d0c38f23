"""The methodology of a fixing record in, one version of the methodology out; each member by itself is as it may be.

What members must be to each other (caps, ids, circles of differentials) is for those to say who check a methodology.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearing.audit.record_members import (
    Member,
    Read,
    count,
    day,
    decimal,
    digest,
    fault,
    free_text,
    identifier,
    list_of,
    members,
    optional,
    shaped,
    word,
)
from clearing.model import methodology as model

TEXT_CHARACTERS_MAX = 200
_NO_FIX_MOST = "0." + "9" * 18

_text = free_text(TEXT_CHARACTERS_MAX)
_positive = decimal(whole=18, places=18, above="0")
_long = decimal(whole=18, places=100, above="0", digits=model.LINK_DIGITS_MAX)


def _part(most: object) -> Read:
    return decimal(whole=18, places=18, above="0", most=str(most))


_TIMES = {
    "time": Member(shaped("(?:[01][0-9]|2[0-3]):[0-5][0-9]", "a time of day such as 15:00")),
    "window_minutes": Member(count(model.WINDOW_MINUTES)),
    "publication_minutes": Member(count(model.PUBLICATION_MINUTES)),
    "challenge_minutes": Member(count(model.CHALLENGE_MINUTES)),
}
_CONSENSUS = {
    "minimum_sources": Member(count(model.MINIMUM_SOURCES)),
    "trimmed_from": Member(count(model.TRIMMED_FROM)),
    "trim": Member(decimal(whole=18, places=18, least="0.05", most="0.4")),
    "outlier_limit": Member(_part(1)),
    "crossed_limit": Member(_part(1)),
}
_ALARMS = {
    "shock": Member(_part("0.5")),
    "degraded": Member(decimal(whole=18, places=18, least="0", most="1")),
    "no_fix": Member(decimal(whole=18, places=18, least="0", most=_NO_FIX_MOST)),
    "pair_residual": Member(_part(1)),
    "overall_residual": Member(_part(1)),
}
_CAPS = {
    "currency": Member(_part(model.CURRENCY_CAP_MAX)),
    "currencies": Member(_part(model.CURRENCIES_CAP_MAX)),
    "commodity": Member(_part(model.COMMODITY_CAP_MAX)),
}
_ROUNDING = {
    "value_digits": Member(count(model.VALUE_DIGITS)),
    "quantity_digits": Member(count(model.QUANTITY_DIGITS)),
}
_REBALANCE = {
    "months": Member(list_of(count(model.MONTHS))),
    "method": Member(word(*model.REBALANCE_METHODS)),
}
_SOURCE = {
    "id": Member(identifier),
    "rank": Member(count(model.RANKS)),
    "name": optional(_text),
    "interest": optional(_text),
}
_CLASS = {
    "id": Member(identifier),
    "quote_age_minutes": Member(count(model.QUOTE_AGE_MINUTES)),
    "value_age_days": Member(count(model.VALUE_AGE_DAYS)),
}
_DIFFERENTIAL = {
    "related": Member(identifier),
    "reason": Member(_text),
    "factor": optional(_positive),
    "amount": optional(decimal(whole=18, places=18)),
    "amount_unit": optional(identifier),
}
_ASSET = {
    "id": Member(identifier),
    "kind": Member(word(*model.KINDS)),
    "unit": Member(_text),
    "class": Member(identifier),
    "increment": optional(_positive),
    "name": optional(_text),
    "differential": optional(lambda value, at: model.Differential(**members(value, at, _DIFFERENTIAL))),
}
_CONSTITUENT = {
    "asset": Member(identifier),
    "quantity": Member(decimal(whole=18, places=36, above="0")),
    "target_share": optional(_part(1)),
}
_REFERENCE = {"day": Member(day), "values": Member(lambda value, at: _reference_values(value, at))}


def _record(kind: Any, known: Mapping[str, Member]) -> Member:
    return Member(lambda value, place: kind(**members(value, place, known)))


def _records(kind: Any, known: Mapping[str, Member]) -> Member:
    return Member(list_of(lambda value, place: kind(**members(value, place, known)), empty=False))


_METHODOLOGY = {
    "format": Member(word(model.METHODOLOGY_FORMAT)),
    "index": Member(identifier),
    "name": optional(_text),
    "version": Member(count(model.VERSIONS)),
    "effective": Member(day),
    "previous": optional(digest),
    "link_factor": Member(_long),
    "times": _record(model.FixingTimes, _TIMES),
    "consensus": _record(model.ConsensusRules, _CONSENSUS),
    "alarms": _record(model.AlarmLimits, _ALARMS),
    "caps": _record(model.Caps, _CAPS),
    "rounding": _record(model.Rounding, _ROUNDING),
    "rebalance": _record(model.Schedule, _REBALANCE),
    "sources": _records(model.Source, _SOURCE),
    "classes": _records(model.AssetClass, _CLASS),
    "assets": Member(list_of(lambda value, place: _asset(value, place), empty=False)),
    "constituents": _records(model.Constituent, _CONSTITUENT),
    "reference": _record(model.Reference, _REFERENCE),
}


def stored_methodology(value: Any, place: str) -> model.Methodology:
    """The methodology whose members stand at a place of a record. Raises InputFault."""
    stated = members(value, place, _METHODOLOGY)
    del stated["format"]
    return model.Methodology(schedule=stated.pop("rebalance"), **stated)


def _asset(value: Any, place: str) -> model.PricedAsset:
    stated = members(value, place, _ASSET)
    return model.PricedAsset(asset_class=stated.pop("class"), **stated)


def _reference_values(value: Any, place: str) -> tuple[tuple[str, Any], ...]:
    if not isinstance(value, dict) or not value:
        raise fault(place, value, "an object with the value of each constituent")
    return tuple((identifier(name, place), _long(value[name], f"{place}.{name}")) for name in sorted(value))
