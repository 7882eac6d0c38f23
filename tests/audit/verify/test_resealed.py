"""A forger who can recompute every digest is still caught, by the law that the change breaks.

The changes of the bundle's row in the list of bad input: each is made so that all else agrees with it.
"""

from __future__ import annotations

import json
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clearing.audit.verify.lottery import lottery_cost
from clearing.model.book import Book
from clearing.model.rulebook import Rulebook
from tests.audit.verify.resealing import (
    Change,
    Records,
    Sign,
    cleared,
    records_of,
    resealed,
    sealed_again,
    settled_again,
    verified,
)
from tests.audit.verify.roundings import book_rounding, keeps_legs, pools_of, roundings
from tests.books import book, offer
from tests.sessions import SALT, clear_in_memory

OUTCOME = ("fills", "rings", "legs", "entries", "positions", "instructions")


def laws_broken(files: dict[str, bytes], **trusted: object) -> set[int]:
    return set(verified(files, **trusted).counts)


def signer(byte: int) -> tuple[bytes, Sign]:
    key = Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32)
    public = key.public_key().public_bytes_raw()
    return public, lambda digest: (public.hex(), key.sign(digest).hex())


def test_what_is_resealed_unchanged_still_verifies() -> None:
    assert resealed(cleared(1), lambda records: None) == cleared(1)
    assert verified(cleared(1)).holds


# A worse circulation with made-up potentials


def clears_nothing(records: Records) -> None:
    for name in OUTCOME:
        records[f"outcome/{name}.jsonl"] = []
    for premium in records["outcome/premia.jsonl"]:
        premium |= {"premium_ppm": "0", "traded_micro": "0"}
    for stage in records["certificate.json"][0]["stages"]:
        stage["potentials"] = dict.fromkeys(stage["potentials"], "0")
        stage["value"] = "0"
    records["certificate.json"][0]["bound"] = "0"
    manifest = records["manifest.json"][0]
    for name in ("filled_offers", "partly_filled_offers", "rings", "segments", "legs", "instructions", "groups"):
        manifest["counts"][name] = 0
    manifest["counts"] |= {"participants_served": 0, "longest_ring": 0}
    manifest["sums"] = dict.fromkeys(manifest["sums"], "0")


@pytest.mark.parametrize("seed", range(5))
def test_clearing_nothing_breaks_law_5(seed: int) -> None:
    assert laws_broken(resealed(cleared(seed), clears_nothing)) == {5}


def grafted(inputs: Book, outcome: Book, *, salt: bytes = SALT, outcome_salt: bytes = SALT) -> dict[str, bytes]:
    """The outcome of one book sealed with the inputs of another."""
    own = clear_in_memory(inputs, salt=salt)[1]
    other = clear_in_memory(outcome, salt=outcome_salt)[1]
    files = {path: (own if path.startswith("inputs/") else other)[path] for path in own}
    manifest = json.loads(other["manifest.json"])
    manifest["salt"], manifest["session"] = salt.hex(), json.loads(own["manifest.json"])["session"]
    for name in ("participants", "assets", "stocks", "offers", "obligations"):
        manifest["counts"][name] = json.loads(own["manifest.json"])["counts"][name]
    return sealed_again({**files, "manifest.json": json.dumps(manifest).encode()})


def ring_of_three(*more: object, rulebook: Rulebook | None = None) -> Book:
    rows = [
        offer("P1", "P", "A", 90, ("B", -500)),
        offer("Q1", "Q", "B", 80, ("C", -300)),
        offer("R1", "R", "C", 70, ("A", 200)),
        offer("S1", "S", "C", 40, ("A", 100)),
    ]
    return book(values={"A": 1_000, "B": 1_001, "C": 1_003}, offers=[*rows, *more], rulebook=rulebook)  # type: ignore[list-item]


def test_the_optimum_of_the_book_without_one_offer_breaks_law_5() -> None:
    better = offer("T1", "T", "C", 30, ("A", -2_000))
    files = grafted(ring_of_three(better), ring_of_three())
    assert laws_broken(files) == {5}
    assert "T1" in verified(files).violations[0].message


@pytest.mark.parametrize("stage", range(4))
@pytest.mark.parametrize("step", [-1, 1])
def test_any_other_potential_breaks_law_5(stage: int, step: int) -> None:
    files = cleared(2)
    names = sorted(records_of(files)["certificate.json"][0]["stages"][stage]["potentials"])

    for name in names:

        def move(records: Records, name: str = name) -> None:
            potentials = records["certificate.json"][0]["stages"][stage]["potentials"]
            potentials[name] = str(int(potentials[name]) + step)

        assert 5 in laws_broken(resealed(files, move)), name


def test_all_potentials_moved_together_break_law_5() -> None:
    def move(records: Records) -> None:
        potentials = records["certificate.json"][0]["stages"][0]["potentials"]
        for name in potentials:
            potentials[name] = str(int(potentials[name]) - 7)

    assert 5 in laws_broken(resealed(cleared(2), move))


# A tie swapped against the lottery


def tied_book() -> Book:
    """Two desks alike, outside classes, for one unit more than an even split has: the lottery has the last word."""
    rows = [
        offer("P1", "P", "A", 1, ("B", 0)),
        offer("Q1", "Q", "B", 100, ("A", 0, 90)),
        offer("R1", "R", "B", 100, ("A", 0, 90)),
    ]
    return book(values={"A": 1_001, "B": 1_001}, offers=rows)


def test_a_tie_swapped_against_the_lottery_breaks_law_5() -> None:
    flows = {}
    for byte in range(64):
        salt = bytes([byte]) * 32
        fills = clear_in_memory(tied_book(), salt=salt)[1]["outcome/fills.jsonl"]
        flows.setdefault(fills, salt)
    one, other, *_ = flows.values()
    assert laws_broken(grafted(tied_book(), tied_book(), salt=one, outcome_salt=one)) == set()
    broken = verified(grafted(tied_book(), tied_book(), salt=one, outcome_salt=other))
    assert 5 in broken.counts
    assert any("lottery" in each.message for each in broken.violations)


def test_class_shares_swapped_break_law_5() -> None:
    rows = [
        offer("P1", "P", "A", 1, ("B", 0)),
        offer("Q1", "Q", "B", 1, ("A", 0)),
        offer("R1", "R", "B", 1, ("A", 0)),
    ]
    files = clear_in_memory(book(values={"A": 1_001, "B": 1_001}, offers=rows))[1]

    def swap(records: Records) -> None:
        names = {"Q1": "R1", "R1": "Q1"}
        fills = [each for each in records["outcome/fills.jsonl"] if each["id"] in names]
        flows = {each["id"]: each["flow_micro"] for each in fills}
        assert flows["Q1"] != flows["R1"]
        for each in fills:
            each["flow_micro"] = each["received"][0]["flow_micro"] = flows[names[each["id"]]]

    assert 5 in laws_broken(resealed(files, swap))


# An increment moved between legs


def test_every_other_rounding_breaks_law_6() -> None:
    tried = own = 0
    for seed in range(40):
        files = cleared(seed)
        records = records_of(files)
        for pool in pools_of(records):
            for quantity in roundings(pool, records):
                if not keeps_legs(records, pool, quantity):
                    continue

                def change(records: Records, pool=pool, quantity=quantity) -> None:  # type: ignore[no-untyped-def]
                    book_rounding(records, pool, quantity)
                    settled_again(records)

                changed = resealed(files, change)
                if changed == files:
                    continue
                assert laws_broken(changed) == {6}, (seed, pool.asset)
                tried += 1
                own += changed["outcome/legs.jsonl"] == files["outcome/legs.jsonl"]
    assert tried > 50
    assert own > 0


def test_an_increment_more_than_the_ceiling_breaks_law_6() -> None:
    def change(records: Records) -> None:
        leg = records["outcome/legs.jsonl"][0]
        leg["quantity"] = str(int(leg["quantity"]) + 1)
        settled_again(records)

    assert 6 in laws_broken(resealed(cleared(3), change))


# A false `unique`


def colliding_book() -> Book:
    """A tie that the first lottery cannot break: two offers of the same cost, so that a second is needed."""
    seen: dict[int, str] = {}
    names: tuple[str, str] | None = None
    for number in range(400_000):
        name = f"T{number}"
        cost = lottery_cost(SALT, f"1|offer|{name}|0")
        if cost in seen:
            names = (seen[cost], name)
            break
        seen[cost] = name
    assert names is not None
    rows = [
        offer("P1", "P", "A", 1, ("B", 0)),
        offer(names[0], "Q", "B", 100, ("A", 0, 90)),
        offer(names[1], "R", "B", 100, ("A", 0, 90)),
    ]
    return book(values={"A": 1_001, "B": 1_001}, offers=rows)


def test_a_false_unique_breaks_law_5() -> None:
    files = clear_in_memory(colliding_book())[1]
    assert verified(files).holds
    assert records_of(files)["certificate.json"][0]["lottery_stages"] == 2

    def drop_the_last_stage(records: Records) -> None:
        certificate = records["certificate.json"][0]
        certificate["stages"].pop()
        certificate["lottery_stages"] = 1

    report = verified(resealed(files, drop_the_last_stage))
    assert set(report.counts) == {5}
    assert "not unique" in report.violations[0].message


def test_a_stage_too_many_breaks_law_5() -> None:
    def repeat_the_last_stage(records: Records) -> None:
        certificate = records["certificate.json"][0]
        certificate["stages"].append(certificate["stages"][-1])
        certificate["lottery_stages"] = 2

    assert laws_broken(resealed(cleared(1), repeat_the_last_stage)) == {5}


@pytest.mark.parametrize(
    ("name", "claim"), [("unique", False), ("optimal", False), ("gap", "1"), ("bound", "-1"), ("lottery_stages", 2)]
)
def test_any_other_claim_breaks_law_5(name: str, claim: object) -> None:
    def change(records: Records) -> None:
        records["certificate.json"][0][name] = claim

    assert laws_broken(resealed(cleared(1), change)) == {5}


# An inflated interval


@pytest.mark.parametrize(("end", "step"), [("lowest_ppm", -1), ("lowest_ppm", 1), ("highest_ppm", 1)])
def test_an_interval_of_another_width_breaks_law_5(end: str, step: int) -> None:
    def change(records: Records) -> None:
        premium = next(each for each in records["outcome/premia.jsonl"] if end in each)
        premium[end] = str(int(premium[end]) + step)

    assert laws_broken(resealed(cleared(4), change)) == {5}


def test_another_premium_within_its_interval_breaks_law_5() -> None:
    tried = 0
    for seed, step in product(range(40), (-1, 1)):
        for number, premium in enumerate(records_of(cleared(seed))["outcome/premia.jsonl"]):
            mu = int(premium["premium_ppm"])
            end = int(premium.get("lowest_ppm" if step < 0 else "highest_ppm", mu))
            if (end - mu) * step <= 0:
                continue

            def change(records: Records, number: int = number, step: int = step) -> None:
                premium = records["outcome/premia.jsonl"][number]
                premium["premium_ppm"] = str(int(premium["premium_ppm"]) + step)
                settled_again(records)

            assert 5 in laws_broken(resealed(cleared(seed), change))
            tried += 1
    assert tried > 5


# A bogus refusal


def test_a_bogus_refusal_breaks_law_2() -> None:
    better = offer("T1", "T", "C", 30, ("A", -2_000))

    def refuse(records: Records) -> None:
        line = {"offer_id": "T1", "reason": "no_headroom", "found": "600000", "limit": "0"}
        records["outcome/refusals.jsonl"].append(line)
        records["manifest.json"][0]["counts"]["refused"] = 1

    files = resealed(grafted(ring_of_three(better), ring_of_three()), refuse)
    assert laws_broken(files) == {2}


@pytest.mark.parametrize("field", ["found", "limit", "reason"])
def test_a_refusal_with_other_figures_breaks_law_2(field: str) -> None:
    files = next(cleared(seed) for seed in range(50) if cleared(seed)["outcome/refusals.jsonl"])

    def change(records: Records) -> None:
        records["outcome/refusals.jsonl"][0][field] = "expired" if field == "reason" else "17"

    assert laws_broken(resealed(files, change)) == {2}


def test_a_refusal_left_out_breaks_law_2() -> None:
    files = next(cleared(seed) for seed in range(50) if cleared(seed)["outcome/refusals.jsonl"])

    def change(records: Records) -> None:
        records["outcome/refusals.jsonl"].pop()
        records["manifest.json"][0]["counts"]["refused"] -= 1

    assert 2 in laws_broken(resealed(files, change))


# Another rulebook


def another_rulebook(name: str, value: object) -> Change:
    def change(records: Records) -> None:
        records["inputs/rulebook.jsonl"][0][name] = value

    return change


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", 2),
        ("objectives", ["value", "surplus", "even", "lottery"]),
        ("even_segments", 8),
        ("obligations", "ignore"),
        ("self_crossing", "refuse"),
        ("residual_tolerance", "0.0000001"),
        ("allowance_bps", "0.001"),
    ],
)
def test_a_rulebook_that_is_not_rulebook_1_breaks_law_2(name: str, value: object) -> None:
    assert laws_broken(resealed(cleared(1), another_rulebook(name, value))) == {2}


def test_a_rulebook_under_which_the_refusals_differ_breaks_law_2() -> None:
    files = next(cleared(seed) for seed in range(50) if cleared(seed)["outcome/refusals.jsonl"])
    assert 2 in laws_broken(resealed(files, another_rulebook("allowance_bps", "1000000")))


def test_a_rulebook_that_changes_nothing_breaks_law_0_against_a_trusted_root() -> None:
    files = clear_in_memory(ring_of_three())[1]
    manifest = json.loads(files["manifest.json"])
    changed = resealed(files, another_rulebook("allowance_bps", "300"))
    assert verified(changed).verdict == "consistent, inputs not authenticated"
    for name in ("digest", "book_root"):
        assert verified(files, **{name: manifest[name]}).authenticated
        report = verified(changed, **{name: manifest[name]})
        assert set(report.counts) == {0}
        assert report.authenticated == ()


# Another key


def test_another_key_breaks_law_0_where_one_is_trusted() -> None:
    files = cleared(1)
    (trusted, sign), (_, forge) = signer(1), signer(2)
    signed, forged = sealed_again(files, sign=sign), sealed_again(files, sign=forge)
    assert verified(signed, key=trusted).authenticated == ("key",)
    assert verified(forged).holds
    assert laws_broken(forged, key=trusted) == {0}
    assert laws_broken(files, key=trusted) == {0}


def test_a_signature_that_is_not_over_the_digest_breaks_law_0() -> None:
    public, sign = signer(1)
    files = sealed_again(cleared(1), sign=lambda digest: sign(digest[::-1]))
    assert laws_broken(files) == {0}
    assert laws_broken(files, key=public) == {0}
