"""The inputs of a bundle in, the book as plain columns out; what no book may hold breaks law 2.

Ids ascend in every file, so an index compares as its id does. ``INDEX`` is asset -1; the last item of a
list by asset is therefore its own. Absent references and bounds are -1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import eq

from clearing.audit.verify import forms
from clearing.audit.verify.lines import batches, check_ascending, columns, split
from clearing.audit.verify.report import Findings, shown

Take = Callable[[str], bytes | None]
INDEX, NONE = -1, -1
INDEX_NAME = "INDEX"
AMOUNT_LIMIT = 2**62
VALUE_LEAST = 1_000
LIMIT_LEAST_PPM, LIMIT_MOST_PPM = -1_000_000, 100_000_000
OBJECTIVES = '"surplus","value","even","lottery"'
_ALTERNATIVE = re.compile(r'\{"asset":"([^"]+)","limit_ppm":"([^"]+)"(?:,"max":"([^"]+)")?\}')


@dataclass(slots=True)
class Rulebook:
    """What rulebook 1 leaves open."""

    netting_form: str
    tolerance_micro: int
    allowance_ppm: int
    cut_off: str | None


@dataclass(slots=True)
class Participants:
    """Participants and their accounts at opening."""

    id: list[str] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    balance: list[int] = field(default_factory=list)
    credit: list[int] = field(default_factory=list)
    cap: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Assets:
    """Assets; ``name`` and ``value`` have one more item for INDEX, value 0 is none."""

    name: list[str]
    index: dict[str, int]
    value: list[int]
    internal: list[bool]


@dataclass(slots=True)
class Stocks:
    """Shared stocks, in increments of their asset."""

    id: list[str]
    index: dict[str, int]
    participant: list[int]
    asset: list[int]
    quantity: list[int]


@dataclass(slots=True)
class Offers:
    """Offers; alternatives of offer i are ``alt_start[i]`` to ``alt_start[i + 1]`` of the ``alt_`` columns."""

    id: list[str] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    participant: list[int] = field(default_factory=list)
    deliver: list[int] = field(default_factory=list)
    quantity: list[int] = field(default_factory=list)
    stock: list[int] = field(default_factory=list)
    alt_start: list[int] = field(default_factory=list)
    alt_offer: Sequence[int] = ()
    alt_asset: list[int] = field(default_factory=list)
    alt_limit: list[int] = field(default_factory=list)
    alt_max: list[int] = field(default_factory=list)
    asked: dict[int, str] = field(default_factory=dict)
    """Conditions beyond the rulebook, joined by ``|``."""
    expires: dict[int, str] = field(default_factory=dict)
    capacity: list[int] = field(default_factory=list)
    """Quantity times value, in micro index units; 0 where there is no value."""


@dataclass(slots=True)
class Obligations:
    """Accepted debts."""

    id: list[str]
    index: dict[str, int]
    debtor: list[int]
    creditor: list[int]
    amount: list[int]


@dataclass(slots=True)
class Book:
    """All inputs of a session."""

    rulebook: Rulebook
    participants: Participants
    assets: Assets
    stocks: Stocks
    offers: Offers
    obligations: Obligations


def read_book(take: Take, found: Findings) -> Book | None:
    """The book, or None where its files are not those of a valid book."""
    files = {path: take(path) for path in forms.INPUT_PATHS}
    if None in files.values():
        return None
    content = {path: bytes_read for path, bytes_read in files.items() if bytes_read is not None}
    files.clear()
    before = found.total()
    rulebook = _read_rulebook(content, found)
    participants = _read_participants(content, found)
    assets = _read_assets(content, found)
    if rulebook is None or found.total() > before:
        return None
    stocks = _read_stocks(content, participants, assets, found)
    obligations = _read_obligations(content, participants, found)
    if found.total() > before:
        return None
    offers = _read_offers(content.pop(forms.OFFERS.path), participants, assets, stocks, found)
    book = Book(rulebook, participants, assets, stocks, offers, obligations)
    if found.total() == before:
        _check_offers(book, found)
    return book if found.total() == before else None


def _read_rulebook(content: dict[str, bytes], found: Findings) -> Rulebook | None:
    path = forms.RULEBOOK.path
    read = columns(content[path], forms.RULEBOOK, found)
    if read is None:
        return None
    if len(read[0]) != 1:
        found.add(0, "must be one line", path)
        return None
    allowance, cut_off, segments, netting, objectives, obligations, tolerance, crossing, version = (
        column[0] for column in read
    )
    fixed = {
        "version": (version, "1"), "objectives": (objectives, OBJECTIVES), "even_segments": (segments, "16"),
        "obligations": (obligations, "set-off"), "self_crossing": (crossing, "allow"),
    }  # fmt: skip
    for name, (is_now, must_be) in fixed.items():
        if is_now != must_be:
            found.add(2, f"is {shown(is_now)}; in rulebook 1 it is {must_be}", path, 1, name)
    tolerance_micro, allowance_ppm = _scaled(tolerance, 6), _scaled(allowance, 2)
    if tolerance_micro is None:
        found.add(2, "has more than 6 decimals", path, 1, "residual_tolerance")
    if allowance_ppm is None:
        found.add(2, "has more than 2 decimals", path, 1, "allowance_bps")
    if tolerance_micro is None or allowance_ppm is None:
        return None
    return Rulebook(netting, tolerance_micro, allowance_ppm, cut_off or None)


def _scaled(decimal: str, places: int) -> int | None:
    whole, _, rest = decimal.partition(".")
    return int(whole + rest.ljust(places, "0")) if len(rest) <= places else None


def _read_participants(content: dict[str, bytes], found: Findings) -> Participants:
    form = forms.PARTICIPANTS
    read = columns(content[form.path], form, found)
    if read is None:
        return Participants()
    cap, balance, credit, ids = read
    check_ascending(ids, form.path, found)
    return Participants(
        id=ids,
        index=_positions(ids),
        balance=_amounts(balance, "balance_micro", form.path, found),
        credit=_amounts(credit, "credit_limit_micro", form.path, found),
        cap=_amounts((each or "-1" for each in cap), "balance_cap_micro", form.path, found),
    )


def _read_assets(content: dict[str, bytes], found: Findings) -> Assets:
    path, values_path = forms.ASSETS.path, forms.FIXING.path
    ids, classes = columns(content[path], forms.ASSETS, found) or ([], [])
    valued, values = columns(content[values_path], forms.FIXING, found) or ([], [])
    check_ascending(ids, path, found)
    check_ascending(valued, values_path, found)
    index = _positions(ids)
    by_asset = [0] * len(ids) + [1]
    if INDEX_NAME in index:
        found.add(2, "INDEX is reserved", path, index[INDEX_NAME] + 1, "asset_id")
    assets = _references(valued, index, "asset_id", values_path, found)
    for line, (asset, value) in enumerate(
        zip(assets, _amounts(values, "value_micro", values_path, found), strict=True), start=1
    ):
        by_asset[asset] = value
        if value < VALUE_LEAST:
            found.add(2, f"must be at least {VALUE_LEAST}", values_path, line, "value_micro")
    index[INDEX_NAME] = INDEX
    by_asset[INDEX] = 1
    internal = [each == "internal" for each in classes]
    return Assets([*ids, INDEX_NAME], index, by_asset, [*internal, False])


def _read_stocks(content: dict[str, bytes], participants: Participants, assets: Assets, found: Findings) -> Stocks:
    path = forms.STOCKS.path
    asset, participant, quantity, ids = columns(content[path], forms.STOCKS, found) or ([], [], [], [])
    check_ascending(ids, path, found)
    goods = _references(asset, assets.index, "asset_id", path, found)
    for line, each in enumerate(goods, start=1):
        if each == INDEX:
            found.add(2, "a stock is of goods, not INDEX", path, line, "asset_id")
    return Stocks(
        id=ids,
        index=_positions(ids),
        participant=_references(participant, participants.index, "participant_id", path, found),
        asset=goods,
        quantity=_amounts(quantity, "quantity", path, found),
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
        index=_positions(ids),
        debtor=_references(debtor, participants.index, "debtor_id", path, found),
        creditor=_references(creditor, participants.index, "creditor_id", path, found),
        amount=_amounts(amount, "amount_micro", path, found),
    )


def _read_offers(
    bytes_read: bytes, participants: Participants, assets: Assets, stocks: Stocks, found: Findings
) -> Offers:
    path, offers = forms.OFFERS.path, Offers()
    counts: list[int] = []
    stock_index = {**stocks.index, "": NONE}
    before = found.total()
    for rows in batches(bytes_read, forms.OFFERS, found):
        every, allow, deliver, quantity, deny, expires, lot, longest, least, ids, owner, receive, stock = split(
            rows, 13
        )
        start = len(offers.id)
        for name, column in (
            ("min_fill", least), ("all_or_none", every), ("lot", lot),
            ("max_ring", longest), ("allow", allow), ("deny", deny),
        ):  # fmt: skip
            _add_asked(offers.asked, name, column, start)
        offers.expires.update((start + i, time) for i, time in enumerate(expires) if time)
        offers.id.extend(ids)
        offers.participant += _references(owner, participants.index, "participant_id", path, found, start)
        offers.deliver += _references(deliver, assets.index, "deliver_asset", path, found, start)
        offers.quantity += _amounts(quantity, "deliver_quantity", path, found, start)
        offers.stock += _references(stock, stock_index, "stock_id", path, found, start)
        counts += [each.count("{") for each in receive]
        _add_alternatives(offers, receive, assets, found)
    if found.total() == before:
        check_ascending(offers.id, path, found)
        offers.index = _positions(offers.id)
        offers.alt_start = [0, *accumulate(counts)]
        offers.alt_offer = [i for i, count in enumerate(counts) for _ in range(count)]
        value = assets.value
        offers.capacity = [q * value[a] for q, a in zip(offers.quantity, offers.deliver, strict=True)]
    return offers


def _add_asked(asked: dict[int, str], name: str, column: Sequence[str], start: int) -> None:
    if any(column):
        for row, text in enumerate(column, start=start):
            if text:
                asked[row] = f"{asked[row]}|{name}" if row in asked else name


def _add_alternatives(offers: Offers, receive: Sequence[str], assets: Assets, found: Findings) -> None:
    path = forms.OFFERS.path
    rows = _ALTERNATIVE.findall("".join(receive))
    names, limits, most = split(rows, 3)
    # Which line an alternative stands in is not known yet, so that its faults name the file and the value.
    taken = [assets.index.get(name) for name in names]
    ppm = [int(limit) for limit in limits]
    bounds = [int(each) if each else NONE for each in most]
    for name, asset in zip(names, taken, strict=True):
        if asset is None:
            found.add(2, f"no asset {shown(name)}", path, field="receive")
    if min(ppm) < LIMIT_LEAST_PPM or max(ppm) > LIMIT_MOST_PPM:
        found.add(2, f"limits lie in {LIMIT_LEAST_PPM} to {LIMIT_MOST_PPM} ppm", path, field="receive")
    if max(bounds) >= AMOUNT_LIMIT:
        found.add(2, "a maximum is too large", path, field="receive")
    offers.alt_asset += [INDEX if asset is None else asset for asset in taken]
    offers.alt_limit += ppm
    offers.alt_max += bounds


def _check_offers(book: Book, found: Findings) -> None:
    """What holds between the fields of an offer and what it names."""
    offers, path = book.offers, forms.OFFERS.path
    delivered = map(offers.deliver.__getitem__, offers.alt_offer)
    if any(map(eq, offers.alt_asset, delivered)):
        for asset, offer in zip(offers.alt_asset, offers.alt_offer, strict=True):
            if asset == offers.deliver[offer]:
                found.add(2, "takes what it delivers", path, offer + 1, "receive")
    if len(offers.alt_asset) > len(offers.id):
        for offer, (first, last) in enumerate(zip(offers.alt_start, offers.alt_start[1:], strict=False)):
            if last - first > 1 and len(set(offers.alt_asset[first:last])) < last - first:
                found.add(2, "an alternative is listed twice", path, offer + 1, "receive")
    if book.stocks.id:
        _check_stock_owners(book, found)
    if any(book.assets.internal):
        _check_internal(book, found)
    for offer in offers.expires:
        if book.rulebook.cut_off is None:
            found.add(2, "expires, and the rulebook has no cut_off", path, offer + 1, "expires_at")


def _check_stock_owners(book: Book, found: Findings) -> None:
    offers, stocks = book.offers, book.stocks
    for offer, stock in enumerate(offers.stock):
        if stock == NONE:
            continue
        if stocks.participant[stock] != offers.participant[offer] or stocks.asset[stock] != offers.deliver[offer]:
            found.add(2, "the stock is another's or of another asset", forms.OFFERS.path, offer + 1, "stock_id")


def _check_internal(book: Book, found: Findings) -> None:
    offers = book.offers
    owner: dict[int, int] = {}
    for offer, participant in enumerate(offers.participant):
        first, last = offers.alt_start[offer], offers.alt_start[offer + 1]
        for asset in (offers.deliver[offer], *offers.alt_asset[first:last]):
            if book.assets.internal[asset] and owner.setdefault(asset, participant) != participant:
                message = f"{book.assets.name[asset]} is internal to another participant"
                found.add(2, message, forms.OFFERS.path, offer + 1)


def _positions(ids: list[str]) -> dict[str, int]:
    return dict(zip(ids, range(len(ids)), strict=True))


def _amounts(texts: Iterable[str], name: str, path: str, found: Findings, start: int = 0) -> list[int]:
    amounts = list(map(int, texts))
    if amounts and (max(amounts) >= AMOUNT_LIMIT or min(amounts) <= -AMOUNT_LIMIT):
        line = next(i for i, each in enumerate(amounts) if abs(each) >= AMOUNT_LIMIT)
        found.add(2, f"{amounts[line]} does not fit in 62 bits", path, start + line + 1, name)
    return amounts


def _references(
    names: Sequence[str], index: dict[str, int], name: str, path: str, found: Findings, start: int = 0
) -> list[int]:
    """The index of each name; one that is unknown is reported and becomes 0."""
    missing = set(names) - index.keys()
    if not missing:
        return [index[each] for each in names]
    for line, each in enumerate(names, start=start + 1):
        if each in missing:
            found.add(2, f"no such id: {shown(each)}", path, line, name)
    return [index.get(each, 0) for each in names]
