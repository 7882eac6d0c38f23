"""Want lists: each line of the grammar, options, official names, dummies and priorities, and what clears of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearing.doors.text_columns import ID
from tests.doors.console import Console
from tests.doors.imports.small_imports import FIXTURES, Imported, assert_refused, cleared, imported, legs

SWAP = "(ann) A : B\n(bo) B : A\n"
DUMMIES = "#! ALLOW-DUMMIES\n"


def wants(console: Console, folder: Path, text: str | bytes) -> Imported:
    return imported(console, folder, "wants", text)


@pytest.mark.parametrize(
    "text",
    [
        SWAP,
        "(ann) A B\n(bo) B A\n",
        "\ufeff(ann) A : B\r\n\r(bo)\tB:A",
        "# a comment\n\n  (Ann)  a: b \n(BO) B :A ; B\n",
        "(ann)A : B B A\n(bo) B : nowhere A A\n",
    ],
)
def test_each_way_to_write_a_swap_is_that_swap(console: Console, tmp_path: Path, text: str) -> None:
    found = wants(console, tmp_path, text)
    assert found.ended.status == 0, found.ended.err
    assert found.takes == {"A": ["B"], "B": ["A"]}
    assert [row["participant_id"] for row in found.rows("offers")] == ["ANN", "BO"]
    assert found.rulebook == {
        "version": 2,
        "objectives": ["items", "participants", "lottery"],
        "residual_tolerance": "0",
        "self_crossing": "allow",
    }
    told = cleared(console, found.book)
    assert (told["legs"], told["participants_served"], told["optimal"]) == (2, 2, True)


@pytest.mark.parametrize(
    ("text", "row", "phrase"),
    [
        ("(ann A : B", 1, "one user in parentheses at the front"),
        ("() A : B", 1, "one user in parentheses at the front"),
        ("(ann)", 1, "allowed: (user) item : wanted wanted ..."),
        ("(ann)(bo) A : B", 1, "one user in parentheses at the front"),
        ("A (ann) : B", 1, "one user in parentheses at the front"),
        ("A : B : C", 1, "with one colon"),
        (": B", 1, "one item before the colon"),
        ("A B : C", 1, "one item before the colon"),
        ("A ; B : C", 1, "one item before the colon"),
        ("A : B # later", 1, "# at the beginning of a line only"),
        ("A : B=2", 1, "printable ASCII characters other than"),
        ("A : B\n\nA : C", 3, "one line an item; row 1 has it"),
        ("%d : A", 1, "for dummies the list says ALLOW-DUMMIES"),
        ("A : %d", 1, "for dummies the list says ALLOW-DUMMIES"),
        (f"{DUMMIES}%d : A", 2, "dummies belong to the user who names them"),
        (f"{DUMMIES}(ann) % : A", 2, "one item before the colon"),
        (f"{DUMMIES}(ann) %d : A\n(ANN) %D : B", 3, "row 2 has it"),
        ("#! REQUIRE-COLONS\nA B", 2, "the list says REQUIRE-COLONS"),
        ("#! REQUIRE-USERNAMES\nA : B", 2, "the list says REQUIRE-USERNAMES"),
        ("#! BIG-STEP=x\nA : B", 1, "a step from 0 to 99999"),
        ("A : B\n#! CASE-SENSITIVE", 2, "options before official names and before the first item"),
        ("!BEGIN-OFFICIAL-NAMES\nA", 1, "!END-OFFICIAL-NAMES after the last name"),
        ("!END-OFFICIAL-NAMES\nA : B", 1, "!BEGIN-OFFICIAL-NAMES before it"),
        ("A : B\n!begin-official-names\n!end-official-names", 2, "one block of official names, before the first item"),
        ("!BEGIN-OFFICIAL-NAMES\nA\na x\n!END-OFFICIAL-NAMES\nA : B", 3, "each official name once"),
        ("!BEGIN-OFFICIAL-NAMES\n%A\n!END-OFFICIAL-NAMES\nA : B", 2, "no dummy"),
        ("!LATER\nA : B", 1, "!BEGIN-OFFICIAL-NAMES, !END-OFFICIAL-NAMES or (user) item"),
        ("#! EXPLICIT-PRIORITIES\nA : B=0", 2, "a priority from 1 to 99999"),
    ],
)
def test_a_malformed_line_is_told_with_its_row(
    console: Console, tmp_path: Path, text: str, row: int, phrase: str
) -> None:
    assert_refused(wants(console, tmp_path, text), f":{row}", "found ", phrase)


def test_all_malformed_lines_are_told_at_once(console: Console, tmp_path: Path) -> None:
    found = wants(console, tmp_path, "A B : C\nD : E\n(x F : G\nD : A\nH : I # J\n")
    assert_refused(found, ":1")
    assert [line.split(":")[1] for line in found.ended.err.splitlines()[:-1]] == ["1", "3", "4", "5"]


def test_names_keep_their_case_only_where_the_list_says_so(console: Console, tmp_path: Path) -> None:
    found = wants(console, tmp_path, f"#! case-sensitive\n{SWAP}(Ann) a : B\n")
    assert found.takes == {"A": ["B"], "B": ["A"], "a": ["B"]}
    assert [row["participant_id"] for row in found.rows("participants")] == ["ann", "bo", "Ann"]
    (tmp_path / "folded").mkdir()
    refused = wants(console, tmp_path / "folded", f"{SWAP}(Ann) a : B\n")
    assert_refused(refused, ":3", "row 1 has it")


def test_options_that_change_nothing_and_unknown_ones_are_noted(console: Console, tmp_path: Path) -> None:
    found = wants(console, tmp_path, f"#! HIDE-STATS ITERATIONS=20 SEED=7\n#! MAKE-COFFEE\n{SWAP}")
    assert found.ended.status == 0
    assert found.ended.err.splitlines() == [
        "note: options that change nothing here (3): HIDE-STATS, ITERATIONS=20, SEED=7",
        "note: unknown options, ignored (1): MAKE-COFFEE",
    ]


def test_without_users_each_item_is_its_own_participant(console: Console, tmp_path: Path) -> None:
    found = wants(console, tmp_path, "A : B\nB : A\nC\n")
    assert [row["participant_id"] for row in found.rows("participants")] == ["A", "B", "C"]
    assert found.takes == {"A": ["B"], "B": ["A"]}
    assert found.rulebook["objectives"] == ["items", "lottery"]


def test_what_is_left_out_is_noted(console: Console, tmp_path: Path) -> None:
    text = "(ann) A : A Z B B C\n(bo) B : A\n(ann) C : B\n"
    found = wants(console, tmp_path, text)
    assert found.takes == {"A": ["B"], "B": ["A"], "C": ["B"]}
    assert found.ended.err.splitlines() == [
        "note: items wanted for themselves, left out (1): A",
        "note: wanted items that the list has not, left out (1): Z",
        "note: items wanted twice in a line, the first kept (1): B",
        "note: wanted items of the same user, left out (1): C",
    ]


def test_lines_of_items_that_are_not_official_are_left_out_and_noted(console: Console, tmp_path: Path) -> None:
    names = "!BEGIN-OFFICIAL-NAMES\nA ==> the first\nB\nS\n!END-OFFICIAL-NAMES\n"
    found = wants(console, tmp_path, f"{names}(ann) A : B X S\n(bo) B : A\n(cy) X : A\n")
    assert found.takes == {"A": ["B", "S"], "B": ["A"]}
    assert "not among the official names, their lines left out (1): X" in found.ended.err
    named = {row["asset_id"]: row["name"] for row in found.rows("assets")}
    assert named == {"A": "A the first", "B": "", "S": ""}
    assert [row["participant_id"] for row in found.rows("participants")] == ["ANN", "BO"]


def test_names_that_are_no_ids_get_stable_ids_and_keep_their_names(console: Console, tmp_path: Path) -> None:
    found = wants(console, tmp_path, "(x y) A+ : ../B INDEX\n(x-y) ../B : a+\n(z) index : A+\n(x_y) A_ : A+\n")
    assert found.ended.status == 0
    assets, desks = found.rows("assets"), found.rows("participants")
    ids = [row["asset_id"] for row in assets] + [row["participant_id"] for row in desks]
    assert all(ID.fullmatch(id) and id != "INDEX" for id in ids)
    assert len(set(ids)) == len(ids) == 8
    assert [row["name"] for row in assets] == ["A+", "../B", "index", ""]
    (tmp_path / "again").mkdir()
    again = wants(console, tmp_path / "again", "(z) index : A+\n(x y) A+ : index\n")
    assert {row["asset_id"] for row in again.rows("assets")} < {row["asset_id"] for row in assets}
    assert cleared(console, found.book)["legs"] == 2


# Dummies


def test_a_dummy_of_another_user_is_another_dummy(console: Console, tmp_path: Path) -> None:
    found = wants(console, tmp_path, f"{DUMMIES}(ann) A : %d\n(ann) %d : B\n(bo) B : %D\n(bo) %d : A\n")
    assert found.takes == {
        "A": ["dummy:ANN:D"],
        "dummy:ANN:D": ["B"],
        "B": ["dummy:BO:D"],
        "dummy:BO:D": ["A"],
    }
    classes = {row["asset_id"]: row["class"] for row in found.rows("assets")}
    assert classes == {"A": "", "B": "", "dummy:ANN:D": "internal", "dummy:BO:D": "internal"}
    told = cleared(console, found.book)
    assert (told["legs"], told["participants_served"]) == (2, 2)
    assert legs(found.book) == {("ANN", "BO", "A"), ("BO", "ANN", "B")}


def test_dummies_protect_from_duplicates_to_the_end(console: Console, tmp_path: Path) -> None:
    text = (FIXTURES / "wants.txt").read_text(encoding="utf-8")
    protected = wants(console, tmp_path, text)
    told = cleared(console, protected.book)
    assert (told["legs"], told["participants_served"], told["optimal"]) == (4, 3, True)
    bikes = {leg for leg in legs(protected.book) if leg[1] == "ANN" and leg[2].endswith("BIKE")}
    assert len(bikes) == 1
    lines = [line for line in text.splitlines() if not line.startswith("(ann) %bike")]
    (tmp_path / "bare").mkdir()
    bare = wants(console, tmp_path / "bare", "\n".join(lines).replace("%bike", "5-BIKE 6-BIKE"))
    assert cleared(console, bare.book)["legs"] == 5


def test_dummies_that_name_each_other_pass_on_what_either_stands_for(console: Console, tmp_path: Path) -> None:
    text = f"{DUMMIES}(ann) B : %e\n(ann) %d : %e X\n(ann) %e : %d\n(bo) X : B\n"
    assert cleared(console, wants(console, tmp_path, text).book)["legs"] == 2


# Priorities


@pytest.mark.parametrize("shape", ["LINEAR", "TRIANGLE", "SQUARE", "SCALED"])
def test_semicolons_leave_a_gap_where_priorities_are_asked(console: Console, tmp_path: Path, shape: str) -> None:
    text = f"#! {shape}-PRIORITIES BIG-STEP=2\n(a) A : B ; C\n(b) B : A\n(c) C : A\n"
    found = wants(console, tmp_path, text)
    assert found.takes["A"] == ["B", "gap:1", "gap:2", "C"]
    assert found.rulebook["objectives"] == ["items", "priority", "participants", "lottery"]
    assert cleared(console, found.book)["legs"] == 2
    assert legs(found.book) == {("B", "A", "B"), ("A", "B", "A")}


def test_explicit_priorities_place_what_is_wanted(console: Console, tmp_path: Path) -> None:
    found = wants(console, tmp_path, "#! EXPLICIT-PRIORITIES\n(a) A : B=4 C=2\n(b) B : A\n(c) C : A\n")
    assert found.takes["A"] == ["gap:1", "C", "gap:2", "B"]
    assert cleared(console, found.book)["legs"] == 2
    assert ("C", "A", "C") in legs(found.book)


def test_without_priorities_a_semicolon_says_nothing(console: Console, tmp_path: Path) -> None:
    found = wants(console, tmp_path, "(a) A : B ; C\n(b) B : A\n(c) C : A\n")
    assert found.takes["A"] == ["B", "C"]
    assert "priority" not in found.rulebook["objectives"]
