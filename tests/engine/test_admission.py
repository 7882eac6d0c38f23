"""Admission: reasons in order of precedence, worst cases and headroom to the micro unit."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import pytest

from clearing.engine.admission import admit
from clearing.model.book import Book
from clearing.model.faults import RefusalReason
from clearing.model.rulebook import Rulebook
from tests.books import Row, book, offer, random_book

VALUES = {"copper": 1_000, "steel": 1_000, "gold": 5_000_000, "unpriced": 0}
NOON = Rulebook(cut_off="2026-01-31T12:00:00Z")


def _refused(*rows: Row, **more: object) -> list[tuple[str, str, str | None, str | None]]:
    world = book(values=VALUES, offers=rows, rulebook=NOON, **more)  # type: ignore[arg-type]
    return [(world.offers.id[r.offer], r.reason.value, r.found, r.limit) for r in admit(world).refusals]


@pytest.mark.parametrize(
    ("row", "reason", "found", "limit"),
    [
        (offer("O", "D", "copper", 5, ("steel", 0), conditions={"min_fill": 2, "deny": ("E",)}),
         "unsupported", "min_fill|deny", "rulebook 1"),
        (offer("O", "D", "copper", 5, ("steel", 0), conditions={"all_or_none": True}),
         "unsupported", "all_or_none", "rulebook 1"),
        (offer("O", "D", "copper", 5, ("steel", 0), conditions={"lot": 5}), "unsupported", "lot", "rulebook 1"),
        (offer("O", "D", "copper", 5, ("steel", 0), conditions={"max_ring": 3}),
         "unsupported", "max_ring", "rulebook 1"),
        (offer("O", "D", "copper", 5, ("steel", 0), conditions={"allow": ("E",)}),
         "unsupported", "allow", "rulebook 1"),
        (offer("O", "D", "copper", 5, ("steel", 0), expires_at="2026-01-31T12:00:00Z"),
         "expired", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        (offer("O", "D", "copper", 5, ("unpriced", 0)), "no_value", "unpriced", None),
        (offer("O", "D", "gold", 5, ("steel", 0)), "too_coarse", "5000000", "1000000"),
        (offer("O", "D", "copper", 5, ("steel", 0), ("gold", 0)), "too_coarse", "5000000", "1000000"),
    ],
)  # fmt: skip
def test_every_reason_is_recorded_with_its_figures(
    row: Row, reason: str, found: str, limit: str | None
) -> None:
    assert _refused(row) == [("O", reason, found, limit)]


def test_reasons_take_precedence_in_the_order_of_the_enum() -> None:
    everything = offer(
        "O", "D", "gold", 5, ("unpriced", -900_000),
        conditions={"lot": 5}, expires_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    reasons = ["unsupported", "expired", "no_value", "too_coarse", "self_crossing", "no_headroom"]
    assert [r.value for r in RefusalReason] == reasons
    order = []
    for without in ("conditions", "expires_at", None):
        order.append(_refused(everything)[0][1])
        everything = {key: value for key, value in everything.items() if key != without}
    assert order == ["unsupported", "expired", "no_value"]


def test_a_fraction_of_a_second_after_the_cut_off_is_not_expired() -> None:
    assert not _refused(offer("O", "D", "copper", 5, ("steel", 0), expires_at="2026-01-31T12:00:00.5Z"))
    assert _refused(offer("O", "D", "copper", 5, ("steel", 0), expires_at="2026-01-31T11:59:59.5Z"))


def test_headroom_is_used_in_order_of_offer_id_and_what_does_not_fit_is_refused_whole() -> None:
    rows = [
        offer("OF-1", "D", "copper", 2_000, ("steel", -50_000)),  # needs 3 % of 2,000,000 = 60,000
        offer("OF-2", "D", "copper", 3_000, ("steel", -40_000)),  # needs 2 % of 3,000,000 = 60,000
        offer("OF-3", "D", "copper", 2_000, ("steel", -40_000)),  # needs 40,000: all that is left
        offer("OF-4", "D", "copper", 9_000, ("steel", -20_000)),  # needs nothing
    ]
    assert _refused(*rows, desks={"D": (0, 100_000, -1)}) == [("OF-2", "no_headroom", "60000", "40000")]


def test_an_overdrawn_desk_has_no_allowance_and_no_headroom() -> None:
    rows = [offer("OF-1", "D", "copper", 1, ("steel", -1)), offer("OF-2", "D", "copper", 1, ("steel", 0))]
    assert _refused(*rows, desks={"D": (-2_000, 1_999, -1)}) == [("OF-1", "no_headroom", "1", "0")]


def test_two_rates_on_one_stock_need_only_what_the_stock_can_carry() -> None:
    rows = [
        offer("OF-1", "D", "copper", 100, ("steel", -30_000), stock="S"),  # 1 % of 100,000 = 1,000
        offer("OF-2", "D", "copper", 60, ("gold", 0), ("steel", -70_000), stock="S"),  # 5 % of 60,000, 1 % of 40,000
    ]
    assert _refused(
        *rows, stocks=[("S", "D", "copper", 100)], desks={"D": (0, 3_399, -1)}
    ) == [("OF-2", "too_coarse", "5000000", "1000000")]  # fmt: skip
    rows[1] = offer("OF-2", "D", "copper", 60, ("steel", -70_000), stock="S")
    short, enough = (
        _refused(*rows, stocks=[("S", "D", "copper", 100)], desks={"D": (0, credit, -1)})
        for credit in (3_399, 3_400)
    )
    assert short == [("OF-2", "no_headroom", "2400", "2399")]
    assert enough == []


def test_admission_of_random_books_is_as_a_plain_reading_of_the_rule() -> None:
    for seed in range(200):
        world = random_book(seed)
        refused = {r.offer: (r.found, r.limit) for r in admit(world).refusals}
        assert refused == _plain(world), seed


def _plain(world: Book) -> dict[int, tuple[str, str]]:
    accounts, offers, refused = world.participants, world.offers, {}
    admitted: list[int] = []
    for i in range(len(offers.id)):
        desk = int(offers.participant[i])
        funds = int(accounts.balance_micro[desk] + accounts.credit_limit_micro[desk])
        mine = [j for j in admitted if offers.participant[j] == desk]
        before, after = _worst(world, mine, funds), _worst(world, [*mine, i], funds)
        left = max(0, funds) - before
        if after > before and after - before > left:
            refused[i] = (str(after - before), str(left))
        else:
            admitted.append(i)
    return refused


def _worst(world: Book, rows: list[int], funds: int) -> int:
    offers, allowance = world.offers, 0 if funds < 0 else world.rulebook.allowance_ppm
    by_stock: dict[int, list[tuple[int, int]]] = {}
    total = 0
    for i in rows:
        limits = offers.alt_limit_ppm[offers.alt_start[i] : offers.alt_start[i + 1]].tolist()
        rate = max(0, max(-limit - allowance for limit in limits))
        deliver = int(offers.deliver[i])
        capacity = int(offers.quantity[i]) * (1 if deliver < 0 else int(world.assets.value_micro[deliver]))
        if offers.stock[i] >= 0:
            by_stock.setdefault(int(offers.stock[i]), []).append((rate, capacity))
        else:
            total += ceil(Fraction(capacity * rate, 10**6))
    for stock, parts in by_stock.items():
        left = int(world.stocks.quantity[stock] * world.assets.value_micro[world.stocks.asset[stock]])
        micro_ppm = 0
        for rate, capacity in sorted(parts, reverse=True):
            micro_ppm += rate * min(left, capacity)
            left -= min(left, capacity)
        total += ceil(Fraction(micro_ppm, 10**6))
    return total
