"""A book in, the canonical lines of every inputs/ file of its bundle out, in ascending path.

Lines are formatted by schema: keys stand in canonical order, ids and integers need no escaping,
texts are quoted. An asset index of INDEX (-1) picks the last of the names, which is ``INDEX``, and ANY (-2)
the one before; in the same way an absent stock picks the last of the endings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from clearing.audit.canonical import Lines, canonical, decimal_text, quoted, row_batches
from clearing.model.book import (
    ANY_NAME,
    INDEX_NAME,
    NONE,
    Assets,
    Book,
    Conditions,
    Obligations,
    Offers,
    Participants,
    Stocks,
    Texts,
)
from clearing.model.rulebook import Rulebook

ASSETS = "inputs/assets.jsonl"
FIXING = "inputs/fixing.jsonl"
FIXING_RECORD = "inputs/fixing-record.json"
"""Only where a book is valued by one; a line of its own in the book root."""
OBLIGATIONS = "inputs/obligations.jsonl"
OFFERS = "inputs/offers.jsonl"
PARTICIPANTS = "inputs/participants.jsonl"
RULEBOOK = "inputs/rulebook.jsonl"
STOCKS = "inputs/stocks.jsonl"


def input_files(book: Book) -> Iterator[tuple[str, Iterator[Lines]]]:
    """Path and lines of each file; a file without lines yields no batch."""
    yield ASSETS, _asset_lines(book.assets)
    if book.fixing is not None:
        yield FIXING_RECORD, iter([[book.fixing.text]])
    yield FIXING, _fixing_lines(book.assets)
    yield OBLIGATIONS, _obligation_lines(book.obligations, book.participants)
    yield OFFERS, _offer_lines(book)
    yield PARTICIPANTS, _participant_lines(book.participants)
    yield RULEBOOK, iter([[rulebook_line(book.rulebook)]])
    yield STOCKS, _stock_lines(book.stocks, book)


def asset_names(assets: Assets) -> list[str]:
    """Asset ids by index, INDEX included at -1 and ANY at -2."""
    return [*assets.id, ANY_NAME, INDEX_NAME]


def _asset_lines(assets: Assets) -> Iterator[Lines]:
    hs_code, location = _optional(assets.texts, "hs_code"), _optional(assets.texts, "location")
    name, window = _optional(assets.texts, "name"), _optional(assets.texts, "window")
    for first, last in row_batches(len(assets.id)):
        yield [
            f'{{"asset_id":"{assets.id[i]}","class":{quoted(assets.asset_class[i])}{hs_code(i)},'
            f'"increment":"{assets.increment[i]}"{location(i)}{name(i)},'
            f'"unit":{quoted(assets.unit[i])}{window(i)}}}'
            for i in range(first, last)
        ]


def _optional(texts: Texts, column: str) -> Callable[[int], str]:
    """For each row the column as a member with a comma before it, or nothing."""
    return _optional_member(column, texts.get(column, {}))


def _optional_member(column: str, by_row: Mapping[int, str]) -> Callable[[int], str]:
    def member(row: int) -> str:
        text = by_row.get(row)
        return "" if text is None else f',"{column}":{quoted(text)}'

    return member


def _fixing_lines(assets: Assets) -> Iterator[Lines]:
    for first, last in row_batches(len(assets.id)):
        values = assets.value_micro[first:last].tolist()
        yield [
            f'{{"asset_id":"{asset}","value_micro":"{value}"}}'
            for asset, value in zip(assets.id[first:last], values, strict=True)
            if value
        ]


def _obligation_lines(obligations: Obligations, participants: Participants) -> Iterator[Lines]:
    due_date, reference = _optional(obligations.texts, "due_date"), _optional(obligations.texts, "reference")
    names = participants.id
    for first, last in row_batches(len(obligations.id)):
        yield [
            f'{{"amount_micro":"{amount}","creditor_id":"{names[creditor]}","debtor_id":"{names[debtor]}"'
            f'{due_date(row)},"obligation_id":"{obligation}"{reference(row)}}}'
            for row, obligation, debtor, creditor, amount in zip(
                range(first, last),
                obligations.id[first:last],
                obligations.debtor[first:last].tolist(),
                obligations.creditor[first:last].tolist(),
                obligations.amount_micro[first:last].tolist(),
                strict=True,
            )
        ]


@dataclass(frozen=True, slots=True)
class _OfferFragments:
    """What repeats from offer to offer, by asset, participant and stock."""

    start: list[str]
    owner: list[str]
    taken: list[str]
    end: list[str]


def _offer_lines(book: Book) -> Iterator[Lines]:
    names = asset_names(book.assets)
    fragments = _OfferFragments(
        start=[f'{{"deliver_asset":"{name}","deliver_quantity":"' for name in names],
        owner=[f'","participant_id":"{name}","receive":[' for name in book.participants.id],
        taken=[f'{{"asset":"{name}","limit_ppm":"' for name in names],
        end=[*(f'],"stock_id":"{name}"}}' for name in book.stocks.id), "]}"],
    )
    offers = book.offers
    rare = offers.conditions.keys() | offers.expires_at.keys() | offers.memo.keys()
    for first, last in row_batches(len(offers.id)):
        lines = _offer_batch(offers, fragments, first=first, last=last)
        if rare:
            for row in range(first, last):
                if row in rare:
                    lines[row - first] = _with_rare_members(lines[row - first], offers, row)
        yield lines


def _offer_batch(offers: Offers, fragments: _OfferFragments, *, first: int, last: int) -> Lines:
    start, owner, end = fragments.start, fragments.owner, fragments.end
    return [
        f'{start[asset]}{quantity}","offer_id":"{offer}{owner[participant]}{receive}{end[stock]}'
        for asset, quantity, offer, participant, receive, stock in zip(
            offers.deliver[first:last].tolist(),
            offers.quantity[first:last].tolist(),
            offers.id[first:last],
            offers.participant[first:last].tolist(),
            _receive_lists(offers, fragments.taken, first=first, last=last),
            offers.stock[first:last].tolist(),
            strict=True,
        )
    ]


def _receive_lists(offers: Offers, taken: list[str], *, first: int, last: int) -> list[str]:
    """The alternatives of each offer of the batch, joined by commas."""
    starts = offers.alt_start[first : last + 1].tolist()
    low, high = starts[0], starts[-1]
    alternatives = [
        f'{taken[asset]}{limit}"}}' if most == NONE else f'{taken[asset]}{limit}","max":"{most}"}}'
        for asset, limit, most in zip(
            offers.alt_asset[low:high].tolist(),
            offers.alt_limit_ppm[low:high].tolist(),
            offers.alt_max[low:high].tolist(),
            strict=True,
        )
    ]
    if len(alternatives) == last - first:
        return alternatives
    return [",".join(alternatives[a - low : b - low]) for a, b in pairwise(starts)]


def _with_rare_members(line: str, offers: Offers, row: int) -> str:
    """The line with its conditions, expiry and memo put where they sort; before offer_id stand ids only."""
    asked = offers.conditions.get(row, Conditions())
    before = '"all_or_none":true,' if asked.all_or_none else ""
    before += f'"allow":{canonical(list(asked.allow))},' if asked.allow else ""
    middle = f',"deny":{canonical(list(asked.deny))}' if asked.deny else ""
    middle += _optional_member("expires_at", offers.expires_at)(row)
    middle += "" if asked.lot is None else f',"lot":"{asked.lot}"'
    middle += "" if asked.max_ring is None else f',"max_ring":{asked.max_ring}'
    middle += _optional_member("memo", offers.memo)(row)
    middle += "" if asked.min_fill is None else f',"min_fill":"{asked.min_fill}"'
    delivers, offer_id, rest = line[1:].partition(',"offer_id":')
    return f"{{{before}{delivers}{middle}{offer_id}{rest}"


def _participant_lines(participants: Participants) -> Iterator[Lines]:
    country, lei = _optional(participants.texts, "country"), _optional(participants.texts, "lei")
    memo, name = _optional(participants.texts, "memo"), _optional(participants.texts, "name")
    for first, last in row_batches(len(participants.id)):
        rows = zip(
            range(first, last),
            participants.id[first:last],
            participants.balance_micro[first:last].tolist(),
            participants.credit_limit_micro[first:last].tolist(),
            participants.balance_cap_micro[first:last].tolist(),
            strict=True,
        )
        yield [
            ("{" if cap == NONE else f'{{"balance_cap_micro":"{cap}",')
            + f'"balance_micro":"{balance}"{country(row)},"credit_limit_micro":"{credit}"'
            f'{lei(row)}{memo(row)}{name(row)},"participant_id":"{participant}"}}'
            for row, participant, balance, credit, cap in rows
        ]


def rulebook_line(rulebook: Rulebook) -> str:
    """The one line of inputs/rulebook.jsonl: every key with its value."""
    keys: dict[str, object] = {
        "version": rulebook.version,
        "objectives": list(rulebook.objectives),
        "even_segments": rulebook.even_segments,
        "netting_form": rulebook.netting_form,
        "obligations": rulebook.obligations,
        "residual_tolerance": decimal_text(rulebook.residual_tolerance_micro, places=6),
        "allowance_bps": decimal_text(rulebook.allowance_ppm, places=2),
        "self_crossing": rulebook.self_crossing,
    }
    if rulebook.version > 1:
        keys |= {"screening": rulebook.screening, "work_limit": rulebook.work_limit}
    optional = {"cut_off": rulebook.cut_off, "max_ring": rulebook.max_ring, "max_chain": rulebook.max_chain}
    keys |= {key: value for key, value in optional.items() if value is not None}
    return canonical(keys)


def _stock_lines(stocks: Stocks, book: Book) -> Iterator[Lines]:
    assets, participants = book.assets.id, book.participants.id
    for first, last in row_batches(len(stocks.id)):
        yield [
            f'{{"asset_id":"{assets[asset]}","participant_id":"{participants[participant]}",'
            f'"quantity":"{quantity}","stock_id":"{stock}"}}'
            for stock, participant, asset, quantity in zip(
                stocks.id[first:last],
                stocks.participant[first:last].tolist(),
                stocks.asset[first:last].tolist(),
                stocks.quantity[first:last].tolist(),
                strict=True,
            )
        ]
