"""Fixing records made up for the doors that only show them: what they say does not follow from any quotes."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from clearing.audit.canonical import canonical

ASSETS = (("EUR", "currency", "0.1"), ("OIL", "good", "0.002"), ("USD", "currency", "0.1"), ("WHEAT", "good", "0.003"))
VALUES = {"EUR": "1.08", "OIL": "74.25", "USD": "0.994", "WHEAT": "231.5"}
SHARES = {"EUR": "0.108", "OIL": "0.1485", "USD": "0.0994", "WHEAT": "0.6441"}


def methodology(**changed: Any) -> dict[str, Any]:
    """The parts of a methodology that a page shows."""
    return {
        "index": "MADE-UP",
        "version": 1,
        "alarms": {"shock": "0.02", "overall_residual": "0.005"},
        "caps": {"currency": "0.1", "commodity": "0.15"},
        "assets": [{"id": name, "kind": kind, "unit": "TNE", "name": f"{name} & more"} for name, kind, _ in ASSETS],
        "constituents": [{"asset": name, "quantity": quantity} for name, _, quantity in ASSETS],
        **changed,
    }


def record(day: str, **changed: Any) -> dict[str, Any]:
    """One fixing, its digest as it should be."""
    made = {
        "format": "index-fixing/1",
        "index": "MADE-UP",
        "day": day,
        "revision": 1,
        "status": "FINAL",
        "methodology": methodology(),
        "quotes": [{"source": "S1"}, {"source": "S2"}],
        "rejects": [{"quote": 2, "reason": "outlier"}],
        "pairs": [{"base": "EUR", "quote": "USD", "residual": "-0.0004"}],
        "fallbacks": [{"asset": "OIL", "rung": "last_value", "day": day, "tried": []}],
        "values": [{"asset": name, "value": value, "share": SHARES[name]} for name, value in VALUES.items()],
        "residual": "0.0003",
        "stale_share": "0.1485",
        "leave_one_out": [{"asset": name, "difference": "0.001"} for name in VALUES],
        "alarms": [],
        **changed,
    }
    return {**made, "digest": sha256(canonical(made).encode()).hexdigest()}


def written(folder: Path, *records: dict[str, Any]) -> Path:
    """The records as files of the folder."""
    folder.mkdir(exist_ok=True)
    for place, each in enumerate(records):
        (folder / f"{each['day']}-{place}.json").write_text(json.dumps(each), encoding="utf-8")
    return folder
