"""The house looked back on: its log, proofs that anybody checks, checkpoints, and its past computed again."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clearing.house.journal_event import bind
from tests.doors.console import DEMO_BOOK, Console
from tests.doors.house.houses import RING, AHouse, at_time, make_demo_house, make_house, write_key

DEMO_DESKS = [row.split(",")[0] for row in (DEMO_BOOK / "participants.csv").read_text().splitlines()[1:]]


@pytest.fixture
def cleared(house: AHouse) -> AHouse:
    house.does("submit", house.offers(RING))
    house.does("run", "--batch", "1")
    return house


def checked(house: AHouse, proof: dict[str, Any], *options: str | Path) -> tuple[int, list[str]]:
    ended = house.console("house", "check-proof", house.file(json.dumps(proof), "proof.json"), *options, "--json")
    return ended.status, json.loads(ended.out)["wrong"] if ended.out else []


def test_the_log_finds_events_by_kind_actor_and_what_their_lines_contain(cleared: AHouse) -> None:
    kinds = [line.split()[3] for line in cleared.does("log").splitlines()]
    assert kinds[-5:] == ["session.closed", "session.opened", "session.fixed", "session.cleared", "session.final"]
    assert len(cleared.does("log", "--kind", "session.opened").splitlines()) == 2
    assert cleared.does("log", "--actor", "ANNA") == ""
    cleared.does("withdraw", "1", "--as", "ANNA")
    found = [json.loads(line) for line in cleared.does("log", "--about", '"offer_id":"1"', "--json").splitlines()]
    assert [event["kind"] for event in found] == ["offers.submitted"]
    assert [json.loads(line)["actor"] for line in cleared.does("log", "--actor", "ANNA", "--json").splitlines()]


def test_a_kind_that_no_event_has_is_refused(cleared: AHouse) -> None:
    ended = cleared.run("log", "--kind", "nope")
    assert (ended.status, ended.out) == (2, "")
    assert "--kind 'nope' is no kind of event; allowed: house.founded, rulebook.set, " in ended.err


def test_a_proof_leads_from_an_offer_as_submitted_to_the_root_of_the_journal(cleared: AHouse) -> None:
    proof = json.loads(cleared.does("proof", "2"))
    assert json.loads(proof["line"])["deliver_quantity"] == "100"
    root = cleared.json("status")["root"]
    assert checked(cleared, proof, "--root", root) == (0, [])
    assert checked(cleared, proof, "--root", "0" * 64) == (4, ["its root is not the trusted one"])
    assert checked(cleared, proof, "--root", root.upper()) == (0, [])
    no_root = cleared.console("house", "check-proof", cleared.folder / "proof.json", "--root", root[1:])
    assert (no_root.status, no_root.err) == (2, "clearing: a trusted root is 64 hex digits\n")
    assert cleared.run("proof", "9").status == 2


@pytest.mark.parametrize("member", ["line", "place", "line_path", "event", "path", "root", "offer_id", "format"])
def test_a_proof_with_anything_changed_does_not_hold(cleared: AHouse, member: str) -> None:
    intact = json.loads(cleared.does("proof", "2"))
    proof, root = dict(intact), intact["root"]
    match proof[member]:
        case str(text):
            last = "1" if text.endswith("0") else "0"
            proof[member] = text.replace('"100"', '"101"') if member == "line" else text[:-1] + last
        case int(number):
            proof[member] = number + 1
        case nodes:
            proof[member] = nodes[:-1]
    assert proof != intact
    status, wrong = checked(cleared, proof, "--root", root)
    assert status == 4
    assert wrong


def test_the_journal_at_any_size_is_a_prefix_of_itself_later(cleared: AHouse) -> None:
    last = cleared.json("status")["events"]
    for first in range(1, last + 1):
        proof = json.loads(cleared.does("consistency", str(first), str(last)))
        assert checked(cleared, proof) == (0, [])
        if first < last:
            proof["first_root"] = proof["second_root"]
            assert checked(cleared, proof)[0] == 4
    assert cleared.run("consistency", "3", "2").status == 2
    assert cleared.run("consistency", "1", str(last + 1)).status == 2


def test_a_witness_keeps_signed_checkpoints_that_later_proofs_must_join(cleared: AHouse, tmp_path: Path) -> None:
    key, public = write_key(tmp_path)
    note = cleared.file(cleared.does("checkpoint", "--sign", key), "note.txt")
    size = cleared.json("status")["events"]
    assert note.read_text(encoding="utf-8").splitlines()[1] == str(size)
    proof = json.loads(cleared.does("proof", "2"))
    assert checked(cleared, proof, "--checkpoint", note, "--key", public) == (0, [])
    cleared.does("withdraw", "1")
    grown = json.loads(cleared.does("consistency", str(size), str(size + 1)))
    assert checked(cleared, grown, "--checkpoint", note, "--key", public) == (0, [])
    assert checked(cleared, {**proof, "size": size + 1}, "--checkpoint", note)[0] == 4
    late = json.loads(cleared.does("proof", "2"))
    assert checked(cleared, late, "--checkpoint", note, "--key", public)[0] == 4
    other = cleared.console("house", "check-proof", tmp_path / "proof.json", "--checkpoint", note, "--key", "ab" * 32)
    assert other.status == 3
    assert "not signed with the trusted key" in other.err
    forged = cleared.file(note.read_text(encoding="utf-8").replace(f"\n{size}\n", f"\n{size + 1}\n"), "forged.txt")
    assert cleared.console("house", "check-proof", tmp_path / "proof.json", "--checkpoint", forged,
                           "--key", public).status == 3  # fmt: skip


def test_a_receipt_checks_with_the_key_that_signed_it_and_no_other(house: AHouse, tmp_path: Path) -> None:
    key, public = write_key(tmp_path)
    receipt = house.json("submit", house.offers(RING), "--sign", key)
    assert checked(house, receipt, "--key", public) == (0, [])
    assert checked(house, receipt, "--key", "ab" * 32)[0] == 4
    assert checked(house, {**receipt, "hash": "0" * 64}, "--key", public)[0] == 4
    unsigned = {name: value for name, value in receipt.items() if name != "signature"}
    assert checked(house, unsigned, "--key", public) == (4, ["it is not signed"])


def test_every_past_session_replays_the_oldest_rulebook_too(cleared: AHouse) -> None:
    cleared.does("rulebook", cleared.file("version = 2\n", "rulebook.toml"))
    cleared.does("submit", cleared.offers("4,CARL,POWER,40,WHEAT,0,\n"))
    cleared.does("run", "--batch", "2")
    lines = cleared.does("replay", "--all").splitlines()
    assert [line.split()[2] for line in lines] == ["1", "2"]
    assert all(line.endswith("identical") for line in lines)


def test_a_bundle_that_is_not_the_one_cited_is_found_and_a_lost_one_computes_from_the_journal(cleared: AHouse) -> None:
    cleared.does("submit", cleared.offers("4,CARL,POWER,40,WHEAT,0,\n"))
    cleared.does("run", "--batch", "2")
    (cleared.bundles / "S-000001").rename(cleared.folder / "away")
    assert [each["by"] for each in cleared.json("replay", "--all")["clearings"]] == ["journal", "bundle"]
    (cleared.bundles / "S-000002").rename(cleared.bundles / "S-000001")
    ended = cleared.run("replay", "--all")
    assert ended.status == 4
    assert "the journal cites" in ended.out.splitlines()[0]
    assert ended.out.splitlines()[1].endswith("identical, its bundle is lost: from the journal alone")


def test_a_bundle_that_was_changed_is_found(cleared: AHouse) -> None:
    fills = cleared.bundles / "S-000001" / "outcome" / "fills.jsonl"
    text = fills.read_text(encoding="utf-8")
    fills.write_text(text.replace('"100"', '"101"').replace('"60"', '"61"'), encoding="utf-8")
    ended = cleared.run("replay", "--all")
    assert ended.status == 4
    assert "fills.jsonl" in ended.out


def test_a_journal_that_makes_another_book_than_it_cites_is_found(cleared: AHouse) -> None:
    with closing(sqlite3.connect(cleared.folder / "house.db")) as connection:
        connection.execute("DROP TRIGGER payload_no_update")
        connection.execute("DROP TRIGGER journal_no_update")
        seq, kept = connection.execute("SELECT seq, content FROM payload WHERE name = 'offers'").fetchone()
        (event,) = connection.execute("SELECT event FROM journal WHERE seq = ?", (seq,)).fetchone()
        before = zlib.decompress(kept)
        after = before.replace(b'"100"', b'"101"')
        rebound = event.replace(bind(before).root.encode(), bind(after).root.encode())
        changed = (zlib.compress(after), seq)
        connection.execute("UPDATE payload SET content = ? WHERE seq = ? AND name = 'offers'", changed)
        connection.execute("UPDATE journal SET event = ? WHERE seq = ?", (rebound, seq))
        connection.commit()
    ended = cleared.run("replay", "--all")
    assert ended.status == 4
    assert "another root than it cites" in ended.out


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE payload SET content = substr(content, 1, 9) WHERE name = 'offers'",
         "its payload offers cannot be read"),
        ("UPDATE payload SET content = X'00' WHERE name = 'participants'", "its payload participants cannot be read"),
        ("DELETE FROM payload WHERE name = 'offers'", "its payload offers is missing"),
        ("DELETE FROM payload WHERE name = 'fixing'", "its payload fixing is missing"),
        ("DELETE FROM payload WHERE name = 'instructions'", "its payload instructions is missing"),
        ("UPDATE payload SET content = (SELECT content FROM payload WHERE name = 'assets') WHERE name = 'instructions'",
         "its payload instructions has 3 lines and another root than the event binds"),
    ],
)  # fmt: skip
def test_a_payload_that_is_damaged_is_named_by_every_command_that_reads_it(
    cleared: AHouse, damage: str, says: str
) -> None:
    with closing(sqlite3.connect(cleared.folder / "house.db")) as connection:
        connection.execute("DROP TRIGGER payload_no_update")
        connection.execute("DROP TRIGGER payload_no_delete")
        connection.execute(damage)
        connection.commit()
    name = says.split()[2]
    reads: dict[str, list[tuple[str | Path, ...]]] = {
        "offers": [("proof", "2"), ("replay", "--all")],
        "fixing": [("replay", "--all")],
        "instructions": [("statement", "ANNA"), ("export-beancount", cleared.folder / "ledger")],
        "participants": [("replay", "--all")],
    }
    for command in [*reads[name], ("log", "--about", "nowhere")]:
        ended = cleared.run(*command)
        assert ended.status == 4, command
        assert says in ended.err, command
        assert "event " in ended.err
    ended = cleared.run("check")
    assert ended.status == 4
    assert says in ended.out
    assert not (cleared.folder / "ledger").exists()


def test_a_table_that_is_missing_is_named_by_every_command_that_needs_it(cleared: AHouse) -> None:
    with closing(sqlite3.connect(cleared.folder / "house.db")) as connection:
        connection.execute("DROP TABLE stocks")
    ended = cleared.run("check")
    assert (ended.status, ended.err) == (4, "")
    assert ended.out == "stocks: the table is missing; bring the database back from a backup\n"
    ended = cleared.run("close", "--batch", "2")
    assert ended.status == 4
    assert "no such table: stocks; bring the database back from a backup" in ended.err


def test_what_if_tells_who_would_gain_and_lose_and_binds_nobody(cleared: AHouse) -> None:
    before = cleared.json("status")
    found = cleared.json("what-if", "S-000001", "--without", "BO")
    assert found["binding"] is False
    assert found["would_clear_micro"] == "0"
    assert [desk["would_delivered_micro"] for desk in found["participants"]] == ["0", "0", "0"]
    assert "Not binding" in cleared.does("what-if", "S-000001", "--without", "BO")
    same = cleared.does("what-if", "S-000001", "--rulebook", cleared.file("version = 2\n", "rulebook.toml"))
    assert "nobody would have had anything else" in same
    assert cleared.json("status") == before
    for arguments in (("S-000001",), ("S-000001", "--without", "DORA"), ("S-000002", "--without", "BO")):
        assert cleared.run("what-if", *arguments).status == 2


def test_a_gain_that_rounds_to_nothing_has_no_sign(cleared: AHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    found = cleared.json("what-if", "S-000001", "--without", "BO")
    gains = {"had_gain_micro_ppm": "-1", "would_gain_micro_ppm": "-5000000001"}
    found["participants"] = [desk | gains for desk in found["participants"]]
    monkeypatch.setattr("clearing.keeping.past.what_if", lambda *_, **__: found)
    rows = cleared.does("what-if", "S-000001", "--without", "BO").splitlines()[4:]
    assert [row.split()[-2:] for row in rows] == [["0.00", "-0.01"]] * 3


def test_gains_sum_to_the_surplus_and_no_desk_loses_by_taking_part(console: Console, tmp_path: Path) -> None:
    house = make_demo_house(console, tmp_path)
    cleared = house.json("run", "--batch", "1")["cleared"][0]
    found = house.json("what-if", "S-000001", "--without", "LOTUS")["participants"]
    gains = [int(desk["had_gain_micro_ppm"]) for desk in found]
    assert min(gains) > -(10**12)
    every = house.json("what-if", "S-000001", *(arg for desk in DEMO_DESKS for arg in ("--without", desk)))
    gains = [int(desk["had_gain_micro_ppm"]) for desk in every["participants"]]
    assert abs(sum(gains) - int(cleared["surplus_micro_ppm"])) <= 10**6 * len(gains)


def test_clearings_before_a_veto_replay_too(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make_house(console, tmp_path, "--veto-minutes", "60")
    house.does("submit", house.offers(RING))
    at_time(monkeypatch, "2026-01-31T16:00:00Z")
    house.does("run", "--batch", "1")
    house.does("veto", "S-000001", "--offer", "3", "--ground", "sanctions", "--evidence", "list of the day")
    house.does("run", "--batch", "1")
    assert [each["bundle"] for each in house.json("replay", "--all")["clearings"]] == ["S-000001", "S-000001.2"]
