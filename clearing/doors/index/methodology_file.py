"""methodology.toml in, one version of the methodology out; all faults are found before any is told.

First each key by itself, unknown ones included; then, where every key could be read, what they must be to each other:
``methodology_checks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clearing.doors.fault_list import FaultList
from clearing.doors.fault_text import safe_text
from clearing.doors.file_bytes import file_bytes
from clearing.doors.index.methodology_checks import check_methodology
from clearing.doors.index.methodology_fields import DIFFERENTIAL, HEAD, LISTS, REFERENCE_VALUE, TABLES, Field
from clearing.doors.toml_text import read_toml, toml_value
from clearing.model import methodology as model
from clearing.model.faults import FaultReason

METHODOLOGY_BYTES_MAX = 2**20
ITEMS_MAX = 5_000

Record = dict[str, Any]


def read_methodology(path: Path, faults: FaultList) -> model.Methodology | None:
    """The version in the file; None where faults were noted."""
    content = file_bytes(path, faults, bytes_max=METHODOLOGY_BYTES_MAX)
    found = None if content is None else _read(content, faults)
    return None if faults.counts else found


def _read(content: bytes, faults: FaultList) -> model.Methodology | None:
    document = read_toml(content, faults)
    if document is None:
        return None
    reader = _Reader(faults)
    stated = reader.document(document)
    if faults.counts:
        return None
    methodology = _methodology(stated)
    check_methodology(methodology, faults)
    return methodology


class _Reader:
    """Reads tables by their fields and notes what is wrong under the key's whole name."""

    def __init__(self, faults: FaultList) -> None:
        self.faults = faults

    def document(self, document: Mapping[str, Any]) -> Record:
        """Every key of the file, read."""
        known = {*HEAD, *TABLES, *LISTS}
        self._refuse_unknown(document, known, "")
        stated = self._fields(document, HEAD, "")
        for name, fields in TABLES.items():
            table = self._table(document, name, name)
            self._refuse_unknown(table, {*fields, *(("values",) if name == "reference" else ())}, f"{name}.")
            stated[name] = self._fields(table, fields, f"{name}.")
            if name == "reference":
                stated[name]["values"] = self._values(self._table(table, "values", "reference.values"))
        for name, fields in LISTS.items():
            stated[name] = self._list(document, name, fields)
        return stated

    def _list(self, document: Mapping[str, Any], name: str, fields: Mapping[str, Field]) -> list[Record]:
        items = document.get(name)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items) or not items:
            found = f"no [[{name}]]" if items is None else toml_value(items)
            self.faults.note(FaultReason.MISSING, column=name, found=found, allowed=f"one or more tables [[{name}]]")
            return []
        if len(items) > ITEMS_MAX:
            allowed = f"at most {ITEMS_MAX:,} of [[{name}]]"
            self.faults.note(FaultReason.SIZE, column=name, found=f"{len(items):,}", allowed=allowed)
            return []
        return [self._item(item, name, f"{name}[{place}].", fields) for place, item in enumerate(items, 1)]

    def _item(self, item: Mapping[str, Any], name: str, place: str, fields: Mapping[str, Field]) -> Record:
        """One item, placed by its number from 1."""
        differs = name == "assets" and "differential" in item
        self._refuse_unknown(item, {*fields, *(("differential",) if name == "assets" else ())}, place)
        stated = self._fields(item, fields, place)
        if differs:
            table = self._table(item, "differential", f"{place}differential")
            self._refuse_unknown(table, set(DIFFERENTIAL), f"{place}differential.")
            stated["differential"] = self._fields(table, DIFFERENTIAL, f"{place}differential.")
        return stated

    def _values(self, table: Mapping[str, Any]) -> list[tuple[str, Any]]:
        fields = dict.fromkeys(table, REFERENCE_VALUE)
        return sorted(self._fields(table, fields, "reference.values.").items())

    def _table(self, document: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
        table = document.get(name)
        if isinstance(table, dict):
            return table
        if table is not None:
            self.faults.note(FaultReason.MALFORMED, column=place, found=toml_value(table), allowed=f"a table [{place}]")
        return {}

    def _refuse_unknown(self, table: Mapping[str, Any], known: set[str], place: str) -> None:
        for name in table:
            if name not in known:
                column = safe_text(f"{place}{name}")
                allowed = f"the keys {', '.join(sorted(known))}"
                self.faults.note(FaultReason.UNKNOWN, column=column, found="an unknown key", allowed=allowed)

    def _fields(self, table: Mapping[str, Any], fields: Mapping[str, Field], place: str) -> Record:
        stated: Record = {}
        for name, field in fields.items():
            if name not in table:
                stated[name] = None
                if field.required:
                    self.faults.note(
                        FaultReason.MISSING, column=f"{place}{name}", found="no such key", allowed=field.allowed
                    )
                continue
            stated[name] = field.read(table[name])
            if stated[name] is None:
                self.faults.note(
                    FaultReason.MALFORMED, column=f"{place}{name}", found=toml_value(table[name]), allowed=field.allowed
                )
        return stated


def _methodology(stated: Record) -> model.Methodology:
    """The records that keys without faults make, every table sorted by its id."""
    return model.Methodology(
        index=stated["index"],
        version=stated["version"],
        effective=stated["effective"],
        link_factor=stated["link_factor"],
        times=model.FixingTimes(**stated["times"]),
        consensus=model.ConsensusRules(**stated["consensus"]),
        alarms=model.AlarmLimits(**stated["alarms"]),
        caps=model.Caps(**stated["caps"]),
        rounding=model.Rounding(**stated["rounding"]),
        schedule=model.Schedule(**stated["rebalance"]),
        sources=_sorted(model.Source(**each) for each in stated["sources"]),
        classes=_sorted(model.AssetClass(**each) for each in stated["classes"]),
        assets=_sorted(_asset(each) for each in stated["assets"]),
        constituents=tuple(
            sorted((model.Constituent(**each) for each in stated["constituents"]), key=lambda part: part.asset)
        ),
        reference=model.Reference(stated["reference"]["day"], tuple(stated["reference"]["values"])),
        previous=stated["previous"],
        name=stated["name"],
    )


def _asset(stated: Record) -> model.PricedAsset:
    differential = stated.pop("differential", None)
    return model.PricedAsset(
        **{("asset_class" if name == "class" else name): value for name, value in stated.items()},
        differential=None if differential is None else model.Differential(**differential),
    )


def _sorted(records: Any) -> Any:
    return tuple(sorted(records, key=lambda record: record.id))
