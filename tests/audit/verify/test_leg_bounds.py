"""Legs against exact values by hand: givers G and H, takers K and L, all four legs in one pool of 1,000 µ.

          K      L    delivers                 K    L
G      3000    500     3.5        booked G     3    1
H       500    500     1.0               H     1    0
takes   3.5    1.0     4.5 -> 5
"""

from __future__ import annotations

from clearing.audit.verify.book import Assets, Book, Obligations, Offers, Participants, Rulebook, Stocks
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.law6_legs import check_legs
from clearing.audit.verify.law6_rings import Exchange
from clearing.audit.verify.report import Findings

NAMES = ["G", "H", "K", "L"]
FLOWS = {("G", "K"): 3_000, ("G", "L"): 500, ("H", "K"): 500, ("H", "L"): 500}


def violations(booked: dict[str, int]) -> list[str]:
    """What check_legs finds where legs are booked as given, fills agree, and G and H deliver the asset to K and L."""
    index = {name: place for place, name in enumerate(NAMES)}
    people = Participants(NAMES, index, [0] * 4, [0] * 4, [-1] * 4)
    assets = Assets(["A", "B", "INDEX"], {"A": 0, "B": 1, "INDEX": -1}, [1_000, 1_000, 1], [False] * 3)
    offers = Offers(
        NAMES, index, [0, 1, 2, 3], [0, 0, 1, 1], [9] * 4, [-1] * 4, [0, 1, 2, 3, 4], range(4), [1, 1, 0, 0],
        [0] * 4, [-1] * 4, capacity=[9_000] * 4,
    )  # fmt: skip
    book = Book(
        Rulebook("gross", 10**6, 0, None), people, assets, Stocks([], {}, [], [], []), offers,
        Obligations([], {}, [], [], []),
    )  # fmt: skip
    exchange = Exchange({index[one] * 4 + index[other]: flow for (one, other), flow in FLOWS.items()})
    recorded = {index[leg[0]] * 4 + index[leg[1]]: amount for leg, amount in booked.items() if amount}
    given = [sum(amount for leg, amount in booked.items() if leg[0] == name) for name in NAMES]
    taken = [sum(amount for leg, amount in booked.items() if leg[1] == name) for name in NAMES]
    fills = Fills([3_500, 1_000, 0, 0], [0, 0, 3_500, 1_000], given, taken, [], {"offer": [0, 1], "obligation": []})
    found = Findings()
    check_legs(book, fills, exchange, recorded, found)
    return [each.message for each in found.listed]


def test_floors_and_ceilings_hold() -> None:
    assert violations({"GK": 3, "GL": 1, "HK": 1, "HL": 0}) == []


def test_a_leg_of_whole_value_is_not_raised_though_every_total_is_rounded() -> None:
    said = violations({"GK": 4, "GL": 0, "HK": 0, "HL": 1})
    assert said == ["leg G -> K is 4 increments; its exact value is 3 + 0/value"]


def test_a_pool_takes_its_ceiling() -> None:
    said = violations({"GK": 3, "GL": 0, "HK": 0, "HL": 1})
    assert said == ["pool A: 4 is not the ceiling of its flow 4500"]


def test_a_total_is_rounded_too() -> None:
    said = violations({"GK": 3, "GL": 1, "HK": 1, "HL": 1})
    assert any(each.startswith("H: delivered 2") for each in said)
    assert any(each.startswith("L: received 2") for each in said)
