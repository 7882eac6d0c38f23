"""``clearing index rebalance``: the record of a fixing comes in, the next version of its methodology goes out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from clearing.audit.methodology_record import methodology_digest
from clearing.doors.folder_writer import check_target
from clearing.doors.index.methodology_text import methodology_text
from clearing.doors.index.new_file import write_new
from clearing.doors.index.record_file import read_record
from clearing.doors.index.words import significant
from clearing.doors.text_table import aligned
from clearing.doors.times import is_date
from clearing.index_service import next_version
from clearing.model.errors import UsageFault
from clearing.model.fixing import Fixing
from clearing.model.methodology import Methodology


def rebalance_index(record: Path, *, effective: str, without: Sequence[str], out: Path, as_json: bool) -> int:
    """Write the next version and print how the shares change; the exit status."""
    if not is_date(effective):
        raise UsageFault("--effective takes a day of the calendar as YYYY-MM-DD")
    check_target(out)
    fixing = read_record(record).fixing
    new = next_version(fixing, effective=effective, without=without)
    write_new(out, methodology_text(new))
    print(json.dumps(_object(fixing, new)) if as_json else "\n".join([*_lines(fixing, new), f"written    {out}"]))
    return 0


def _lines(fixing: Fixing, new: Methodology) -> Iterator[str]:
    yield f"{new.index}, version {new.version}, effective {new.effective}: linked at the fixing of {fixing.day}"
    yield ""
    old = {each.asset: each.quantity for each in fixing.methodology.constituents}
    quantities = {each.asset: each.quantity for each in new.constituents}
    before, after = _shares(fixing, fixing.methodology), _shares(fixing, new)
    rows = [
        (asset, significant(old[asset]), f"{100 * before[asset]:.2f} %")
        + ((significant(quantities[asset]), f"{100 * after[asset]:.2f} %") if asset in after else ("ceases", ""))
        for asset in sorted(before)
    ]
    yield from aligned(("constituent", "quantity", "share", "new quantity", "new share"), rows, right=(1, 2, 3, 4))
    yield ""
    yield f"link       {new.link_factor:f}"
    yield f"previous   {new.previous}"
    yield f"digest     {methodology_digest(new)}"


def _object(fixing: Fixing, new: Methodology) -> dict[str, object]:
    return {
        "index": new.index,
        "version": new.version,
        "effective": new.effective,
        "fixing": fixing.day,
        "link_factor": f"{new.link_factor:f}",
        "constituents": {each.asset: f"{each.quantity:f}" for each in new.constituents},
        "ceased": sorted(_shares(fixing, fixing.methodology).keys() - {each.asset for each in new.constituents}),
        "previous": new.previous,
        "digest": methodology_digest(new),
    }


def _shares(fixing: Fixing, methodology: Methodology) -> dict[str, Decimal]:
    """For people, not for a record: shares at the values of the fixing."""
    values = {each.asset: each.value for each in fixing.values}
    worth = {each.asset: each.quantity * values[each.asset] for each in methodology.constituents}
    return {asset: part / sum(worth.values()) for asset, part in worth.items()}
