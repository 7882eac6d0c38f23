"""A book and its outcome in, the files of a bundle out through a sink, with every digest.

Three steps in this order: the inputs (when the book is closed, before anything is solved), the
outcome with its certificate, the manifest that binds both. A file's bytes exist a chunk at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

from clearing.audit.bundle_form import BUNDLE_FORMAT, MANIFEST
from clearing.audit.canonical import Sink, canonical, chunks
from clearing.audit.input_lines import OBLIGATIONS, OFFERS, input_files
from clearing.audit.merkle import hashed_chunks, tree_root
from clearing.audit.outcome_lines import outcome_files
from clearing.model.book import Book
from clearing.model.outcome import Outcome

Sign: TypeAlias = Callable[[bytes], tuple[str, str]]
"""The 32 digest bytes in; public key and signature out, in lower-case hex."""


@dataclass(frozen=True, slots=True)
class SealedInputs:
    """The digests of a closed book: SHA-256 (hex) by path and the two RFC 6962 roots."""

    files: Mapping[str, str]
    offers_root: bytes
    book_root: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest as written, with its session and digest (hex) at hand."""

    session: str
    digest: str
    record: Mapping[str, object]


def seal_inputs(book: Book, sink: Sink) -> SealedInputs:
    """Write every inputs/ file; each line is hashed as a leaf once."""
    files: dict[str, str] = {}
    leaves: dict[str, bytes] = {}
    for path, lines in input_files(book):
        hashes = bytearray()
        files[path] = _write(path, hashed_chunks(lines, hashes), sink)
        leaves[path] = bytes(hashes)
    return SealedInputs(
        files=files,
        offers_root=tree_root(leaves[OFFERS] + leaves[OBLIGATIONS]),
        book_root=tree_root(b"".join(leaves[path] for path in sorted(leaves))),
    )


def _write(path: str, content: Iterable[bytes], sink: Sink) -> str:
    digest = sha256()

    def passing() -> Iterator[bytes]:
        for chunk in content:
            digest.update(chunk)
            yield chunk

    sink(path, passing())
    return digest.hexdigest()


def seal_outcome(book: Book, outcome: Outcome, sink: Sink) -> dict[str, str]:
    """Write certificate.json and every outcome/ file; their SHA-256 (hex) by path."""
    return {path: _write(path, chunks(lines), sink) for path, lines in outcome_files(book, outcome)}


def seal_manifest(
    book: Book,
    outcome: Outcome,
    *,
    inputs: SealedInputs,
    outcome_files: Mapping[str, str],
    session_id: str | None,
    salt: bytes,
    secret: bytes | None = None,
    previous: str | None,
    accepted_fixing: str | None = None,
    sign: Sign | None,
    made_by: Mapping[str, object],
    sink: Sink,
) -> Manifest:
    """Write manifest.json: what was sealed, its digest and, with a signer, the signature over the digest."""
    session = session_id if session_id is not None else f"S-{inputs.book_root.hex()[:12]}"
    record: dict[str, object] = {
        "format": BUNDLE_FORMAT,
        "session": session,
        "salt": salt.hex(),
        "rulebook_version": book.rulebook.version,
        "counts": _counts(book, outcome),
        "sums": _sums(outcome),
        "files": {**inputs.files, **outcome_files},
        "offers_root": inputs.offers_root.hex(),
        "book_root": inputs.book_root.hex(),
    }
    if secret is not None:
        record["secret"] = secret.hex()
    if previous is not None:
        record["previous"] = previous
    if accepted_fixing is not None:
        record["accepted_fixing"] = accepted_fixing
    digest = sha256(canonical(record).encode()).digest()
    record["digest"] = digest.hex()
    record["made_by"] = dict(made_by)
    if sign is not None:
        key, value = sign(digest)
        record["signature"] = {"key": key, "value": value}
    sink(MANIFEST, [(canonical(record) + "\n").encode()])
    return Manifest(session=session, digest=digest.hex(), record=record)


def salt_of(secret: bytes | None, offers_root: bytes) -> bytes:
    """The salt of a session that none is given for: from its secret, or without one the root itself."""
    return offers_root if secret is None else sha256(secret + offers_root).digest()


def _counts(book: Book, outcome: Outcome) -> dict[str, int]:
    totals = outcome.totals
    return {
        "participants": len(book.participants.id),
        "assets": len(book.assets.id),
        "stocks": len(book.stocks.id),
        "offers": len(book.offers.id),
        "obligations": len(book.obligations.id),
        "refused": len(outcome.refusals),
        "filled_offers": totals.filled_offers,
        "partly_filled_offers": totals.partly_filled_offers,
        "rings": len(outcome.rings.nodes),
        "segments": totals.segments,
        "legs": len(outcome.legs.quantity),
        "instructions": len(outcome.instructions.quantity),
        "groups": totals.groups,
        "participants_served": totals.participants_served,
        "longest_ring": totals.longest_ring,
    }


def _sums(outcome: Outcome) -> dict[str, str]:
    totals = outcome.totals
    return {
        "value_cleared_micro": str(totals.value_cleared_micro),
        "obligations_cleared_micro": str(totals.obligations_cleared_micro),
        "surplus_micro_ppm": str(totals.surplus_micro_ppm),
    }
