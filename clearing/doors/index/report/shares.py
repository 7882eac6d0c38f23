"""A history in; what each constituent makes of the index out: its share, how it moved, and the gate that watches it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from clearing.doors.index.history import FixingDay, History
from clearing.doors.index.report.charts import TONES, Chart, Level, Line, path, place_of, scaled
from clearing.doors.index.report.values import signed_percent
from clearing.doors.index.words import significant
from clearing.doors.report.figures import NARROW_SPACE
from clearing.doors.report.table import Bar, Cell, Column, Table, percent

HEIGHT = 200


def share_table(history: History) -> Table:
    """One row a constituent of the last version: quantity, share at first and last, what it gained on the others."""
    last = _last_with_values(history)
    before = _before(history, last)
    first = next((day for day in history.days if day.values), last)
    parts = {part.asset: part.quantity for part in last.methodology.constituents}
    gains = {name: _share(last, name) - _share(before, name) for name in parts}
    reach = max((abs(gain) for gain in gains.values()), default=Decimal(0)) or Decimal(1)
    rows = [
        _share_row(history, name, parts[name], (first, last), gains[name], reach)
        for name in sorted(parts, key=lambda name: (-_share(last, name), name))
    ]
    edge = f"{reach * 10_000:.1f}"
    return Table(
        "shares",
        f"Contributions on {last.day}, the largest share first",
        [
            Column("Constituent", "name"),
            Column("Quantity", "number", "per index unit"),
            Column("Share", "number", first.day),
            Column("Share", "number", last.day),
            Column("Cap", "number"),
            Column("Gained on the others that day", "plot", "bps of the index", (f"\u2212{edge}", "0", f"+{edge}")),
            Column("Gained", "number", "bps"),
        ],
        rows,
    )


def gate_chart(history: History) -> Chart:
    """What leaving out each currency would have changed in the index's return, day by day, with its limit."""
    kinds = history.kinds
    names = sorted({name for day in history.days for name in day.left_out if kinds[name] == "currency"})
    limit = _limit(history.last)
    series = {
        name: [float(day.left_out[name]) * 100 if name in day.left_out else None for day in history.days]
        for name in names
    }
    low, high = scaled(list(series.values()), include=[-limit, limit])
    lines = [
        Line(name, f"at most {_most(series[name]):.2f}{NARROW_SPACE}%", path(series[name], low, high, HEIGHT), tone)
        for name, tone in zip(names, TONES * len(names), strict=False)
    ]
    return Chart(
        id="gate",
        title="Leave-one-out: how far each currency alone repriced everything else in a day",
        words="Greatest differences: " + ", ".join(f"{line.name} {line.told}" for line in lines),
        height=HEIGHT,
        lines=lines,
        low=f"{low:+.1f} %".replace("-", "\u2212"),
        high=f"{high:+.1f} %",
        first=history.days[0].day,
        last=history.last.day,
        levels=[
            Level(f"limit {sign}{limit:g} %", place_of(limit * way, low, high, HEIGHT))
            for sign, way in (("+", 1), ("\u2212", -1))
        ],
    )


def gate_table(history: History) -> Table:
    """One row a constituent: its difference on the last day, and the greatest ever with its day."""
    names = sorted({name for day in history.days for name in day.left_out})
    kinds = history.kinds
    rows: list[Sequence[Cell]] = []
    for name in sorted(names, key=lambda name: (kinds[name] != "currency", name)):
        most = max((day for day in history.days if name in day.left_out), key=lambda day: abs(day.left_out[name]))
        now = history.last.left_out.get(name)
        passed = kinds[name] == "currency" and abs(most.left_out[name]) > Decimal(str(_limit(most))) / 100
        rows.append(
            [
                name,
                kinds[name],
                "\u2013" if now is None else signed_percent(now, 3),
                signed_percent(most.left_out[name], 3),
                most.day,
                "yes" if passed else "",
            ]
        )
    return Table(
        "gate-table",
        "Leave-one-out, currencies first; only currencies are held to the limit",
        [
            Column("Left out"),
            Column("Kind"),
            Column("Last day", "number"),
            Column("Greatest ever", "number"),
            Column("On", "code"),
            Column("Passed the limit"),
        ],
        rows,
    )


def _share_row(
    history: History,
    name: str,
    quantity: Decimal,
    days: tuple[FixingDay, FixingDay],
    gain: Decimal,
    reach: Decimal,
) -> Sequence[Cell]:
    caps, kind = history.last.methodology.caps, history.kinds[name]
    cap = caps.currency if kind == "currency" else caps.commodity
    middle, end = 0.5, 0.5 + float(gain / reach) / 2 * 0.94
    told = f"{gain * 10_000:+.1f}".replace("-", "\u2212")
    return [
        (name, kind),
        significant(quantity),
        *(f"{_share(day, name) * 100:.2f}{NARROW_SPACE}%" for day in days),
        f"{cap * 100:f}".rstrip("0").rstrip(".") + f"{NARROW_SPACE}%",
        Bar(
            f"{name} {told} bps",
            percent(min(middle, end)),
            percent(abs(end - middle)),
            "rises" if gain > 0 else "falls" if gain < 0 else "still",
        ),
        told,
    ]


def _share(day: FixingDay, name: str) -> Decimal:
    found = day.values.get(name)
    return found.share if found is not None and found.share is not None else Decimal(0)


def _last_with_values(history: History) -> FixingDay:
    return next((day for day in reversed(history.days) if day.values), history.last)


def _before(history: History, day: FixingDay) -> FixingDay:
    earlier = [each for each in history.days if each.day < day.day and each.values]
    return earlier[-1] if earlier else day


def _limit(day: FixingDay) -> float:
    """The limit of the gate in percent."""
    return float(day.methodology.alarms.shock * 100)


def _most(numbers: Sequence[float | None]) -> float:
    return max((abs(number) for number in numbers if number is not None), default=0.0)
