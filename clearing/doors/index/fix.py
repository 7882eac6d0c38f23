"""``clearing index fix``: a methodology and quotes come in, the record of one fixing or a folder of them goes out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from clearing.doors.folder_writer import FolderWriter, check_target
from clearing.doors.index.fixing_text import fixing_lines, fixing_object
from clearing.doors.index.new_file import write_new
from clearing.doors.index.quote_files import read_quotes
from clearing.doors.index.record_file import read_record
from clearing.doors.index.versions import read_versions
from clearing.doors.text_columns import TEXT_ALLOWED
from clearing.doors.times import is_date
from clearing.doors.words import count
from clearing.index_service import Sealed, fix_day, fix_days, in_force, restate
from clearing.model.errors import BookFault, InputFault, UsageFault
from clearing.model.faults import FaultReport
from clearing.model.fixing import FixingStatus, Quote
from clearing.model.methodology import Methodology

REASON_CHARACTERS_MAX = 400
SHOWN_MAX = 10

Head = tuple[str, str, str]
"""Day, status and digest of a fixing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments as they were given."""

    methodology: Path
    quotes: Sequence[Path]
    out: Path
    day: str | None = None
    first: str | None = None
    last: str | None = None
    previous: Path | None = None
    restates: Path | None = None
    reason: str | None = None


def fix_index(asked: Asked, *, as_json: bool) -> int:
    """Fix what is asked for, write it, and print what came of it; the exit status."""
    _check(asked)
    check_target(asked.out)
    previous = None if asked.previous is None else read_record(asked.previous)
    restated = None if asked.restates is None else read_record(asked.restates)
    _check_one_day(asked.day, restated)
    versions, quotes = _read(asked)
    _check_one_index(versions, previous, restated)
    if asked.day is None:
        return _fix_many(asked, versions, quotes, previous, as_json=as_json)
    version = in_force(versions, asked.day)
    if restated is None:
        made = fix_day(quotes, version, day=asked.day, previous=previous)
    else:
        made = restate(quotes, version, restated=restated, reason=asked.reason or "", previous=previous)
    write_new(asked.out, made.text + "\n")
    print(json.dumps(fixing_object(made)) if as_json else "\n".join([*fixing_lines(made), f"written    {asked.out}"]))
    return 0


def _fix_many(
    asked: Asked, versions: Sequence[Methodology], quotes: Sequence[Quote], previous: Sealed | None, *, as_json: bool
) -> int:
    first, last = asked.first or "", asked.last or ""
    heads: list[Head] = []
    with FolderWriter(asked.out) as folder:
        for made in fix_days(quotes, versions, first=first, last=last, previous=previous):
            heads.append((made.fixing.day, made.fixing.status.value, made.digest))
            folder.write(f"{made.fixing.day}.json", [made.text.encode(), b"\n"])
        if not heads:
            raise InputFault(f"no quote is of a day from {first} to {last}; nothing is fixed")
    counts = Counter(status for _day, status, _digest in heads)
    if as_json:
        gaps = [{"from": begins, "to": ends} for begins, ends in _without_quotes(asked, heads)]
        days = [{"day": day, "status": status, "digest": digest} for day, status, digest in heads]
        print(json.dumps({"index": versions[0].index, "fixings": days, "statuses": dict(counts), "not_fixed": gaps}))
    else:
        print("\n".join(_summary(asked, versions[0].index, heads, counts)))
    return 0


def _summary(
    asked: Asked, index: str, heads: Sequence[Head], counts: Counter[str]
) -> Iterator[str]:
    yield f"{index}: {count(len(heads), 'fixing')} from {heads[0][0]} to {heads[-1][0]}"
    for status in sorted(FixingStatus, key=lambda each: -counts[each.value]):
        yield f"  {status.value:<9} {counts[status.value]:>6,}"
    held = [f"{day} {status}" for day, status, _ in heads if status in ("SHOCK", "NO FIX")]
    if held:
        yield f"no session clears without a reason at: {_some(held)}"
    gaps = _without_quotes(asked, heads)
    if gaps:
        days = sum((date.fromisoformat(ends) - date.fromisoformat(begins)).days + 1 for begins, ends in gaps)
        shown = [begins if begins == ends else f"{begins} to {ends}" for begins, ends in gaps]
        yield f"not fixed  {count(days, 'day')} without quotes: {_some(shown)}"
    yield f"last       {heads[-1][0]}, digest {heads[-1][2]}"
    yield f"written    {asked.out}"


def _some(words: Sequence[str]) -> str:
    return f"{', '.join(words[:SHOWN_MAX])}{' ...' if len(words) > SHOWN_MAX else ''}"


def _without_quotes(asked: Asked, heads: Sequence[Head]) -> list[tuple[str, str]]:
    """The days from first to last that were not fixed, as runs of days."""
    one = timedelta(days=1)
    fixed = [date.fromisoformat(day) for day, _status, _digest in heads]
    first, last = (date.fromisoformat(day or "") for day in (asked.first, asked.last))
    between = [(before + one, after - one) for before, after in pairwise(fixed) if before + one < after]
    begun = [(first, fixed[0] - one)] if first < fixed[0] else []
    ended = [(fixed[-1] + one, last)] if fixed[-1] < last else []
    return [(begins.isoformat(), ends.isoformat()) for begins, ends in (*begun, *between, *ended)]


def _read(asked: Asked) -> tuple[list[Methodology], list[Quote]]:
    """Both inputs; the faults of both are told at once."""
    faults: list[FaultReport] = []
    versions: list[Methodology] = []
    quotes: list[Quote] = []
    try:
        versions = read_versions(asked.methodology)
    except BookFault as fault:
        faults.append(fault.report)
    try:
        quotes = read_quotes(asked.quotes)
    except BookFault as fault:
        faults.append(fault.report)
    if faults:
        counts = sum((Counter(report.counts) for report in faults), Counter())
        raise BookFault(FaultReport(counts, tuple(each for report in faults for each in report.listed)))
    return versions, quotes


def _check(asked: Asked) -> None:
    """Raises UsageFault where the arguments do not say what to fix."""
    days = {"--day": asked.day, "--from": asked.first, "--to": asked.last}
    for name, day in days.items():
        if day is not None and not is_date(day):
            raise UsageFault(f"{name} takes a day of the calendar as YYYY-MM-DD")
    given = tuple(name for name, day in days.items() if day is not None)
    if given not in (("--day",), ("--from", "--to")):
        raise UsageFault("name what to fix: one day with --day, or many with --from and --to")
    if asked.first is not None and asked.last is not None and asked.first > asked.last:
        raise UsageFault(f"--from {asked.first} is after --to {asked.last}")
    _check_restatement(asked)


def _check_restatement(asked: Asked) -> None:
    reason = asked.reason
    if (asked.restates is None) != (reason is None):
        raise UsageFault("--restates and --reason go together: what is corrected, and why")
    if asked.restates is not None and asked.day is None:
        raise UsageFault("--restates corrects one day: name it with --day")
    if reason is not None and not (reason.strip() and len(reason) <= REASON_CHARACTERS_MAX and reason.isprintable()):
        raise UsageFault(f"--reason takes {TEXT_ALLOWED}, of 1 to {REASON_CHARACTERS_MAX} characters")


def _check_one_day(day: str | None, restated: Sealed | None) -> None:
    """Raises UsageFault where the record to be corrected is of another day."""
    if restated is not None and restated.fixing.day != day:
        raise UsageFault(f"--restates names a record of {restated.fixing.day}, --day is {day}: name the same day")


def _check_one_index(versions: Sequence[Methodology], *records: Sealed | None) -> None:
    """Raises InputFault where a record is of another index."""
    for record in records:
        if record is not None and record.fixing.methodology.index != versions[0].index:
            found = f"{record.fixing.day} of {record.fixing.methodology.index}"
            raise InputFault(f"the record of {found} is of another index than the methodology of {versions[0].index}")
