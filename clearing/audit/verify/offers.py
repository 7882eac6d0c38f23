"""The lines of inputs/offers.jsonl in, the offer columns out; what no offer may ask breaks law 2."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import eq

from clearing.audit.verify import forms
from clearing.audit.verify.book import (
    AMOUNT_LIMIT,
    ANY,
    ANY_NAME,
    INDEX,
    NONE,
    Assets,
    Book,
    Conditions,
    Offers,
    Participants,
    Stocks,
)
from clearing.audit.verify.columns_read import amounts, positions, references
from clearing.audit.verify.lines import batches, check_ascending, split
from clearing.audit.verify.report import Findings, shown

LIMIT_LEAST_PPM, LIMIT_MOST_PPM = -1_000_000, 100_000_000
RING_LEAST, RING_MOST = 2, 1_000
_ALTERNATIVE = re.compile(r'\{"asset":"([^"]+)","limit_ppm":"([^"]+)"(?:,"max":"([^"]+)")?\}')


def read_offers(
    bytes_read: bytes, participants: Participants, assets: Assets, stocks: Stocks, found: Findings
) -> Offers:
    """The columns; where a name is unknown or an amount too large, that is said."""
    path, offers = forms.OFFERS.path, Offers()
    counts: list[int] = []
    stock_index = {**stocks.index, "": NONE}
    before = found.total()
    for rows in batches(bytes_read, forms.OFFERS, found):
        every, allow, deliver, quantity, deny, expires, lot, longest, least, ids, owner, receive, stock = split(
            rows, 13
        )
        start = len(offers.id)
        _add_conditions(offers.conditions, (least, every, lot, longest, allow, deny), start)
        offers.expires.update((start + i, time) for i, time in enumerate(expires) if time)
        offers.id.extend(ids)
        offers.participant += references(owner, participants.index, "participant_id", path, found, start)
        offers.deliver += references(deliver, assets.index, "deliver_asset", path, found, start)
        offers.quantity += amounts(quantity, "deliver_quantity", path, found, start)
        offers.stock += references(stock, stock_index, "stock_id", path, found, start)
        counts += [each.count("{") for each in receive]
        _add_alternatives(offers, receive, assets, found)
    if found.total() == before:
        check_ascending(offers.id, path, found)
        offers.index = positions(offers.id)
        offers.alt_start = [0, *accumulate(counts)]
        offers.alt_offer = [i for i, count in enumerate(counts) for _ in range(count)]
        value = assets.value
        offers.capacity = [q * value[a] for q, a in zip(offers.quantity, offers.deliver, strict=True)]
    return offers


def _add_conditions(conditions: dict[int, Conditions], asked: Sequence[Sequence[str]], start: int) -> None:
    """Columns min_fill, all_or_none, lot, max_ring, allow and deny of the lines from ``start`` on."""
    if not any(map(any, asked)):
        return
    for row, cells in enumerate(zip(*asked, strict=True), start=start):
        if any(cells):
            least, every, lot, longest, allow, deny = cells
            conditions[row] = Conditions(
                min_fill=int(least) if least else None,
                all_or_none=bool(every),
                lot=int(lot) if lot else None,
                max_ring=int(longest) if longest else None,
                allow=_names(allow),
                deny=_names(deny),
            )


def _names(listed: str) -> tuple[str, ...]:
    return tuple(listed[1:-1].split('","')) if listed else ()


def _add_alternatives(offers: Offers, receive: Sequence[str], assets: Assets, found: Findings) -> None:
    path = forms.OFFERS.path
    rows = _ALTERNATIVE.findall("".join(receive))
    names, limits, most = split(rows, 3)
    # Which line an alternative stands in is not known yet, so that its faults name the file and the value.
    known = {**assets.index, ANY_NAME: ANY}
    taken = [known.get(name) for name in names]
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


def check_offers(book: Book, found: Findings) -> None:
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
    if ANY in offers.alt_asset:
        _check_gifts(book, found)
    if book.rulebook.version > 1:  # in rulebook 1 an offer that asks for more is refused, whatever it asks
        _check_conditions(book, found)
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


def _check_gifts(book: Book, found: Findings) -> None:
    """What takes anything takes nothing else, at no limit and without a maximum."""
    offers, path = book.offers, forms.OFFERS.path
    for alternative, asset in enumerate(offers.alt_asset):
        offer = offers.alt_offer[alternative]
        if asset != ANY:
            continue
        if offers.alt_start[offer + 1] - offers.alt_start[offer] > 1:
            found.add(2, f"{ANY_NAME} is not the only alternative", path, offer + 1, "receive")
        if offers.alt_limit[alternative] or offers.alt_max[alternative] != NONE:
            found.add(2, f"{ANY_NAME} has a limit or a maximum", path, offer + 1, "receive")


def _check_conditions(book: Book, found: Findings) -> None:
    """An offer may ask for nothing that no fill, no ring or no participant meets."""
    for offer, asked in book.offers.conditions.items():
        for field, message in _impossible(asked, book.offers.quantity[offer], book.participants):
            found.add(2, message, forms.OFFERS.path, offer + 1, field)


def _impossible(asked: Conditions, quantity: int, people: Participants) -> Iterator[tuple[str, str]]:
    least, lot = asked.min_fill or 0, asked.lot
    if least > quantity:
        yield "min_fill", f"is more than the {quantity} offered"
    elif lot is not None and asked.all_or_none and quantity % lot:
        yield "lot", f"does not divide the {quantity} that are offered all or none"
    elif lot is not None and max(lot, -(-least // lot) * lot) > quantity:
        yield "lot", f"has no multiple from {least} to {quantity}"
    if asked.max_ring is not None and not RING_LEAST <= asked.max_ring <= RING_MOST:
        yield "max_ring", f"must be {RING_LEAST} to {RING_MOST}"
    for field, names in (("allow", asked.allow), ("deny", asked.deny)):
        for name in names:
            if name not in people.index:
                yield field, f"no such id: {shown(name)}"
    for name in sorted(set(asked.allow) & set(asked.deny)):
        yield "deny", f"{shown(name)} is allowed too"
