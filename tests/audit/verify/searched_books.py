"""Small books of rulebook 2: seeded rows in, the same book for the engine and for verify out."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from clearing.audit.verify import book as seen
from clearing.model.book import ANY, Book
from clearing.model.rulebook import DEFAULTS, Rulebook
from tests.books import Row, book, offer

RULEBOOK = replace(DEFAULTS[2], self_crossing="allow", work_limit=12)


def random_searched_book(seed: int, **keys: Any) -> Book:
    """Whole pieces, lots, minimum fills, all-or-none, longest rings, lists and gifts, as the draw falls."""
    draw = Random(seed)
    values = {f"A{i}": draw.choice((5_000, 5_000, 30_000, 2_000_000)) for i in range(draw.randint(2, 5))}
    desks = [f"D{i}" for i in range(draw.randint(2, 6))]
    rows = _valid([_row(draw, number, values, desks) for number in range(draw.randint(3, 9))])
    rulebook = replace(
        RULEBOOK,
        objectives=draw.choice(
            (
                ("surplus", "value", "even", "lottery"),
                ("surplus", "items", "priority", "lottery"),
                ("value", "surplus", "lottery"),
                ("participants", "surplus", "lottery"),
                ("surplus", "deliveries", "value", "lottery"),
                ("items", "participants", "priority", "lottery"),
            )
        ),
        max_ring=draw.choice((None, None, 2, 3, 4)),
        max_chain=draw.choice((None, None, 1, 2)),
        residual_tolerance_micro=draw.choice((0, 4_000, 1_000_000)),
    )
    if rulebook.max_ring is not None and draw.random() < 0.4:
        rulebook = replace(rulebook, screening="ring")
    made = book(values={**values, "*": 1_000}, offers=rows, rulebook=replace(rulebook, **keys))
    return without_star(made)


def without_star(made: Book) -> Book:
    """``*`` was written as an asset of its own, the first by name: it stands for anything."""
    assets = made.assets
    offers = made.offers
    return replace(
        made,
        assets=replace(
            assets,
            id=assets.id[1:],
            unit=assets.unit[1:],
            increment=assets.increment[1:],
            asset_class=assets.asset_class[1:],
            value_micro=assets.value_micro[1:],
        ),
        offers=replace(
            offers,
            deliver=np.where(offers.deliver < 0, offers.deliver, offers.deliver - 1),
            alt_asset=np.where(
                offers.alt_asset < 0, offers.alt_asset, offers.alt_asset - 1 + (offers.alt_asset == 0) * (ANY + 1)
            ),
        ),
    )


def _valid(rows: list[Row]) -> list[Row]:
    """Lists name only desks that are there, nobody twice, and a lot divides what is offered all or none."""
    there = {row["desk"] for row in rows}
    kept: list[Row] = []
    for row in rows:
        asked = dict(row.get("conditions", {}))
        asked["deny"] = tuple(name for name in asked.get("deny", ()) if name in there)
        asked["allow"] = tuple(name for name in asked.get("allow", ()) if name in there and name not in asked["deny"])
        if asked.get("all_or_none") and row["quantity"] % asked.get("lot", 1):
            del asked["lot"]
        asked = {name: value for name, value in asked.items() if value}
        kept.append({**{name: value for name, value in row.items() if name != "conditions"},
                     **({"conditions": asked} if asked else {})})  # fmt: skip
    return kept


def _row(draw: Random, number: int, values: dict[str, int], desks: list[str]) -> Row:
    deliver, desk = draw.choice([*sorted(values), "INDEX"]), draw.choice(desks)
    quantity = draw.randint(1, 6) * (1 if deliver != "INDEX" else 10_000)
    level = draw.choice((0, 1_000, 50_000))
    others = [name for name in [*sorted(values), "INDEX"] if name != deliver]
    chosen = draw.sample(others, draw.choice((1, 1, 1, 2)))
    receive: list[tuple[Any, ...]] = [(asset, draw.choice((-3, -2, -1, -1, 0, 1)) * level) for asset in chosen]
    if deliver != "INDEX" and draw.random() < 0.12:
        receive = [("*", 0)]
    asked: dict[str, Any] = {}
    if draw.random() < 0.2:
        asked["min_fill"] = draw.randint(1, quantity)
    if draw.random() < 0.2:
        asked["all_or_none"] = True
    if draw.random() < 0.15:
        asked["lot"] = draw.randint(1, max(1, quantity // 2))
    if draw.random() < 0.15:
        asked["max_ring"] = draw.randint(2, 4)
    if draw.random() < 0.2:
        asked["deny"] = (draw.choice(desks),)
    if draw.random() < 0.1:
        asked["allow"] = tuple(sorted(draw.sample(desks, 2)))
    return offer(f"O{number}", desk, deliver, quantity, *receive, **({"conditions": asked} if asked else {}))


def as_seen(made: Book) -> seen.Book:
    """The same book as verify would read it."""
    rulebook, offers, people, assets = made.rulebook, made.offers, made.participants, made.assets
    names = [*assets.id, "*", "INDEX"]
    quantity, deliver = offers.quantity.tolist(), offers.deliver.tolist()
    value = [*assets.value_micro.tolist(), 1, 1]
    starts = offers.alt_start.tolist()
    return seen.Book(
        _rulebook(rulebook),
        seen.Participants(
            list(people.id),
            {name: i for i, name in enumerate(people.id)},
            people.balance_micro.tolist(),
            people.credit_limit_micro.tolist(),
            people.balance_cap_micro.tolist(),
        ),
        seen.Assets(
            names,
            {name: i for i, name in enumerate(assets.id)},
            value,
            [*(each == "internal" for each in assets.asset_class), False, False],
        ),
        seen.Stocks([], {}, [], [], []),
        seen.Offers(
            id=list(offers.id),
            index={name: i for i, name in enumerate(offers.id)},
            participant=offers.participant.tolist(),
            deliver=deliver,
            quantity=quantity,
            stock=offers.stock.tolist(),
            alt_start=starts,
            alt_offer=[i for i in range(len(offers.id)) for _ in range(starts[i + 1] - starts[i])],
            alt_asset=offers.alt_asset.tolist(),
            alt_limit=offers.alt_limit_ppm.tolist(),
            alt_max=offers.alt_max.tolist(),
            conditions={i: seen.Conditions(c.min_fill, c.all_or_none, c.lot, c.max_ring, c.allow, c.deny)
                        for i, c in offers.conditions.items()},
            capacity=[q * value[a] for q, a in zip(quantity, deliver, strict=True)],
        ),
        seen.Obligations([], {}, [], [], []),
    )  # fmt: skip


def _rulebook(rulebook: Rulebook) -> seen.Rulebook:
    return seen.Rulebook(
        rulebook.netting_form,
        rulebook.residual_tolerance_micro,
        rulebook.allowance_ppm,
        None,
        version=2,
        objectives=rulebook.objectives,
        max_ring=rulebook.max_ring,
        max_chain=rulebook.max_chain,
        screening=rulebook.screening,
    )
