"""A sealed fixing in, what it comes to out: lines for the terminal, or one object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from textwrap import wrap

from clearing.doors.index.words import STATUSES, alarm_words, fallback_words, reject_words, significant
from clearing.doors.text_table import aligned
from clearing.doors.words import UNITS
from clearing.index_service import Sealed
from clearing.model.fixing import AssetValue, Fixing

ALARMS_SHOWN_MAX = 20
WIDTH = 100


def fixing_lines(made: Sealed) -> Iterator[str]:
    """The head of a fixing, its values as a table, alarms, and what became of the quotes."""
    fixing = made.fixing
    revision = f", revision {fixing.revision}" if fixing.revision > 1 else ""
    yield f"{fixing.methodology.index}, fixing of {fixing.day}{revision}: {fixing.status.value}"
    yield f"           {STATUSES[fixing.status.value]}"
    yield ""
    yield from _values(fixing)
    yield ""
    for alarm in fixing.alarms[:ALARMS_SHOWN_MAX]:
        yield f"alarm      {alarm_words(alarm)}"
    if len(fixing.alarms) > ALARMS_SHOWN_MAX:
        yield f"           ... and {len(fixing.alarms) - ALARMS_SHOWN_MAX:,} more, in the record"
    yield from _fallbacks(fixing)
    yield f"quotes     {len(fixing.quotes):,}, {_rejects(fixing)}"
    yield f"version    {fixing.methodology.version} of the methodology, effective {fixing.methodology.effective}"
    yield f"times      window {_clock(fixing.window_opens)} to {_clock(fixing.fixing_time)} UTC, to be published by "\
          f"{_clock(fixing.publication_time)}, challenges until {fixing.challenge_ends[:10]} "\
          f"{_clock(fixing.challenge_ends)}"
    yield f"digest     {made.digest}"


def fixing_object(made: Sealed) -> dict[str, object]:
    """The same for ``--json``."""
    fixing = made.fixing
    return {
        "index": fixing.methodology.index,
        "day": fixing.day,
        "revision": fixing.revision,
        "status": fixing.status.value,
        "version": fixing.methodology.version,
        "quotes": len(fixing.quotes),
        "rejected": dict(sorted(Counter(each.reason.value for each in fixing.rejects).items())),
        "fallbacks": len(fixing.fallbacks),
        "alarms": sorted({each.alarm.value for each in fixing.alarms}),
        "stale_share": None if fixing.stale_share is None else f"{fixing.stale_share:f}",
        "values": {each.asset: f"{each.value:f}" for each in fixing.values},
        "digest": made.digest,
    }


def _values(fixing: Fixing) -> Iterator[str]:
    if not fixing.values:
        yield "no asset has a value"
        return
    assets = {asset.id: asset for asset in fixing.methodology.assets}
    rows = [
        (each.asset, significant(each.value), f"per {UNITS.get(assets[each.asset].unit, assets[each.asset].unit)}",
         "" if each.value_micro is None else f"{each.value_micro:,}",
         "" if each.share is None else f"{each.share * 100:.2f} %", _rests_on(each, fixing.day))
        for each in fixing.values
    ]  # fmt: skip
    titles = ("asset", "index units", "", "µ an increment", "share", "")
    yield from aligned(titles, rows, right=(1, 3, 4))


def _rests_on(value: AssetValue, day: str) -> str:
    if not value.stale:
        return ""
    return f"stale, market of {value.observed}" if value.observed != day else "stale"


def _fallbacks(fixing: Fixing) -> Iterator[str]:
    """What was taken in place of the best quotes, each with all that took it."""
    taken: dict[str, list[str]] = {}
    for each in fixing.fallbacks:
        taken.setdefault(fallback_words(each), []).append(each.asset + (f"/{each.other}" if each.other else ""))
    for words, names in taken.items():
        lines = wrap(f"{words}: {', '.join(names)}", WIDTH - 11)
        yield f"fallback   {lines[0]}"
        yield from (f"           {line}" for line in lines[1:])


def _rejects(fixing: Fixing) -> str:
    counts = Counter(each.reason for each in fixing.rejects)
    if not counts:
        return "none rejected"
    told = "; ".join(f"{number:,} {reject_words(reason.value)}" for reason, number in counts.most_common())
    return f"{len(fixing.rejects):,} rejected: {told}"


def _clock(time: str) -> str:
    return time[11:16]


