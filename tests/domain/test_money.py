"""Money is integer fen: exact text, exact sums, exact splits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money, total

FEN = st.integers(-(10**14), 10**14)


@given(FEN)
def test_yuan_text_reads_back_to_the_same_fen(fen: int) -> None:
    assert Money.from_yuan(Money(fen).yuan()) == Money(fen)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 1000), min_size=1, max_size=9))
def test_a_split_sums_to_the_whole_and_gives_nobody_a_fen_too_many(
    fen: int, weights: list[int]
) -> None:
    if not any(weights):
        weights[0] = 1
    parts = Money(fen).split(weights)
    assert total(parts) == Money(fen)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.fen * sum(weights) - fen * weight) < sum(weights)


@pytest.mark.parametrize("text", ["1.234", "1e3", "", "NaN", "１２", "1,000.00", "--1", ".5"])
def test_what_is_not_an_amount_in_yuan_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount in yuan"):
        Money.from_yuan(text)


@pytest.mark.parametrize("fen", [1.0, True, "1", None])
def test_fen_must_be_an_integer_and_nothing_like_one(fen: object) -> None:
    with pytest.raises(TypeError):
        Money(fen)  # type: ignore[arg-type]


def test_odd_fen_of_a_split_go_to_the_larger_remainder() -> None:
    assert Money(100).split((1, 1, 1)) == (Money(34), Money(33), Money(33))
    assert Money(5).split((30, 70)) == (Money(2), Money(3))
