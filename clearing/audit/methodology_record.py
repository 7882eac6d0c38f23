"""A methodology in, its members in a fixing record and its digest out.

The members are the keys of methodology.toml; tables are lists in the order of the record, decimals plain texts.
"""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import Any

from clearing.audit.canonical import canonical
from clearing.model.methodology import METHODOLOGY_FORMAT, Methodology, PricedAsset

Members = dict[str, Any]

RENAMED = {"asset_class": "class"}
"""Fields whose member has another name, since theirs would be a word of Python."""


def methodology_digest(methodology: Methodology) -> str:
    """SHA-256 in hex of the canonical text of the members."""
    return sha256(canonical(methodology_members(methodology)).encode()).hexdigest()


def methodology_members(methodology: Methodology) -> Members:
    """The whole methodology, optional members left out where there is nothing to say."""
    stated = {
        "format": METHODOLOGY_FORMAT,
        "index": methodology.index,
        "name": methodology.name,
        "version": methodology.version,
        "effective": methodology.effective,
        "previous": methodology.previous,
        "link_factor": plain(methodology.link_factor),
        "times": members_of(methodology.times),
        "consensus": members_of(methodology.consensus),
        "alarms": members_of(methodology.alarms),
        "caps": members_of(methodology.caps),
        "rounding": members_of(methodology.rounding),
        "rebalance": {"months": list(methodology.schedule.months), "method": methodology.schedule.method},
        "sources": [members_of(each) for each in methodology.sources],
        "classes": [members_of(each) for each in methodology.classes],
        "assets": [_asset(each) for each in methodology.assets],
        "constituents": [members_of(each) for each in methodology.constituents],
        "reference": {
            "day": methodology.reference.day,
            "values": {asset: plain(value) for asset, value in methodology.reference.values},
        },
    }
    return {name: value for name, value in stated.items() if value is not None}


def members_of(stated: Any) -> Members:
    """A flat record's fields that are not None, decimals as texts."""
    found = {}
    for field in stated.__dataclass_fields__:
        value = getattr(stated, field)
        if value is not None:
            found[RENAMED.get(field, field)] = plain(value) if isinstance(value, Decimal) else value
    return found


def plain(value: Decimal) -> str:
    """A decimal without exponent, trailing zeros and a sign of zero."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if value else "0"


def _asset(asset: PricedAsset) -> Members:
    members = members_of(asset)
    if asset.differential is not None:
        members["differential"] = members_of(asset.differential)
    return members
