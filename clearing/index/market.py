"""Quotes, a methodology and the fixing before in, all that prices can be made of out: steps 1 to 3 of a fixing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clearing.index.calendar import hours_of
from clearing.index.fit import fit, main_component
from clearing.index.ladder import Known
from clearing.index.pairs import Agreed, Asked, ask_sources
from clearing.index.screening import Heard, Screened, quotes_of_day, screen
from clearing.index.terms import Terms
from clearing.model.fixing import Previous, Quote, QuoteKind, Rung, Tried, Why


@dataclass(frozen=True, slots=True)
class Market:
    """The day as the quotes tell it."""

    quotes: tuple[Quote, ...]
    """Those of the day, in their order."""
    screened: Screened
    asked: Asked
    main: frozenset[str]
    """The assets of the main component."""
    joined: tuple[Agreed, ...]
    """The pairs of the main component."""
    known: Known


def market_of(quotes: Sequence[Quote], terms: Terms, day: str, previous: Previous | None) -> Market:
    """What is known of a day before anything is priced."""
    ordered = quotes_of_day(quotes, terms, day)
    screened = screen(ordered, terms, hours_of(day, terms.methodology.times))
    asked = ask_sources(screened.heard, terms)
    main = main_component(asked.agreed, terms.basket)
    joined = tuple(agreed for pair, agreed in asked.agreed.items() if pair[0] in main)
    known = Known(
        terms=terms,
        day=day,
        logs=fit(joined) if joined else {},
        lacking={asset: _lacking(asset, asked, terms) for asset in terms.assets if asset not in main},
        last={each.asset: each for each in previous.values} if previous else {},
        judgements=_judgements(screened.heard, main),
        shocks={},
    )
    return Market(ordered, screened, asked, main, joined, known)


def _judgements(heard: Sequence[Heard], main: frozenset[str]) -> Mapping[str, Sequence[Heard]]:
    """Asset outside of the main component -> judgements of it against one inside, by number."""
    found: dict[str, list[Heard]] = defaultdict(list)
    for each in heard:
        outside = [asset for asset in each.pair if asset not in main]
        if each.kind is QuoteKind.JUDGEMENT and len(outside) == 1:
            found[outside[0]].append(each)
    return found


def _lacking(asset: str, asked: Asked, terms: Terms) -> Tried:
    """Why no pair leads from an asset to the main component."""
    rank = max(terms.ranks.values())
    if any(asset in pair for pair in asked.agreed):
        return Tried(Rung.INDICATIVE, Why.NOT_CONNECTED, rank=rank)
    found = max((count for pair, count in asked.short.items() if asset in pair), default=0)
    limit = terms.methodology.consensus.minimum_sources
    return Tried(Rung.INDICATIVE, Why.TOO_FEW_SOURCES, found=found, limit=limit, rank=rank)
