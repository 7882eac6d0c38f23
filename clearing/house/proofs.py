"""Proofs about the journal in, what is wrong with them out: made by a house, checked by anybody without it.

An offer's proof leads from its line to the root that its event binds, and from the event to the root over the whole
journal (RFC 6962). A consistency proof leads from an older root to a newer one: nothing before was changed. A
checkpoint is a signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint) that a witness outside keeps:

    clearing-house/3f0a…
    7
    base64 of the root

    — clearing-house/3f0a… base64 of key id and signature
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from clearing.audit.canonical import canonical
from clearing.audit.inclusion import leaf_hash, root_from_path
from clearing.audit.verify.ed25519 import signature_holds
from clearing.house.journal_event import read_event
from clearing.house.log_tree import is_consistent
from clearing.model.house import RECEIPT_FORMAT

PROOF_FORMAT = "clearing-house-proof/1"
CONSISTENCY_FORMAT = "clearing-house-consistency/1"
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError)
_SIGNED = "— "


@dataclass(frozen=True, slots=True)
class Trusted:
    """What whoever checks knows from a source of his own: a root, the size it is over, a public key."""

    root: bytes | None = None
    size: int | None = None
    key: bytes | None = None


def wrongs(proof: Mapping[str, Any], trusted: Trusted) -> list[str]:
    """Everything that is wrong with a proof or receipt; nothing if it holds."""
    checks = {PROOF_FORMAT: _of_offer, CONSISTENCY_FORMAT: _of_growth, RECEIPT_FORMAT: _of_receipt}
    check = checks.get(str(proof.get("format")))
    if check is None:
        return [f"format is {str(proof.get('format'))[:60]!a}; allowed: {', '.join(sorted(checks))}"]
    try:
        return list(check(proof, trusted))
    except _MALFORMED as error:
        return [f"it is malformed ({type(error).__name__}: {error})"]


def _of_offer(proof: Mapping[str, Any], trusted: Trusted) -> Iterator[str]:
    event = read_event(proof["event"].encode())
    bound = event.payload["offers"]
    leaf = leaf_hash(proof["line"].encode())
    path = [bytes.fromhex(node) for node in proof["line_path"]]
    if root_from_path(leaf, index=proof["place"], size=bound.lines, path=path).hex() != bound.root:
        yield "the line is none of those that the event binds"
    if f'"offer_id":{canonical(proof["offer_id"])},' not in proof["line"]:
        yield f"the line is not that of offer {proof['offer_id']}"
    size, path = proof["size"], [bytes.fromhex(node) for node in proof["path"]]
    root = root_from_path(leaf_hash(proof["event"].encode()), index=event.seq - 1, size=size, path=path)
    if root.hex() != proof["root"]:
        yield "the event is none of those under the root"
    yield from _other_root(proof["root"], size, trusted)


def _of_growth(proof: Mapping[str, Any], trusted: Trusted) -> Iterator[str]:
    roots = bytes.fromhex(proof["first_root"]), bytes.fromhex(proof["second_root"])
    nodes = [bytes.fromhex(node) for node in proof["proof"]]
    first, second = proof["first"], proof["second"]
    if not 0 < first <= second or not is_consistent(first, second, roots, nodes):
        yield f"the journal of {first} events is no prefix of that of {second}"
    if trusted.size == first != second:
        yield from _other_root(proof["first_root"], first, trusted)
    else:
        yield from _other_root(proof["second_root"], second, trusted)


def _of_receipt(proof: Mapping[str, Any], trusted: Trusted) -> Iterator[str]:
    event = read_event(proof["event"].encode())
    if event.seq != proof["seq"]:
        yield f"the receipt is of event {proof['seq']}, the event says {event.seq}"
    signature = proof.get("signature")
    if signature is not None:
        plain = {name: value for name, value in proof.items() if name != "signature"}
        digest = sha256(canonical(plain).encode()).digest()
        key = bytes.fromhex(signature["key"])
        if not signature_holds(key, digest, bytes.fromhex(signature["value"])):
            yield "its signature does not hold"
        if trusted.key is not None and key != trusted.key:
            yield "it is signed with another key than the trusted one"
    elif trusted.key is not None:
        yield "it is not signed"


def _other_root(root: str, size: int, trusted: Trusted) -> Iterator[str]:
    if trusted.size is not None and trusted.size != size:
        yield f"it is over {size} events, the trusted root is over {trusted.size}; ask for one that joins them"
    elif trusted.root is not None and trusted.root.hex() != root:
        yield "its root is not the trusted one"


def checkpoint(origin: str, *, size: int, root: bytes, sign: Callable[[bytes], tuple[str, str]] | None) -> str:
    """The note of a journal, signed if a key is set."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    if sign is None:
        return text
    public, value = sign(text.encode())
    stamp = base64.b64encode(_key_id(origin, bytes.fromhex(public)) + bytes.fromhex(value)).decode()
    return f"{text}\n{_SIGNED}{origin} {stamp}\n"


def read_checkpoint(note: str, key: bytes | None) -> Trusted | str:
    """The root and size that a note states, or what is wrong with it; with a key it must be signed by it."""
    text, _, stamps = note.partition("\n\n")
    try:
        origin, size, root = text.rstrip("\n").split("\n")
        found = Trusted(base64.b64decode(root, validate=True), int(size), key)
    except (ValueError, binascii.Error):
        return "a checkpoint has three lines: origin, size, root in base64"
    if key is None:
        return found
    for line in stamps.splitlines():
        name, _, stamp = line.removeprefix(_SIGNED).rpartition(" ")
        try:
            kept = base64.b64decode(stamp, validate=True)
        except (ValueError, binascii.Error):
            continue
        signed = f"{origin}\n{size}\n{root}\n".encode()
        if name == origin and kept[:4] == _key_id(origin, key) and signature_holds(key, signed, kept[4:]):
            return found
    return "the checkpoint is not signed with the trusted key"


def _key_id(name: str, key: bytes) -> bytes:
    return sha256(f"{name}\n".encode() + b"\x01" + key).digest()[:4]
