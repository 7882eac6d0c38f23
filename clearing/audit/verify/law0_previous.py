"""Law 0, the session before: its digest is the one that this manifest cites.

How many accounts open differently from how they closed is a note and no violation: desks pay in and out in between.
"""

from __future__ import annotations

from typing import Any

from clearing.audit.verify import forms
from clearing.audit.verify.book import Book
from clearing.audit.verify.law0_seal import Bundle, Seal, manifest_digest, read_manifest
from clearing.audit.verify.lines import columns
from clearing.audit.verify.report import Findings


def check_previous(manifest: dict[str, Any], book: Book, previous: Bundle, found: Findings) -> None:
    """The manifest names the bundle given as the one before, which is as it was sealed."""
    own = Findings()
    try:
        before = read_manifest(previous, own)
    except OSError:
        before = None
    if before is None:
        found.add(0, "the bundle given as the one before has no valid manifest", forms.MANIFEST_PATH, 1, "previous")
        return
    digest = manifest_digest(before)
    if manifest.get("previous") != digest:
        stated = manifest.get("previous", "absent")
        message = f"is {stated}, and the bundle before has the digest {digest}"
        found.add(0, message, forms.MANIFEST_PATH, 1, "previous")
        return
    closing = _closing_balances(Seal(previous, before, own), own)
    if own.total():
        found.add(0, "the bundle before is not as it was sealed", forms.MANIFEST_PATH, 1, "previous")
        return
    people = book.participants
    opening = dict(zip(people.id, people.balance, strict=True))
    differing = sum(opening[name] != amount for name, amount in closing.items() if name in opening)
    found.notes.append(
        f"of {len(opening)} accounts {len(closing.keys() & opening.keys())} were in the session before, "
        f"and {differing} of these open differently from how they closed"
    )


def _closing_balances(seal: Seal, own: Findings) -> dict[str, int]:
    """Opening balance and entries of every participant of the session before."""
    people = columns(seal.take(forms.PARTICIPANTS.path) or b"", forms.PARTICIPANTS, own)
    entries = columns(seal.take(forms.ENTRIES.path) or b"", forms.ENTRIES, own)
    closing: dict[str, int] = {}
    if people is not None and entries is not None:
        closing = dict(zip(people[3], map(int, people[1]), strict=True))
        for amount, _, name in zip(*entries, strict=True):
            closing[name] = closing.get(name, 0) + int(amount)
    return closing
