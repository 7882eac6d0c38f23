"""Trials: an offer of a searched component -> changes that were tried, and what each would have brought it.

Where trade goes in whole pieces or bounded rings no price says what would be enough. So the question is put to the
search itself: the component is cleared again with one thing changed, and only what came out is told. A change that
brings nothing is not told.

Example: P delivers 50 t all or none, and Q takes 44. Without the condition P would deliver 44 t; with a minimum of 44 t
it does so too, and that is the nearest that is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clearing.engine.admission import admit
from clearing.engine.search.bench import Bench
from clearing.engine.search.changed import with_conditions, with_longest_ring, without_others_lists
from clearing.engine.search.limit_trial import try_limit
from clearing.engine.search.rows import build_rows
from clearing.engine.search.tiers import find_tiers
from clearing.engine.search.ways import Ways, ways_through
from clearing.model.explanation import Asked, Trial
from clearing.model.rulebook import RING_LENGTHS

ROWS_MAX = 20_000
"""In larger components nothing is tried but whether a ring exists."""


def try_changes(bench: Bench) -> Sequence[Trial]:
    """The changes that bring the offer more, in the order of denials, ring lengths, conditions, limits."""
    admission = admit(bench.book)
    tier = next(tier for tier in find_tiers(bench.book, admission) if bench.offer in tier.offers)
    rows = build_rows(bench.book, admission, tier)
    found: list[Trial] = []
    if len(rows) <= ROWS_MAX:
        found += filter(None, (*_lists(bench), _longer(bench, ways_through(rows, bench.offer)), *_conditions(bench)))
        if not found:
            found += filter(None, [try_limit(bench)])
    return found


def _lists(bench: Bench) -> Iterator[Trial | None]:
    asked = bench.book.offers.conditions.get(bench.offer)
    if asked is not None and (asked.allow or asked.deny):
        yield bench.trial(Asked.OWN_LISTS, with_conditions(bench.book, bench.offer, allow=(), deny=()))
    changed, named = without_others_lists(bench.book, bench.offer)
    if named:
        yield bench.trial(Asked.OTHERS_LISTS, changed, named=named)


def _longer(bench: Bench, ways: Ways) -> Trial | None:
    """The least length at which a ring or chain exists, or twice what is allowed where that is not enough."""
    bounded = [way for way in (ways.ring, ways.chain) if way.is_bounded]
    tried = {max(length, way.shortest or 0) for way in bounded for length in (way.limit + 1, 2 * way.limit)}
    longest = min(len(bench.book.offers.id), RING_LENGTHS[-1])
    for length in sorted(each for each in tried if each <= longest):
        found = bench.trial(Asked.LONGEST_RING, with_longest_ring(bench.book, bench.offer, length), length)
        if found is not None:
            return found
    return None


def _conditions(bench: Bench) -> Iterator[Trial | None]:
    """Each condition lifted; where that helps, the minimum or lot that is nearest to what was asked."""
    book, offer = bench.book, bench.offer
    asked = book.offers.conditions.get(offer)
    value = book.increment_value_micro(int(book.offers.deliver[offer]))
    if asked is None:
        return
    if asked.all_or_none or asked.min_fill:
        lifted = bench.trial(Asked.MINIMUM, with_conditions(book, offer, all_or_none=False, min_fill=None), 0)
        least = 0 if lifted is None else lifted.flow_micro // value
        nearest = None
        if least:
            nearest = bench.trial(Asked.MINIMUM, with_conditions(book, offer, all_or_none=False, min_fill=least), least)
        yield lifted if nearest is None else nearest
    if asked.lot is not None:
        lots = (each for each in range(asked.lot - 1, 0, -1) if asked.lot % each == 0)
        yield next(
            filter(None, (bench.trial(Asked.LOT, with_conditions(book, offer, lot=lot), lot) for lot in lots)), None
        )
