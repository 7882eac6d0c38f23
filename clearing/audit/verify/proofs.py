"""The proofs of a certificate: JSON values in, components with their stages and trees out, or what is malformed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clearing.audit.verify.forms import LONG
from clearing.audit.verify.report import shown

_INTEGER = re.compile(LONG.inner)
_LEAF = {"scale": str, "multipliers": list, "rents": dict}
_LEAF_OPTIONAL = {"served": dict, "potentials": dict, "by_offer": bool, "opened": list}
_BRANCH = {"at": str, "above": str, "low": dict, "high": dict}
_STAGE = {"objective": str, "value": str, "bound": str, "gap": str, "proof": dict}
_COMPONENT = {"component": str, "tier": str, "offers": int, "stages": list}


@dataclass(frozen=True, slots=True)
class Leaf:
    """Duals in integers at a scale: by stage before, participant, group and node."""

    scale: int
    multipliers: list[int]
    served: Mapping[str, int]
    rents: Mapping[str, int]
    potentials: Mapping[str, int]
    by_offer: bool = False
    """Whether each offer's greatest gain stands in the place of the rents of its own groups."""
    opened: Sequence[str] = ()
    """Offers that must deliver below the branches: each counts 1, whatever it delivers."""


@dataclass(frozen=True, slots=True)
class Branch:
    """What an offer delivers, or an alternative takes: at most ``at`` in ``low``, at least ``above`` in ``high``."""

    group: str
    """``offer:O`` or ``take:O|i``."""
    at: int
    above: int
    low: Leaf | Branch
    high: Leaf | Branch


@dataclass(frozen=True, slots=True)
class ProvenStage:
    """One objective of a searched component as recorded."""

    objective: str
    value: int
    bound: int
    gap: int
    proof: Leaf | Branch


@dataclass(frozen=True, slots=True)
class ProvenComponent:
    """A component as recorded; it has stages where it was searched."""

    component: str
    tier: str
    offers: int
    stages: list[ProvenStage]


class MalformedError(ValueError):
    """A part of a certificate that is not of its form; the text says what it must be."""


def read_components(value: list[Any]) -> list[ProvenComponent]:
    """The components of a certificate. Raises MalformedError."""
    return [_component(each) for each in value]


def _component(value: Any) -> ProvenComponent:
    _must_have(value, "a component", _COMPONENT, {})
    stages = [_stage(each) for each in value["stages"]]
    return ProvenComponent(value["component"], value["tier"], value["offers"], stages)


def _stage(value: Any) -> ProvenStage:
    _must_have(value, "a component's stage", _STAGE, {})
    amount, bound, gap = (integer(value[name]) for name in ("value", "bound", "gap"))
    return ProvenStage(value["objective"], amount, bound, gap, _tree(value["proof"]))


def _tree(value: Any) -> Leaf | Branch:
    """Without recursion: parts are built after what they are made of."""
    order, waiting = [], [value]
    while waiting:
        part = waiting.pop()
        order.append(part)
        if isinstance(part, dict) and "low" in part and "high" in part:
            waiting += [part["low"], part["high"]]
    built: dict[int, Leaf | Branch] = {}
    for part in reversed(order):
        inner = isinstance(part, dict) and "low" in part and "high" in part
        built[id(part)] = _branch(part, built) if inner else _leaf(part)
    return built[id(value)]


def _branch(value: dict[str, Any], built: Mapping[int, Leaf | Branch]) -> Branch:
    named = "row" if "row" in value else "offer"
    _must_have(value, "a branch of a proof", {**_BRANCH, named: str}, {})
    group = f"take:{value['row']}" if named == "row" else f"offer:{value['offer']}"
    parts = built[id(value["low"])], built[id(value["high"])]
    return Branch(group, integer(value["at"]), integer(value["above"]), *parts)


def _leaf(value: Any) -> Leaf:
    _must_have(value, "a leaf of a proof", _LEAF, _LEAF_OPTIONAL)
    multipliers = [integer(each) for each in value["multipliers"]]
    served, rents, potentials = (_amounts(value.get(name, {})) for name in ("served", "rents", "potentials"))
    if value.get("by_offer") is False:
        raise MalformedError("by_offer is false and should be omitted")
    opened = tuple(value.get("opened", ()))
    if not all(isinstance(name, str) for name in opened) or ("opened" in value and not opened):
        raise MalformedError("opened is no list of offers, or empty and should be omitted")
    return Leaf(integer(value["scale"]), multipliers, served, rents, potentials, "by_offer" in value, opened)


def _amounts(value: dict[str, Any]) -> dict[str, int]:
    amounts = {name: integer(text) for name, text in value.items()}
    for name, amount in amounts.items():
        if not amount:
            raise MalformedError(f"{shown(name)} is 0 and should be omitted")
    return amounts


def integer(value: Any) -> int:
    """An integer from its text."""
    if not isinstance(value, str) or not _INTEGER.fullmatch(value):
        raise MalformedError(f"{shown(value)} must be an integer in text")
    return int(value)


def _must_have(value: Any, what: str, required: Mapping[str, type], optional: Mapping[str, type]) -> None:
    fields = {**required, **optional}
    right = isinstance(value, dict) and required.keys() <= value.keys() <= fields.keys()
    if not right or any(type(value[name]) is not fields[name] for name in value):
        raise MalformedError(f"{what} has the fields {', '.join(sorted(required))}, each of its type")
