"""A fixing record in, what a book takes of it out: who it is, and the value of each asset per increment.

Whether the record follows from its own quotes is for ``verify.fixing`` to say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clearing.audit import input_lines as paths
from clearing.audit.canonical import canonical
from clearing.audit.stored_lines import MALFORMED, Read, a_text, flaw, line_fault, next_id, reason_of
from clearing.model.book import AMOUNT_LIMIT, Assets, BookFixing
from clearing.model.fixing import FIXING_FORMAT, VALUE_MICRO_MIN, FixingStatus


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
        return book_fixing(content.decode().removesuffix("\n"))
    except MALFORMED as error:
        raise line_fault(path, 1, reason_of(error)) from error


def book_fixing(text: str) -> BookFixing:
    """The head of a canonical record. Raises one of MALFORMED where the text is none."""
    record = json.loads(text)
    if record["format"] != FIXING_FORMAT:
        raise flaw(f"its format is not {FIXING_FORMAT}")
    if canonical(record) != text:
        raise flaw("it is not spelled canonically (RFC 8785)")
    fixing = BookFixing(
        text=text,
        index=next_id(record["index"], ()),
        day=a_text(record["day"]),
        revision=int(record["revision"]),
        status=FixingStatus(record["status"]).value,
        digest=a_text(record["digest"]),
    )
    fixed_assets(record)
    return fixing


def fixed_assets(record: Mapping[str, Any]) -> dict[str, FixedAsset]:
    """By id, the assets of a record that have a value per increment. Raises one of MALFORMED."""
    assets = {asset["id"]: asset for asset in record["methodology"]["assets"]}
    found = {}
    for value in record["values"]:
        if "value_micro" in value:
            asset, micro = assets[value["asset"]], int(value["value_micro"])
            if not VALUE_MICRO_MIN <= micro < AMOUNT_LIMIT:
                raise flaw(f"the value of {value['asset']} is not between {VALUE_MICRO_MIN} and {AMOUNT_LIMIT}")
            found[next_id(value["asset"], ())] = FixedAsset(a_text(asset["unit"]), a_text(asset["increment"]), micro)
    return found


def valued(assets: Assets, fixing: BookFixing) -> Assets:
    """The assets with the values of the fixing; 0 for one that it does not value in the same unit and increment."""
    fixed = fixed_assets(json.loads(fixing.text))
    values = np.zeros(len(assets.id), dtype=np.int64)
    for row, name in enumerate(assets.id):
        one = fixed.get(name)
        if one is not None and (one.unit, one.increment) == (assets.unit[row], assets.increment[row]):
            values[row] = one.value_micro
    return replace(assets, value_micro=values)
