"""A folder of fixing records in, what they say day by day out: of each day the last revision.

Records are taken as they are stored, their own digests checked; whether one follows from its quotes is for
``clearing index verify`` to say.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from clearing.audit.canonical import canonical
from clearing.audit.stored_lines import MALFORMED, reason_of
from clearing.model.errors import InputFault, UsageFault
from clearing.model.fixing import FIXING_FORMAT


@dataclass(frozen=True, slots=True)
class Valued:
    """What a day says of one asset."""

    value: Decimal
    share: Decimal | None
    stale: bool


@dataclass(frozen=True, slots=True)
class FixingDay:
    """One fixing, as far as a history needs it."""

    day: str
    revision: int
    status: str
    digest: str
    methodology: Mapping[str, Any]
    quotes: int
    values: Mapping[str, Valued]
    left_out: Mapping[str, Decimal]
    """Constituent -> difference of the one-day returns with it and without."""
    residual: Decimal
    worst_pair: tuple[str, Decimal] | None
    """The pair of the greatest residual, and this residual."""
    stale_share: Decimal | None
    rejects: Mapping[tuple[str, str], int]
    """(reason, source) -> quotes."""
    fallbacks: Sequence[Mapping[str, Any]]
    alarms: Sequence[Mapping[str, Any]]


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
        return {asset["id"]: asset["kind"] for each in self.days for asset in each.methodology["assets"]}


def read_history(folder: Path) -> History:
    """Every record in the folder. Raises UsageFault where there is none, InputFault naming a file that is no record."""
    if not folder.is_dir():
        raise UsageFault(f"{folder}: no such folder; a history is a folder of fixing records")
    files = sorted(file for file in folder.glob("*.json") if file.is_file())
    if not files:
        raise UsageFault(f"{folder} holds no .json file; a history is a folder of fixing records")
    latest: dict[str, FixingDay] = {}
    names = set()
    for file in files:
        record = read_record(file)
        found = _day(record, file)
        names.add(record["index"])
        if found.day not in latest or latest[found.day].revision < found.revision:
            latest[found.day] = found
    if len(names) > 1:
        raise InputFault(f"{folder} holds records of {len(names)} indices, {', '.join(sorted(names))}; one is allowed")
    return History([latest[day] for day in sorted(latest)], len(files) - len(latest))


def read_record(file: Path) -> dict[str, Any]:
    """One record as an object, its digest checked. Raises InputFault where the file is none."""
    try:
        record = json.loads(file.read_bytes().decode())
        if record["format"] != FIXING_FORMAT:
            raise InputFault(f"{file.name}: its format is not {FIXING_FORMAT}")
        sealed = {name: value for name, value in record.items() if name != "digest"}
        if record["digest"] != sha256(canonical(sealed).encode()).hexdigest():
            raise InputFault(f"{file.name} does not have the digest that it states")
    except OSError as error:
        raise InputFault(f"{file.name} cannot be read: {error.strerror or error}") from error
    except MALFORMED as error:
        raise InputFault(f"{file.name} is no fixing record: {reason_of(error)}") from error
    return dict(record)


def _day(record: Mapping[str, Any], file: Path) -> FixingDay:
    try:
        quotes = record["quotes"]
        rejects = Counter((each["reason"], quotes[each["quote"] - 1]["source"]) for each in record["rejects"])
        pairs = sorted(record["pairs"], key=lambda pair: -abs(Decimal(pair["residual"])))
        worst = (f"{pairs[0]['base']}/{pairs[0]['quote']}", Decimal(pairs[0]["residual"])) if pairs else None
        return FixingDay(
            day=record["day"],
            revision=record["revision"],
            status=record["status"],
            digest=record["digest"],
            methodology=record["methodology"],
            quotes=len(quotes),
            values={each["asset"]: _valued(each) for each in record["values"]},
            left_out={each["asset"]: Decimal(each["difference"]) for each in record["leave_one_out"]},
            residual=Decimal(record["residual"]),
            worst_pair=worst,
            stale_share=Decimal(record["stale_share"]) if "stale_share" in record else None,
            rejects=rejects,
            fallbacks=record["fallbacks"],
            alarms=record["alarms"],
        )
    except (*MALFORMED, ArithmeticError) as error:
        raise InputFault(f"{file.name} is no fixing record: {reason_of(error)}") from error


def _valued(stated: Mapping[str, Any]) -> Valued:
    share = Decimal(stated["share"]) if "share" in stated else None
    return Valued(Decimal(stated["value"]), share, stated.get("stale", False))
