"""The inputs/ files of a session's book in, those of the same book without some participants out.

Their lines stay in participants, so that everybody else's account is what it was; what they put in is left out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

_OWNERS = {
    "inputs/offers.jsonl": ("participant_id",),
    "inputs/stocks.jsonl": ("participant_id",),
    "inputs/obligations.jsonl": ("debtor_id", "creditor_id"),
}


def without(files: Mapping[str, bytes], out: frozenset[str]) -> dict[str, bytes]:
    """The files, without the offers, stocks and obligations of these participants."""
    return {path: _left(content, _OWNERS[path], out) if path in _OWNERS else content for path, content in files.items()}


def _left(content: bytes, owners: Collection[str], out: frozenset[str]) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not out & {json.loads(line)[owner] for owner in owners})
