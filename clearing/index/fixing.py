"""Quotes, a methodology and the fixing before in, the fixing of a day out; docs/index.md tells each step to the letter.

Which step is where: ``screening`` (1), ``pairs`` and ``consensus`` (2), ``fit`` (3), joined in ``market``; ``ladder``
and ``unit`` (4), ``values`` (5), ``alarms`` (6). The order of the quotes means nothing, and one that is not used keeps
its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from clearing.index.alarms import raise_alarms, stale_share, status_of
from clearing.index.calendar import hours_of, time_text
from clearing.index.context import ZERO, arithmetic, decimal_of, root_of
from clearing.index.market import Market, market_of
from clearing.index.pairs import Agreed, Asked, Names
from clearing.index.screening import Heard
from clearing.index.terms import Terms, terms_of
from clearing.index.unit import Priced, price_all
from clearing.index.values import asset_values, leave_one_out
from clearing.model.fixing import (
    AssetValue,
    Fallback,
    Fixing,
    FixingStatus,
    LastValue,
    Pair,
    Previous,
    Quote,
    QuoteKind,
    RejectedQuote,
    RejectReason,
    Restatement,
    Unpriced,
)
from clearing.model.methodology import Methodology


def fix(
    quotes: Sequence[Quote],
    methodology: Methodology,
    *,
    day: str,
    previous: Previous | None = None,
    revision: int = 1,
    restatement: Restatement | None = None,
) -> Fixing:
    """The fixing of a day. Of ``quotes``, in any order, those that belong to the day are heard.

    Raises ValueError where the methodology is not yet in force, the fixing before is not of an earlier day, or a later
    revision does not say what it restates.
    """
    _check_asked(methodology, day, previous, revision, restatement)
    with arithmetic():
        return _fix(quotes, terms_of(methodology), day, previous, revision, restatement)


def handed_on(fixing: Fixing, digest: str) -> Previous:
    """What a fixing with this digest hands to the next one: its values; after NO FIX those that it was given."""
    if fixing.status is not FixingStatus.NO_FIX:
        values = tuple(LastValue(each.asset, each.value, each.observed) for each in fixing.values)
        return Previous(digest, fixing.day, values)
    if fixing.previous is None:
        return Previous(digest, fixing.day, ())
    return Previous(digest, fixing.previous.day, fixing.previous.values)


def _check_asked(
    methodology: Methodology, day: str, previous: Previous | None, revision: int, restatement: Restatement | None
) -> None:
    if day < methodology.effective:
        raise ValueError(f"version {methodology.version} fixes days from {methodology.effective} on, not {day}")
    if previous is not None and previous.day >= day:
        raise ValueError(f"the fixing before must be of an earlier day than {day}, not of {previous.day}")
    if (revision > 1) != (restatement is not None):
        raise ValueError("a revision after the first says what it restates, and no other does")


def _fix(
    quotes: Sequence[Quote],
    terms: Terms,
    day: str,
    previous: Previous | None,
    revision: int,
    restatement: Restatement | None,
) -> Fixing:
    hours = hours_of(day, terms.methodology.times)
    market = market_of(quotes, terms, day, previous)
    priced = price_all(market.known)
    pairs = [_pair(agreed, market.known.logs) for agreed in market.joined]
    residual = _overall(pairs)
    values = asset_values(priced, terms)
    before = {each.asset: each.value for each in previous.values} if previous else {}
    left_out = leave_one_out(before, {each.asset: each.value for each in values}, terms)
    stale = stale_share(values, terms)
    alarms = raise_alarms(priced, values, pairs, left_out, residual=residual, stale=stale, terms=terms)
    return Fixing(
        methodology=terms.methodology,
        day=day,
        window_opens=time_text(hours.opens),
        fixing_time=time_text(hours.fixes),
        publication_time=time_text(hours.published),
        challenge_ends=time_text(hours.challenge_ends),
        revision=revision,
        restatement=restatement,
        previous=previous,
        quotes=market.quotes,
        rejects=_rejects(market, priced),
        pairs=tuple(pairs),
        fallbacks=_fallbacks(market.joined, priced, values),
        values=values,
        unpriced=tuple(Unpriced(asset, tried) for asset, tried in priced.climbed.unpriced.items()),
        residual=residual,
        stale_share=stale,
        leave_one_out=left_out,
        alarms=alarms,
        status=status_of(alarms),
    )


def _pair(agreed: Agreed, logs: Mapping[str, Decimal]) -> Pair:
    (base, quote), said = agreed.pair, agreed.consensus
    residual = Fraction(said.log) - (Fraction(logs[base]) - Fraction(logs[quote]))
    return Pair(base, quote, agreed.rung, agreed.rank, said.entered, said.log, decimal_of(residual), said.disputed)


def _overall(pairs: Sequence[Pair]) -> Decimal:
    """Root of the mean square, weighted by sources; 0 without pairs."""
    weight = sum(len(each.sources) for each in pairs)
    if not weight:
        return ZERO
    squares = sum((len(each.sources) * Fraction(each.residual) ** 2 for each in pairs), Fraction(0))
    return root_of(Fraction(squares, weight))


def _rejects(market: Market, priced: Priced) -> tuple[RejectedQuote, ...]:
    reasons = dict(market.screened.rejected)
    judged = {
        number
        for price in priced.climbed.prices.values()
        if price.fallback is not None
        for number in price.fallback.quotes
    }
    for each in market.screened.heard:
        if each.kind is QuoteKind.JUDGEMENT:
            reason = None if each.number in judged else _unused_judgement(each.pair, market.main)
        else:
            reason = _unused(each, market.asked, market.main)
        if reason is not None:
            reasons[each.number] = reason
    return tuple(RejectedQuote(number, reasons[number]) for number in sorted(reasons))


def _unused_judgement(pair: Names, main: frozenset[str]) -> RejectReason:
    outside = main.isdisjoint(pair)
    return RejectReason.DISCONNECTED if outside else RejectReason.NOT_NEEDED


def _unused(quote: Heard, asked: Asked, main: frozenset[str]) -> RejectReason | None:
    if quote.pair not in asked.agreed:
        return RejectReason.TOO_FEW_SOURCES
    if quote.pair[0] not in main:
        return RejectReason.DISCONNECTED
    agreed = asked.agreed[quote.pair]
    if quote.number not in agreed.spoken:
        return RejectReason.NOT_NEEDED
    return RejectReason.OUTLIER if quote.source in agreed.consensus.outliers else None


def _fallbacks(joined: Sequence[Agreed], priced: Priced, values: Sequence[AssetValue]) -> tuple[Fallback, ...]:
    """Of pairs that the best quotes did not suffice for, and of assets without a pair that leads to the index."""
    taken = [
        Fallback(each.pair[0], each.rung, each.tried, other=each.pair[1], rank=each.rank)
        for each in joined
        if each.tried
    ]
    prices = priced.climbed.prices
    taken += [fallback for each in values if (fallback := prices[each.asset].fallback) is not None]
    return tuple(sorted(taken, key=lambda each: (each.asset, each.other or "")))
