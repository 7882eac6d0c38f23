"""``clearing replay`` says in words where one side has nothing."""

from __future__ import annotations

import pytest

from clearing.audit.replay import Difference
from clearing.doors.replay_bundle import difference_line

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
