"""Groups of whole lots: where there is one, what its rents prove, and that none is where a lot may still go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clearing.audit.verify.book import Stocks
from clearing.audit.verify.components import find_components
from clearing.audit.verify.law7_proof import UnprovenError, proven_bound
from clearing.audit.verify.law7_rows import Searched, build_rows
from clearing.audit.verify.proofs import Branch, Leaf
from clearing.engine.search.rows import build_rows as engine_rows
from clearing.engine.search.tiers import find_tiers
from clearing.model.book import Book
from tests.audit.verify.resealing import Records, resealed, verified
from tests.audit.verify.searched_books import RULEBOOK, as_seen
from tests.audit.verify.test_components import admitted_of
from tests.audit.verify.test_proofs import stage_of, swap
from tests.audit.verify.test_resealed_searched import cleared, leaves, searched
from tests.books import book, offer


def in_lots(quantity: int, **keys: Any) -> Searched:
    """P delivers A in lots of two and concedes 3 ppm; Q at most 10 pieces, and concedes 2; a piece is 5,000 µ."""
    return swap(quantity, 10, lists={"lot": 2}, **{"residual_tolerance_micro": 0, **keys})


def leaf(**rents: int) -> Leaf:
    return Leaf(1, [], {}, {name.replace("__", ":"): rent for name, rent in rents.items()}, {})


def test_a_rent_of_whole_lots_is_paid_up_to_the_last_of_them() -> None:
    part = in_lots(5)
    assert proven_bound(part, stage_of(part), leaf(whole__offer__P=5)) == -5 * 20_000
    assert proven_bound(part, stage_of(part), leaf(offer__P=5)) == -5 * 25_000, "as every proof before"


def test_a_leaf_by_offer_may_rent_whole_lots() -> None:
    part = in_lots(5, max_ring=None)
    rented = Leaf(1, [], {}, {"whole:offer:P": 5}, {"pool:B": -2}, by_offer=True)
    assert proven_bound(part, stage_of(part), rented) == -5 * 20_000
    assert proven_bound(part, stage_of(part), replace(rented, rents={})) == -5 * 25_000


@pytest.mark.parametrize("quantity", [2, 4])
def test_an_offer_that_its_lots_fill_has_no_group_of_whole_lots(quantity: int) -> None:
    full = in_lots(quantity)
    with pytest.raises(UnprovenError, match="is no group here"):
        proven_bound(full, stage_of(full), leaf(whole__offer__P=5))


def test_a_part_that_holds_no_lot_proves_any_bound_and_one_that_does_never_more_than_is_true() -> None:
    """Three lots would be 30,000 µ; the rents cancel in every price and leave 10,000 µ of each."""
    part, nothing = in_lots(5), 10**9
    beyond = leaf(whole__offer__P=nothing + 5, offer__P=-nothing)
    tree = Branch("offer:P", 20_000, 30_000, leaf(offer__P=5), beyond)
    assert proven_bound(part, stage_of(part), tree) == -5 * 20_000
    assert proven_bound(part, stage_of(part), Branch("offer:P", 10_000, 20_000, leaf(offer__P=5), beyond)) == -100_000
    full = in_lots(6)  # the third lot is there, and just so
    with pytest.raises(UnprovenError, match="is no group here"):
        proven_bound(full, stage_of(full), tree)
    assert proven_bound(full, stage_of(full), replace(tree, high=leaf(offer__P=5))) == -5 * 30_000


def test_rents_of_whole_lots_are_never_below_nothing() -> None:
    part = in_lots(5)
    tree = Branch("offer:P", 0, 10_000, leaf(offer__P=5), leaf(whole__offer__P=-1, offer__P=6))
    with pytest.raises(UnprovenError, match="below 0"):
        proven_bound(part, stage_of(part), tree)


def of_one_stock(*lots: int | None, size: int = 9) -> Book:
    """Offers of 8 each, in lots or not, out of one stock."""
    rows = [offer("Q", "Q", "B", 20, ("A", -2), conditions={"min_fill": 1})]
    for place, lot in enumerate(lots):
        asked = {"conditions": {"lot": lot}} if lot else {}
        rows.append(offer(f"P{place}", "P", "A", 8, ("B", -3), stock="S", **asked))
    rulebook = replace(RULEBOOK, objectives=("surplus", "lottery"), residual_tolerance_micro=1_000_000)
    return book(values={"A": 5_000, "B": 5_000}, offers=rows, stocks=[("S", "P", "A", size)], rulebook=rulebook)


@pytest.mark.parametrize(
    ("lots", "size", "most"),
    [
        ((4,), 9, 8),
        ((4, 6), 9, 8),
        ((4, 6), 10, None),
        ((3, 6), 16, 15),
        ((3, 4), 9, None),
        ((4, None), 9, None),
        ((None, None), 9, None),
    ],
)
def test_a_stock_is_whole_in_what_divides_all_its_lots(
    lots: tuple[int | None, ...], size: int, most: int | None
) -> None:
    assert whole_groups(of_one_stock(*lots, size=size)).get("whole:stock:S") == (most and most * 5_000)


def whole_groups(made: Book) -> dict[str, int]:
    """Those of verify, once they are the engine's."""
    everybody, admitted = admitted_of(made)
    stocks, (tier,) = made.stocks, find_tiers(made, everybody)
    columns = (stocks.participant.tolist(), stocks.asset.tolist(), stocks.quantity.tolist())
    seen = replace(as_seen(made), stocks=Stocks(list(stocks.id), {}, *columns))
    (component,) = find_components(seen, admitted)
    groups = build_rows(seen, admitted, component).groups.items()
    found = {name: group.capacity for name, group in groups if name.startswith("whole:")}
    theirs = engine_rows(made, everybody, tier).groups
    assert found == {group.name: group.capacity for group in theirs if group.name.startswith("whole:")}
    return found


@pytest.mark.parametrize("step", [-1, 1])
def test_another_rent_of_whole_lots_breaks_law_7(step: int) -> None:
    def forge(records: Records) -> None:
        (named,) = [each["rents"] for each in leaves(searched(records)["stages"][0]["proof"])]
        named["whole:offer:Q1"] = str(int(named["whole:offer:Q1"]) + step)

    assert set(verified(resealed(cleared("in_lots"), forge)).counts) == {7}


@pytest.mark.parametrize("name", ["offer:Q1", "whole:offer:P1", "whole:offer:P2", "whole:Q1"])
def test_a_rent_of_whole_lots_of_another_name_breaks_law_7(name: str) -> None:
    def forge(records: Records) -> None:
        (named,) = [each["rents"] for each in leaves(searched(records)["stages"][0]["proof"])]
        named[name] = named.pop("whole:offer:Q1")

    assert set(verified(resealed(cleared("in_lots"), forge)).counts) == {7}


def test_a_proof_by_the_whole_offer_stands_and_proves_what_it_always_did() -> None:
    """Rents of three pieces where two go: 14,000 ppm of a thousand µ more than is gained."""

    def change(records: Records) -> None:
        (stage, *_), certificate = searched(records)["stages"], records["certificate.json"][0]
        (named,) = [each["rents"] for each in leaves(stage["proof"])]
        named["offer:Q1"] = named.pop("whole:offer:Q1")
        for stated in (stage, certificate):
            stated |= {"bound": str(-3 * 14_000_000), "gap": "14000000"}
        certificate["optimal"] = False

    report = verified(resealed(cleared("in_lots"), change))
    assert report.holds, report.violations
