"""The letter of rulebook 2 for small worlds, told once more without the engine: best values, and what a session breaks.

Reads rows and sealed records. Nothing clever: every ring by every whole flow, or every whole delivery of every offer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from tests.books import Row
from tests.engine.search.families import PIECE, World

Carried = dict[tuple[str, int], int]
"""What each (offer id, alternative) takes, in µ."""
Flows = tuple[dict[str, int], Carried, Carried]
"""What each offer delivers; what each alternative takes; the part of it that is no residual."""
Record = dict[str, Any]
Files = Mapping[str, bytes]
ALLOWED_EVERYWHERE = 99


def admitted(world: World) -> tuple[Row, ...]:
    """Rows without the alternatives that cross the same desk's own offers; rows that keep none are left out."""
    if world.rulebook.self_crossing == "allow":
        return world.rows
    kept: list[Row] = []
    for row in sorted(world.rows, key=lambda each: str(each["id"])):
        own = [(a[0], each["deliver"], a[1]) for each in kept if each["desk"] == row["desk"] for a in each["receive"]]
        receive = []
        for taken, limit, *more in row["receive"]:
            if not any(cost + limit <= 0 for cost in _ways(own, row["deliver"], taken, ())):
                receive.append((taken, limit, *more))
                own.append((taken, row["deliver"], limit))
        if receive:
            kept.append({**row, "receive": tuple(receive)})
    return tuple(kept)


def _ways(arcs: Sequence[tuple[str, str, int]], start: str, end: str, passed: tuple[str, ...]) -> Iterator[int]:
    """Σ limits of every simple way."""
    if start == end:
        yield 0
        return
    for tail, head, limit in arcs:
        if tail == start and head not in passed:
            yield from (limit + rest for rest in _ways(arcs, head, end, (*passed, start)))


def best(world: World) -> list[int]:
    """The best values of the stages before the lottery that any clearing in whole pieces has."""
    rows = admitted(world)
    return min((values(world, rows, flows) for flows in clearings(world, rows)), default=[])


def clearings(world: World, rows: Sequence[Row]) -> Iterator[Flows]:
    """Every clearing in whole pieces that the rules allow, at the least the one in which nothing trades."""
    some = _by_delivery if len(set(world.values.values())) > 1 else _by_ring
    for flows in some(world, rows):
        if next(broken_by_amounts(world, rows, flows), None) is None:
            yield flows


def _by_ring(world: World, rows: Sequence[Row]) -> Iterator[Flows]:
    rings = list(all_rings(world, rows))
    quantity = {row["id"]: row["quantity"] for row in rows}
    most = [min(quantity[offer] for offer, _ in ring) for ring in rings]
    for pieces in product(*(range(top + 1) for top in most)):
        taken: Carried = {}
        delivered = dict.fromkeys(quantity, 0)
        for ring, count in zip(rings, pieces, strict=True):
            for member in ring:
                taken[member] = taken.get(member, 0) + count * PIECE
                delivered[member[0]] += count * PIECE
        if all(delivered[offer] <= quantity[offer] * PIECE for offer in delivered):
            yield delivered, taken, taken


def _by_delivery(world: World, rows: Sequence[Row]) -> Iterator[Flows]:
    """Worlds whose assets differ in value: what is taken may differ from what is delivered by the tolerance."""
    spans = []
    for row in rows:
        given = [count * world.values[row["deliver"]] for count in range(row["quantity"] + 1)]
        step, room = world.values[row["receive"][0][0]], given[-1] + world.rulebook.residual_tolerance_micro
        spans.append([(one, other) for one in given for other in range(0, room + 1, min(step, PIECE))])
    for chosen in product(*spans):
        balance: dict[str, int] = {}
        for row, (given, taken) in zip(rows, chosen, strict=True):
            balance[row["deliver"]] = balance.get(row["deliver"], 0) + given
            balance[row["receive"][0][0]] = balance.get(row["receive"][0][0], 0) - taken
        if not any(balance.values()):
            delivered = {row["id"]: given for row, (given, _) in zip(rows, chosen, strict=True)}
            taken_by = {(row["id"], 0): taken for row, (_, taken) in zip(rows, chosen, strict=True)}
            plain = {(row["id"], 0): min(each) for row, each in zip(rows, chosen, strict=True)}
            yield delivered, taken_by, plain


def all_rings(world: World, rows: Sequence[Row]) -> Iterator[tuple[tuple[str, int], ...]]:
    """Every closed sequence of different (offer, alternative), from its least, that the rules allow."""
    members = [(row["id"], place) for row in rows for place in range(len(row["receive"]))]
    by_id = {row["id"]: row for row in rows}

    def onward(path: list[tuple[str, int]]) -> Iterator[tuple[tuple[str, int], ...]]:
        for member in members:
            joined = _meet(by_id[path[-1][0]], by_id[member[0]], member[1])
            if joined and member == path[0] and allowed(world, [by_id[offer] for offer, _ in path], path):
                yield tuple(path)
            elif joined and member > path[0] and member not in path:
                yield from onward([*path, member])

    for member in members:
        yield from onward([member])


def _meet(giver: Row, taker: Row, place: int) -> bool:
    """Whether one may deliver to the other by that alternative."""
    wanted = taker["receive"][place][0]
    return wanted == "*" or (wanted == giver["deliver"] and not _conflict(giver, taker))


def _conflict(one: Row, other: Row) -> bool:
    if one["desk"] == other["desk"]:
        return False
    for mine, theirs in ((one, other), (other, one)):
        asked = mine.get("conditions", {})
        if theirs["desk"] in asked.get("deny", ()) or (asked.get("allow") and theirs["desk"] not in asked["allow"]):
            return True
    return False


def allowed(world: World, rows: Sequence[Row], path: Sequence[tuple[str, int]]) -> bool:
    """Whether a closed sequence keeps lengths and screening, and passes `any` at most once and not alone."""
    gifts = sum(row["receive"][place][0] == "*" for row, (_, place) in zip(rows, path, strict=True))
    length, rulebook = len(path) - gifts, world.rulebook
    if gifts > 1 or length < 1 or (not gifts and length < 2):
        return False
    most = (rulebook.max_chain or rulebook.max_ring) if gifts else rulebook.max_ring
    own = [row.get("conditions", {}).get("max_ring") or ALLOWED_EVERYWHERE for row in rows]
    if length > min(*own, most or ALLOWED_EVERYWHERE):
        return False
    denied = any(other["desk"] in row.get("conditions", {}).get("deny", ()) for row in rows for other in rows)
    return rulebook.screening != "ring" or not denied


def broken_by_amounts(world: World, rows: Sequence[Row], flows: Flows) -> Iterator[str]:
    """What amounts break, rings apart."""
    delivered, taken, _ = flows
    tolerance = world.rulebook.residual_tolerance_micro
    for row in rows:
        name, given, value = row["id"], delivered[row["id"]], world.values[row["deliver"]]
        asked, got = row.get("conditions", {}), [taken.get((name, i), 0) for i in range(len(row["receive"]))]
        if given > row["quantity"] * value:
            yield f"{name} delivers more than it has"
        if given and given < asked.get("min_fill", 0) * value:
            yield f"{name} delivers less than its minimum"
        if asked.get("all_or_none") and given not in (0, row["quantity"] * value):
            yield f"{name} delivers neither all nor none"
        if given % (asked.get("lot", 1) * value) and (value > tolerance or "lot" in asked):
            yield f"{name} delivers {given}, not in steps"
        assets = [alternative[0] for alternative in row["receive"]]
        for asset, amount in zip(assets, got, strict=True):
            if asset != "*" and world.values[asset] > tolerance and amount % world.values[asset]:
                yield f"{name} takes {amount}, not whole pieces"
        stepped = bool(asked.keys() & {"min_fill", "all_or_none", "lot"}) or any(
            asset != "*" and world.values[asset] > tolerance for asset in (row["deliver"], *assets)
        )
        if abs(given - sum(got)) > (tolerance if stepped and given else 0):
            yield f"{name} delivers {given} and takes {sum(got)}"
    if world.rulebook.objectives[0] != "surplus" and _surplus(rows, taken) > 0:
        yield "more is conceded than gained"


def _surplus(rows: Sequence[Row], taken: Carried) -> int:
    return sum(a[1] * taken.get((row["id"], i), 0) for row in rows for i, a in enumerate(row["receive"]))


def values(world: World, rows: Sequence[Row], flows: Flows) -> list[int]:
    """The values of the stages before the lottery."""
    delivered, taken, plain = flows
    desks: dict[str, bool] = {}
    items = Fraction(0)
    for row in rows:
        value, asked = world.values[row["deliver"]], row.get("conditions", {})
        least = asked.get("min_fill", 0) * value
        step = asked.get("lot", 1) * value if value > world.rulebook.residual_tolerance_micro or "lot" in asked else 1
        least = row["quantity"] * value if asked.get("all_or_none") else max(step, -(-least // step) * step)
        desks[row["desk"]] = desks.get(row["desk"], False) or delivered[row["id"]] >= max(least, value)
        for i, (asset, *_) in enumerate(row["receive"]):
            from_others = any(each["deliver"] == asset and each["desk"] != row["desk"] for each in rows)
            if asset != "*" and world.values[asset] > world.rulebook.residual_tolerance_micro and from_others:
                items -= Fraction(taken.get((row["id"], i), 0), world.values[asset])
    table = {
        "surplus": _surplus(rows, taken),
        "value": -sum(plain.values()),
        "items": int(items),
        "participants": -sum(desks.values()),
        "deliveries": sum(amount > 0 for amount in delivered.values()),
    }
    return [table[name] for name in world.rulebook.objectives[:-1]]


# Sealed sessions


def sealed_flows(rows: Sequence[Row], files: Files) -> Flows:
    """What a sealed session carries, from its rings; residual is what passes `rest`."""
    delivered = {row["id"]: 0 for row in rows}
    by_id = {row["id"]: row for row in rows}
    taken: Carried = {}
    plain: Carried = {}
    for record in _lines(files, "outcome/rings.jsonl"):
        for segment in record["segments"]:
            flow, stations = int(segment["flow_micro"]), _stations(record["nodes"], segment["members"])
            onward = [*stations[1:], stations[0]]
            for name, node, after in zip(segment["members"], stations, onward, strict=True):
                asset = "*" if node == "any" else node.removeprefix("pool:")
                if after != "rest":
                    delivered[name] += flow
                if node != "rest":
                    place = [each[0] for each in by_id[name]["receive"]].index(asset)
                    taken[name, place] = taken.get((name, place), 0) + flow
                    if after != "rest":
                        plain[name, place] = plain.get((name, place), 0) + flow
    return delivered, taken, plain


def _stations(nodes: Sequence[str], members: Sequence[str]) -> list[str]:
    """The node at which each member takes."""
    return list(nodes) if len(nodes) == len(members) else [node for node in nodes if node.startswith("pool:")]


def broken(world: World, files: Files) -> Iterator[str]:
    """Every condition that a sealed session breaks, by its rings and its fills."""
    rows = admitted(world)
    by_id = {row["id"]: row for row in rows}
    names = {record["offer_id"] for record in _lines(files, "outcome/refusals.jsonl")}
    if names != {row["id"] for row in world.rows} - by_id.keys():
        yield f"refused: {sorted(names)}"
        return
    flows = sealed_flows(rows, files)
    yield from broken_by_amounts(world, rows, flows)
    for record in _lines(files, "outcome/fills.jsonl"):
        got = {(record["id"], each["alternative"]): int(each["flow_micro"]) for each in record["received"]}
        rung = {key: flow for key, flow in flows[1].items() if key[0] == record["id"]}
        if int(record["flow_micro"]) != flows[0][record["id"]] or got != rung:
            yield f"the fill of {record['id']} is not what its rings carry"
    for record in _lines(files, "outcome/rings.jsonl"):
        for segment in record["segments"]:
            yield from _broken_by_ring(world, by_id, record, segment["members"])


def _broken_by_ring(
    world: World, by_id: Mapping[str, Row], record: Record, members: Sequence[str]
) -> Iterator[str]:
    stations = _stations(record["nodes"], members)
    if "rest" in stations:
        return
    path = []
    for name, node in zip(members, stations, strict=True):
        asset = "*" if node == "any" else node.removeprefix("pool:")
        path.append((name, [each[0] for each in by_id[name]["receive"]].index(asset)))
    for (one, _), (other, place) in zip(path, [*path[1:], path[0]], strict=True):
        if not _meet(by_id[one], by_id[other], place):
            yield f"{one} may not deliver to {other}"
    if not allowed(world, [by_id[name] for name in members], path):
        yield f"{record['ring_id']} is not allowed: {' '.join(members)}"


def _lines(files: Files, path: str) -> Iterator[Record]:
    return (json.loads(line) for line in files[path].splitlines())
