"""The inputs of a bundle in, the book out; what no book may hold breaks law 2."""

from __future__ import annotations

from collections.abc import Callable

from clearing.audit.verify import forms
from clearing.audit.verify.book import (
    ANY_NAME,
    INDEX,
    INDEX_NAME,
    Assets,
    Book,
    Obligations,
    Participants,
    Stocks,
)
from clearing.audit.verify.columns_read import amounts, positions, references
from clearing.audit.verify.lines import check_ascending, columns
from clearing.audit.verify.offers import check_offers, read_offers
from clearing.audit.verify.report import Findings
from clearing.audit.verify.rulebook import read_rulebook

Take = Callable[[str], bytes | None]
VALUE_LEAST = 1_000


def read_book(take: Take, found: Findings) -> Book | None:
    """The book, or None where its files are not those of a valid book."""
    files = {path: take(path) for path in forms.INPUT_PATHS}
    if None in files.values():
        return None
    content = {path: bytes_read for path, bytes_read in files.items() if bytes_read is not None}
    files.clear()
    before = found.total()
    rulebook = read_rulebook(content[forms.RULEBOOK.path], found)
    participants = _read_participants(content, found)
    assets = _read_assets(content, found)
    if rulebook is None or found.total() > before:
        return None
    stocks = _read_stocks(content, participants, assets, found)
    obligations = _read_obligations(content, participants, found)
    if found.total() > before:
        return None
    offers = read_offers(content.pop(forms.OFFERS.path), participants, assets, stocks, found)
    book = Book(rulebook, participants, assets, stocks, offers, obligations)
    if found.total() == before:
        check_offers(book, found)
    return book if found.total() == before else None


def _read_participants(content: dict[str, bytes], found: Findings) -> Participants:
    form = forms.PARTICIPANTS
    read = columns(content[form.path], form, found)
    if read is None:
        return Participants()
    cap, balance, credit, ids = read
    check_ascending(ids, form.path, found)
    return Participants(
        id=ids,
        index=positions(ids),
        balance=amounts(balance, "balance_micro", form.path, found),
        credit=amounts(credit, "credit_limit_micro", form.path, found),
        cap=amounts((each or "-1" for each in cap), "balance_cap_micro", form.path, found),
    )


def _read_assets(content: dict[str, bytes], found: Findings) -> Assets:
    path, values_path = forms.ASSETS.path, forms.FIXING.path
    ids, classes, increment, unit = columns(content[path], forms.ASSETS, found) or ([], [], [], [])
    valued, values = columns(content[values_path], forms.FIXING, found) or ([], [])
    check_ascending(ids, path, found)
    check_ascending(valued, values_path, found)
    index = positions(ids)
    by_asset = [0] * len(ids) + [1, 1]
    if INDEX_NAME in index:
        found.add(2, "INDEX is reserved", path, index[INDEX_NAME] + 1, "asset_id")
    assets = references(valued, index, "asset_id", values_path, found)
    for line, (asset, value) in enumerate(
        zip(assets, amounts(values, "value_micro", values_path, found), strict=True), start=1
    ):
        by_asset[asset] = value
        if value < VALUE_LEAST:
            found.add(2, f"must be at least {VALUE_LEAST}", values_path, line, "value_micro")
    index[INDEX_NAME] = INDEX
    internal = [each == "internal" for each in classes]
    return Assets([*ids, ANY_NAME, INDEX_NAME], index, by_asset, [*internal, False, False], unit, increment)


def _read_stocks(content: dict[str, bytes], participants: Participants, assets: Assets, found: Findings) -> Stocks:
    path = forms.STOCKS.path
    asset, participant, quantity, ids = columns(content[path], forms.STOCKS, found) or ([], [], [], [])
    check_ascending(ids, path, found)
    goods = references(asset, assets.index, "asset_id", path, found)
    for line, each in enumerate(goods, start=1):
        if each == INDEX:
            found.add(2, "a stock is of goods, not INDEX", path, line, "asset_id")
    return Stocks(
        id=ids,
        index=positions(ids),
        participant=references(participant, participants.index, "participant_id", path, found),
        asset=goods,
        quantity=amounts(quantity, "quantity", path, found),
    )


def _read_obligations(content: dict[str, bytes], participants: Participants, found: Findings) -> Obligations:
    path = forms.OBLIGATIONS.path
    amount, creditor, debtor, ids = columns(content[path], forms.OBLIGATIONS, found) or ([], [], [], [])
    check_ascending(ids, path, found)
    for line, (one, other) in enumerate(zip(creditor, debtor, strict=True), start=1):
        if one == other:
            found.add(2, "debtor and creditor are the same", path, line, "debtor_id")
    return Obligations(
        id=ids,
        index=positions(ids),
        debtor=references(debtor, participants.index, "debtor_id", path, found),
        creditor=references(creditor, participants.index, "creditor_id", path, found),
        amount=amounts(amount, "amount_micro", path, found),
    )
