"""The consensus of one pair: one source alone cannot move it, outliers are named, a dispute rejects nobody."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from clearing.index.consensus import agree, centre, median
from clearing.index.context import arithmetic
from clearing.model.methodology import ConsensusRules

RULES = ConsensusRules(
    minimum_sources=3,
    trimmed_from=5,
    trim=Decimal("0.2"),
    outlier_limit=Decimal("0.05"),
    crossed_limit=Decimal("0.01"),
)
logs = st.integers(-200, 200).map(lambda count: Decimal(count) / 1000)


def named(*values: str | Decimal) -> dict[str, Fraction]:
    return {f"s{number}": Fraction(value) for number, value in enumerate(values)}


@given(st.lists(logs, min_size=2, max_size=9), st.integers(-200, 200) | st.sampled_from([-(10**9), 10**9]))
@example([Decimal("0"), Decimal("0.051")], 101)
def test_one_wrong_source_of_three_or_more_stays_between_the_others(
    others: list[Decimal], wrong: int
) -> None:
    with arithmetic():
        found = agree(named(*others, Decimal(wrong) / 1000), RULES)
    assert min(others) <= found.log <= max(others)


@given(st.lists(logs, min_size=3, max_size=9))
def test_inverted_quotes_change_only_the_sign(values: list[Decimal]) -> None:
    with arithmetic():
        one, other = agree(named(*values), RULES), agree(named(*(value.copy_negate() for value in values)), RULES)
    assert (one.log, one.entered, one.outliers) == (other.log.copy_negate(), other.entered, other.outliers)


def test_a_source_beyond_the_limit_is_an_outlier() -> None:
    with arithmetic():
        found = agree(named("0", "0.01", "2.3"), RULES)
    assert (found.entered, found.outliers, found.disputed) == (("s0", "s1"), ("s2",), False)
    assert found.log == Decimal("0.01")


def test_without_a_majority_nobody_is_rejected() -> None:
    with arithmetic():
        found = agree(named("0", "0", "1", "1"), RULES)
    assert (found.log, found.outliers, found.disputed) == (Decimal("0.5"), (), True)


def test_from_five_sources_on_a_fifth_is_cut_at_each_end() -> None:
    with arithmetic():
        assert centre([Fraction(value) for value in (9, 1, 2, 3, 100)], RULES) == Fraction(14, 3)
        assert centre([Fraction(value) for value in (9, 1, 2, 3)], RULES) == Fraction(5, 2)
        assert median([Fraction(1), Fraction(3)]) == 2
