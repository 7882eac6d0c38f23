"""Records of a session come in, words for people go out: amounts, quantities, desks, refusals, rings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from clearing.model.book import ANY, ANY_NAME, INDEX, INDEX_NAME, Book
from clearing.model.faults import Refusal, RefusalReason
from clearing.model.outcome import Certificate, Rings

UNITS = {
    "C62": "pieces",
    "DAY": "days",
    "HUR": "h",
    "KGM": "kg",
    "KMT": "km",
    "LTR": "l",
    "MTR": "m",
    "MWH": "MWh",
    "TNE": "t",
}
"""UN/ECE Recommendation 20 codes as people write them; any other code is shown as it is."""

ENTRIES = {"index": "INDEX traded", "premium": "premia", "residual": "residuals of rounding"}
"""Kinds of entries as statements name them."""

COUNTRIES = {
    "BR": "Brazil",
    "CL": "Chile",
    "DE": "Germany",
    "EG": "Egypt",
    "IN": "India",
    "NL": "the Netherlands",
    "PL": "Poland",
    "TR": "Türkiye",
}
"""Countries of the demo book; any other code is shown as it is."""


def amount(micro: int) -> str:
    """Index units with two decimals: ``12,345.68``."""
    return f"{_rounded(Decimal(int(micro)).scaleb(-6), '0.01'):,f}"


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 offer``, ``1,200 offers``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def choice_words(certificate: Certificate) -> str:
    """Whether another outcome could have been as good; what was searched may be unique too, and nobody proved it."""
    if certificate.unique:
        return "unique"
    return "one of the best, chosen" if certificate.optimal else "a witness, chosen"


def bps(ppm: int) -> str:
    """A limit or premium with its sign: ``+12.50``."""
    return f"{Decimal(int(ppm)).scaleb(-2):+,.2f}"


def asset_id(book: Book, asset: int) -> str:
    """The id of an asset, INDEX and ANY included."""
    return {INDEX: INDEX_NAME, ANY: ANY_NAME}[asset] if asset < 0 else book.assets.id[asset]


def asset_name(book: Book, asset: int) -> str:
    """The name of an asset where it has one, else its id."""
    if asset < 0:
        return "index units" if asset == INDEX else "anything"
    return book.assets.texts.get("name", {}).get(asset, book.assets.id[asset])


def quantity_worth(book: Book, asset: int, value_micro: int) -> str:
    """What an amount of value is in an asset's own unit: ``12.5 t of milling wheat``."""
    if asset < 0:
        return f"{amount(value_micro)} index units"
    assets = book.assets
    quantity = Decimal(int(value_micro)) / int(assets.value_micro[asset]) * Decimal(assets.increment[asset])
    unit = UNITS.get(assets.unit[asset], assets.unit[asset])
    return f"{_short(quantity)} {unit} of {asset_name(book, asset)}"


def quantity(book: Book, asset: int, increments: int) -> str:
    """A quantity to its last increment, in the asset's unit: ``1,234.5 t``; index units bare."""
    if asset < 0:
        return amount(increments)
    exact = int(increments) * Decimal(book.assets.increment[asset])
    unit = book.assets.unit[asset]
    return f"{_bare(f'{exact:,f}')} {UNITS.get(unit, unit)}"


def quantity_of(book: Book, asset: int, increments: int) -> str:
    """The same with what it is of: ``1,234.5 t of milling wheat``."""
    joint = " " if asset < 0 else " of "
    return f"{quantity(book, asset, increments)}{joint}{asset_name(book, asset)}"


def share(part: int, whole: int) -> str:
    """A part of a whole in percent; only the whole is 100, only nothing is 0: ``99.9 %``."""
    if whole <= 0 or part <= 0:
        return "0 %"
    tenths = 1_000 if part >= whole else min(999, max(1, (2_000 * part + whole) // (2 * whole)))
    return f"{tenths // 10}{f'.{tenths % 10}' if tenths % 10 else ''} %"


def participant_name(book: Book, participant: int) -> str:
    """The name of a participant where it has one, else its id."""
    return book.participants.texts.get("name", {}).get(participant, book.participants.id[participant])


def country_name(book: Book, participant: int) -> str | None:
    """Where a participant is, if the book says so."""
    code = book.participants.texts.get("country", {}).get(participant)
    return None if code is None else COUNTRIES.get(code, code)


def refusal_words(refusal: Refusal) -> str:
    """Why an offer was refused, with its figures: all of them text, as the outcome records them."""
    found, limit = refusal.found or "", refusal.limit or ""
    match refusal.reason:
        case RefusalReason.UNSUPPORTED:
            return f"asks for {found.replace('|', ', ')}, which {limit} does not know"
        case RefusalReason.EXPIRED:
            return f"expired at {found}; the cut-off was {limit}"
        case RefusalReason.NO_VALUE:
            return f"the fixing has no value for {found}"
        case RefusalReason.TOO_COARSE:
            return f"an increment is worth {amount(int(found))} index units; at most {amount(int(limit))} is divided"
        case RefusalReason.SELF_CROSSING:
            ring = f"closes a ring of the desk's own offers whose limits sum to {bps(int(found))} bps"
            return f"{ring}: it would clear with itself"
        case RefusalReason.NO_HEADROOM:
            return f"could cost {amount(int(found))} index units of credit; {amount(int(limit))} are left"


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a ring segment: who delivers what to whom."""

    giver: int
    receiver: int
    asset: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A ring segment that offers make: its ring, its flow in micro index units, its turns in order."""

    ring: int
    flow_micro: int
    turns: tuple[Turn, ...]

    @property
    def moved_micro(self) -> int:
        """Value delivered in all turns together."""
        return self.flow_micro * len(self.turns)


def offer_segments(book: Book, rings: Rings) -> Iterator[Segment]:
    """All segments of rings that offers make, in extraction order."""
    for ring, of_obligations in enumerate(rings.of_obligations):
        if of_obligations:
            continue
        for s in range(int(rings.segment_start[ring]), int(rings.segment_start[ring + 1])):
            first, last = int(rings.member_start[s]), int(rings.member_start[s + 1])
            members = [int(member) for member in rings.member[first:last]]
            yield Segment(ring, int(rings.segment_flow_micro[s]), _turns(book, members))


def _turns(book: Book, members: list[int]) -> tuple[Turn, ...]:
    """Each member delivers to the next, the last to the first."""
    offers = book.offers
    return tuple(
        Turn(int(offers.participant[giver]), int(offers.participant[receiver]), int(offers.deliver[giver]))
        for giver, receiver in zip(members, members[1:] + members[:1], strict=True)
    )


def giver_words(book: Book, turn: Turn, flow_micro: int) -> str:
    """The giver's side of one turn: ``Amberfield Grain in Poland delivers 12.5 t of milling wheat``."""
    country = country_name(book, turn.giver)
    where = f" in {country}" if country else ""
    verb = "pays" if turn.asset == INDEX else "delivers"
    return f"{participant_name(book, turn.giver)}{where} {verb} {quantity_worth(book, turn.asset, flow_micro)}"


def _short(quantity: Decimal) -> str:
    """A quantity to read: whole from 1,000, one decimal from 10, three below."""
    step = "1" if quantity >= 1_000 else "0.1" if quantity >= 10 else "0.001"
    return _bare(f"{_rounded(quantity, step):,f}")


def _bare(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(number: Decimal, step: str) -> Decimal:
    # Adding 0 turns -0.00 into 0.00.
    return number.quantize(Decimal(step), rounding=ROUND_HALF_EVEN) + 0
