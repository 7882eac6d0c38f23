"""Decimal text becomes whole steps exactly, or not at all."""

from __future__ import annotations

import re
from decimal import Context, Decimal

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from clearing.doors.decimal_columns import Steps, counts
from clearing.doors.decimals import LIMIT, PLAIN, SIGNED, Flaw, Form, Step, count_of, decimal_text, step_of
from clearing.model.book import AMOUNT_LIMIT

EXACT = Context(prec=80)
FORMS = {
    PLAIN: re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?", re.ASCII),
    SIGNED: re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?", re.ASCII),
    LIMIT: re.compile(r"-?(0|[1-9][0-9]{0,6})(\.[0-9]{1,2})?", re.ASCII),
}
numbers = st.from_regex(r"\A-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,10})?\Z")
noise = st.text(alphabet="0123456789.-+eE_ \n\x00\u0661\uff11N", max_size=32)
steps = st.builds(Step, st.integers(1, 10**18), st.integers(0, 9)) | st.builds(Step, st.just(1), st.integers(0, 9))


def expected(text: str, step: Step, form: Form) -> tuple[int, Flaw]:
    """What the grammar and decimal.Decimal say."""
    if not text:
        return 0, Flaw.BLANK
    if FORMS[form].fullmatch(text) is None:
        return 0, Flaw.MALFORMED
    unit = Decimal(step.mantissa).scaleb(-step.places, EXACT)
    whole, rest = EXACT.divmod(abs(Decimal(text)), unit)
    if rest:
        return 0, Flaw.BROKEN
    if whole >= AMOUNT_LIMIT:
        return 0, Flaw.TOO_LARGE
    return (-int(whole) if text.startswith("-") else int(whole)), Flaw.NONE


@given(st.lists(st.tuples(numbers | noise, steps), max_size=20), st.sampled_from([PLAIN, SIGNED, LIMIT]))
@example([("4611686018427387903", Step(1, 0)), ("461168601842738790.4", Step(1, 1)), ("12\x00", Step(1, 0))], PLAIN)
@example([("999999999999999999.999999999", Step(999_999_999_999_999_999, 9)), ("-0", Step(1, 0))], SIGNED)
@example([("1\n2", Step(1, 0)), ("\n", Step(1, 0)), ("", Step(1, 0))], PLAIN)
def test_a_column_counts_as_decimal_arithmetic_does(cells: list[tuple[str, Step]], form: Form) -> None:
    texts = [text for text, _ in cells]
    found = counts(texts, Steps([step for _, step in cells]), np.arange(len(cells), dtype=np.int64), form)
    assert list(zip(found.value.tolist(), found.flaw.tolist(), strict=True)) == [
        expected(text, step, form) for text, step in cells
    ]


@given(numbers | noise, steps, st.sampled_from([PLAIN, SIGNED, LIMIT]))
def test_a_single_number_counts_as_decimal_arithmetic_does(text: str, step: Step, form: Form) -> None:
    assert count_of(text, step, form) == expected(text, step, form)


@given(numbers)
def test_a_step_is_written_without_trailing_zeros_and_means_the_same(text: str) -> None:
    step = step_of(text)
    if step is None:
        assert FORMS[PLAIN].fullmatch(text) is None or Decimal(text) == 0
    else:
        written = decimal_text(step)
        assert Decimal(written) == Decimal(text)
        assert step_of(written) == step
        assert not ("." in written and written.endswith("0"))
