"""A limit: a bench -> how much lower the limits of its offer must be to bring it more, to the last ppm.

What a component gains is the greatest of straight lines in the step that the limits fall by: each clearing gains so
much, and for every ppm as much more as the offer takes in it. Where the lines of two clearings meet, the one that takes
more overtakes the other. So a few clearings find the least step, where bisecting would take dozens.

Example: for nothing the component gains nothing; at 350 bps lower, 100 index units are taken at a gain of 2.00, so
the two meet at 150 bps. Just above, more is taken; at 150.00 the value decides for it; at 149.99 nothing is. 150.00
is told.

A step that makes an offer refused, for want of headroom or as it would clear with another of its desk, is none; the
largest that does not is tried before any other, first one that leaves the desk's other offers as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from clearing.engine.admission import Admission, admit
from clearing.engine.search.bench import Bench, Got
from clearing.engine.search.changed import LIMIT_LEAST_PPM, with_lower_limits
from clearing.model.book import ANY, Book
from clearing.model.explanation import Asked, Trial

CLEARINGS_MAX = 14


def try_limit(bench: Bench) -> Trial | None:
    """The highest limits that surely bring more, all alternatives conceding the same. A gift has none to concede."""
    offers = bench.book.offers
    if int(offers.alt_asset[int(offers.alt_start[bench.offer])]) == ANY:
        return None
    steps, largest = _Steps(bench), _largest(bench, _highest_limit(bench) - LIMIT_LEAST_PPM)
    tried = [step for step in (1, *largest) if step <= largest[-1]]
    high = next((step for step in tried if bench.gains(steps.at(step))), None)
    if high is None:
        return None
    low = max(step for step in (0, *tried) if step < high)
    while high - low > 1 and len(steps.seen) < CLEARINGS_MAX:
        step = _next(steps, low, high)
        low, high = (low, step) if bench.gains(steps.at(step)) else (step, high)
    tied = steps.is_tied(high)
    if tied and high < largest[-1] and bench.gains(steps.at(high + 1)) and not steps.is_tied(high + 1):
        tied, low, high = False, high if high - low == 1 else low, high + 1
    return steps.trial(high, tied=tied, least=high - low == 1)


@dataclass(slots=True)
class _Steps:
    """What each step brings, None where it makes the offer refused."""

    bench: Bench
    seen: dict[int, Got | None] = field(default_factory=dict)

    def at(self, step: int) -> Got | None:
        """The component cleared with limits lower by a step."""
        if step not in self.seen:
            self.seen[step] = self.bench.clear(self._book(step))
        return self.seen[step]

    def is_tied(self, step: int) -> bool:
        """Whether an equally good clearing brings less than what the step did."""
        got = self.at(step)
        return got is not None and self.bench.is_tied(self._book(step), got)

    def trial(self, step: int, *, tied: bool, least: bool) -> Trial | None:
        """What a step brings as a trial."""
        got = self.at(step)
        if got is None:
            return None
        equal = step == 1 and not tied and self._is_equal(got)
        return Trial(Asked.LIMIT, step, (), got.flow, got.proven, tied=tied, least=least, equal=equal)

    def _is_equal(self, got: Got) -> bool:
        """Whether what the least step brought is as good without it."""
        base = self.at(0)
        if base is None or got.gain is None:
            return False
        without = {name: value + got.taken if name == "surplus" else value for name, value in got.values.items()}
        pays = got.gain >= got.taken or not _at_par(self.bench.book)
        return pays and without == base.values

    def _book(self, step: int) -> Book:
        return with_lower_limits(self.bench.book, self.bench.offer, step_ppm=step)


def _next(steps: _Steps, low: int, high: int) -> int:
    """Where to try between a step that brings no more and one that does: where the two meet, else in the middle."""
    meeting = _meeting(steps, low, high)
    return (low + high) // 2 if meeting is None or meeting <= low else min(meeting, high - 1)


def _meeting(steps: _Steps, low: int, high: int) -> int | None:
    less, more = steps.at(low), steps.at(high)
    if more is None or more.taken <= 0:
        return None
    if more.gain is None:  # at par a circulation has no limit above 0
        return _highest_limit(steps.bench)
    if _at_par(steps.bench.book):  # its own gain, which must not be below 0, is all that keeps it
        return high - more.gain // more.taken
    if less is None or less.gain is None or less.taken >= more.taken:
        return None
    ahead = less.gain - low * less.taken - (more.gain - high * more.taken)
    return ahead // (more.taken - less.taken) + 1


def _highest_limit(bench: Bench) -> int:
    offers = bench.book.offers
    return int(offers.alt_limit_ppm[int(offers.alt_start[bench.offer]) : int(offers.alt_start[bench.offer + 1])].max())


def _largest(bench: Bench, most: int) -> Sequence[int]:
    """The largest step that leaves all else as admitted, and the largest with which the offer is, ascending."""
    before = admit(bench.book)

    def untouched(after: Admission) -> bool:
        return not ((before.admitted & ~after.admitted).any() or (before.kept & ~after.kept).any())

    def admitted(after: Admission) -> bool:
        return bool(after.admitted[bench.offer])

    return sorted({_greatest(bench, most, untouched), _greatest(bench, most, admitted)})


def _greatest(bench: Bench, most: int, holds: Callable[[Admission], bool]) -> int:
    """The greatest step up to ``most`` for which it holds, as it does for 0."""

    def at(step: int) -> bool:
        return holds(admit(with_lower_limits(bench.book, bench.offer, step_ppm=step)))

    low, high = 0, most + 1
    if at(most):
        return most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at(middle) else (low, middle)
    return low


def _at_par(book: Book) -> bool:
    return book.rulebook.objectives[0] != "surplus"
