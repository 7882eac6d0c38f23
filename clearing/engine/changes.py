"""Changes: a book and one offer's new limit -> the credit that goes with it, and whether the rest stays as it is.

A new limit changes what the offer needs of its desk's headroom. The desk's credit limit is moved by exactly that, so
that every other offer finds what it found before. That can fail: earlier offers see the moved credit too, and one
that was refused may come in. Then the change is not promised to do anything.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clearing.engine.admission import Admission, admit, needs_micro
from clearing.model.book import AMOUNT_LIMIT, Book
from clearing.model.explanation import Change
from clearing.model.faults import RefusalReason

LIMIT_MIN_PPM, LIMIT_MAX_PPM = -1_000_000, 100_000_000


def change_of_limit(
    book: Book, admission: Admission, *, offer: int, row: int, limit_ppm: int, more: bool
) -> Change | None:
    """The change that gives alternative ``row`` another limit; None where no book may hold that limit."""
    if not LIMIT_MIN_PPM <= limit_ppm <= LIMIT_MAX_PPM:
        return None
    desk = int(book.offers.participant[offer])
    alternative = row - int(book.offers.alt_start[offer])
    limited = with_limit(book, row=row, limit_ppm=limit_ppm)
    before, after = (needs_micro(some, admission.admitted, admission.kept)[desk] for some in (book, limited))
    credit = int(after - before)
    promised = False
    if _bookable(book, desk=desk, credit_micro=credit):
        changed = admit(with_credit(limited, desk=desk, credit_micro=credit))
        promised = (
            np.array_equal(changed.admitted, admission.admitted)
            and np.array_equal(changed.kept, admission.kept)
            and np.array_equal(changed.headroom_left_micro, admission.headroom_left_micro)
        )
    return Change(alternative, limit_ppm, credit, more, promised)


def credit_to_admit(book: Book, admission: Admission, *, offer: int) -> int | None:
    """What to add to the desk's credit limit so that an offer without headroom is admitted, or None."""
    desk = int(book.offers.participant[offer])
    funds = int(book.participants.balance_micro[desk] + book.participants.credit_limit_micro[desk])
    waiting = [
        refusal
        for refusal in admission.refusals
        if refusal.reason is RefusalReason.NO_HEADROOM
        and refusal.offer <= offer
        and book.offers.participant[refusal.offer] == desk
    ]
    needs = [int(refusal.found or 0) for refusal in waiting]
    short = needs[-1] - int(waiting[-1].limit or 0)
    # Offers that were refused before it come first again: then their needs are wanted too.
    for credit in (short, sum(needs), sum(needs) - min(0, funds)):
        if not _bookable(book, desk=desk, credit_micro=credit):
            continue
        if admit(with_credit(book, desk=desk, credit_micro=credit)).admitted[offer]:
            return credit
    return None


def _bookable(book: Book, *, desk: int, credit_micro: int) -> bool:
    """Whether a book may hold the desk's credit limit with this added to it."""
    credit = int(book.participants.credit_limit_micro[desk]) + credit_micro
    return 0 <= credit < AMOUNT_LIMIT


def with_limit(book: Book, *, row: int, limit_ppm: int) -> Book:
    """The book with another limit on one alternative."""
    limits = book.offers.alt_limit_ppm.copy()
    limits[row] = limit_ppm
    return replace(book, offers=replace(book.offers, alt_limit_ppm=limits))


def with_credit(book: Book, *, desk: int, credit_micro: int) -> Book:
    """The book with more (or less) credit for one desk."""
    credit = book.participants.credit_limit_micro.copy()
    credit[desk] += credit_micro
    return replace(book, participants=replace(book.participants, credit_limit_micro=credit))

