"""``clearing quote``: a book and a file of extra offers come in; what each would get now goes out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from textwrap import wrap

from clearing.doors.explanation_words import explanation_object, explanation_sentences
from clearing.doors.extra_offers import book_with
from clearing.doors.words import amount, quantity_of
from clearing.model.explanation import Explanation
from clearing.service import Session, explain_offer, quoted

WIDTH = 100


def quote_offers(folder: Path, extra: Path, *, as_json: bool) -> int:
    """Clear the book with the extra offers in it, keep nothing, and print what each gets; the exit status."""
    book, terms, added = book_with(folder, extra)
    if book.fixing is not None and book.fixing.held:  # nothing comes of a quote that anybody would answer for
        terms = replace(terms, accepted_fixing="a quote")
    session = quoted(book, terms)
    found = [explain_offer(session, offer_id) for offer_id in added]
    if as_json:
        quotes = [explanation_object(session.book, each) for each in found]
        print(json.dumps({"digest": session.manifest.digest, "quotes": quotes}))
        return 0
    for each in found:
        print("\n".join(wrap(" ".join(_sentences(session, each)), WIDTH)))
    return 0


def _sentences(session: Session, found: Explanation) -> list[str]:
    book = session.book
    own = slice(*book.offers.alt_start[found.offer : found.offer + 2].tolist())
    assets, quantities = book.offers.alt_asset[own].tolist(), session.outcome.fills.alt_quantity[own].tolist()
    taken = [
        quantity_of(book, asset, quantity) for asset, quantity in zip(assets, quantities, strict=True) if quantity
    ]
    premium = 0 if found.searched else found.paid_micro
    earned = f", and {'earn' if premium > 0 else 'pay'} premia of {amount(abs(premium))} index units" if premium else ""
    gets = [f"It would receive {' and '.join(taken)}{earned}."] if taken and not found.searched else []
    return [*explanation_sentences(book, found), *gets]
