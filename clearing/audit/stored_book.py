"""The inputs/ files of a bundle in, the book they were sealed from out; the inverse of ``seal_inputs``.

The checks are those that keep a stranger's bytes from breaking the engine: every line an object, ids
well formed and ascending, references known, integers in range. Whether the bytes are the ones that
were sealed is for digests to say.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from clearing.audit import input_lines as paths
from clearing.audit.bundle_form import BUNDLE_FORMAT, MANIFEST
from clearing.audit.seal import Manifest
from clearing.audit.stored_lines import (
    MALFORMED,
    Read,
    Record,
    a_memo,
    a_text,
    checked,
    each_record,
    flaw,
    next_id,
    reason_of,
)
from clearing.audit.stored_offers import check_conditions, stored_offers
from clearing.audit.stored_rulebook import stored_rulebook
from clearing.model.book import (
    AMOUNT_LIMIT,
    INDEX,
    INDEX_NAME,
    NONE,
    Assets,
    Book,
    BookFixing,
    Obligations,
    Participants,
    SessionTerms,
    Stocks,
)
from clearing.model.errors import InputFault

_AMOUNT_MAX = AMOUNT_LIMIT - 1
_VALUE_MICRO_MIN = 1_000
_HEX_DIGEST_LENGTH = 64
_DIGEST = re.compile(r"[0-9a-f]{64}").fullmatch

_INCREMENT = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{0,8}[1-9])?").fullmatch

_Index: TypeAlias = Mapping[str, int]
_TextColumns: TypeAlias = dict[str, dict[int, str]]


@dataclass(frozen=True, slots=True)
class StoredTerms:
    """What the manifest says of the session besides its book."""

    session: SessionTerms
    previous: str | None
    """Digest of the session before."""


def read_stored_book(read: Read, names: Collection[str] = ()) -> Book:
    """The sealed book; ``names`` are the files that the bundle has, so that a fixing record is read where there is one.

    Raises InputFault, naming file and line, where a file is no file of seal_inputs.
    """
    participants = _participants(read)
    fixing, assets = _valued(read, _assets(read), names)
    participant_of = _index(participants.id)
    asset_of = _index(assets.id)
    stocks = _stocks(read, participant_of, asset_of)
    rulebook = stored_rulebook(read)
    offers = stored_offers(read, participant_of, {**asset_of, INDEX_NAME: INDEX}, stocks)
    if rulebook.version > 1:  # in rulebook 1 an offer that asks for more is refused, whatever it asks
        check_conditions(offers, participant_of)
    return Book(
        participants=participants,
        assets=assets,
        stocks=stocks,
        offers=offers,
        obligations=_obligations(read, participant_of),
        rulebook=rulebook,
        fixing=fixing,
    )


def read_stored_terms(read: Read) -> StoredTerms:
    """Session id, salt and previous digest as the manifest states them."""
    try:
        manifest = json.loads(read(MANIFEST).decode())
        if manifest["format"] != BUNDLE_FORMAT:
            raise flaw(f"its format is not {BUNDLE_FORMAT}")
        previous = manifest.get("previous")
        if previous is not None and len(bytes.fromhex(previous)) * 2 != _HEX_DIGEST_LENGTH:
            raise flaw("previous is no digest")
        terms = SessionTerms(
            id=next_id(manifest["session"], ()),
            salt=bytes.fromhex(manifest["salt"]),
            accepted_fixing=a_text(manifest["accepted_fixing"]) if "accepted_fixing" in manifest else None,
            secret=bytes.fromhex(manifest["secret"]) if "secret" in manifest else None,
        )
        return StoredTerms(terms, previous)
    except MALFORMED as error:
        raise InputFault(f"{MANIFEST} is no manifest of {BUNDLE_FORMAT}: {reason_of(error)}") from error


def read_stored_manifest(read: Read) -> Manifest:
    """The manifest as it is stored; its digests are hex of the right length, its members unchecked besides."""
    try:
        record = json.loads(read(MANIFEST).decode())
        if record["format"] != BUNDLE_FORMAT:
            raise flaw(f"its format is not {BUNDLE_FORMAT}")
        for name in ("digest", "book_root", "offers_root"):
            if not _DIGEST(record[name]):
                raise flaw(f"{name} is no digest")
        if not all(_DIGEST(digest) for digest in record["files"].values()):
            raise flaw("the digest of a file is none")
        return Manifest(session=next_id(record["session"], ()), digest=record["digest"], record=record)
    except MALFORMED as error:
        raise InputFault(f"{MANIFEST} is no manifest of {BUNDLE_FORMAT}: {reason_of(error)}") from error


def _index(ids: Sequence[str]) -> dict[str, int]:
    return {name: row for row, name in enumerate(ids)}


def _participants(read: Read) -> Participants:
    ids: list[str] = []
    balance, credit, cap = array("q"), array("q"), array("q")
    texts = _text_columns("name", "lei", "country", "memo")

    def add(record: Record) -> None:
        ids.append(next_id(record["participant_id"], ids))
        balance.append(int(record["balance_micro"]))
        credit.append(int(record["credit_limit_micro"]))
        cap.append(int(record.get("balance_cap_micro", NONE)))
        _note_texts(texts, len(ids) - 1, record)

    path = paths.PARTICIPANTS
    each_record(read, path, add)
    return Participants(
        id=ids,
        balance_micro=checked(path, balance, low=-_AMOUNT_MAX, high=_AMOUNT_MAX),
        credit_limit_micro=checked(path, credit, low=0, high=_AMOUNT_MAX),
        balance_cap_micro=checked(path, cap, low=NONE, high=_AMOUNT_MAX),
        texts=_used(texts),
    )


def _text_columns(*names: str) -> _TextColumns:
    return {name: {} for name in names}


def _note_texts(texts: _TextColumns, row: int, record: Record) -> None:
    for column, by_row in texts.items():
        if column in record:
            by_row[row] = (a_memo if column == "memo" else a_text)(record[column])


def _used(texts: _TextColumns) -> _TextColumns:
    return {column: by_row for column, by_row in texts.items() if by_row}


def _assets(read: Read) -> Assets:
    ids: list[str] = []
    unit: list[str] = []
    increment: list[str] = []
    asset_class: list[str] = []
    texts = _text_columns("name", "hs_code", "location", "window")

    def add(record: Record) -> None:
        if record["asset_id"] == INDEX_NAME:
            raise flaw(f"{INDEX_NAME} is reserved")
        ids.append(next_id(record["asset_id"], ids))
        unit.append(a_text(record["unit"]))
        increment.append(_an_increment(record["increment"]))
        asset_class.append(a_text(record["class"]))
        _note_texts(texts, len(ids) - 1, record)

    each_record(read, paths.ASSETS, add)
    unvalued = np.zeros(len(ids), dtype=np.int64)
    return Assets(ids, unit, increment, asset_class, value_micro=unvalued, texts=_used(texts))


def _an_increment(value: Any) -> str:
    if not _INCREMENT(value) or value == "0":
        raise flaw("its increment is no decimal above zero without trailing zeros")
    return str(value)


def _valued(read: Read, assets: Assets, names: Collection[str]) -> tuple[BookFixing | None, Assets]:
    if paths.FIXING_RECORD not in names:
        return None, _with_fixing(read, assets)
    from clearing.audit.book_fixing import stored_fixing, valued

    fixing = stored_fixing(read)
    return fixing, valued(assets, fixing)


def _with_fixing(read: Read, assets: Assets) -> Assets:
    asset_of = _index(assets.id)
    named: list[str] = []
    values = array("q")

    def add(record: Record) -> None:
        named.append(next_id(record["asset_id"], named))
        asset_of[named[-1]]
        values.append(int(record["value_micro"]))

    each_record(read, paths.FIXING, add)
    column = assets.value_micro.copy()
    column[[asset_of[name] for name in named]] = checked(
        paths.FIXING, values, low=_VALUE_MICRO_MIN, high=_AMOUNT_MAX
    )
    return replace(assets, value_micro=column)


def _stocks(read: Read, participant_of: _Index, asset_of: _Index) -> Stocks:
    ids: list[str] = []
    participant, asset, quantity = array("q"), array("q"), array("q")

    def add(record: Record) -> None:
        ids.append(next_id(record["stock_id"], ids))
        participant.append(participant_of[record["participant_id"]])
        asset.append(asset_of[record["asset_id"]])
        quantity.append(int(record["quantity"]))

    each_record(read, paths.STOCKS, add)
    return Stocks(
        id=ids,
        participant=np.array(participant, dtype=np.int64),
        asset=np.array(asset, dtype=np.int64),
        quantity=checked(paths.STOCKS, quantity, low=1, high=_AMOUNT_MAX),
    )


def _obligations(read: Read, participant_of: _Index) -> Obligations:
    ids: list[str] = []
    debtor, creditor, amount = array("q"), array("q"), array("q")
    texts = _text_columns("due_date", "reference")

    def add(record: Record) -> None:
        ids.append(next_id(record["obligation_id"], ids))
        debtor.append(participant_of[record["debtor_id"]])
        creditor.append(participant_of[record["creditor_id"]])
        if debtor[-1] == creditor[-1]:
            raise flaw("debtor and creditor are the same")
        amount.append(int(record["amount_micro"]))
        _note_texts(texts, len(ids) - 1, record)

    each_record(read, paths.OBLIGATIONS, add)
    return Obligations(
        id=ids,
        debtor=np.array(debtor, dtype=np.int64),
        creditor=np.array(creditor, dtype=np.int64),
        amount_micro=checked(paths.OBLIGATIONS, amount, low=1, high=_AMOUNT_MAX),
        texts=_used(texts),
    )
