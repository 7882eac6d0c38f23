"""A file of a bundle in, the columns of its CSV tables out: named as in the bundle, with readable ones beside.

A list of objects becomes a table of its own, one row each, that repeats the id of its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a member of a line holds, and so what is written of it."""

    TEXT = "text"
    """Defused where a spreadsheet would take it for a formula."""
    COUNT = "count"
    FLAG = "flag"
    LIST = "list"
    """Texts joined by ``|``."""
    MICRO = "micro"
    """An amount; beside it ``name`` without ``_micro``, in index units."""
    PPM = "ppm"
    """A limit or premium; beside it ``name`` with ``_bps`` for ``_ppm``."""
    QUANTITY = "quantity"
    """Increments; beside it ``name_units`` in the asset's own unit."""


@dataclass(frozen=True, slots=True)
class Column:
    """One member of a line; ``asset`` is the member that says what a quantity is of."""

    name: str
    kind: Kind = Kind.TEXT
    asset: str = "asset_id"

    def headings(self) -> list[str]:
        """The column as it is, and the readable one beside it."""
        match self.kind:
            case Kind.MICRO:
                return [self.name, self.name.removesuffix("_micro")]
            case Kind.PPM:
                return [self.name, self.name.removesuffix("_ppm") + "_bps"]
            case Kind.QUANTITY:
                return [self.name, f"{self.name}_units"]
            case _:
                return [self.name]


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file: from the lines of ``path``, or from the objects in their member ``each`` if it is named."""

    name: str
    path: str
    columns: tuple[Column, ...]
    each: str = ""
    key: str = ""
    """The id of the line that a row of ``each`` repeats."""

    def members(self) -> frozenset[str]:
        """Every member that a line may have; lists of objects have tables of their own."""
        return frozenset(column.name for column in self.columns) | {"receive", "received", "segments"}


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _micros(*names: str) -> tuple[Column, ...]:
    return tuple(Column(f"{name}_micro", Kind.MICRO) for name in names)


def _quantities(*names: str, asset: str = "asset_id") -> tuple[Column, ...]:
    return tuple(Column(name, Kind.QUANTITY, asset) for name in names)


_INPUTS = (
    Table(
        "participants",
        "inputs/participants.jsonl",
        (
            *_texts("participant_id", "name", "lei", "country"),
            *_micros("balance", "credit_limit", "balance_cap"),
            *_texts("memo"),
        ),
    ),
    Table(
        "assets",
        "inputs/assets.jsonl",
        _texts("asset_id", "name", "unit", "increment", "class", "hs_code", "location", "window"),
    ),
    Table("fixing", "inputs/fixing.jsonl", (*_texts("asset_id"), *_micros("value"))),
    Table(
        "stocks",
        "inputs/stocks.jsonl",
        (*_texts("stock_id", "participant_id", "asset_id"), *_quantities("quantity")),
    ),
    Table(
        "obligations",
        "inputs/obligations.jsonl",
        (*_texts("obligation_id", "debtor_id", "creditor_id"), *_micros("amount"), *_texts("due_date", "reference")),
    ),
    Table(
        "offers",
        "inputs/offers.jsonl",
        (
            *_texts("offer_id", "participant_id", "deliver_asset"),
            *_quantities("deliver_quantity", asset="deliver_asset"),
            *_texts("stock_id"),
            *_quantities("min_fill", asset="deliver_asset"),
            Column("all_or_none", Kind.FLAG),
            *_quantities("lot", asset="deliver_asset"),
            Column("max_ring", Kind.COUNT),
            Column("allow", Kind.LIST),
            Column("deny", Kind.LIST),
            *_texts("expires_at", "memo"),
        ),
    ),
    Table(
        "offer_alternatives",
        "inputs/offers.jsonl",
        (
            *_texts("offer_id"),
            Column("alternative", Kind.COUNT),
            *_texts("asset"),
            Column("limit_ppm", Kind.PPM),
            *_quantities("max", asset="asset"),
        ),
        each="receive",
        key="offer_id",
    ),
    Table(
        "rulebook",
        "inputs/rulebook.jsonl",
        (
            Column("version", Kind.COUNT),
            Column("objectives", Kind.LIST),
            Column("even_segments", Kind.COUNT),
            *_texts("netting_form", "obligations", "residual_tolerance", "allowance_bps", "self_crossing", "cut_off"),
            Column("max_ring", Kind.COUNT),
            Column("max_chain", Kind.COUNT),
            *_texts("screening"),
            Column("work_limit", Kind.COUNT),
        ),
    ),
)

_OUTCOME = (
    Table(
        "fills",
        "outcome/fills.jsonl",
        (
            *_texts("kind", "id"),
            *_micros("flow"),
            *_texts("deliver_asset"),
            *_quantities("delivered", asset="deliver_asset"),
        ),
    ),
    Table(
        "fill_alternatives",
        "outcome/fills.jsonl",
        (
            *_texts("id"),
            Column("alternative", Kind.COUNT),
            *_texts("asset"),
            *_micros("flow"),
            *_quantities("quantity", asset="asset"),
        ),
        each="received",
        key="id",
    ),
    Table("refusals", "outcome/refusals.jsonl", _texts("offer_id", "reason", "found", "limit")),
    Table(
        "premia",
        "outcome/premia.jsonl",
        (
            *_texts("asset_id"),
            *(Column(f"{name}_ppm", Kind.PPM) for name in ("premium", "lowest", "highest")),
            *_texts("reference", "component"),
            *_micros("traded"),
        ),
    ),
    Table("rings", "outcome/rings.jsonl", (*_texts("ring_id"), *_micros("flow"), Column("nodes", Kind.LIST))),
    Table(
        "ring_segments",
        "outcome/rings.jsonl",
        (*_texts("ring_id"), Column("segment", Kind.COUNT), *_micros("flow"), Column("members", Kind.LIST)),
        each="segments",
        key="ring_id",
    ),
    Table(
        "legs",
        "outcome/legs.jsonl",
        (
            *_texts("giver_offer", "receiver_offer"),
            Column("alternative", Kind.COUNT),
            *_texts("giver", "receiver", "asset_id"),
            *_quantities("quantity"),
            *_micros("value", "premium"),
            Column("rings", Kind.LIST),
        ),
    ),
    Table("entries", "outcome/entries.jsonl", (*_texts("participant_id", "kind"), *_micros("amount"))),
    Table(
        "positions",
        "outcome/positions.jsonl",
        (*_texts("participant_id", "asset_id"), *_quantities("delivered", "received")),
    ),
    Table(
        "instructions",
        "outcome/instructions.jsonl",
        (
            *_texts("instruction_id", "deliverer", "receiver", "asset_id"),
            *_quantities("quantity"),
            *_micros("value", "premium"),
            Column("rings", Kind.LIST),
            *_texts("group"),
        ),
    ),
)

TABLES = (*_INPUTS, *_OUTCOME)
