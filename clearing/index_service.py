"""Use cases of the common index: quotes and methodologies come in, fixings and their sealed records go out.

No file, clock or terminal is touched here. A record is sealed when its text and its digest stand beside its fixing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from clearing.audit.fixing_record import record_digest, record_text
from clearing.audit.methodology_record import methodology_digest
from clearing.index.fixing import fix, handed_on
from clearing.index.rebalance import rebalance
from clearing.index.stress import stress
from clearing.model.errors import InputFault
from clearing.model.fixing import Fixing, Previous, Quote, Restatement, Stress
from clearing.model.methodology import Methodology

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Sealed:
    """A fixing, the canonical text of its record without a line end, its digest."""

    fixing: Fixing
    text: str
    digest: str


def sealed(fixing: Fixing) -> Sealed:
    """The record of a fixing."""
    return Sealed(fixing, record_text(fixing), record_digest(fixing))


def in_force(versions: Sequence[Methodology], day: str) -> Methodology:
    """The version that fixes a day. Raises InputFault where none does yet."""
    begun = [each for each in versions if each.effective <= day]
    if not begun:
        first = min(each.effective for each in versions)
        raise InputFault(f"no version of the methodology fixes {day}: the first is effective on {first}")
    return max(begun, key=lambda each: each.version)


def fix_day(
    quotes: Sequence[Quote], methodology: Methodology, *, day: str, previous: Sealed | None = None
) -> Sealed:
    """The first revision of a day. Raises InputFault where the fixing before is not of an earlier day."""
    return _sealed(quotes, methodology, day=day, previous=_handed(previous))


def restate(
    quotes: Sequence[Quote],
    methodology: Methodology,
    *,
    restated: Sealed,
    reason: str,
    previous: Sealed | None = None,
) -> Sealed:
    """The next revision of a day, after the same fixing as the one before it unless another is given."""
    old = restated.fixing
    return _sealed(
        quotes,
        methodology,
        day=old.day,
        previous=old.previous if previous is None else _handed(previous),
        revision=old.revision + 1,
        restatement=Restatement(restated.digest, reason),
    )


def fix_days(
    quotes: Sequence[Quote],
    versions: Sequence[Methodology],
    *,
    first: str,
    last: str,
    previous: Sealed | None = None,
) -> Iterator[Sealed]:
    """The fixing of each day from first to last that any quote is of, each after the one before it."""
    before, shelves = _handed(previous), dict[int, _Shelf]()
    for day in sorted({each.time[:10] for each in quotes}):
        if not first <= day <= last:
            continue
        version = in_force(versions, day)
        if version.version not in shelves:
            shelves[version.version] = _Shelf.of(quotes, version)
        found = _sealed(shelves[version.version].near(day), version, day=day, previous=before)
        before = handed_on(found.fixing, found.digest)
        yield found


def next_version(fixing: Fixing, *, effective: str, without: Sequence[str]) -> Methodology:
    """The methodology that takes over at the values of a fixing. Raises InputFault where there can be none."""
    previous = methodology_digest(fixing.methodology)
    try:
        return rebalance(fixing, previous_digest=previous, effective=effective, without=without)
    except ValueError as error:
        raise InputFault(f"no next version: {error}") from error


def stressed(fixing: Fixing, *, asset: str, shock: Decimal) -> Stress:
    """What would move with one asset. Raises InputFault where it has no value, or none would be left."""
    try:
        return stress(fixing, asset=asset, shock=shock)
    except ValueError as error:
        raise InputFault(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Quotes by their day, so that a fixing need not look at two years of them."""

    by_day: dict[str, list[Quote]] = field(default_factory=lambda: defaultdict(list))
    lasting: list[Quote] = field(default_factory=list)
    """Those that may last longer than a day."""

    @staticmethod
    def of(quotes: Sequence[Quote], methodology: Methodology) -> _Shelf:
        ages = {each.id: each.quote_age_minutes for each in methodology.classes}
        age = {asset.id: ages[asset.asset_class] for asset in methodology.assets}
        shelf = _Shelf()
        for each in quotes:
            if max(age.get(each.base, 0), age.get(each.quote, 0)) > _DAY_MINUTES:
                shelf.lasting.append(each)
            else:
                shelf.by_day[each.time[:10]].append(each)
        return shelf

    def near(self, day: str) -> list[Quote]:
        """All that could belong to the fixing of a day, and some that do not: the fixing itself tells them apart."""
        before, after = (str(date.fromisoformat(day) + timedelta(days=step)) for step in (-1, 1))
        return [*self.by_day[before], *self.by_day[day], *self.by_day[after], *self.lasting]


def _handed(previous: Sealed | None) -> Previous | None:
    return None if previous is None else handed_on(previous.fixing, previous.digest)


def _sealed(
    quotes: Sequence[Quote],
    methodology: Methodology,
    *,
    day: str,
    previous: Previous | None,
    revision: int = 1,
    restatement: Restatement | None = None,
) -> Sealed:
    try:
        return sealed(
            fix(quotes, methodology, day=day, previous=previous, revision=revision, restatement=restatement)
        )
    except ValueError as error:
        raise InputFault(f"{day} cannot be fixed: {error}") from error
