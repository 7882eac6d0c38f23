"""A cleared session comes in, its story in plain text goes out: 80 columns, for somebody new to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from shlex import quote
from textwrap import wrap

from clearing.audit.bundle_form import REPORT
from clearing.audit.replay import Difference
from clearing.doors.book_fixing import fixing_words
from clearing.doors.explanation_words import explanation_sentences
from clearing.doors.replay_bundle import difference_line
from clearing.doors.words import (
    Segment,
    Turn,
    amount,
    asset_name,
    bps,
    count,
    giver_words,
    offer_segments,
    participant_name,
)
from clearing.model.book import INDEX, Book
from clearing.model.faults import RefusalReason
from clearing.model.outcome import Outcome
from clearing.service import Session, explain_offer

WIDTH = 80
RINGS_TOLD = 3


def story_lines(session: Session) -> list[str]:
    """What came in, what was cleared, how, at what prices, and what was not."""
    book, outcome = session.book, session.outcome
    return [
        *_book_lines(book),
        *_cleared_lines(book, outcome),
        *_ring_lines(book, outcome),
        *_premium_lines(book, outcome),
        *_not_cleared_lines(session),
    ]


def proof_lines(verdicts: Sequence[str], difference: Difference | None) -> list[str]:
    """What verify and replay say of the bundle just written; ``verdicts`` are the lines of verify."""
    replay = "replay identical" if difference is None else f"REPLAY DIFFERS: {difference_line(difference)}"
    return [
        "",
        "[4/5] PROOF",
        *_paragraph(
            "Verify reads nothing but the sealed record and uses no solver: the premia above, with the "
            "other potentials in certificate.json, prove that no better clearing exists. Replay "
            "computes the session again from its inputs and compares byte for byte."
        ),
        "",
        *(line for each in verdicts for line in wrap(each, WIDTH, initial_indent="  ", subsequent_indent=" " * 22)),
        f"  {replay}",
    ]


def report_lines(out: Path) -> list[str]:
    """Where the report is."""
    return [
        "",
        "[5/5] REPORT",
        *_paragraph("All of this with every offer's fate, drawn for the eye, in one page for a browser:"),
        f"  {out / REPORT}",
    ]


def next_lines(session: Session, out: Path) -> list[str]:
    """Where to go from here: one offer, one desk, a book of one's own."""
    desk = session.book.participants.id[0]
    return [
        "",
        "NEXT",
        f"  clearing explain {quote(str(out))} {_told_unfilled(session)}",
        f"  clearing statement {quote(str(out))} {desk}",
        "  clearing init my-book",
    ]


def _book_lines(book: Book) -> list[str]:
    countries = set(book.participants.texts.get("country", {}).values())
    return [
        "[1/5] THE BOOK",
        *_paragraph(
            f"{len(book.participants.id)} invented desks in {len(countries)} countries post "
            f"{count(len(book.offers.id), 'offer')} on {count(len(book.assets.id), 'asset')}, and have "
            f"{count(len(book.obligations.id), 'unpaid invoice')} among them. Each offer says what a desk "
            "delivers, what it takes for it, and how far from index value it will go. An index unit is the "
            "common measure of value: about one US dollar in this book."
            + ("" if book.fixing is None else f" Values: {fixing_words(book.fixing)}.")
        ),
    ]


def _cleared_lines(book: Book, outcome: Outcome) -> list[str]:
    totals, balances = outcome.totals, [0] * len(book.participants.id)
    for entry in outcome.entries:
        balances[entry.participant] += entry.amount_micro
    moved = sum(balance for balance in balances if balance > 0)
    owed = sum(int(owing) for owing in book.obligations.amount_micro)
    unfilled = (
        len(book.offers.id) - len(outcome.refusals) - totals.filled_offers - totals.partly_filled_offers
    )
    return [
        "",
        "[2/5] WHAT WAS CLEARED",
        f"  goods, hours and licences to deliver {amount(totals.value_cleared_micro):>18} index units",
        f"  left to settle on accounts, net      {amount(moved):>18} index units",
        f"  unpaid invoices                      {amount(owed):>18} index units",
        f"  of these set off against each other  {amount(totals.obligations_cleared_micro):>18} index units",
        "",
        *_paragraph(
            f"Of {count(len(book.offers.id), 'offer')} {totals.filled_offers} were filled, "
            f"{totals.partly_filled_offers} partly filled, {unfilled} found no ring and "
            f"{len(outcome.refusals)} were refused. {count(len(outcome.rings.nodes), 'ring')} make "
            f"{len(outcome.legs.quantity):,} deliveries; "
            f"the longest is of length {totals.longest_ring:,}."
        ),
    ]


def _ring_lines(book: Book, outcome: Outcome) -> list[str]:
    largest = _largest_segments(offer_segments(book, outcome.rings))
    lines = ["", f"  The {RINGS_TOLD} largest rings:"]
    if not largest:
        return [*lines, "  none"]
    for segment in largest:
        members = count(len(segment.turns), "member")
        lines.append(f"  R{segment.ring + 1:06d}, {members}, each delivers and receives {amount(segment.flow_micro)}")
        for turn in segment.turns:
            lines += _turn_lines(book, turn, segment.flow_micro)
    return lines


def _turn_lines(book: Book, turn: Turn, flow_micro: int) -> list[str]:
    """One line, or more where it does not fit."""
    gives, receiver = giver_words(book, turn, flow_micro), f"to {participant_name(book, turn.receiver)}"
    line = f"    {gives} {receiver}"
    if len(line) <= WIDTH:
        return [line]
    return [*wrap(gives, WIDTH, initial_indent="    ", subsequent_indent="      "), f"      {receiver}"]


def _largest_segments(segments: Iterable[Segment]) -> list[Segment]:
    """The segment that moves most value of each of the rings that move most."""
    largest: list[Segment] = []
    told: set[int] = set()
    for segment in sorted(segments, key=lambda each: (-each.moved_micro, each.ring)):
        if segment.ring not in told:
            told.add(segment.ring)
            largest.append(segment)
    return largest[:RINGS_TOLD]


def _premium_lines(book: Book, outcome: Outcome) -> list[str]:
    lines = [
        "",
        *_paragraph(
            "The premia: how far above (+) or below (-) its index value each asset cleared, in basis points "
            "(100 bps = 1 %): the receiver of a scarce good pays its giver this much extra."
        ),
        "",
        f"  {'asset':<30}{'premium bps':>12}{'could lie within':>20}{'cleared':>16}",
    ]
    for premium in outcome.premia:
        ends = [
            "open" if end is None else bps(end) for end in (premium.lowest_ppm, premium.highest_ppm)
        ]
        within = f"{ends[0]} {ends[1]}" if ends[0] != ends[1] or ends[0] == "open" else "exactly this"
        lines.append(
            f"  {asset_name(book, premium.asset):<30.30}{bps(premium.premium_ppm):>12}{within:>20}"
            f"{amount(premium.traded_micro):>16}"
        )
    return lines


def _not_cleared_lines(session: Session) -> list[str]:
    lines = ["", "[3/5] WHAT WAS NOT, AND WHY"]
    for offer_id in _told_refused(session), _told_unfilled(session):
        lines += _paragraph(" ".join(explanation_sentences(session.book, explain_offer(session, offer_id))))
    return lines


def _told_refused(session: Session) -> str:
    """The refusal that says most: one with figures of headroom."""
    telling = min(session.outcome.refusals, key=lambda r: (r.reason is not RefusalReason.NO_HEADROOM, r.offer))
    return session.book.offers.id[telling.offer]


def _told_unfilled(session: Session) -> str:
    """The offer with one alternative that the premia are farthest from."""
    book, outcome = session.book, session.outcome
    offers = book.offers
    premia = {premium.asset: premium.premium_ppm for premium in outcome.premia} | {INDEX: 0}
    refused = {refusal.offer for refusal in outcome.refusals}

    def distance(offer: int) -> int:
        row = int(offers.alt_start[offer])
        paid = premia.get(int(offers.deliver[offer]), 0) - premia.get(int(offers.alt_asset[row]), 0)
        return int(offers.alt_limit_ppm[row]) - paid

    unfilled = [
        offer
        for offer in range(len(offers.id))
        if offer not in refused
        and outcome.fills.offer_flow_micro[offer] == 0
        and offers.alt_start[offer + 1] - offers.alt_start[offer] == 1
    ]
    return offers.id[max(unfilled, key=lambda offer: (distance(offer), -offer))]


def _paragraph(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
