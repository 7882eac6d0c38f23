"""``clearing replay`` says in words where one side has nothing, and what stands as recorded or does not."""

from __future__ import annotations

import pytest

from clearing.audit.replay import Difference, Replayed
from clearing.doors.replay_bundle import difference_line, replay_lines, replay_object
from clearing.model.proof import Remark

LEGS = "outcome/legs.jsonl"


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (Difference(LEGS, 2, "/value", None, "null"), f"{LEGS} line 2 /value: stored no such field, recomputed null"),
        (Difference(LEGS, 2, "/value", "7", None), f"{LEGS} line 2 /value: stored 7, recomputed no such field"),
        (Difference(LEGS, 2, None, None, "{}"), f"{LEGS} line 2: stored no such line, recomputed {{}}"),
        (Difference(LEGS, 2, None, "{}", None), f"{LEGS} line 2: stored {{}}, recomputed no such line"),
        (Difference(LEGS, None, None, None, "the file"), f"{LEGS}: stored no such file, recomputed the file"),
        (Difference(LEGS, None, None, "the file", None), f"{LEGS}: stored the file, recomputed no such file"),
    ],
)
def test_a_side_without_the_field_line_or_file_says_so(difference: Difference, said: str) -> None:
    assert difference_line(difference) == said


STANDING = Replayed(None, ("hub", "pool:A"), (Remark("hub", "value", "its record proves no more than -9"),))
REJECTED = Replayed(
    Difference("certificate.json", 1, "/bound", '"0"', '"-5"'),
    (),
    (),
    (Remark("pool:A", "surplus", "its recorded value is 0, and this machine found -5"), Remark("hub", None, "x" * 999)),
)


def test_components_that_stand_as_recorded_are_named() -> None:
    assert replay_lines(STANDING, "ab") == [
        "replay identical",
        "2 components by the recorded witness, which stands though this machine found another (hub, pool:A)",
        "component hub, value: its record proves no more than -9",
        "digest ab",
    ]


def test_components_that_do_not_stand_are_named_with_their_stage() -> None:
    first, second, third = replay_lines(REJECTED, "ab")
    assert first == 'replay differs: certificate.json line 1 /bound: stored "0", recomputed "-5"'
    assert second == "component pool:A, surplus: its recorded value is 0, and this machine found -5"
    assert third.startswith("component hub: xxx")
    assert len(third) < 400, "a record cannot flood the terminal"


def test_the_object_has_what_there_is_to_say() -> None:
    assert replay_object(Replayed(None), "ab") == {"identical": True, "digest": "ab"}
    assert replay_object(STANDING, "ab") == {
        "identical": True,
        "digest": "ab",
        "by_record": ["hub", "pool:A"],
        "weaker": [{"component": "hub", "stage": "value", "text": "its record proves no more than -9"}],
    }
    said = replay_object(REJECTED, "ab")
    assert list(said) == ["identical", "digest", "rejected", "difference"]
    assert said["identical"] is False
