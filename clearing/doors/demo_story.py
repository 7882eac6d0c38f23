"""A cleared session comes in, its story in plain text goes out: 80 columns, for somebody new to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from shlex import quote
from textwrap import wrap

from clearing.audit.replay import Difference
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
    refusal_words,
)
from clearing.model.book import INDEX, Book
from clearing.model.faults import RefusalReason
from clearing.model.outcome import Outcome
from clearing.service import Session

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
        *_not_cleared_lines(book, outcome),
    ]


def proof_lines(verdicts: Sequence[str], difference: Difference | None) -> list[str]:
    """What verify and replay say of the bundle just written; ``verdicts`` are the lines of verify."""
    replay = "replay identical" if difference is None else f"REPLAY DIFFERS: {difference_line(difference)}"
    return [
        "",
        "PROOF",
        *_paragraph(
            "Verify reads nothing but the sealed record and uses no solver: the premia above, with the "
            "other potentials in certificate.json, prove that no better clearing exists. Replay "
            "computes the session again from its inputs and compares byte for byte."
        ),
        "",
        *(line for each in verdicts for line in wrap(each, WIDTH, initial_indent="  ", subsequent_indent=" " * 22)),
        f"  {replay}",
    ]


def next_lines(out: Path, book: Path) -> list[str]:
    """Where to go from here."""
    return [
        "",
        "NEXT",
        f"  clearing verify {quote(str(out))}",
        f"  clearing replay {quote(str(out))}",
        f"  cp -r {quote(str(book))} my-book",
        "  clearing check my-book",
        "  clearing clear my-book --out my-session",
    ]


def _book_lines(book: Book) -> list[str]:
    countries = set(book.participants.texts.get("country", {}).values())
    return [
        "THE BOOK",
        *_paragraph(
            f"{len(book.participants.id)} invented desks in {len(countries)} countries post "
            f"{count(len(book.offers.id), 'offer')} on {count(len(book.assets.id), 'asset')}, and have "
            f"{count(len(book.obligations.id), 'unpaid invoice')} among them. Each offer says what a desk "
            "delivers, what it takes for it, and how far from index value it will go. An index unit is the "
            "common measure of value: about one US dollar in this book."
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
        "WHAT WAS CLEARED",
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
            f"the longest ring has {count(totals.longest_ring, 'member')}."
        ),
    ]


def _ring_lines(book: Book, outcome: Outcome) -> list[str]:
    largest = _largest_segments(offer_segments(book, outcome.rings))
    lines = ["", f"THE {RINGS_TOLD} LARGEST RINGS"]
    if not largest:
        return [*lines, "  none"]
    for segment in largest:
        members = count(len(segment.turns), "member")
        lines.append(f"  R{segment.ring + 1:06d}, {members}, each delivers and receives {amount(segment.flow_micro)}")
        for turn in segment.turns:
            lines += _turn_lines(book, turn, segment.flow_micro)
    return lines


def _turn_lines(book: Book, turn: Turn, flow_micro: int) -> list[str]:
    """One line, or two where the receiver's name does not fit."""
    gives, receiver = giver_words(book, turn, flow_micro), f"to {participant_name(book, turn.receiver)}"
    line = f"    {gives} {receiver}"
    return [line] if len(line) <= WIDTH else [f"    {gives}", f"      {receiver}"]


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
        "THE PREMIA",
        *_paragraph(
            "How far above (+) or below (-) its index value each asset cleared, in basis points "
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


def _not_cleared_lines(book: Book, outcome: Outcome) -> list[str]:
    lines = ["", "WHAT WAS NOT"]
    by_telling = sorted(outcome.refusals, key=lambda r: (r.reason is not RefusalReason.NO_HEADROOM, r.offer))
    for refusal in by_telling[:1]:
        who = participant_name(book, int(book.offers.participant[refusal.offer]))
        lines += _paragraph(f"{book.offers.id[refusal.offer]} of {who} was refused: {refusal_words(refusal)}.")
    offers = book.offers
    widest = sorted(_unfilled(book, outcome), key=lambda each: each[2] - int(offers.alt_limit_ppm[each[1]]))
    for offer, alternative, pays in widest[:1]:
        who = participant_name(book, int(offers.participant[offer]))
        given, taken = int(offers.deliver[offer]), int(offers.alt_asset[alternative])
        lines += _paragraph(
            f"{offers.id[offer]} of {who} found no ring: for {asset_name(book, given)} against "
            f"{asset_name(book, taken)} it asks {bps(int(offers.alt_limit_ppm[alternative]))} bps, and the "
            f"premia pay {bps(pays)}."
        )
    return lines


def _unfilled(book: Book, outcome: Outcome) -> Iterator[tuple[int, int, int]]:
    """Offers with one alternative that found no ring: offer, alternative, what the premia would pay it (ppm)."""
    offers = book.offers
    premia = {premium.asset: premium.premium_ppm for premium in outcome.premia} | {INDEX: 0}
    refused = {refusal.offer for refusal in outcome.refusals}
    for offer in range(len(offers.id)):
        first, last = int(offers.alt_start[offer]), int(offers.alt_start[offer + 1])
        given, taken = int(offers.deliver[offer]), int(offers.alt_asset[first])
        idle = offer not in refused and outcome.fills.offer_flow_micro[offer] == 0
        if idle and last - first == 1 and given in premia and taken in premia:
            yield offer, first, premia[given] - premia[taken]


def _paragraph(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
