"""``clearing index stress``: the record of a fixing and a shock come in, a table of what would move goes out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from clearing.doors.index.record_file import read_record
from clearing.doors.index.words import STATUSES, alarm_words, significant
from clearing.doors.text_table import aligned
from clearing.index_service import stressed
from clearing.model.errors import UsageFault
from clearing.model.fixing import Fixing, Stress

_SHOCK = re.compile(r"([A-Za-z0-9][A-Za-z0-9._:-]{0,63})=([+-]?[0-9]{1,6}(?:\.[0-9]{1,6})?)%", re.ASCII)


def stress_index(record: Path, shock: str, *, as_json: bool) -> int:
    """Print what the shock would do to every value; the exit status."""
    asset, change = _asked(shock)
    fixing = read_record(record).fixing
    found = stressed(fixing, asset=asset, shock=change)
    print(json.dumps(_object(fixing, found)) if as_json else "\n".join(_lines(fixing, found)))
    return 0


def _asked(shock: str) -> tuple[str, Decimal]:
    match = _SHOCK.fullmatch(shock)
    if match is None:
        raise UsageFault(f"a shock is ASSET=PERCENT%, as USD=-50% or WHEAT=+12.5%, not {shock}")
    return match[1], Decimal(match[2]) / 100


def _lines(fixing: Fixing, found: Stress) -> Iterator[str]:
    name = f"{fixing.methodology.index}, fixing of {fixing.day}"
    yield f"{name}: if {found.asset} alone went {100 * found.shock:+f} % the day after"
    yield ""
    if not found.moved:
        yield "the index unit would have no value"
    rows = [
        (each.asset, significant(each.value_before), significant(each.value), f"{100 * each.change:+.4f} %",
         "" if each.share_before is None else f"{100 * each.share_before:.2f} %",
         "" if each.share is None else f"{100 * each.share:.2f} %")
        for each in found.moved
    ]  # fmt: skip
    if rows:
        yield from aligned(("asset", "value", "then", "change", "share", "then"), rows, right=(1, 2, 3, 4, 5))
    yield ""
    yield f"status     {found.status.value}: {STATUSES[found.status.value]}"
    yield from (f"alarm      {alarm_words(each)}" for each in found.alarms)


def _object(fixing: Fixing, found: Stress) -> dict[str, object]:
    return {
        "index": fixing.methodology.index,
        "day": fixing.day,
        "asset": found.asset,
        "shock": f"{found.shock:f}",
        "status": found.status.value,
        "moved": {
            each.asset: {
                "before": f"{each.value_before:f}", "after": f"{each.value:f}", "change": f"{each.change:f}",
            }
            for each in found.moved
        },
        "leave_one_out": {each.asset: f"{each.difference:f}" for each in found.leave_one_out},
    }  # fmt: skip
