"""A book folder comes in, a cleared session to look at, seal and report goes out: the door for Python programs.

    from clearing import clear, read_book

    result = clear(read_book("book"))
    print(result.summary())
    result.seal("session")

Nothing is printed, and no file is written but by ``seal`` and ``report``. What goes wrong is an OperatingFault, whose
message says what is allowed; a BookFault lists each fault of a book as a note.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from clearing.audit.bundle_form import MANIFEST, REPORT
from clearing.audit.canonical import canonical, discard
from clearing.audit.seal import seal_inputs, seal_outcome
from clearing.doors import book_folder
from clearing.doors.book_fixing import checked_reason
from clearing.doors.bundle_folder import BundleFolder, BundleWriter
from clearing.doors.explanation_words import explanation_sentences
from clearing.doors.fault_text import fault_lines
from clearing.doors.frames import frames
from clearing.doors.report.page import report_chunks
from clearing.doors.rulebook_values import SALT_BYTES_MAX
from clearing.doors.sealed_folder import SealedFolder
from clearing.doors.session_columns import session_columns
from clearing.doors.session_lines import session_lines
from clearing.doors.session_rows import AssetPremium, OfferFill, Received, asset_premia, offer_fills
from clearing.doors.signing import signer
from clearing.doors.stored_manifest import stored_digest
from clearing.model.book import Book, SessionTerms
from clearing.model.errors import BookFault, LawBroken, OperatingFault, UsageFault
from clearing.service import Session, clear_book, explain_offer
from clearing.service import open_session as opened

__all__ = [
    "AssetPremium",
    "BookAndTerms",
    "BookFault",
    "Cleared",
    "OfferFill",
    "OperatingFault",
    "Received",
    "clear",
    "open_session",
    "read_book",
]

Place: TypeAlias = str | PathLike[str]
"""A path of this machine."""

_NOTES_MAX = 20


@dataclass(frozen=True, repr=False)
class BookAndTerms:
    """A checked book, and what its rulebook.toml says of the session: all that ``clear`` needs."""

    book: Book
    terms: SessionTerms = field(default_factory=SessionTerms)

    def __repr__(self) -> str:
        book = self.book
        return f"<book of {len(book.participants.id):,} participants and {len(book.offers.id):,} offers>"


@dataclass(frozen=True, repr=False)
class Cleared:
    """A cleared session, sealed in memory or opened from a bundle.

    It says what became of each offer, at what premia, under which digest.
    """

    session: Session

    def __repr__(self) -> str:
        return f"<cleared session {self.id}, digest {self.digest[:12]}…>"

    @property
    def id(self) -> str:
        """The id of the session."""
        return self.session.manifest.session

    @property
    def digest(self) -> str:
        """SHA-256, in hex: what the whole bundle stands under."""
        return self.session.manifest.digest

    @property
    def optimal(self) -> bool:
        """Whether no better clearing exists, proven by the certificate."""
        return self.session.outcome.certificate.optimal

    @property
    def unique(self) -> bool:
        """Whether the result is proven to depend on nothing but book, rulebook and salt: not where any was searched."""
        return self.session.outcome.certificate.unique

    def summary(self) -> str:
        """The lines that ``clearing clear`` prints."""
        return "\n".join(session_lines(self.session))

    @cached_property
    def fills(self) -> tuple[OfferFill, ...]:
        """The fate of every offer of the book, in order of offer id."""
        return tuple(offer_fills(self.session.book, self.session.outcome))

    @cached_property
    def premia(self) -> tuple[AssetPremium, ...]:
        """The clearing premium of every asset in the netting graph, in order of asset id."""
        return tuple(asset_premia(self.session.book, self.session.outcome))

    def explain(self, offer_id: str) -> str:
        """Why one offer was filled as it was, and what would change it. Raises UsageFault for an unknown offer."""
        if offer_id not in self.session.book.offers.id:
            raise UsageFault(f"the session has no offer {offer_id!a}")
        return " ".join(explanation_sentences(self.session.book, explain_offer(self.session, offer_id)))

    def to_frames(self) -> dict[str, Any]:
        """Tables by name as data frames of pandas, or of polars where pandas is not installed.

        Amounts, quantities and ppm are int64, exact: micro index units, increments, ppm. Names: assets, fills,
        received, obligations, premia, rings, members, legs, entries, positions, instructions. Raises UsageFault
        where neither is installed.
        """
        return frames(session_columns(self.session.book, self.session.outcome))

    def seal(self, bundle: Place, *, sign: Place | None = None) -> Path:
        """Write the bundle to a path where nothing is yet, whole or not at all; ``sign`` is an Ed25519 key file."""
        target = Path(bundle)
        record = dict(self.session.manifest.record)
        if sign is not None:
            key, value = signer(Path(sign))(bytes.fromhex(self.digest))
            record["signature"] = {"key": key, "value": value}
        with BundleWriter(target) as writer:
            inputs = seal_inputs(self.session.book, writer.write)
            written = {**inputs.files, **seal_outcome(self.session.book, self.session.outcome, writer.write)}
            if written != record["files"]:
                raise LawBroken("the bundle written is not the one that was sealed")
            writer.write(MANIFEST, [(canonical(record) + "\n").encode()])
            writer.write(REPORT, report_chunks(self.session))
        return target

    def report(self, page: Place) -> Path:
        """Write the report, one HTML page that needs nothing else, in place of what is there."""
        target = Path(page)
        try:
            target.write_bytes(b"".join(report_chunks(self.session)))
        except OSError as error:
            raise OperatingFault(f"cannot write {target}: {error.strerror or error}") from error
        return target


def read_book(folder: Place, *, rulebook: Place | None = None) -> BookAndTerms:
    """The book in a folder of CSV files; ``rulebook`` is read in place of the folder's own.

    Raises BookFault, with a note for each of its first faults, and UsageFault where there is no folder.
    """
    try:
        return BookAndTerms(
            *book_folder.read_book(Path(folder), rulebook=None if rulebook is None else Path(rulebook))
        )
    except BookFault as fault:
        _note_faults(fault)
        raise


def clear(
    book: BookAndTerms,
    *,
    salt: bytes | None = None,
    previous: Place | None = None,
    accept_fixing: str | None = None,
    solver: str = "ortools",
) -> Cleared:
    """Clear a book in memory: the same digest as ``clearing clear`` gives it.

    ``salt`` (1 to 64 bytes) replaces that of the book's terms, ``previous`` is the bundle of the session before,
    ``accept_fixing`` the reason why a fixing of status SHOCK or NO FIX is used. Raises BookFault where the book's
    ranges do not fit, InputFault for such a fixing without a reason, UsageFault for a salt of another length.
    """
    terms = book.terms if salt is None else SessionTerms(id=book.terms.id, salt=_checked(salt))
    terms = replace(terms, accepted_fixing=checked_reason(accept_fixing))
    digest_before = None if previous is None else stored_digest(BundleFolder(Path(previous)))
    try:
        return Cleared(clear_book(book.book, terms, discard, solver=solver, previous=digest_before))
    except BookFault as fault:
        _note_faults(fault)
        raise


def open_session(bundle: Place) -> Cleared:
    """A sealed session as it was cleared. Raises InputFault where the folder is no bundle.

    Nothing is checked against the laws here: that is what ``clearing verify`` does.
    """
    return Cleared(opened(SealedFolder(Path(bundle))))


def _checked(salt: bytes) -> bytes:
    if not 0 < len(salt) <= SALT_BYTES_MAX:
        raise UsageFault(f"a salt of {len(salt)} bytes; 1 to {SALT_BYTES_MAX} are allowed")
    return salt


def _note_faults(fault: BookFault) -> None:
    lines = fault_lines(fault.report)
    for line in lines if len(lines) <= _NOTES_MAX else [*lines[: _NOTES_MAX - 2], "...", lines[-1]]:
        fault.add_note(line)
