"""A methodology whose form is right in, what no methodology may be out: limits, ids, differentials, shares, caps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from clearing.audit.verify.fixing.form import Flaw

Stated = Mapping[str, Any]

_BOUNDS = {
    "consensus.trim": ("0.05", "0.4"),
    "consensus.outlier_limit": (None, "1"),
    "consensus.crossed_limit": (None, "1"),
    "alarms.shock": (None, "0.5"),
    "alarms.degraded": ("0", "1"),
    "alarms.pair_residual": (None, "1"),
    "alarms.overall_residual": (None, "1"),
    "caps.currency": (None, "0.1"),
    "caps.currencies": (None, "0.4"),
    "caps.commodity": (None, "0.15"),
}
"""From and to; None is above zero."""
_TABLES = {"sources": "id", "classes": "id", "assets": "id", "constituents": "asset"}


def reference_flaws(methodology: Stated) -> Iterator[Flaw]:
    """Ids that are not unique and ascending, that are unknown, and differentials that rest on themselves."""
    known: dict[str, list[str]] = {}
    for table, member in _TABLES.items():
        known[table] = ids = [each[member] for each in methodology[table]]
        for number, (one, other) in enumerate(pairwise(ids), 2):
            if one >= other:
                yield f"{table}[{number}].{member}", f"is {other} and must come after {one}"
    for number, asset in enumerate(methodology["assets"], 1):
        place = f"assets[{number}]"
        if asset["id"] == "INDEX":
            yield f"{place}.id", "is INDEX, which is reserved"
        if asset["class"] not in known["classes"]:
            yield f"{place}.class", f"is {asset['class']}, which is no class"
        yield from _differential_flaws(asset, known["assets"], f"{place}.differential")
    for number, name in enumerate(known["constituents"], 1):
        if name not in known["assets"]:
            yield f"constituents[{number}].asset", f"is {name}, which is no asset"
    for name in sorted({*known["constituents"]} ^ methodology["reference"]["values"].keys()):
        yield f"reference.values.{name}", "must be there for each constituent, and for no other"
    yield from _circles(methodology)


def _differential_flaws(asset: Stated, assets: list[str], place: str) -> Iterator[Flaw]:
    if "differential" not in asset:
        return
    stated = asset["differential"]
    ways = [name for name in ("factor", "amount", "amount_unit") if name in stated]
    if ways not in (["factor"], ["amount", "amount_unit"]):
        yield place, f"has {', '.join(ways) or 'neither'} and must have either factor or amount and amount_unit"
    for name in ("related", "amount_unit"):
        if name in stated and stated[name] not in assets:
            yield f"{place}.{name}", f"is {stated[name]}, which is no asset"


def _circles(methodology: Stated) -> Iterator[Flaw]:
    resting = {
        asset["id"]: [asset["differential"].get(name) for name in ("related", "amount_unit")]
        for asset in methodology["assets"]
        if "differential" in asset
    }
    while settled := [name for name, under in resting.items() if not any(each in resting for each in under)]:
        for name in settled:
            del resting[name]
    for name in sorted(resting):
        yield "assets", f"the differential of {name} rests, through others, on itself"


def limit_flaws(methodology: Stated) -> Iterator[Flaw]:
    """Limits beyond their bounds or out of order, versions that do not follow, shares that break a cap."""
    for place, (least, most) in _BOUNDS.items():
        table, name = place.split(".")
        value = Fraction(methodology[table][name])
        if value < Fraction(least or 0) or (least is None and not value) or value > Fraction(most or 1):
            bounds = f"from {least} to {most}" if least else f"above 0, at most {most}"
            yield place, f"is {methodology[table][name]} and must be {bounds}"
    yield from _zero_flaws(methodology)
    yield from _version_flaws(methodology)
    consensus, alarms = methodology["consensus"], methodology["alarms"]
    if Fraction(alarms["no_fix"]) >= 1:
        yield "alarms.no_fix", f"is {alarms['no_fix']} and must be below 1"
    if Fraction(alarms["degraded"]) > Fraction(alarms["no_fix"]):
        yield "alarms.degraded", f"is {alarms['degraded']} and must be at most no_fix, {alarms['no_fix']}"
    least_sources = consensus["minimum_sources"]
    if consensus["trimmed_from"] < least_sources:
        yield "consensus.trimmed_from", f"is {consensus['trimmed_from']} and must be at least {least_sources}"
    if len(methodology["sources"]) < least_sources:
        yield "sources", f"are {len(methodology['sources'])} and must be at least {least_sources}"
    months = methodology["rebalance"]["months"]
    if months != sorted(set(months)):
        yield "rebalance.months", "must ascend, each month once"


def _zero_flaws(methodology: Stated) -> Iterator[Flaw]:
    positive = [("link_factor", methodology["link_factor"])]
    for number, part in enumerate(methodology["constituents"], 1):
        positive += [(f"constituents[{number}].{name}", part.get(name, "1")) for name in ("quantity", "target_share")]
    for number, asset in enumerate(methodology["assets"], 1):
        positive.append((f"assets[{number}].increment", asset.get("increment", "1")))
        positive.append((f"assets[{number}].differential.factor", asset.get("differential", {}).get("factor", "1")))
    values = methodology["reference"]["values"].items()
    positive += [(f"reference.values.{name}", value) for name, value in values]
    for place, value in positive:
        if value == "0":
            yield place, "is 0 and must be above it"
    for place, value in [positive[0], *((f"reference.values.{name}", value) for name, value in values)]:
        if len(value.replace(".", "").strip("0")) > 60:
            yield place, "has more than 60 significant digits"


def _version_flaws(methodology: Stated) -> Iterator[Flaw]:
    first, linked = methodology["version"] == 1, "previous" in methodology
    if first and linked:
        yield "previous", "is there, and version 1 follows none"
    if not first and not linked:
        yield "previous", "is missing: every version after the first names the one before"
    if first and methodology["link_factor"] != "1":
        yield "link_factor", f"is {methodology['link_factor']} and is 1 in version 1"
    if methodology["reference"]["day"] > methodology["effective"]:
        yield "reference.day", f"is {methodology['reference']['day']}, after effective, {methodology['effective']}"


def share_flaws(methodology: Stated) -> Iterator[Flaw]:
    """Shares at the reference values, and target shares, against the caps; without rounding."""
    values = methodology["reference"]["values"]
    parts = methodology["constituents"]
    worth = {each["asset"]: Fraction(each["quantity"]) * Fraction(values[each["asset"]]) for each in parts}
    yield from _cap_flaws(methodology, worth, "constituents")
    targets = {each["asset"]: Fraction(each["target_share"]) for each in parts if "target_share" in each}
    if not targets and methodology["rebalance"]["method"] == "caps":
        return
    if len(targets) < len(parts):
        yield "constituents", "have target_share in part: all have one, or none where the method is not targets"
    elif sum(targets.values()) != 1:
        yield "constituents", "have target shares whose sum is not 1"
    else:
        yield from _cap_flaws(methodology, targets, "constituents")


def _cap_flaws(methodology: Stated, worth: Mapping[str, Fraction], place: str) -> Iterator[Flaw]:
    kinds = {each["id"]: each["kind"] for each in methodology["assets"]}
    caps, total = methodology["caps"], sum(worth.values())
    cap_of = {"good": caps["commodity"], "currency": caps["currency"]}
    groups = [(name, each, cap_of[kinds[name]]) for name, each in worth.items()]
    currencies = sum(each for name, each in worth.items() if kinds[name] == "currency")
    for name, each, cap in (*groups, ("all currencies together", currencies, caps["currencies"])):
        if each > Fraction(cap) * total:
            share = 10**8 * each // total
            yield place, f"{name}: a share of {share // 10**6}.{share % 10**6:06} %, above the cap of {cap}"
