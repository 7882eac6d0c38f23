"""A history in; how good its fixings are out: statuses, alarms, residuals, rejected quotes, fallbacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from clearing.doors.index.history import History
from clearing.doors.index.report.charts import Block, Chart, Level, Line, blocks, path, place_of, scaled
from clearing.doors.index.words import alarm_words, fallback_words, reject_words
from clearing.doors.report.table import Cell, Column, Table, left_out

HEIGHT = 150
ROWS_MAX = 200
TONES = {"FINAL": "final", "DEGRADED": "degraded", "SHOCK": "shock", "NO FIX": "nofix"}


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many fixings have a status."""

    status: str
    tone: str
    fixings: int


def status_blocks(history: History) -> Sequence[Block]:
    """The days as stretches of one status."""
    return blocks([TONES[day.status] for day in history.days], TONES["FINAL"])


def status_counts(history: History) -> Sequence[StatusCount]:
    """Every status with its number of fixings, also where that is none."""
    counts = Counter(day.status for day in history.days)
    return [StatusCount(status, tone, counts[status]) for status, tone in TONES.items()]


def alarm_table(history: History) -> Table:
    """The days that raised an alarm, the latest first."""
    raised = [day for day in reversed(history.days) if day.alarms]
    rows: list[Sequence[Cell]] = [
        [day.day, day.status, "; ".join(alarm_words(alarm) for alarm in day.alarms)] for day in raised[:ROWS_MAX]
    ]
    return Table(
        "alarms",
        "Days with an alarm, the latest first",
        [Column("Day", "code"), Column("Status", "code"), Column("Alarms")],
        rows,
        left_out=_rest(len(rows), len(raised), "days with an alarm"),
    )


def residual_chart(history: History) -> Chart:
    """How far quotes of a day contradict each other: the root mean square of all pairs, with its limit."""
    numbers = [float(day.residual) * 10_000 if day.values else None for day in history.days]
    limit = float(history.last.methodology.alarms.overall_residual * 10_000)
    low, high = scaled([numbers], include=[0.0, limit])
    known = [number for number in numbers if number is not None]
    told = f"at most {max(known):.1f} bps" if known else "none"
    return Chart(
        id="residuals",
        title="Residual of the pairs, root mean square",
        words=f"The residual is {told}, and its limit {limit:g} bps",
        height=HEIGHT,
        lines=[Line("residual", told, path(numbers, low, high, HEIGHT), "one")],
        low="0",
        high=f"{high:.0f} bps",
        first=history.days[0].day,
        last=history.last.day,
        levels=[Level(f"limit {limit:g} bps", place_of(limit, low, high, HEIGHT))],
    )


def residual_table(history: History) -> Table:
    """The ten days on which a pair contradicted the others most."""
    worst = [(day.worst_pair, day) for day in history.days if day.worst_pair is not None]
    worst.sort(key=lambda found: (-abs(found[0][1]), found[1].day))
    rows: list[Sequence[Cell]] = [
        [day.day, pair, f"{residual * 10_000:+.1f}".replace("-", "\u2212"), f"{day.residual * 10_000:.1f}"]
        for (pair, residual), day in worst[:10]
    ]
    return Table(
        "residual-table",
        "The ten pairs that fitted worst",
        [Column("Day", "code"), Column("Pair", "code"), Column("Residual", "number", "bps"),
         Column("All pairs", "number", "bps")],
        rows,
    )  # fmt: skip


def reject_table(history: History) -> Table:
    """One row a reason, one column a source: quotes that were kept and not used."""
    counts: Counter[tuple[str, str]] = Counter()
    for day in history.days:
        counts.update(day.rejects)
    sources = sorted({source for _reason, source in counts})
    reasons = sorted({reason for reason, _source in counts}, key=lambda reason: (-_of(counts, reason), reason))
    return Table(
        "rejects",
        "Rejected quotes by reason and source",
        [Column("Reason"), Column("All", "number"), *(Column(source, "number") for source in sources)],
        [
            [reject_words(reason), f"{_of(counts, reason):,}", *(_number(counts[reason, source]) for source in sources)]
            for reason in reasons
        ],
    )


def fallback_table(history: History) -> Table:
    """What was taken where the best quotes did not suffice: by asset or pair and by rung, with its days."""
    days: dict[tuple[str, str], list[str]] = {}
    for day in history.days:
        for fallback in day.fallbacks:
            name = fallback.asset + (f"/{fallback.other}" if fallback.other else "")
            days.setdefault((name, fallback_words(fallback)), []).append(day.day)
    shown = sorted(days, key=lambda key: (-len(days[key]), key))[:ROWS_MAX]
    return Table(
        "fallbacks",
        "Fallbacks, the most frequent first",
        [Column("Asset or pair"), Column("Taken instead"), Column("Fixings", "number"), Column("First", "code"),
         Column("Last", "code")],
        [[*key, f"{len(days[key]):,}", days[key][0], days[key][-1]] for key in shown],
        left_out=_rest(len(shown), len(days), "kinds of fallback"),
    )  # fmt: skip


def _of(counts: Counter[tuple[str, str]], reason: str) -> int:
    return sum(number for (each, _source), number in counts.items() if each == reason)


def _number(count: int) -> str:
    return f"{count:,}" if count else "\u2013"


def _rest(shown: int, total: int, what: str) -> str:
    return left_out(shown, total, what=what, which="the first", where="the records").replace(" of this bundle", "")
