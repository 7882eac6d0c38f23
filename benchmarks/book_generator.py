"""A seed comes in, a book folder of any size goes out: the same seed and sizes, the same bytes.

    python -m benchmarks.book_generator --offers 1000000 --assets 50 --desks 2000 --tick 1bp --seed 1 BOOK

Assets are popular by a power law, and so are desks. Limits lie around zero, in whole bps or in hundredths;
some desks concede more than their credit can bear, so that a few offers are refused.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

TICKS_PER_BP = {"1bp": 1, "0.01bp": 100}
ASSET_EXPONENT = 0.9
DESK_EXPONENT = 0.6
LIMIT_MEAN_BPS = -3
LIMIT_SPREAD_BPS = 70
VALUE_MEDIAN = 20_000
"""Index units that an offer is typically worth."""
ROWS_AT_ONCE = 100_000


@dataclass(frozen=True)
class Sizes:
    """How large a book is to be, and how fine its limits are."""

    offers: int
    assets: int
    desks: int
    tick: str = "1bp"


def write_book(folder: Path, sizes: Sizes, *, seed: int) -> None:
    """Write a book that nothing but ``sizes`` and ``seed`` decide into a new folder."""
    chance = np.random.Generator(np.random.PCG64(seed))
    folder.mkdir(parents=True)
    value_micro = chance.integers(20_000, 1_000_000, sizes.assets)
    _write(folder / "assets.csv", "asset_id,name,unit,increment,class", _asset_rows(sizes.assets))
    _write(folder / "fixing.csv", "asset_id,value", _fixing_rows(value_micro))
    _write(folder / "participants.csv", "participant_id,name,credit_limit", _desk_rows(sizes, chance))
    _write(
        folder / "offers.csv",
        "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,limit_bps",
        _offer_rows(sizes, value_micro, chance),
    )


def _write(path: Path, header: str, blocks: Iterable[str]) -> None:
    with path.open("w", encoding="ascii", newline="") as file:
        file.write(header + "\n")
        for block in blocks:
            file.write(block)


def _asset_rows(assets: int) -> Iterable[str]:
    for asset in range(assets):
        yield f"A{asset:03d},Asset {asset},TNE,0.001,goods\n"


def _fixing_rows(value_micro: IntArray) -> Iterable[str]:
    """Values per unit of a thousand increments."""
    for asset, micro in enumerate(value_micro.tolist()):
        yield f"A{asset:03d},{micro // 1000}.{micro % 1000:03d}\n"


def _desk_rows(sizes: Sizes, chance: np.random.Generator) -> Iterable[str]:
    """Credit for about what a desk's concessions beyond the allowance may cost; a tenth have none."""
    typical = VALUE_MEDIAN * sizes.offers // sizes.desks // 1_000
    credit = (typical * chance.exponential(1.0, sizes.desks)).astype(np.int64)
    credit[chance.random(sizes.desks) < 0.1] = 0
    for desk, limit in enumerate(credit.tolist()):
        yield f"D{desk:05d},Desk {desk},{limit}\n"


def _offer_rows(sizes: Sizes, value_micro: IntArray, chance: np.random.Generator) -> Iterable[str]:
    for first in range(0, sizes.offers, ROWS_AT_ONCE):
        yield _offer_block(first, min(ROWS_AT_ONCE, sizes.offers - first), sizes, value_micro, chance)


def _offer_block(first: int, rows: int, sizes: Sizes, value_micro: IntArray, chance: np.random.Generator) -> str:
    desk = _by_power_law(sizes.desks, DESK_EXPONENT, rows, chance)
    deliver = _by_power_law(sizes.assets, ASSET_EXPONENT, rows, chance)
    receive = _by_power_law(sizes.assets, ASSET_EXPONENT, rows, chance)
    receive = np.where(receive == deliver, (receive + 1) % sizes.assets, receive)
    worth = VALUE_MEDIAN * np.exp(chance.normal(0, 1.2, rows))
    increments = np.maximum(1, worth * 1e6 / value_micro[deliver]).astype(np.int64)
    ticks = TICKS_PER_BP[sizes.tick]
    limit = np.rint(chance.normal(LIMIT_MEAN_BPS * ticks, LIMIT_SPREAD_BPS * ticks, rows)).astype(np.int64)
    limits = _hundredths(limit) if ticks > 1 else [str(bps) for bps in limit.tolist()]
    columns = zip(
        range(first, first + rows), desk.tolist(), deliver.tolist(), increments.tolist(), receive.tolist(), limits,
        strict=True,
    )  # fmt: skip
    return "".join(
        f"O{offer:08d},D{by:05d},A{given:03d},{count // 1000}.{count % 1000:03d},A{taken:03d},{bps}\n"
        for offer, by, given, count, taken, bps in columns
    )


def _by_power_law(choices: int, exponent: float, rows: int, chance: np.random.Generator) -> IntArray:
    weights = 1.0 / np.arange(1, choices + 1) ** exponent
    return np.searchsorted(np.cumsum(weights / weights.sum())[:-1], chance.random(rows)).astype(np.int64)


def _hundredths(limit: IntArray) -> list[str]:
    """Hundredths of a bp as text; the sign apart, so that -5 becomes -0.05."""
    return [f"{'-' if n < 0 else ''}{abs(n) // 100}.{abs(n) % 100:02d}" for n in limit.tolist()]


def main() -> None:
    """Write the book that the arguments name."""
    parser = argparse.ArgumentParser(description="Write a seeded book folder.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--offers", type=int, required=True)
    parser.add_argument("--assets", type=int, default=50)
    parser.add_argument("--desks", type=int, default=2_000)
    parser.add_argument("--tick", choices=sorted(TICKS_PER_BP), default="1bp")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sizes = Sizes(offers=asked.offers, assets=asked.assets, desks=asked.desks, tick=asked.tick)
    write_book(asked.out, sizes, seed=asked.seed)


if __name__ == "__main__":
    main()
