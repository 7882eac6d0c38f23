"""``clearing check``: a book folder comes in; every fault and refusal is printed, nothing is cleared."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from clearing.doors.book_fixing import fixing_lines, fixing_object
from clearing.doors.book_folder import read_book
from clearing.doors.terminal import stage_bar
from clearing.doors.words import asset_name, count, refusal_words
from clearing.model.book import Book
from clearing.model.errors import BookFault
from clearing.model.faults import Refusal, RefusalReason
from clearing.service import checked

STAGES = ("read", "admit")
REFUSALS_SHOWN_MAX = 1_000
STATUS_DONE = 0
STATUS_FAULT = 3


def check_book(folder: Path, *, rulebook: Path | None, as_json: bool) -> int:
    """Print what keeps the book, or one of its offers, from being cleared; the exit status.

    Raises BookFault for the faults of a book unless they are asked for as JSON.
    """
    try:
        book, refusals, dropped = _read_and_admit(folder, rulebook)
    except BookFault as fault:
        if not as_json:
            raise
        print(json.dumps(_faults_object(fault)))
        return STATUS_FAULT
    if as_json:
        print(json.dumps(_refusals_object(book, refusals, dropped)))
    else:
        print("\n".join([*_lines(book, refusals), *_dropped_lines(book, dropped)]))
    return STATUS_DONE


def _read_and_admit(folder: Path, rulebook: Path | None) -> tuple[Book, Sequence[Refusal], Sequence[int]]:
    with stage_bar(STAGES) as begin:
        begin("read")
        book, _terms = read_book(folder, rulebook=rulebook)
        begin("admit")
        return book, *checked(book)


def _lines(book: Book, refusals: Sequence[Refusal]) -> list[str]:
    sizes = ", ".join(
        count(len(ids), noun)
        for ids, noun in (
            (book.participants.id, "participant"),
            (book.assets.id, "asset"),
            (book.stocks.id, "stock"),
            (book.offers.id, "offer"),
            (book.obligations.id, "obligation"),
        )
    )
    lines = [f"no faults: {sizes}", *fixing_lines(book.fixing)]
    lines += [f"{book.offers.id[r.offer]}: {refusal_words(r)}" for r in refusals[:REFUSALS_SHOWN_MAX]]
    if len(refusals) > REFUSALS_SHOWN_MAX:
        lines.append(f"... and {len(refusals) - REFUSALS_SHOWN_MAX:,} more")
    by_reason = ", ".join(f"{number:,} {reason}" for reason, number in _by_reason(refusals).items())
    lines.append(f"{count(len(refusals), 'refusal')}{': ' if by_reason else ''}{by_reason}")
    return lines


def _dropped_lines(book: Book, dropped: Sequence[int]) -> list[str]:
    """The alternatives that offers do not keep, after the refusals, as the offers themselves take part."""
    if not dropped:
        return []
    named = [_place(book, row) for row in dropped[:REFUSALS_SHOWN_MAX]]
    lines = [
        f"{book.offers.id[offer]}: does not take {asset_name(book, int(book.offers.alt_asset[row]))}, "
        "which would close a ring of the desk's own offers at limits that sum to nothing or less"
        for row, (offer, _alternative) in zip(dropped, named, strict=False)
    ]
    return [*lines, f"{count(len(dropped), 'alternative')} not kept"]


def _place(book: Book, row: int) -> tuple[int, int]:
    """The offer of an alternative, and its place there from 0."""
    offer = bisect_right(book.offers.alt_start, row) - 1
    return offer, row - int(book.offers.alt_start[offer])


def _refusals_object(book: Book, refusals: Sequence[Refusal], dropped: Sequence[int]) -> dict[str, object]:
    later = book.rulebook.version > 1
    places = [(book.offers.id[offer], alternative) for offer, alternative in (_place(book, row) for row in dropped)]
    return {
        "faults": {},
        **({} if book.fixing is None else {"fixing": fixing_object(book.fixing)}),
        "participants": len(book.participants.id),
        "assets": len(book.assets.id),
        "stocks": len(book.stocks.id),
        "offers": len(book.offers.id),
        "obligations": len(book.obligations.id),
        "refused": len(refusals),
        "refused_by_reason": _by_reason(refusals),
        "refusals": [_refusal_object(book, refusal) for refusal in refusals],
        **({"not_kept": [{"offer_id": id, "alternative": place} for id, place in places]} if later else {}),
    }


def _by_reason(refusals: Sequence[Refusal]) -> dict[str, int]:
    """How many there are of each reason, in order of precedence."""
    numbers = Counter(refusal.reason for refusal in refusals)
    return {reason.value: numbers[reason] for reason in RefusalReason if numbers[reason]}


def _refusal_object(book: Book, refusal: Refusal) -> dict[str, str]:
    figures = {"found": refusal.found, "limit": refusal.limit}
    stated = {name: figure for name, figure in figures.items() if figure is not None}
    return {"offer_id": book.offers.id[refusal.offer], "reason": refusal.reason.value, **stated}


def _faults_object(fault: BookFault) -> dict[str, object]:
    listed = [
        {
            "reason": each.reason.value,
            "file": each.file,
            "row": each.row,
            "column": each.column,
            "found": each.found,
            "allowed": each.allowed,
        }
        for each in fault.report.listed
    ]
    counts = {reason.value: number for reason, number in fault.report.counts.items()}
    return {"faults": dict(sorted(counts.items())), "fault_list": listed}
