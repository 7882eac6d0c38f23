"""Tables and drawings: figures agree with the outcome, plots with their figures, labels keep clear of each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from clearing.doors.report import desks, offers, overview, premia, rings, settlement
from clearing.doors.report.fates import judge
from clearing.doors.report.ring_geometry import LABELLED_MAX, LINE_HEIGHT, Drawing, Label, draw
from clearing.doors.report.table import Bar, Span, Table, largest, percent, round_reach
from clearing.model.outcome import Premium, Rings
from clearing.model.rulebook import DEFAULTS
from clearing.service import Session, paid_in
from tests.books import book, offer
from tests.doors.report.pages import cleared, demo_session, large_session


@pytest.fixture(params=["demo", "large"])
def session(request: pytest.FixtureRequest) -> Session:
    return demo_session() if request.param == "demo" else large_session()


def every_table(session: Session) -> list[Table]:
    book, outcome = session.book, session.outcome
    fates, accounts = judge(book, outcome, paid_in(session)), desks.take_accounts(book, outcome)
    return [
        premia.premium_table(book, outcome, fates),
        desks.desk_table(book, fates, accounts),
        desks.position_table(book, outcome),
        offers.reason_table(fates),
        offers.offer_table(book, outcome, fates),
        rings.ring_table(outcome),
        settlement.instruction_table(book, outcome),
    ]


def test_every_row_has_a_cell_for_each_column(session: Session) -> None:
    for table in every_table(session):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}
        for row in table.rows:
            for column, cell in zip(table.columns, row, strict=True):
                assert isinstance(cell, Span | Bar) == (column.kind == "plot")


def test_reasons_add_up_to_the_offers(session: Session) -> None:
    table = offers.reason_table(judge(session.book, session.outcome, paid_in(session)))
    assert sum(int(str(row[2]).replace(",", "")) for row in table.rows) == len(session.book.offers.id)


def test_slices_of_the_strip_lie_end_to_end(session: Session) -> None:
    slices = offers.fate_slices(judge(session.book, session.outcome, paid_in(session)))
    ends = [(float(each.start[:-1]), float(each.width[:-1])) for each in slices]
    assert [start for start, _width in ends] == pytest.approx(
        np.cumsum([0, *(width for _start, width in ends[:-1])]), abs=0.3
    )
    assert sum(width for _start, width in ends) == pytest.approx(100, abs=0.3)


def test_changes_of_accounts_sum_to_zero(session: Session) -> None:
    accounts = desks.take_accounts(session.book, session.outcome)
    changes = [accounts.change(desk) for desk in range(len(session.book.participants.id))]
    assert sum(changes) == 0
    assert desks.left_on_accounts(session.book, accounts) == sum(abs(change) for change in changes) // 2
    assert int(accounts.delivered.sum()) == int(accounts.received.sum())


def test_bars_begin_at_the_middle_and_point_the_way_of_the_change(session: Session) -> None:
    table = every_table(session)[1]
    for row in table.rows:
        bar, printed = row[2], str(row[1])
        assert isinstance(bar, Bar)
        start, width = float(bar.start[:-1]), float(bar.width[:-1])
        assert bar.tone == {"+": "rises", "\u2212": "falls"}.get(printed[0], bar.tone)
        assert start + (width if bar.tone == "falls" else 0) == pytest.approx(50, abs=0.11)
    widths = [float(row[2].width[:-1]) for row in table.rows if isinstance(row[2], Bar)]
    assert 20 < max(widths) <= 50


def test_the_chart_compares_with_its_longest_bar(session: Session) -> None:
    book, outcome = session.book, session.outcome
    fates, accounts = judge(book, outcome, paid_in(session)), desks.take_accounts(book, outcome)
    shown = overview.overview(book, outcome, fates, accounts)
    widths = [float(each.width[:-1]) for each in shown.goods]
    assert widths[0] == 100
    assert 100 > widths[1] > widths[2] > 0


def test_scarce_assets_lie_right_of_the_middle_and_abundant_ones_left() -> None:
    table = every_table(demo_session())[0]
    for row in table.rows:
        span, printed = row[2], str(row[1])
        assert isinstance(span, Span)
        place = float(span.at[:-1])
        tone = "scarce" if place > 50 else "abundant" if place < 50 else "par"
        assert span.tone == tone
        assert printed.startswith({"scarce": "+", "abundant": "\u2212", "par": "0.00"}[tone])
    marks = [float(str(row[1]).replace("\u2212", "-")) for row in table.rows]
    assert marks == sorted(marks, reverse=True)


@pytest.mark.parametrize(
    ("low", "high", "words", "is_open"),
    [
        (-3_000, -2_000, "\u221230.00 to \u221220.00", (False, False)),
        (-2_500, -2_500, "exact", (False, False)),
        (None, None, "open: says little", (True, True)),
        (None, 0, "up to 0.00: says little", (True, False)),
        (-9_000, None, "from \u221290.00: says little", (False, True)),
        (-9_000, 2_000, "\u221290.00 to +20.00: says little", (False, False)),
    ],
)
def test_an_interval_says_how_much_it_says(
    low: int | None, high: int | None, words: str, is_open: tuple[bool, bool]
) -> None:
    premium = Premium(0, -2_500, low, high, "pool:A", "pool:A", 0)
    assert premia._interval(premium) == words
    span = premia._span(premium, 10_000)
    assert (span.open_low, span.open_high) == is_open
    assert words in span.title


def test_figures_of_rings_are_the_largest_and_the_longest(session: Session) -> None:
    drawn = rings.ring_figures(session.book, session.outcome)
    assert len(drawn) == rings.LARGEST_DRAWN + 1
    moved = [float(each.moved.replace(",", "")) for each in drawn[:-1]]
    assert moved == sorted(moved, reverse=True)
    lengths = np.diff(session.outcome.rings.member_start)
    of_offers = [
        int(lengths[start])
        for start, debts in zip(
            session.outcome.rings.segment_start[:-1], session.outcome.rings.of_obligations, strict=True
        )
        if not debts
    ]
    assert drawn[-1].members == max(of_offers)
    for each in drawn:
        assert len(each.turns) == len(each.drawing.points) == len(each.drawing.arrows) == each.members


def test_a_ring_of_nothing_is_listed_and_not_drawn() -> None:
    demo = demo_session()
    none, two = np.zeros(0, dtype=np.int64), np.zeros(2, dtype=np.int64)
    bare = Rings([("pool:A",)], two[:1], [False], two, none, two[:1], none, none)
    outcome = replace(demo.outcome, rings=bare)
    assert rings.ring_figures(demo.book, outcome) == []
    assert [row[:3] for row in rings.ring_table(outcome).rows] == [["R000001", "offers", "0"]]


@pytest.mark.parametrize("members", range(2, LABELLED_MAX + 1))
def test_labels_of_a_ring_keep_inside_and_apart(members: int) -> None:
    drawing = draw([f"Desk of many words {i}" for i in range(members)], [("1,234.5 t", "of something long")] * members)
    assert len(drawing.labels) == 2 * members
    for anchor in ("start", "end"):
        spans = sorted(span(label) for label in drawing.labels if label.anchor in (anchor, "middle"))
        for (_top, bottom), (top, _bottom) in pairwise(spans):
            assert bottom <= top + 1
    for label in drawing.labels:
        top, bottom = span(label)
        assert top >= -1
        assert bottom <= drawing.height + 1
        assert label.anchor == "middle" or outside(drawing, label)


def span(label: Label) -> tuple[float, float]:
    """From the top of its first line to the bottom of its last."""
    first = float(label.lines[0][1]) - LINE_HEIGHT * 0.8
    return first, first + LINE_HEIGHT * len(label.lines)


def outside(drawing: Drawing, label: Label) -> bool:
    """Whether it begins on its side of the middle and ends before the edge."""
    x, middle = float(label.x), drawing.width / 2
    room = drawing.width - x if label.anchor == "start" else x
    return (x > middle) is (label.anchor == "start") and room >= 115


@pytest.mark.parametrize("members", [13, 29, 32, 33, 500])
def test_long_rings_are_drawn_without_labels(members: int) -> None:
    drawing = draw(["desk"] * members, [("1 t", "coal")] * members)
    assert drawing.labels == []
    assert (drawing.points[0].number == "1") is (members <= 32)
    assert len({(point.x, point.y) for point in drawing.points}) == members


def test_scales_end_on_round_numbers() -> None:
    assert [round_reach(n) for n in (0, 10, 11, 59_957, 10**12 + 1)] == [10, 10, 15, 60_000, 15 * 10**11]


def test_the_largest_rows_keep_their_order() -> None:
    worth = np.array([5, 9, 5, 1, 9, 5], dtype=np.int64)
    assert [largest(worth, count) for count in (1, 2, 4, 6, 9)] == [
        [1], [1, 4], [0, 1, 2, 4], [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]
    ]  # fmt: skip


def test_nothing_is_drawn_outside_its_plot() -> None:
    assert [percent(part) for part in (-0.5, 0, 0.1234, 1.7)] == ["0.0%", "0.0%", "12.3%", "100.0%"]


def test_the_longest_ring_or_chain_is_told_by_its_length() -> None:
    """A chain of two offers, of which the second is a gift, is of length 1."""
    rows = [offer("1", "a", "OATS", 5, ("*", 0)), offer("2", "b", "HAY", 5, ("OATS", 0))]
    session = cleared(book(values={"HAY": 1_000, "OATS": 1_000}, offers=rows, rulebook=DEFAULTS[2]))
    made, outcome = session.book, session.outcome
    shown = overview.overview(made, outcome, judge(made, outcome, paid_in(session)), desks.take_accounts(made, outcome))
    assert [(each.value, each.meaning) for each in shown.figures if each.name == "Rings"] == [
        ("1", "the longest of length 1")
    ]
    assert "members" not in {each.meaning for each in shown.figures}
