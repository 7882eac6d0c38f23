"""A session comes in; the table of offers with their fates, and how many there are of each, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clearing.doors.report import figures
from clearing.doors.report.fates import MARK_WORDS, MARKS, WHYS, Fates, Why
from clearing.doors.report.table import Cell, Column, Fate, Table, largest, left_out, percent
from clearing.doors.words import asset_id, refusal_words
from clearing.model.book import Book
from clearing.model.faults import Refusal
from clearing.model.outcome import Outcome

ALL_SHOWN_MAX = 1_000
EACH_FATE_MAX = 300
MEMO_CHARACTERS_MAX = 60
ALTERNATIVES_NAMED_MAX = 3
NOTHING = "\u2013"


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the strip of fates: its mark, words, count, and where it lies, in percent."""

    mark: str
    word: str
    offers: str
    share: str
    start: str
    width: str


def fate_slices(fates: Fates) -> Sequence[Slice]:
    """How many offers came to each fate, left to right."""
    total, begun, slices = len(fates.mark), 0, []
    for number, mark in enumerate(MARKS):
        count = int(np.count_nonzero(fates.mark == number))
        slices.append(
            Slice(
                mark,
                MARK_WORDS[mark],
                f"{count:,}",
                figures.share(count, total),
                percent(begun / max(1, total)),
                percent(count / max(1, total)),
            )
        )
        begun += count
    return slices


def reason_table(fates: Fates) -> Table:
    """Every reason that occurs, with the offers it holds for."""
    rows: list[Sequence[Cell]] = []
    for mark_number, mark in enumerate(MARKS):
        for number, why in enumerate(WHYS):
            held = (fates.mark == mark_number) & (fates.why == number)
            count = int(np.count_nonzero(held))
            if count:
                value = figures.units(sum(fates.capacity_micro[held].tolist()))
                rows.append(
                    [Fate(mark, MARK_WORDS[mark], ""), why.value, f"{count:,}", figures.share(count, len(held)), value]
                )
    columns = [
        Column("Fate", "fate"), Column("Reason"), Column("Offers", "number"), Column("Share", "number"),
        Column("Offered value", "number", "index units"),
    ]  # fmt: skip
    return Table("reasons", "Offers by fate and reason", columns, rows)


def offer_table(book: Book, outcome: Outcome, fates: Fates) -> Table:
    """All offers in order of id; of a large book the largest of each fate."""
    chosen, which = _chosen(fates)
    refusals = {refusal.offer: refusal for refusal in outcome.refusals}
    columns = [
        Column("Offer", "code"), Column("Fate and reason", "fate"), Column("Participant", "name"),
        Column("Delivers at most", "name"), Column("Takes", "name"), Column("Worth", "number", "index units"),
        Column("Filled", "number"), Column("Limit", "number", "bps"), Column("Paid", "number", "bps"),
    ]  # fmt: skip
    rows = [_row(book, outcome, fates, refusals, i) for i in chosen]
    if book.offers.memo:
        columns.append(Column("Memo"))
        memos = [figures.short(book.offers.memo.get(i, ""), MEMO_CHARACTERS_MAX) for i in chosen]
        rows = [[*row, memo] for row, memo in zip(rows, memos, strict=True)]
    return Table(
        "offers",
        "Every offer with its fate",
        columns,
        rows,
        left_out=left_out(
            len(rows), len(fates.mark), what="offers", which=which,
            where="inputs/offers.jsonl, outcome/fills.jsonl and outcome/refusals.jsonl",
        ),
        search="Find an offer, desk, asset or reason",
        choices=[(mark, MARK_WORDS[mark]) for number, mark in enumerate(MARKS) if (fates.mark == number).any()],
    )  # fmt: skip


def _chosen(fates: Fates) -> tuple[list[int], str]:
    total = len(fates.mark)
    if total <= ALL_SHOWN_MAX:
        return list(range(total)), "all"
    chosen = []
    for number in range(len(MARKS)):
        rows = np.flatnonzero(fates.mark == number)
        chosen += rows[largest(fates.capacity_micro[rows], EACH_FATE_MAX)].tolist()
    return sorted(chosen), f"the {EACH_FATE_MAX} offers of most value of each fate"


def _row(book: Book, outcome: Outcome, fates: Fates, refusals: dict[int, Refusal], i: int) -> Sequence[Cell]:
    offers, best = book.offers, int(fates.alternative[i])
    given = int(offers.deliver[i])
    capacity, flow = int(fates.capacity_micro[i]), int(outcome.fills.offer_flow_micro[i])
    paid = figures.basis_points(int(fates.paid_ppm[best])) if fates.priced[best] else NOTHING
    mark, why = MARKS[fates.mark[i]], WHYS[fates.why[i]]
    reason = refusal_words(refusals[i]) if why is Why.REFUSED else _reason(book, why, i)
    return [
        offers.id[i],
        Fate(mark, MARK_WORDS[mark], figures.short(reason) if why is not Why.FILLED else ""),
        figures.desk_pair(book, int(offers.participant[i])),
        (figures.quantity(book, given, int(offers.quantity[i])), figures.asset(book, given)),
        (figures.asset(book, int(offers.alt_asset[best])), _others(book, i, best)),
        figures.units(capacity) if capacity else NOTHING,
        NOTHING if why is Why.REFUSED else figures.share(flow, capacity),
        figures.basis_points(int(offers.alt_limit_ppm[best])),
        NOTHING if why is Why.REFUSED else paid,
    ]


def _reason(book: Book, why: Why, i: int) -> str:
    if why is Why.STOCK:
        return f"stock {book.stocks.id[int(book.offers.stock[i])]} is used up"
    return str(why.value)


def _others(book: Book, i: int, best: int) -> str:
    """The alternatives beside the one that tells most."""
    first, last = int(book.offers.alt_start[i]), int(book.offers.alt_start[i + 1])
    others = [asset_id(book, int(book.offers.alt_asset[at])) for at in range(first, last) if at != best]
    named = others[:ALTERNATIVES_NAMED_MAX]
    rest = f" or {len(others) - len(named)} more" if len(others) > len(named) else ""
    return "or " + ", ".join(named) + rest if named else ""
