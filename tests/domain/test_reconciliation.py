"""Exactly the lines that disagree are found."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.reconciliation.business_day import bounds, business_date, moment
from domain.reconciliation.difference import DifferenceKind, Line, reconcile

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def found(ours: list[Line], theirs: list[Line]) -> list[tuple[DifferenceKind, str]]:
    return [(d.kind, d.key) for d in reconcile("x", DAY, NOW, ours, theirs).differences]


def test_a_fen_changed_a_line_missing_and_a_line_doubled_are_exactly_three_differences() -> None:
    ours = [Line("A", Money(1)), Line("B", Money(2)), Line("C", Money(3)), Line("D", Money(4))]
    theirs = [Line("A", Money(1)), Line("B", Money(3)), Line("D", Money(4)), Line("D", Money(4))]
    assert found(ours, theirs) == [
        (DifferenceKind.DOUBLED, "D"),
        (DifferenceKind.AMOUNT, "B"),
        (DifferenceKind.MISSING_THERE, "C"),
    ]


def test_what_only_they_have_is_missing_here() -> None:
    assert found([], [Line("A", Money(5))]) == [(DifferenceKind.MISSING_HERE, "A")]


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.integers(-999, 999), max_size=20))
def test_equal_books_have_no_difference_in_any_order(amounts: dict[str, int]) -> None:
    lines = [Line(key, Money(fen)) for key, fen in amounts.items()]
    result = reconcile("x", DAY, NOW, lines, reversed(lines))
    assert result.balanced
    assert result.ours_total == result.theirs_total


def test_a_business_day_is_cut_at_beijing_midnight() -> None:
    start, end = bounds(DAY)
    assert start == datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert end == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert business_date(datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)) == DAY
    assert business_date(end) == date(2026, 11, 23)
    assert moment(DAY, 10, 30) == datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
