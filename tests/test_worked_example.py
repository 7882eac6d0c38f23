"""Three desks, worked out by hand to the last line of the bundle.

The book. Values per increment: COPPER 7,000 µ, STEEL 3,000 µ, WHEAT 3,000 µ.

    OF-1  X  delivers 10 COPPER (70,000 µ), takes STEEL, limit +2 %
    OF-2  Y  delivers 20 STEEL  (60,000 µ), takes WHEAT, limit -3 %,  from stock ST-1
    OF-3  Z  delivers 15 WHEAT  (45,000 µ), takes COPPER, limit 0
    OF-4  Y  delivers 20 STEEL  (60,000 µ), takes COPPER, limit -1 %, from stock ST-1
    OF-5  Z  delivers 5 WHEAT, takes STEEL, minimum fill 2: rulebook 1 does not know that
    ST-1  Y  15 STEEL (45,000 µ)

Admission. OF-5 is refused as unsupported. Y's offers share ST-1: rates max(0, 3 % - 2 %) = 1 % and
max(0, 1 % - 2 %) = 0, so together they need 1 % of 45,000 = 450 µ of Y's 1,000 µ headroom.

Graph. OF-1 STEEL->COPPER, OF-2 WHEAT->ST-1, OF-4 COPPER->ST-1, ST-1->STEEL, OF-3 COPPER->WHEAT.
The ring OF-3, OF-2, OF-1 costs 0 - 3 % + 2 % = -1 % and is bounded by the stock and by OF-3: 45,000. OF-4 with OF-1
would cost +1 %: unused. Surplus 10,000 ppm x 45,000 = 450,000,000; value 3 x 45,000 = 135,000.

Stage 1, residual: OF-1 both ways (+20,000 and -20,000), OF-2 both ways (-30,000 and +30,000), OF-4 forward
(-10,000), the full stock arc back (STEEL->ST-1, 0), the full OF-3 back (WHEAT->COPPER, 0). Distances from the
source: COPPER 0, WHEAT 0, STEEL -20,000 (from COPPER), ST-1 -30,000 (from WHEAT). Reduced costs: OF-1, OF-2, OF-3 0:
free; OF-4 -10,000 + 0 + 30,000 = 20,000: fixed; stock -30,000 + 20,000 = -10,000: fixed.

Stage 2, cost -1 on OF-1, OF-2, OF-3: residual STEEL->COPPER -1 and back +1, WHEAT->ST-1 -1 and back +1,
WHEAT->COPPER +1. Distances: COPPER -1, ST-1 -1, STEEL 0, WHEAT 0. OF-3: -1 - 1 - 0 = -2, fixed. OF-1, OF-2 free.

Stage 3: OF-1 has segments of 4,375; 45,000 fills ten (43,750) and 1,250 of segment 10: forward 10, back -10, cost
4,375 x 45 + 10 x 1,250 = 209,375. OF-2 has segments of 3,750; 45,000 fills twelve exactly: forward 12, back -11, cost
3,750 x 66 = 247,500. Sum 456,875. Distances: STEEL -10, WHEAT -11, COPPER 0, ST-1 0. OF-1 is free in its segment
10, [43,750, 48,125]; OF-2 in its segment 11, [41,250, 45,000], and full there.

Stage 4: with salt 32 x 00 the lottery costs of `1|offer|OF-1|0` and `1|offer|OF-2|0` are A and B below. Residual:
OF-1 both ways, OF-2 back: STEEL -A, WHEAT -B, value 45,000 (A + B). The tight arcs inside a component are OF-1
alone, between two nodes: a tree, so the result is unique.

Premia. All four nodes are one component. Weights 45,000 each; reference COPPER by name. d(C,S) = -20,000 and
d(S,C) = 20,000: STEEL -20,000. d(C,W) = C->S->ST-1->W = -20,000 + 0 + 30,000 = 10,000, d(W,C) = 0: WHEAT 5,000 in
[0, 10,000]. The median by weight over STEEL -20,000, COPPER 0, WHEAT 5,000 is COPPER's 0: no shift.

Rounding. COPPER 45,000 / 7,000 = 6.43: the pool takes its ceiling, 7 (49,000 µ). STEEL and WHEAT are 15 exactly.
Premia of the legs: COPPER 0; STEEL 45,000 x -2 % = -900, so Y, who delivers it, pays X 900; WHEAT 45,000 x 0.5 % = 225,
which Y pays Z. X gets 900 = its 2 %; Y pays 1,125 = 2.5 %, within its 3 %; Z gets 225.
Residuals: X delivered 49,000 for 45,000: +4,000; Z received 49,000 for 45,000: -4,000; Y none.
"""

from __future__ import annotations

import json
from hashlib import sha256

from clearing.model.rulebook import Rulebook
from tests.books import book, offer
from tests.sessions import clear_in_memory

SALT = bytes(32)
A = int.from_bytes(sha256(SALT + b"1|offer|OF-1|0").digest()[:4], "big")
B = int.from_bytes(sha256(SALT + b"1|offer|OF-2|0").digest()[:4], "big")

INPUTS = {
    "inputs/participants.jsonl": """
{"balance_micro":"0","credit_limit_micro":"0","participant_id":"X"}
{"balance_micro":"-500","credit_limit_micro":"1500","participant_id":"Y"}
{"balance_micro":"0","credit_limit_micro":"0","participant_id":"Z"}
""",
    "inputs/assets.jsonl": """
{"asset_id":"COPPER","class":"goods","increment":"1","unit":"C62"}
{"asset_id":"STEEL","class":"goods","increment":"1","unit":"C62"}
{"asset_id":"WHEAT","class":"goods","increment":"1","unit":"C62"}
""",
    "inputs/fixing.jsonl": """
{"asset_id":"COPPER","value_micro":"7000"}
{"asset_id":"STEEL","value_micro":"3000"}
{"asset_id":"WHEAT","value_micro":"3000"}
""",
    "inputs/stocks.jsonl": """
{"asset_id":"STEEL","participant_id":"Y","quantity":"15","stock_id":"ST-1"}
""",
    "inputs/obligations.jsonl": "",
    "inputs/offers.jsonl": """
{"deliver_asset":"COPPER","deliver_quantity":"10","offer_id":"OF-1","participant_id":"X","receive":[{"asset":"STEEL","limit_ppm":"20000"}]}
{"deliver_asset":"STEEL","deliver_quantity":"20","offer_id":"OF-2","participant_id":"Y","receive":[{"asset":"WHEAT","limit_ppm":"-30000"}],"stock_id":"ST-1"}
{"deliver_asset":"WHEAT","deliver_quantity":"15","offer_id":"OF-3","participant_id":"Z","receive":[{"asset":"COPPER","limit_ppm":"0"}]}
{"deliver_asset":"STEEL","deliver_quantity":"20","offer_id":"OF-4","participant_id":"Y","receive":[{"asset":"COPPER","limit_ppm":"-10000"}],"stock_id":"ST-1"}
{"deliver_asset":"WHEAT","deliver_quantity":"5","min_fill":"2","offer_id":"OF-5","participant_id":"Z","receive":[{"asset":"STEEL","limit_ppm":"0"}]}
""",
    "inputs/rulebook.jsonl": """
{"allowance_bps":"200","even_segments":16,"netting_form":"gross","objectives":["surplus","value","even","lottery"],"obligations":"set-off","residual_tolerance":"1","self_crossing":"allow","version":1}
""",
}

OUTCOME = {
    "outcome/refusals.jsonl": """
{"found":"min_fill","limit":"rulebook 1","offer_id":"OF-5","reason":"unsupported"}
""",
    "outcome/fills.jsonl": """
{"delivered":"7","flow_micro":"45000","id":"OF-1","kind":"offer","received":[{"alternative":0,"flow_micro":"45000","quantity":"15"}]}
{"delivered":"15","flow_micro":"45000","id":"OF-2","kind":"offer","received":[{"alternative":0,"flow_micro":"45000","quantity":"15"}]}
{"delivered":"15","flow_micro":"45000","id":"OF-3","kind":"offer","received":[{"alternative":0,"flow_micro":"45000","quantity":"7"}]}
""",
    "outcome/premia.jsonl": """
{"asset_id":"COPPER","component":"pool:COPPER","highest_ppm":"0","lowest_ppm":"0","premium_ppm":"0","reference":"pool:COPPER","traded_micro":"45000"}
{"asset_id":"STEEL","component":"pool:COPPER","highest_ppm":"-20000","lowest_ppm":"-20000","premium_ppm":"-20000","reference":"pool:COPPER","traded_micro":"45000"}
{"asset_id":"WHEAT","component":"pool:COPPER","highest_ppm":"10000","lowest_ppm":"0","premium_ppm":"5000","reference":"pool:COPPER","traded_micro":"45000"}
""",
    "outcome/rings.jsonl": """
{"flow_micro":"45000","nodes":["pool:COPPER","pool:WHEAT","stock:ST-1","pool:STEEL"],"ring_id":"R000001","segments":[{"flow_micro":"45000","members":["OF-3","OF-2","OF-1"]}]}
""",
    "outcome/legs.jsonl": """
{"alternative":0,"asset_id":"COPPER","giver":"X","giver_offer":"OF-1","premium_micro":"0","quantity":"7","receiver":"Z","receiver_offer":"OF-3","rings":["R000001"],"value_micro":"49000"}
{"alternative":0,"asset_id":"STEEL","giver":"Y","giver_offer":"OF-2","premium_micro":"-900","quantity":"15","receiver":"X","receiver_offer":"OF-1","rings":["R000001"],"value_micro":"45000"}
{"alternative":0,"asset_id":"WHEAT","giver":"Z","giver_offer":"OF-3","premium_micro":"225","quantity":"15","receiver":"Y","receiver_offer":"OF-2","rings":["R000001"],"value_micro":"45000"}
""",
    "outcome/entries.jsonl": """
{"amount_micro":"900","kind":"premium","participant_id":"X"}
{"amount_micro":"4000","kind":"residual","participant_id":"X"}
{"amount_micro":"-1125","kind":"premium","participant_id":"Y"}
{"amount_micro":"225","kind":"premium","participant_id":"Z"}
{"amount_micro":"-4000","kind":"residual","participant_id":"Z"}
""",
    "outcome/positions.jsonl": """
{"asset_id":"COPPER","delivered":"7","participant_id":"X","received":"0"}
{"asset_id":"STEEL","delivered":"0","participant_id":"X","received":"15"}
{"asset_id":"STEEL","delivered":"15","participant_id":"Y","received":"0"}
{"asset_id":"WHEAT","delivered":"0","participant_id":"Y","received":"15"}
{"asset_id":"COPPER","delivered":"0","participant_id":"Z","received":"7"}
{"asset_id":"WHEAT","delivered":"15","participant_id":"Z","received":"0"}
""",
    "outcome/instructions.jsonl": """
{"asset_id":"COPPER","deliverer":"X","group":"G000001","instruction_id":"I000001","premium_micro":"0","quantity":"7","receiver":"Z","rings":["R000001"],"value_micro":"49000"}
{"asset_id":"STEEL","deliverer":"Y","group":"G000001","instruction_id":"I000002","premium_micro":"-900","quantity":"15","receiver":"X","rings":["R000001"],"value_micro":"45000"}
{"asset_id":"WHEAT","deliverer":"Z","group":"G000001","instruction_id":"I000003","premium_micro":"225","quantity":"15","receiver":"Y","rings":["R000001"],"value_micro":"45000"}
""",
}


def test_every_line_of_the_worked_example_is_as_worked_out_by_hand() -> None:
    files = _cleared()
    for path, text in {**INPUTS, **OUTCOME}.items():
        assert files[path].decode() == text.lstrip("\n"), path
    assert set(files) == {*INPUTS, *OUTCOME, "certificate.json", "manifest.json"}


def test_the_certificate_of_the_worked_example_is_as_worked_out_by_hand() -> None:
    nodes = ("pool:COPPER", "pool:STEEL", "pool:WHEAT", "stock:ST-1")
    stages = [
        ("surplus", -450_000_000, (0, -20_000, 0, -30_000)),
        ("value", -135_000, (-1, 0, 0, -1)),
        ("even", 456_875, (0, -10, -11, 0)),
        ("lottery", 45_000 * (A + B), (0, -A, -B, 0)),
    ]
    assert json.loads(_cleared()["certificate.json"]) == {
        "format": "clearing-certificate/1",
        "stages": [
            {"objective": name, "value": str(value), "potentials": dict(zip(nodes, map(str, found), strict=True))}
            for name, value, found in stages
        ],
        "unique": True,
        "optimal": True,
        "bound": "-450000000",
        "gap": "0",
        "lottery_stages": 1,
    }


def test_the_manifest_of_the_worked_example_binds_every_file() -> None:
    files = _cleared()
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["files"] == {path: sha256(content).hexdigest() for path, content in files.items()}
    offers = [sha256(b"\x00" + line).digest() for line in files["inputs/offers.jsonl"].splitlines()]
    assert manifest["offers_root"] == _root(offers).hex()
    leaves = [
        sha256(b"\x00" + line).digest() for path in sorted(INPUTS) for line in files[path].splitlines()
    ]
    assert manifest["book_root"] == _root(leaves).hex()
    assert manifest["session"] == "S-" + manifest["book_root"][:12]
    assert manifest["salt"] == SALT.hex()
    assert manifest["sums"] == {
        "value_cleared_micro": "135000",
        "obligations_cleared_micro": "0",
        "surplus_micro_ppm": "450000000",
    }
    assert manifest["counts"] == {
        "participants": 3,
        "assets": 3,
        "stocks": 1,
        "offers": 5,
        "obligations": 0,
        "refused": 1,
        "filled_offers": 1,
        "partly_filled_offers": 2,
        "rings": 1,
        "segments": 1,
        "legs": 3,
        "instructions": 3,
        "groups": 1,
        "participants_served": 3,
        "longest_ring": 3,
    }
    sealed = {key: value for key, value in manifest.items() if key not in ("digest", "made_by")}
    canonical = json.dumps(sealed, sort_keys=True, separators=(",", ":"))
    assert manifest["digest"] == sha256(canonical.encode()).hexdigest()


def _cleared() -> dict[str, bytes]:
    example = book(
        values={"COPPER": 7_000, "STEEL": 3_000, "WHEAT": 3_000},
        desks={"X": (0, 0, -1), "Y": (-500, 1_500, -1), "Z": (0, 0, -1)},
        stocks=[("ST-1", "Y", "STEEL", 15)],
        offers=[
            offer("OF-1", "X", "COPPER", 10, ("STEEL", 20_000)),
            offer("OF-2", "Y", "STEEL", 20, ("WHEAT", -30_000), stock="ST-1"),
            offer("OF-3", "Z", "WHEAT", 15, ("COPPER", 0)),
            offer("OF-4", "Y", "STEEL", 20, ("COPPER", -10_000), stock="ST-1"),
            offer("OF-5", "Z", "WHEAT", 5, ("STEEL", 0), conditions={"min_fill": 2}),
        ],
        rulebook=Rulebook(),
    )
    return clear_in_memory(example, salt=SALT)[1]


def _root(leaves: list[bytes]) -> bytes:
    """RFC 6962, as its recursive definition reads."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + _root(leaves[:split]) + _root(leaves[split:])).digest()
