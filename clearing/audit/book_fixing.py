"""A fixing record in, what a book takes of it out: who it is, and the value of each asset per increment.

Whether the record follows from its own quotes is for ``verify`` to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from clearing.audit import input_lines as paths
from clearing.audit.methodology_record import plain
from clearing.audit.stored_fixing import read_fixing
from clearing.audit.stored_lines import MALFORMED, Read, flaw, line_fault, reason_of
from clearing.model.book import AMOUNT_LIMIT, Assets, BookFixing
from clearing.model.errors import InputFault
from clearing.model.fixing import VALUE_MICRO_MIN, Fixing


@dataclass(frozen=True, slots=True)
class FixedAsset:
    """What a fixing says of an asset that it gives a value per increment."""

    unit: str
    increment: str
    value_micro: int


def stored_fixing(read: Read) -> BookFixing:
    """The fixing record of a bundle. Raises InputFault where it is none."""
    path = paths.FIXING_RECORD
    content = read(path)
    try:
        if not content.endswith(b"\n"):
            raise flaw("it does not end with a line end")
        return book_fixing(content[:-1].decode())
    except MALFORMED as error:
        raise line_fault(path, 1, reason_of(error)) from error


def book_fixing(text: str) -> BookFixing:
    """The head of a record, from its text without a line end. Raises one of MALFORMED where it is none."""
    if text.endswith("\n"):
        raise flaw("the record is more than one line")
    try:
        fixing, digest = read_fixing(text)
    except InputFault as error:
        raise flaw(str(error)) from error
    _fixed(fixing)
    return BookFixing(
        text=text,
        index=fixing.methodology.index,
        day=fixing.day,
        revision=fixing.revision,
        status=fixing.status.value,
        digest=digest,
    )


def fixed_assets(fixing: BookFixing) -> Mapping[str, FixedAsset]:
    """By id, the assets of a record that have a value per increment."""
    return _fixed(read_fixing(fixing.text)[0])


def _fixed(fixing: Fixing) -> dict[str, FixedAsset]:
    assets = {asset.id: asset for asset in fixing.methodology.assets}
    found = {}
    for value in fixing.values:
        if value.value_micro is None:
            continue
        asset = assets.get(value.asset)
        if asset is None or asset.increment is None:
            raise flaw(f"{value.asset} has a value per increment, and the methodology no increment of it")
        if not VALUE_MICRO_MIN <= value.value_micro < AMOUNT_LIMIT:
            raise flaw(f"the value of {value.asset} is not between {VALUE_MICRO_MIN} and {AMOUNT_LIMIT}")
        found[value.asset] = FixedAsset(asset.unit, plain(asset.increment), value.value_micro)
    return found


def valued(assets: Assets, fixing: BookFixing) -> Assets:
    """The assets with the values of the fixing; 0 for one that it does not value in the same unit and increment."""
    fixed = fixed_assets(fixing)
    values = np.zeros(len(assets.id), dtype=np.int64)
    for row, name in enumerate(assets.id):
        one = fixed.get(name)
        if one is not None and (one.unit, one.increment) == (assets.unit[row], assets.increment[row]):
            values[row] = one.value_micro
    return replace(assets, value_micro=values)
