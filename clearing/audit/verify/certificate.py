"""certificate.json in, its stages with potentials by node and its proofs out; what is malformed breaks law 0."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clearing.audit.verify.forms import CERTIFICATE_PATH, LONG
from clearing.audit.verify.graph import Graph
from clearing.audit.verify.lines import canonical, strict_json
from clearing.audit.verify.proofs import MalformedError, ProvenComponent, read_components
from clearing.audit.verify.report import Findings, shown

FORMATS = {1: "clearing-certificate/1", 2: "clearing-certificate/2"}
_FIELDS: dict[str, type] = {
    "bound": str, "format": str, "gap": str, "lottery_stages": int, "optimal": bool, "stages": list, "unique": bool,
}  # fmt: skip
_FIELDS_2: dict[str, type] = {"components": list, "work_limit_reached": bool}
_INTEGER = re.compile(LONG.inner)


@dataclass(frozen=True, slots=True)
class Stage:
    """One objective as recorded."""

    objective: str
    value: int
    potentials: dict[str, str]
    field: str = "stages"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the bundle claims about its optimum."""

    stages: list[Stage]
    unique: bool
    optimal: bool
    bound: int
    gap: int
    lottery_stages: int
    components: list[ProvenComponent] | None = None
    """None under rulebook 1."""
    credit_stages: tuple[Stage, ...] = ()
    """Those of obligations with credit."""
    work_limit_reached: bool = False


CREDIT = "credit_stages"


def read_certificate(
    bytes_read: bytes, found: Findings, version: int = 1, obligations: str = "set-off"
) -> Certificate | None:
    """The certificate under a rulebook of this version that treats obligations so, or None if it is malformed."""
    value, wrong = _read(bytes_read)
    fields = {**_FIELDS, **(_FIELDS_2 if version == 2 else {}), **({CREDIT: list} if obligations == "credit" else {})}
    if wrong is None and not _has(value, **fields):
        wrong = "does not have the fields of a certificate, each of its type"
    if wrong is None and value["format"] != FORMATS[version]:
        wrong = f"must have the format {FORMATS[version]}"
    if wrong is None and not (_integer(value["bound"]) and _integer(value["gap"])):
        wrong = "bound and gap are integers in text"
    if wrong is None:
        wrong = next(filter(None, map(_wrong_stage, [*value["stages"], *value.get(CREDIT, ())])), None)
    components = None
    if wrong is None and version == 2:
        try:
            components = read_components(value["components"])
        except MalformedError as broken:
            wrong = str(broken)
    if wrong is not None:
        found.add(0, wrong, CERTIFICATE_PATH, 1)
        return None
    stages, credit = _stages(value["stages"], "stages"), tuple(_stages(value.get(CREDIT, ()), CREDIT))
    claims = (value["unique"], value["optimal"], int(value["bound"]), int(value["gap"]))
    reached = value.get("work_limit_reached", False)
    return Certificate(stages, *claims, value["lottery_stages"], components, credit, reached)


def stage_potentials(stage: Stage, graph: Graph, found: Findings) -> list[int] | None:
    """The potentials by number of node; every node of the graph must have one, and nothing else."""
    missing = [name for name in graph.node if name not in stage.potentials]
    extra = [name for name in stage.potentials if name not in graph.number]
    for name in [*missing, *extra]:
        what = "has no potential" if name in graph.number else "is no node of the graph"
        found.add(5, f"{stage.objective}: {shown(name)} {what}", CERTIFICATE_PATH, 1, _field(stage))
    return None if missing or extra else [int(stage.potentials[name]) for name in graph.node]


def _field(stage: Stage) -> str:
    return "potentials" if stage.field == "stages" else stage.field


def _stages(written: Sequence[Any], field: str) -> list[Stage]:
    return [Stage(each["objective"], int(each["value"]), each["potentials"], field) for each in written]


def _read(bytes_read: bytes) -> tuple[Any, str | None]:
    try:
        text = bytes_read.decode()
    except UnicodeDecodeError:
        return None, "is not UTF-8"
    value, wrong = strict_json(text)
    if wrong is None and text != canonical(value) + "\n":
        wrong = "is not spelled canonically (RFC 8785) with a line feed at its end"
    return value, wrong


def _wrong_stage(stage: Any) -> str | None:
    if not _has(stage, objective=str, potentials=dict, value=str) or not _integer(stage["value"]):
        return "a stage has objective, potentials and value"
    for name, potential in stage["potentials"].items():
        if not isinstance(potential, str) or not _integer(potential):
            return f"the potential of {shown(name)} must be an integer in text"
    return None


def _has(value: Any, /, **types: type) -> bool:
    """Whether a value is an object with exactly these fields of exactly these types."""
    if not isinstance(value, dict) or value.keys() != types.keys():
        return False
    return all(type(value[name]) is kind for name, kind in types.items())


def _integer(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None
