"""A folder of fixing records in, what they say day by day out: of each day the last revision.

Records are taken as they are stored, their own digests checked; whether one follows from its quotes is for
``clearing index verify`` to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from clearing.doors.index.record_file import read_record, record_files
from clearing.index_service import Sealed
from clearing.model.errors import InputFault, UsageFault
from clearing.model.fixing import AlarmRaised, AssetValue, Fallback
from clearing.model.methodology import Methodology


@dataclass(frozen=True, slots=True)
class FixingDay:
    """One fixing, as far as a history needs it."""

    day: str
    revision: int
    status: str
    digest: str
    methodology: Methodology
    quotes: int
    values: Mapping[str, AssetValue]
    left_out: Mapping[str, Decimal]
    """Constituent -> difference of the one-day returns with it and without."""
    residual: Decimal
    worst_pair: tuple[str, Decimal] | None
    """The pair of the greatest residual, and this residual."""
    stale_share: Decimal | None
    rejects: Mapping[tuple[str, str], int]
    """(reason, source) -> quotes."""
    fallbacks: Sequence[Fallback]
    alarms: Sequence[AlarmRaised]


@dataclass(frozen=True, slots=True)
class History:
    """Fixings of one index in order of day; at least one."""

    days: Sequence[FixingDay]
    revisions: int
    """Records that a later revision replaces."""

    @property
    def last(self) -> FixingDay:
        """The latest fixing."""
        return self.days[-1]

    @property
    def kinds(self) -> dict[str, str]:
        """Asset -> good or currency, of all versions."""
        return {asset.id: asset.kind for each in self.days for asset in each.methodology.assets}


def read_history(folder: Path) -> History:
    """Every record in the folder. Raises UsageFault where there is none, InputFault naming a file that is no record."""
    if not folder.is_dir():
        raise UsageFault(f"{folder}: no such folder; a history is a folder of fixing records")
    latest: dict[str, FixingDay] = {}
    names, count = set(), 0
    for file in record_files([folder]):
        found = _day(read_record(file))
        names.add(found.methodology.index)
        count += 1
        if found.day not in latest or latest[found.day].revision < found.revision:
            latest[found.day] = found
    if len(names) > 1:
        raise InputFault(f"{folder} holds records of {len(names)} indices, {', '.join(sorted(names))}; one is allowed")
    return History([latest[day] for day in sorted(latest)], count - len(latest))


def _day(record: Sealed) -> FixingDay:
    fixing = record.fixing
    worst = max(fixing.pairs, key=lambda pair: abs(pair.residual), default=None)
    return FixingDay(
        day=fixing.day,
        revision=fixing.revision,
        status=fixing.status.value,
        digest=record.digest,
        methodology=fixing.methodology,
        quotes=len(fixing.quotes),
        values={each.asset: each for each in fixing.values},
        left_out={each.asset: each.difference for each in fixing.leave_one_out},
        residual=fixing.residual,
        worst_pair=None if worst is None else (f"{worst.base}/{worst.quote}", worst.residual),
        stale_share=fixing.stale_share,
        rejects=Counter((each.reason.value, fixing.quotes[each.quote - 1].source) for each in fixing.rejects),
        fallbacks=fixing.fallbacks,
        alarms=fixing.alarms,
    )
