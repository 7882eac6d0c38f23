"""A history in; the charts of its values out: the index in each of its currencies, and every asset in index units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from clearing.doors.index.history import History
from clearing.doors.index.report.charts import TONES, Chart, Level, Line, path, place_of, scaled
from clearing.doors.index.words import significant
from clearing.doors.report.figures import MINUS, NARROW_SPACE

HEIGHT = 260
SMALL_HEIGHT = 56
START = 100.0


@dataclass(frozen=True, slots=True)
class Small:
    """One asset: its last value with unit and change, its history as a line."""

    id: str
    name: str
    value: str
    unit: str
    change: str
    stale: bool
    path: str
    start: str
    """How far down the first value stands."""
    words: str


def currency_chart(history: History) -> Chart:
    """What one index unit costs in each constituent currency, 100 on its first day."""
    series = {}
    for name in _currencies(history):
        values = _values(history, name)
        series[name] = _from_start([None if each is None else 1 / each for each in values])
    low, high = scaled(list(series.values()), include=[START])
    lines = [
        Line(name, _told(numbers), path(numbers, low, high, HEIGHT), TONES[place % len(TONES)])
        for place, (name, numbers) in enumerate(series.items())
    ]
    words = ", ".join(f"{line.name} {line.told}" for line in lines)
    return Chart(
        id="currencies",
        title="One index unit in each of its currencies, 100 on the first day",
        words=f"At the end: {words}",
        height=HEIGHT,
        lines=lines,
        low=f"{low:.0f}",
        high=f"{high:.0f}",
        first=history.days[0].day,
        last=history.last.day,
        levels=[Level("100", place_of(START, low, high, HEIGHT))],
    )


def small_multiples(history: History, kind: str) -> Sequence[Small]:
    """Each asset of the kind that any fixing of the history gave a value."""
    assets = {asset.id: asset for each in history.days for asset in each.methodology.assets}
    found = []
    for name, asset in sorted(assets.items()):
        values = _values(history, name)
        known = [each for each in values if each is not None]
        if asset.kind != kind or not known:
            continue
        numbers = [None if each is None else float(each) for each in values]
        low, high = scaled([numbers])
        last = history.last.values.get(name)
        change = signed_percent(known[-1] / known[0] - 1)
        found.append(
            Small(
                id=name,
                name=asset.name or name,
                value="no value" if last is None else significant(last.value),
                unit=asset.unit,
                change=change,
                stale=last is not None and last.stale,
                path=path(numbers, low, high, SMALL_HEIGHT),
                start=place_of(float(known[0]), low, high, SMALL_HEIGHT),
                words=f"{name} from {significant(known[0])} to {significant(known[-1])} index units, {change}",
            )
        )
    return found


def signed_percent(part: Decimal, places: int = 1) -> str:
    """A part in percent with its sign."""
    text = f"{part * 100:+.{places}f}"
    return ("0" + text[2:] if not float(text) else text).replace("-", MINUS) + f"{NARROW_SPACE}%"


def _currencies(history: History) -> list[str]:
    kinds = history.kinds
    parts = {part.asset for each in history.days for part in each.methodology.constituents}
    return sorted(name for name in parts if kinds[name] == "currency")


def _values(history: History, name: str) -> list[Decimal | None]:
    return [each.values[name].value if name in each.values else None for each in history.days]


def _from_start(values: Sequence[Decimal | None]) -> list[float | None]:
    first = next((each for each in values if each is not None), Decimal(1))
    return [None if each is None else float(each / first) * START for each in values]


def _told(numbers: Sequence[float | None]) -> str:
    known = [number for number in numbers if number is not None]
    return f"{known[-1]:.1f}" if known else "no value"
