"""A house in; a desk's statement of a period, and a ledger for beancount out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from clearing.doors.house.place import chosen_house
from clearing.doors.house.show import quantity_text
from clearing.doors.times import DATE_ALLOWED, is_date
from clearing.doors.words import ENTRIES, UNITS
from clearing.keeping import accounts
from clearing.model.errors import OperatingFault, UsageFault


def show_statement(
    database: str | None, participant_id: str, *, first: str | None, last: str | None, as_json: bool
) -> int:
    """What happened on a participant's accounts."""
    for name, day in (("--from", first), ("--to", last)):
        if day is not None and not is_date(day):
            raise UsageFault(f"{name} {day!a} is no day of the calendar; allowed: {DATE_ALLOWED}")
    if first is not None and last is not None and first > last:
        raise UsageFault(f"--from {first} is after --to {last}")
    found = accounts.statement(chosen_house(database), participant_id, first=first, last=last)
    print(json.dumps(found) if as_json else "\n".join(_lines(found)))
    return 0


def export_beancount(database: str | None, out: Path) -> int:
    """Write the ledger of the whole house."""
    lines = accounts.ledger(chosen_house(database))
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except FileExistsError as error:
        raise UsageFault(f"{out} exists; it is left alone: name a path that does not exist") from error
    except OSError as error:
        raise OperatingFault(f"cannot write {out}: {error.strerror or error}") from error
    print(f"{out} written; check it: bean-check {out}")
    return 0


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    days = [f"{name} {found[name]}" for name in ("from", "to") if name in found]
    yield f"STATEMENT OF {found['participant_id']}  {' '.join(days) or 'from the beginning'}"
    yield ""
    yield "ACCOUNT, in index units"
    yield _row("balance before", "", found["opening_micro"], sign="")
    for entry in found["entries"]:
        kind = ENTRIES.get(entry["kind"], entry["kind"])
        yield _row(f"{entry['session']}  {entry['at'][:10]}", kind, entry["amount_micro"])
    yield _row("balance after", "", found["closing_micro"], sign="")
    yield _row("credit limit", "", found["credit_limit_micro"], sign="")
    for account, title in (("claims", "CLAIMS, to be received"), ("duties", "DUTIES, to be delivered")):
        yield ""
        yield title
        rows = [each for each in found["assets"] if each["account"] == account]
        for each in rows:
            yield f"  {each['asset_id']:<24}{_quantity(each, 'opening'):>24}  now {_quantity(each, 'closing'):>24}"
        if not rows:
            yield "  none"


def _row(label: str, kind: str, micro: str, sign: str = "+") -> str:
    return f"  {label:<24}{kind:<22}{Decimal(int(micro)).scaleb(-6):>{sign}28,.6f}"


def _quantity(row: Mapping[str, Any], moment: str) -> str:
    return f"{quantity_text(abs(int(row[moment])), row['increment'])} {UNITS.get(row['unit'], row['unit'])}"
