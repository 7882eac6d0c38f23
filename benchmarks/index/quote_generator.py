"""A seed comes in, a methodology and daily quotes of any size go out: the same seed and sizes, the same bytes.

    python -m benchmarks.index.quote_generator --assets 50 --sources 5 --days 522 FOLDER

A tenth of the assets are currencies. Every good is quoted in two of them by every source, and the currencies in a
chain; logarithms walk at random, and sources say a little more or less than the market.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.working_days import working_days

FIRST = date(2024, 1, 1)
FILES_OF_DAYS = 66
CURRENCIES_SHARE, GOODS_SHARE = 0.4, 0.6
DAILY, NOISE = 0.01, 0.001


@dataclass(frozen=True)
class Sizes:
    """How many assets, sources and working days."""

    assets: int
    sources: int
    days: int

    @property
    def currencies(self) -> list[str]:
        """At least five, so that each stays below its cap."""
        return [f"C{place:02}" for place in range(max(5, self.assets // 10))]

    @property
    def goods(self) -> list[str]:
        """The rest."""
        return [f"G{place:03}" for place in range(self.assets - len(self.currencies))]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Who is quoted in whom."""
        money = self.currencies
        chain = list(zip(money[1:], money, strict=False))
        own = [(good, money[place % len(money)]) for place, good in enumerate(self.goods)]
        return chain + own + [(good, money[(place + 2) % len(money)]) for place, good in enumerate(self.goods)]


def write_quotes(folder: Path, sizes: Sizes, *, seed: int) -> list[date]:
    """Write methodology.toml and a folder of quotes into a new folder; the days that are quoted."""
    (folder / "quotes").mkdir(parents=True)
    (folder / "methodology.toml").write_text(_methodology(sizes), encoding="ascii")
    days = list(working_days(FIRST, sizes.days))
    chance = random.Random(seed)
    logs = dict.fromkeys((*sizes.currencies, *sizes.goods), 0.0)
    for begin in range(0, len(days), FILES_OF_DAYS):
        rows = ["source,base,quote,value,kind,time"]
        for day in days[begin : begin + FILES_OF_DAYS]:
            for name in logs:
                logs[name] += chance.gauss(0, DAILY)
            rows += _rows(day, sizes, logs, chance)
        (folder / "quotes" / f"{days[begin]}.csv").write_text("\n".join([*rows, ""]), encoding="ascii")
    return days


def _rows(day: date, sizes: Sizes, logs: dict[str, float], chance: random.Random) -> Iterator[str]:
    for base, quote in sizes.pairs:
        for source in range(sizes.sources):
            value = math.exp(logs[base] - logs[quote] + chance.gauss(0, NOISE))
            minute = chance.randrange(60)
            yield f"S{source},{base},{quote},{value:.6f},firm,{day}T14:{minute:02}:00Z"


def _methodology(sizes: Sizes) -> str:
    currency = f"{math.floor(1e6 * CURRENCIES_SHARE / len(sizes.currencies)) / 1e6:.6f}"
    good = f"{math.ceil(1e6 * GOODS_SHARE / len(sizes.goods)) / 1e6:.6f}"
    names = [*sizes.currencies, *sizes.goods]
    parts = [(name, currency if name in sizes.currencies else good) for name in names]
    return "\n".join(
        [
            *_HEAD,
            *(line for place in range(sizes.sources) for line in ("[[sources]]", f'id = "S{place}"', "rank = 1")),
            *("[[classes]]", 'id = "all"', "quote_age_minutes = 120", "value_age_days = 5"),
            *(line for name in names for line in _asset(name, name in sizes.currencies)),
            *(line for name, amount in parts for line in ("[[constituents]]", f'asset = "{name}"',
                                                          f'quantity = "{amount}"')),
            *("[reference]", f"day = {FIRST}", "[reference.values]", *(f'{name} = "1"' for name in names)),
            "",
        ]
    )  # fmt: skip


def _asset(name: str, is_currency: bool) -> Sequence[str]:
    kind = "currency" if is_currency else "good"
    return "[[assets]]", f'id = "{name}"', f'kind = "{kind}"', 'unit = "TNE"', 'class = "all"', 'increment = "0.01"'


_HEAD = f"""format = "index-methodology/1"
index = "BENCH"
version = 1
effective = {FIRST}
link_factor = "1"
times = {{ time = "15:00", window_minutes = 60, publication_minutes = 30, challenge_minutes = 60 }}
alarms = {{ shock = "0.02", degraded = "0.2", no_fix = "0.4", pair_residual = "0.02", overall_residual = "0.01" }}
caps = {{ currency = "0.1", currencies = "0.4", commodity = "0.15" }}
rounding = {{ value_digits = 18, quantity_digits = 9 }}
rebalance = {{ months = [], method = "caps" }}
[consensus]
minimum_sources = 3
trimmed_from = 5
trim = "0.2"
outlier_limit = "0.05"
crossed_limit = "0.02"
""".splitlines()


def main() -> None:
    """Write what the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index.quote_generator")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--assets", type=int, default=50)
    parser.add_argument("--sources", type=int, default=5)
    parser.add_argument("--days", type=int, default=522)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write_quotes(asked.folder, Sizes(asked.assets, asked.sources, asked.days), seed=asked.seed)


if __name__ == "__main__":
    main()
