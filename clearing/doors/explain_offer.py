"""``clearing explain``: a bundle and an offer id come in, why the offer was filled as it was goes out."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import wrap

from clearing.doors.explanation_words import explanation_object, explanation_sentences
from clearing.doors.sealed_folder import SealedFolder
from clearing.model.errors import UsageFault
from clearing.service import explain_offer, open_session

WIDTH = 100


def explain_offer_of(folder: Path, offer_id: str, *, as_json: bool) -> int:
    """Print the explanation of one offer of a sealed session; the exit status."""
    session = open_session(SealedFolder(folder))
    if offer_id not in session.book.offers.id:
        known = session.book.offers.id
        example = f", for example {known[0]}" if known else ""
        raise UsageFault(f"the session has no offer {offer_id!a}; it has {len(known):,}{example}")
    found = explain_offer(session, offer_id)
    if as_json:
        print(json.dumps(explanation_object(session.book, found)))
    else:
        print("\n".join(wrap(" ".join(explanation_sentences(session.book, found)), WIDTH)))
    return 0
