"""A draft in, the canonical bytes of its event and the hashes that bind it out; and such bytes in, the event out.

Three events a b c: the chain is h1 = SHA-256(0… ‖ a), h2 = SHA-256(h1 ‖ b), h3 = SHA-256(h2 ‖ c); the tree over
them is that of RFC 6962 (``audit.merkle``), with the events themselves as leaves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from clearing.audit.canonical import canonical
from clearing.audit.inclusion import leaf_hashes
from clearing.audit.merkle import HASH_BYTES, tree_root
from clearing.model.errors import RecordFault
from clearing.model.house import RECEIPT_FORMAT, Bound, Draft, Entered, Event, Kind

GENESIS = bytes(HASH_BYTES)
"""What stands before the first event in the chain."""
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, RecursionError)
"""What reading an event or its lists raises where they are not what was entered."""


def bind(content: bytes) -> Bound:
    """What an event says of a list of lines, each with its line end."""
    leaves = leaf_hashes(content)
    return Bound(len(leaves) // HASH_BYTES, tree_root(leaves).hex())


def bind_all(draft: Draft) -> dict[str, Bound]:
    """What the event of a draft says of each list of its payload."""
    return {name: bind(content) for name, content in sorted(draft.lists.items())}


def event_bytes(draft: Draft, bounds: Mapping[str, Bound], *, seq: int, at: str, actor: str) -> bytes:
    """The canonical bytes of an event."""
    record: dict[str, Any] = {"actor": actor, "at": at, "body": draft.body, "kind": draft.kind.value, "seq": seq}
    if bounds:
        record["payload"] = {name: {"lines": bound.lines, "root": bound.root} for name, bound in bounds.items()}
    return canonical(record).encode()


def chained(before: bytes, event: bytes) -> bytes:
    """The hash of the chain up to an event, from that up to the one before."""
    return sha256(before + event).digest()


def read_event(content: bytes) -> Event:
    """The event of its canonical bytes. Raises ValueError, KeyError or TypeError where they are none."""
    record = json.loads(content)
    if canonical(record).encode() != content:
        raise ValueError("an event is not written canonically")
    payload = {name: Bound(bound["lines"], bound["root"]) for name, bound in record.get("payload", {}).items()}
    return Event(record["seq"], record["at"], record["actor"], Kind(record["kind"]), record["body"], payload)


def event_of(entered: Entered) -> Event:
    """The event that was entered. Raises RecordFault where its bytes are none."""
    try:
        return read_event(entered.event)
    except MALFORMED as error:
        raise RecordFault(f"journal: event {entered.seq} cannot be read ({type(error).__name__}: {error})") from error


def keyed(draft: Draft, bounds: Mapping[str, Bound]) -> str:
    """SHA-256 (hex) of what a command with a key asks: the same for the same, another for anything else."""
    roots = {name: bound.root for name, bound in bounds.items()}
    return sha256(canonical({"kind": draft.kind.value, "body": draft.body, "payload": roots}).encode()).hexdigest()


def receipt(entered: Entered) -> dict[str, Any]:
    """What a desk is given for an event: the event itself and the hash of the chain up to it."""
    return {
        "format": RECEIPT_FORMAT,
        "seq": entered.seq,
        "event": entered.event.decode(),
        "hash": entered.hash.hex(),
    }
