"""The identities of a settlement answer, on the reference's own example and one fen beside it."""

from dataclasses import replace

import pytest

from domain.insurance.breakdown import Breakdown, FundPart, PricedLine, inconsistent_lines
from domain.insurance.profile import InsuranceProfile
from domain.money import Money
from domain.plan.shares import Payer, share_of
from domain.settlement.cover import bearers, cover_of, due

BASELINE = InsuranceProfile()
GUANGDONG = InsuranceProfile(fund_includes_personal_account=True)

# insurance.md §2.8, synthetic example: 128.50 = 10.00 + 0.00 + 8.50 + 110.00; fund 66.00;
# personal 62.50 = account 40.00 + cash 22.50; detail 310100 66.00, 310200 40.00; hospital 0.
EXAMPLE = Breakdown(
    total=Money(12850),
    own_expense=Money(1000),
    over_limit=Money(0),
    pre_self_pay=Money(850),
    in_scope=Money(11000),
    basic_fund=Money(6600),
    fund_total=Money(6600),
    personal_total=Money(6250),
    personal_account=Money(4000),
    cash=Money(2250),
    hospital_borne=Money(0),
    parts=(FundPart("310100", Money(6600)), FundPart("310200", Money(4000))),
    registration_no="M1",
)


def test_the_reference_example_breaks_no_identity() -> None:
    assert EXAMPLE.breaches(BASELINE) == ()


@pytest.mark.parametrize(
    ("field", "identities"),
    [
        ("own_expense", "A"),
        ("fund_total", "BDE"),
        ("personal_total", "BC"),
        ("personal_account", "CE"),
        ("cash", "C"),
        ("hospital_borne", "BE"),
        ("basic_fund", "D"),
        ("total", "AB"),
    ],
)
def test_one_fen_changed_breaks_exactly_the_identities_it_stands_in(
    field: str, identities: str
) -> None:
    changed = replace(EXAMPLE, **{field: getattr(EXAMPLE, field) + Money(1)})
    assert "".join(sorted(breach[0] for breach in changed.breaches(BASELINE))) == identities


def test_a_region_that_counts_the_account_into_the_fund_sum_bears_the_same_fen() -> None:
    there = replace(EXAMPLE, fund_total=Money(10600))
    assert there.breaches(GUANGDONG) == ()
    assert there.pooled_fund(GUANGDONG) == Money(6600)
    assert there.shares(GUANGDONG, "x") == EXAMPLE.shares(BASELINE, "x")


def test_null_personal_and_hospital_sums_are_checked_through_their_parts() -> None:
    nulls = replace(EXAMPLE, personal_total=None, hospital_borne=None)
    assert nulls.breaches(BASELINE) == ()
    assert replace(nulls, cash=Money(2251)).breaches(BASELINE) == ("B: 12850 ≠ 12851",)


def test_a_reversal_is_minus_the_original_to_the_fen() -> None:
    assert EXAMPLE.negated().reversal_of(EXAMPLE)
    assert EXAMPLE.negated().breaches(BASELINE) == ()
    assert not replace(EXAMPLE.negated(), cash=Money(-2249)).reversal_of(EXAMPLE)


def test_a_line_whose_parts_do_not_sum_is_named() -> None:
    good = PricedLine(line_no="1", amount=Money(100), in_scope=Money(90), pre_self_pay=Money(10))
    assert inconsistent_lines((good, replace(good, line_no="2", own_expense=Money(1)))) == ("2",)


def test_due_is_cash_plus_what_was_never_uploaded() -> None:
    assert due(Money(15000), EXAMPLE, Money(2150)) == Money(4400)  # 22.50 + 21.50
    assert due(Money(15000), None, Money(15000)) == Money(15000)


def test_shares_sum_to_the_bill_even_when_the_insurer_cannot_add() -> None:
    broken = replace(EXAMPLE, cash=Money(2257))  # 7 fen too much
    shares = bearers(Money(15000), broken, Money(2150), BASELINE, "settle", "post")
    assert sum(share.amount.fen for share in shares) == 15000
    assert share_of(shares, Payer.DEPOSIT) == Money(4407)
    assert share_of(shares, Payer.UNEXPLAINED) == Money(-7)


def test_cover_is_short_or_surplus_never_both() -> None:
    assert (cover_of(Money(500), Money(300)).short, cover_of(Money(500), Money(300)).surplus) == (
        Money(200),
        Money(0),
    )
    assert cover_of(Money(300), Money(500)).surplus == Money(200)
