"""Premia by hand: the price that a limit sets, the level, intervals, and components one after the other."""

from __future__ import annotations

from clearing.model.outcome import Premium
from clearing.service import outcome_of
from tests.books import book, offer
from tests.sessions import SALT

VALUES = dict.fromkeys(("copper", "gold", "steel", "tin", "wheat"), 1_000)


def _premia(*rows, **more) -> dict[str, Premium]:  # type: ignore[no-untyped-def]
    world = book(values=VALUES, offers=rows, **more)
    return {world.assets.id[line.asset]: line for line in outcome_of(world, SALT).premia}


def test_the_limit_of_who_could_do_more_sets_the_price() -> None:
    found = _premia(
        offer("X", "X", "wheat", 100, ("copper", 20_000)), offer("Y", "Y", "copper", 150, ("wheat", -50_000))
    )
    assert (found["copper"].premium_ppm, found["wheat"].premium_ppm) == (0, 50_000)
    assert (found["wheat"].lowest_ppm, found["wheat"].highest_ppm) == (50_000, 50_000)
    assert found["wheat"].reference == found["wheat"].component == "pool:copper"
    assert found["wheat"].traded_micro == 100_000


def test_between_two_full_offers_the_midpoint_is_taken_and_the_interval_told() -> None:
    found = _premia(
        offer("X", "X", "wheat", 100, ("copper", 20_000)), offer("Y", "Y", "copper", 100, ("wheat", -50_001))
    )
    wheat = found["wheat"]
    assert (wheat.lowest_ppm, wheat.highest_ppm) == (20_000, 50_001)
    assert (found["copper"].premium_ppm, wheat.premium_ppm) == (0, 35_000)  # 35,000.5 is floored


def test_the_hub_is_at_0_and_pools_that_trade_with_index_follow_it() -> None:
    found = _premia(
        offer("X", "X", "wheat", 100, ("INDEX", -30_000)),
        offer("Y", "Y", "INDEX", 60_000, ("wheat", 10_000)),
        desks={"Y": (60_000, 0, -1)},
    )
    # X is not used up: wheat stands at its limit, 3 % below index; Y would have given up to 1 % less.
    assert found["wheat"].premium_ppm == -30_000
    assert (found["wheat"].reference, found["wheat"].component) == ("hub", "hub")


def test_an_asset_between_two_limits_of_unfilled_offers_lies_in_their_middle() -> None:
    found = _premia(
        offer("A", "A", "wheat", 100, ("copper", 0)),
        offer("B", "B", "copper", 150, ("wheat", 0)),
        offer("C", "C", "tin", 5, ("wheat", 8_000)),
        offer("D", "D", "wheat", 5, ("tin", 3_000)),
    )
    # C unfilled: tin <= wheat + 8,000; D unfilled: wheat <= tin + 3,000. Midpoint of [-3,000, 8,000].
    tin = found["tin"]
    assert (tin.lowest_ppm, tin.highest_ppm, tin.premium_ppm) == (-3_000, 8_000, 2_500)
    assert (tin.component, tin.reference, tin.traded_micro) == ("pool:copper", "pool:copper", 0)


def test_an_asset_bounded_on_one_side_moves_no_farther_than_it_must() -> None:
    trade = [offer("A", "A", "wheat", 100, ("copper", 0)), offer("B", "B", "copper", 150, ("wheat", 0))]
    free = _premia(*trade, offer("C", "C", "tin", 5, ("wheat", 8_000)))["tin"]
    assert (free.premium_ppm, free.lowest_ppm, free.highest_ppm) == (0, None, 8_000)
    pushed = _premia(*trade, offer("C", "C", "tin", 5, ("wheat", -8_000)))["tin"]
    assert (pushed.premium_ppm, pushed.lowest_ppm, pushed.highest_ppm) == (-8_000, None, -8_000)


def test_the_component_that_cleared_more_is_fixed_first() -> None:
    found = _premia(
        offer("A", "A", "wheat", 10, ("copper", 0)),
        offer("B", "B", "copper", 10, ("wheat", 0)),
        offer("C", "C", "steel", 90, ("gold", 0)),
        offer("D", "D", "gold", 90, ("steel", 0)),
        offer("E", "E", "copper", 5, ("gold", -7_000)),
    )
    # E, unfilled: copper <= gold - 7,000. Gold and steel cleared more and stay at 0, so copper and wheat give way.
    assert {name: line.premium_ppm for name, line in found.items()} == {
        "copper": -7_000,
        "gold": 0,
        "steel": 0,
        "wheat": -7_000,
    }


def test_without_any_flow_there_is_no_reference() -> None:
    found = _premia(offer("A", "A", "wheat", 10, ("copper", -100)))
    assert (found["copper"].premium_ppm, found["wheat"].premium_ppm) == (0, -100)
    assert found["wheat"].reference is found["wheat"].lowest_ppm is found["wheat"].highest_ppm is None


def test_an_asset_bounded_by_two_components_takes_the_floored_middle() -> None:
    found = _premia(
        offer("A", "A", "gold", 90, ("steel", 0)),
        offer("B", "B", "steel", 90, ("gold", 0)),
        offer("C", "C", "copper", 10, ("wheat", 0)),
        offer("D", "D", "wheat", 10, ("copper", 0)),
        offer("E", "E", "tin", 5, ("gold", 5_000)),
        offer("F", "F", "copper", 5, ("tin", 3_001)),
    )
    # E: tin <= gold + 5,000; F: copper <= tin + 3,001. Gold and copper stay at 0: tin in [-3,001, 5,000].
    tin = found["tin"]
    assert (found["gold"].premium_ppm, found["copper"].premium_ppm, tin.premium_ppm) == (0, 0, 999)
    assert (tin.reference, tin.lowest_ppm, tin.highest_ppm) == ("pool:gold", None, 5_000)
    assert tin.component == "pool:tin"
