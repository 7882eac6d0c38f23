"""Small books for tests: terse rows -> a Book, and seeded random books in which every feature binds."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clearing.model.book import (
    ANY,
    ANY_NAME,
    INDEX,
    INDEX_NAME,
    NONE,
    Assets,
    Book,
    Conditions,
    Obligations,
    Offers,
    Participants,
    Stocks,
)
from clearing.model.rulebook import Rulebook

Row = Mapping[str, Any]


def offer(id: str, desk: str, deliver: str, quantity: int, *receive: Any, **more: Any) -> Row:
    """An offer; each of ``receive`` is (asset, limit_ppm) or (asset, limit_ppm, maximum)."""
    return {"id": id, "desk": desk, "deliver": deliver, "quantity": quantity, "receive": receive, **more}


def book(
    *,
    values: Mapping[str, int],
    offers: Sequence[Row] = (),
    desks: Mapping[str, tuple[int, int, int]] | None = None,
    stocks: Sequence[tuple[str, str, str, int]] = (),
    obligations: Sequence[tuple[str, str, str, int]] = (),
    rulebook: Rulebook | None = None,
) -> Book:
    """A book from rows.

    ``desks`` gives (balance, credit limit, cap or -1) in µ; desks that only offers name get a large credit limit.
    ``values`` is µ per increment of each asset.
    """
    named = {o["desk"] for o in offers} | {d for row in obligations for d in row[1:3]}
    named |= {row[1] for row in stocks}
    accounts = dict.fromkeys(named, (0, 10**12, NONE)) | dict(desks or {})
    participants, assets = sorted(accounts), sorted(values)
    stock_rows = sorted(stocks)
    number = {INDEX_NAME: INDEX, ANY_NAME: ANY} | {name: i for i, name in enumerate(assets)}
    desk = {name: i for i, name in enumerate(participants)}
    stock = {row[0]: i for i, row in enumerate(stock_rows)}
    rows = sorted(offers, key=lambda o: str(o["id"]))
    debts = sorted(obligations)
    return Book(
        Participants(participants, *(_column(accounts[p][i] for p in participants) for i in range(3))),
        _assets(assets, values),
        Stocks(
            [row[0] for row in stock_rows],
            _column(desk[row[1]] for row in stock_rows),
            _column(number[row[2]] for row in stock_rows),
            _column(row[3] for row in stock_rows),
        ),
        _offers(rows, desk, number, stock),
        Obligations(
            [row[0] for row in debts],
            _column(desk[row[1]] for row in debts),
            _column(desk[row[2]] for row in debts),
            _column(row[3] for row in debts),
        ),
        rulebook or Rulebook(),
    )


def _assets(names: Sequence[str], values: Mapping[str, int]) -> Assets:
    size = len(names)
    return Assets(names, ["C62"] * size, ["1"] * size, ["goods"] * size, _column(values[a] for a in names))


def _offers(
    rows: Sequence[Row], desk: Mapping[str, int], number: Mapping[str, int], stock: Mapping[str, int]
) -> Offers:
    alternatives = [(*alternative, NONE)[:3] for o in rows for alternative in o["receive"]]
    return Offers(
        [o["id"] for o in rows],
        _column(desk[o["desk"]] for o in rows),
        _column(number[o["deliver"]] for o in rows),
        _column(o["quantity"] for o in rows),
        _column(stock.get(o.get("stock"), NONE) for o in rows),
        np.cumsum([0] + [len(o["receive"]) for o in rows]).astype(np.int64),
        _column(number[a[0]] for a in alternatives),
        _column(a[1] for a in alternatives),
        _column(a[2] for a in alternatives),
        conditions={i: Conditions(**o["conditions"]) for i, o in enumerate(rows) if "conditions" in o},
        expires_at={i: o["expires_at"] for i, o in enumerate(rows) if "expires_at" in o},
    )


def random_book(seed: int, *, offers: int = 24, netting_form: str = "gross") -> Book:
    """A small book with alternatives, stocks, maxima, INDEX, tight credit, caps and obligations."""
    draw = random.Random(seed)
    assets = {f"A{i}": draw.choice((1_000, 7_003, 33_331, 250_000)) for i in range(draw.randint(3, 5))}
    desks = {
        f"D{i}": (draw.randint(-20_000, 60_000), draw.randint(0, 120_000), draw.choice((NONE, 40_000, 90_000)))
        for i in range(draw.randint(4, 7))
    }
    stocks = [
        (f"S{i}", draw.choice(sorted(desks)), draw.choice(sorted(assets)), draw.randint(5, 60))
        for i in range(4)
    ]
    rows = [_random_offer(draw, i, assets, sorted(desks), stocks) for i in range(offers)]
    parties = [draw.sample(sorted(desks), 2) for _ in range(8)]
    debts = [(f"B{i}", one, other, draw.randint(1, 90_000)) for i, (one, other) in enumerate(parties)]
    return book(
        values=assets,
        offers=rows,
        desks=desks,
        stocks=stocks,
        obligations=debts,
        rulebook=Rulebook(netting_form=netting_form),
    )


def _random_offer(
    draw: random.Random,
    number: int,
    assets: Mapping[str, int],
    desks: Sequence[str],
    stocks: Sequence[tuple[str, str, str, int]],
) -> Row:
    id, quantity = f"O{number:03d}", draw.randint(1, 60)
    if draw.random() < 0.25:
        stock, desk, deliver, _ = draw.choice(stocks)
        more: dict[str, Any] = {"stock": stock}
    else:
        desk, deliver, more = draw.choice(desks), draw.choice([*assets, *assets, INDEX_NAME]), {}
    if deliver == INDEX_NAME:
        quantity *= 2_111
    others = [name for name in [*assets, INDEX_NAME] if name != deliver]
    chosen = draw.sample(others, draw.choice((1, 1, 1, 2, 3)))
    level = draw.choice((0, 0, 100, 5_000, 30_000))
    receive = []
    for asset in chosen:
        limit = draw.choice((-8, -2, -1, -1, 0, 0, 1)) * level
        maximum = draw.randint(1, 40) * (3_001 if asset == INDEX_NAME else 1) if draw.random() < 0.2 else NONE
        receive.append((asset, limit, maximum))
    return offer(id, desk, deliver, quantity, *receive, **more)


def _column(values: Any) -> Any:
    return np.array(list(values), dtype=np.int64)
