"""A bundle in, every other rounding of its legs that keeps all floors and ceilings out: found by trying all.

A test's own view of the rounding rule: exact values come from the bundle's rings, and of all 0/1 choices for the
legs of one pool those are kept in which every total of an offer, an alternative, a stock and the pool is rounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tests.audit.verify.resealing import Records

LEGS_TRIED_MAX = 10
Leg = tuple[str, str, int]
"""Giver offer, receiver offer, alternative."""


@dataclass(frozen=True)
class Pool:
    """The legs of one asset with their exact flows, own deliveries included."""

    asset: str
    value: int
    flow: dict[Leg, int]


def pools_of(records: Records) -> list[Pool]:
    """All pools whose legs are few enough to try."""
    values = {each["asset_id"]: int(each["value_micro"]) for each in records["inputs/fixing.jsonl"]}
    offers = {each["offer_id"]: each for each in records["inputs/offers.jsonl"]}
    flows: dict[str, Counter[Leg]] = {asset: Counter() for asset in values}
    for ring in records["outcome/rings.jsonl"]:
        for segment in ring["segments"]:
            members = segment["members"]
            if ring["nodes"][0].startswith("claim:"):
                continue
            for giver, receiver in zip(members, [*members[1:], members[0]], strict=True):
                asset = offers[giver]["deliver_asset"]
                taken = [each["asset"] for each in offers[receiver]["receive"]]
                if asset in values:
                    flows[asset][giver, receiver, taken.index(asset)] += int(segment["flow_micro"])
    return [Pool(asset, values[asset], dict(flow)) for asset, flow in flows.items() if flow]


def roundings(pool: Pool, records: Records) -> Iterator[dict[Leg, int]]:
    """Every rounding of a pool; nothing if there are too many legs to try them all."""
    choices = [leg for leg, flow in pool.flow.items() if flow % pool.value]
    offers = {each["offer_id"]: each for each in records["inputs/offers.jsonl"]}
    if len(choices) > LEGS_TRIED_MAX:
        return
    exact = _totals(pool.flow, offers)
    for raised in product((0, 1), repeat=len(choices)):
        quantity = {leg: flow // pool.value for leg, flow in pool.flow.items()}
        for leg, up in zip(choices, raised, strict=True):
            quantity[leg] += up
        booked = _totals(quantity, offers)
        if all(_is_rounded(booked[name], flow, pool.value, name) for name, flow in exact.items()):
            yield quantity


def book_rounding(records: Records, pool: Pool, quantity: dict[Leg, int]) -> None:
    """Book another rounding of one pool in fills and legs."""
    offers = {each["offer_id"]: each for each in records["inputs/offers.jsonl"]}
    totals = _totals(quantity, offers)
    for fill in records["outcome/fills.jsonl"]:
        if fill["kind"] == "offer" and ("giver", fill["id"]) in totals:
            fill["delivered"] = str(totals["giver", fill["id"]])
        for received in fill.get("received", []):
            name = ("taker", f"{fill['id']}|{received['alternative']}")
            if name in totals:
                received["quantity"] = str(totals[name])
    legs = records["outcome/legs.jsonl"]
    for leg in legs[:]:
        name = (leg["giver_offer"], leg["receiver_offer"], leg["alternative"])
        if leg["asset_id"] == pool.asset:
            leg["quantity"] = str(quantity[name])
            if not quantity[name]:
                legs.remove(leg)


def keeps_legs(records: Records, pool: Pool, quantity: dict[Leg, int]) -> bool:
    """Whether a rounding has a quantity exactly where the bundle has a leg, so that no line comes or goes."""
    recorded = {
        (leg["giver_offer"], leg["receiver_offer"], leg["alternative"])
        for leg in records["outcome/legs.jsonl"]
        if leg["asset_id"] == pool.asset
    }
    owner = {each["offer_id"]: each["participant_id"] for each in records["inputs/offers.jsonl"]}
    booked = {leg for leg, amount in quantity.items() if amount and owner[leg[0]] != owner[leg[1]]}
    return booked == recorded


def _totals(amounts: dict[Leg, int], offers: dict[str, dict[str, str]]) -> Counter[tuple[str, str]]:
    totals: Counter[tuple[str, str]] = Counter()
    for (giver, receiver, alternative), amount in amounts.items():
        totals["giver", giver] += amount
        totals["taker", f"{receiver}|{alternative}"] += amount
        totals["pool", ""] += amount
        if "stock_id" in offers[giver]:
            totals["stock", offers[giver]["stock_id"]] += amount
    return totals


def _is_rounded(booked: int, flow: int, value: int, name: tuple[str, str]) -> bool:
    ceiling = -(-flow // value)
    return booked == ceiling if name[0] == "pool" else flow // value <= booked <= ceiling
