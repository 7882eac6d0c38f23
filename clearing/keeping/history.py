"""A house in, its log and proofs about it out: who did what when, and that it stands in the journal unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clearing.audit.inclusion import inclusion_path, leaf_hashes
from clearing.house.journal_event import event_of
from clearing.house.log_tree import consistency, inclusion, tree_head
from clearing.house.proofs import (
    CONSISTENCY_FORMAT,
    PROOF_FORMAT,
    Trusted,
    checkpoint,
    read_checkpoint,
    wrongs,
)
from clearing.keeping.denied import Denied
from clearing.keeping.ports import Facts, House
from clearing.model.errors import InputFault, UsageFault
from clearing.model.house import Denial, DenialReason, Event


def log(
    house: House, *, kind: str | None, actor: str | None, about: str | None, after: int
) -> Iterator[tuple[Event, str]]:
    """Events, with their canonical text, that are all that is asked; ``about`` is searched in payloads too."""
    with house.store.reading() as facts:
        for entered in facts.journal(after=after):
            event, text = event_of(entered), entered.event.decode()
            asked = kind in (None, event.kind.value) and actor in (None, event.actor)
            if asked and _is_about(facts, event, text, about):
                yield event, text


def proof_of_offer(house: House, offer_id: str) -> dict[str, Any]:
    """That an offer's terms, as last submitted or amended, stand in the journal. Raises Denied for an unknown one."""
    with house.store.reading() as facts:
        offer, size = facts.offers([offer_id]).get(offer_id), _size(facts)
        if offer is None:
            says = "an offer that the house knows"
            raise Denied(Denial(DenialReason.UNKNOWN, f"offer {offer_id[:80]!a}", "unknown", says))
        content, entered = facts.content(offer.seq, "offers"), facts.entered(offer.seq)
        path = inclusion(offer.seq, size, facts.node)
        root = tree_head(size, facts.node)
    return {
        "format": PROOF_FORMAT,
        "offer_id": offer_id,
        "line": content.split(b"\n")[offer.place].decode(),
        "place": offer.place,
        "line_path": [node.hex() for node in inclusion_path(leaf_hashes(content), offer.place)],
        "event": "" if entered is None else entered.event.decode(),
        "size": size,
        "path": [node.hex() for node in path],
        "root": root.hex(),
    }


def proof_of_growth(house: House, first: int, second: int) -> dict[str, Any]:
    """That the journal of ``first`` events is a prefix of that of ``second``. Raises UsageFault where they are none."""
    with house.store.reading() as facts:
        size = _size(facts)
        if not 0 < first <= second <= size:
            raise UsageFault(f"found {first} and {second}; allowed: two numbers of events, ascending, from 1 to {size}")
        roots = [tree_head(each, facts.node).hex() for each in (first, second)]
        nodes = consistency(first, second, facts.node)
    return {
        "format": CONSISTENCY_FORMAT,
        "first": first,
        "first_root": roots[0],
        "second": second,
        "second_root": roots[1],
        "proof": [node.hex() for node in nodes],
    }


def journal_checkpoint(house: House) -> str:
    """The note that a witness keeps, signed if a key is set; its origin is named after the event of founding."""
    with house.store.reading() as facts:
        size, founded = _size(facts), facts.entered(1)
        root = tree_head(size, facts.node)
    origin = f"clearing-house/{founded.hash.hex()[:16]}" if founded is not None else "clearing-house"
    return checkpoint(origin, size=size, root=root, sign=house.sign)


def check_proof(
    proof: Mapping[str, Any], *, note: str | None, root: str | None, key: bytes | None
) -> list[str]:
    """What is wrong with a receipt or proof, by what is trusted: a checkpoint's note, or a root (hex), and a key.

    Raises UsageFault where both are given, InputFault for a note that is none or not signed with the key.
    """
    if note is not None and root is not None:
        raise UsageFault("give --checkpoint or --root, not both")
    if note is None:
        return wrongs(proof, Trusted(None if root is None else bytes.fromhex(root), None, key))
    found = read_checkpoint(note, key)
    if isinstance(found, str):
        raise InputFault(found)
    return wrongs(proof, found)


def _is_about(facts: Facts, event: Event, text: str, about: str | None) -> bool:
    if about is None or about in text:
        return True
    wanted = about.encode()
    return any(wanted in facts.content(event.seq, name) for name in event.payload)


def _size(facts: Facts) -> int:
    head = facts.head()
    if head is None:
        raise UsageFault("the database has tables and no house; make one: clearing house init")
    return head.seq
