"""Charges: batches, the guilty line of a refused one, withdrawal, daily list, arrears."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.charge import Charge, ChargesMarked, ChargeState
from domain.billing.daily_list import daily_list
from domain.billing.upload import (
    UPLOAD_BATCH,
    WITHDRAW_CHARGE,
    ChargeBatchPlan,
    ChargeWithdrawalPlan,
    batches_of,
    excluded_total,
    uploaded_total,
    waiting_for_upload,
)
from domain.deposits.account import DepositAccount
from domain.deposits.arrears import find_arrears
from domain.identifiers import ChargeNo, PlanNo
from domain.insurance.breakdown import PricedLine
from domain.money import Money
from domain.plan.action import AskAPerson, Finish
from domain.plan.plan import PlanState, steps_of
from tests.domain.books import Books, Refuses
from tests.domain.patients import AT, HOSPITAL, STAY

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def charge(number: int, fen: int = 100, **facts: Any) -> Charge:
    known: dict[str, Any] = {
        "no": ChargeNo(f"C{number}"),
        "admission_no": STAY,
        "charged_at": datetime(2026, 11, 23, 2, tzinfo=UTC),
        "business_date": MONDAY,
        "item_code": "I1",
        "item_name": "床位费",
        "insurance_code": "001",
        "charge_class": "01",
        "quantity": Decimal(1),
        "unit_price": Decimal(fen) / 100,
        "amount": Money(fen),
        "department_code": "D1",
        "department_name": "内科",
        "doctor_code": "Y1",
        "doctor_name": "测试医生",
        "line_no": str(number),
    }
    return Charge(**(known | facts))


def batch(lines: int) -> ChargeBatchPlan:
    """Lines 1 to n, of 1 fen, 2 fen … each."""
    return ChargeBatchPlan(
        no=PlanNo("CB1"),
        institution=HOSPITAL,
        admission_no=STAY,
        opened_at=AT,
        steps=steps_of(UPLOAD_BATCH),
        line_nos=tuple(str(number) for number in range(1, lines + 1)),
        amounts=tuple(range(1, lines + 1)),
        amount=Money(lines * (lines + 1) // 2),
    )


def uploaded(lines: int, refused: Callable[[set[str]], bool]) -> Books:
    """Every batch, and every half one falls into, taken to its end."""
    books = Books()
    books.open(batch(lines))
    while waiting := [p for p in books.plans.values() if p.live]:
        for plan in waiting:
            assert isinstance(plan, ChargeBatchPlan)
            assert plan.amount == Money(sum(plan.amounts)) == Money(sum(map(int, plan.line_nos)))
            no = Refuses("-1", "目录对照错误") if refused(set(plan.line_nos)) else ()
            assert books.run(plan.no, {UPLOAD_BATCH: no}) == Finish()
    return books


def lines_marked(books: Books, state: ChargeState) -> list[str]:
    return [line for mark in books.marks if mark.state is state for line in mark.line_nos]


# --- upload ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "sizes"), [(1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50]), (0, [])]
)
def test_charges_go_in_batches_of_at_most_a_hundred_in_their_order(
    lines: int, sizes: list[int]
) -> None:
    charges = [charge(number) for number in range(lines)]
    cut = list(batches_of(charges, 100))
    assert [len(part) for part in cut] == sizes
    assert [one for part in cut for one in part] == charges


def test_an_accepted_batch_marks_all_its_lines_in_one_go() -> None:
    books = uploaded(3, lambda lines: False)
    assert books.marks == [
        ChargesMarked(STAY, ("1", "2", "3"), ChargeState.UPLOADED, PlanNo("CB1"))
    ]
    assert books.called == [UPLOAD_BATCH]


@given(st.integers(1, 200), st.data())
def test_any_guilty_line_is_found_and_all_the_others_end_uploaded(
    lines: int, data: st.DataObject
) -> None:
    guilty = str(data.draw(st.integers(1, lines)))
    books = uploaded(lines, lambda sent: guilty in sent)
    assert lines_marked(books, ChargeState.GUILTY) == [guilty]
    others = {str(number) for number in range(1, lines + 1)} - {guilty}
    found = lines_marked(books, ChargeState.UPLOADED)
    assert len(found) == len(others)
    assert set(found) == others
    assert len(books.called) <= 1 + 2 * (lines - 1).bit_length()


@given(st.integers(1, 40), st.data())
def test_several_guilty_lines_are_all_found(lines: int, data: st.DataObject) -> None:
    guilty = data.draw(st.sets(st.integers(1, lines).map(str), min_size=1))
    books = uploaded(lines, lambda sent: bool(guilty & sent))
    assert set(lines_marked(books, ChargeState.GUILTY)) == guilty
    assert len(lines_marked(books, ChargeState.UPLOADED)) == lines - len(guilty)


def test_the_guilty_line_keeps_the_insurer_s_words() -> None:
    books = uploaded(1, lambda lines: True)
    (mark,) = books.marks
    assert (mark.state, mark.remark) == (ChargeState.GUILTY, "目录对照错误")
    assert books.plans["CB1"].state is PlanState.CLOSED


def test_no_two_halves_go_by_the_same_number() -> None:
    books = uploaded(64, lambda lines: True)
    assert len(books.plans) == 127


def test_a_line_the_insurer_cannot_add_up_is_remembered() -> None:
    books = Books()
    books.open(batch(2))
    priced = (
        PricedLine(line_no="1", amount=Money(1), in_scope=Money(1)),
        PricedLine(line_no="2", amount=Money(2), in_scope=Money(1)),
    )
    books.run("CB1", {UPLOAD_BATCH: priced})
    plan = books.plans["CB1"]
    assert isinstance(plan, ChargeBatchPlan)
    assert plan.inconsistent == ("2",)
    assert lines_marked(books, ChargeState.UPLOADED) == ["1", "2"]


@pytest.mark.parametrize(
    "field", ["amount", "own_expense", "over_limit", "pre_self_pay", "in_scope"]
)
def test_a_line_adds_up_from_its_four_parts_to_the_fen(field: str) -> None:
    line = PricedLine(
        line_no="1",
        amount=Money(1000),
        own_expense=Money(100),
        over_limit=Money(20),
        pre_self_pay=Money(80),
        in_scope=Money(800),
    )
    assert line.consistent
    one_more = getattr(line, field) + Money(1)
    assert not replace(line, **{field: one_more}).consistent


def test_only_pulled_charges_with_a_code_wait_for_upload() -> None:
    charges = [charge(n, state=state) for n, state in enumerate(ChargeState)]
    charges.append(charge(99, insurance_code=""))
    assert [c.state for c in waiting_for_upload(charges)] == [ChargeState.PULLED]


def test_the_bill_is_what_is_uploaded_and_what_is_explicitly_excluded() -> None:
    charges = [
        charge(1, 100, state=ChargeState.UPLOADED),
        charge(2, -30, state=ChargeState.UPLOADED),
        charge(3, 1000, state=ChargeState.EXCLUDED),
        charge(4, 5, insurance_code=""),
        charge(5, 7_000),  # pulled with a code: neither
        charge(6, 80_000, state=ChargeState.WITHDRAWN),
        charge(7, 900_000, state=ChargeState.GUILTY),
    ]
    assert uploaded_total(charges) == Money(70)
    assert excluded_total(charges) == Money(1005)


# --- withdrawal --------------------------------------------------------------------------------


def withdrawal() -> Books:
    books = Books()
    books.open(
        ChargeWithdrawalPlan(
            no=PlanNo("CW7"),
            institution=HOSPITAL,
            admission_no=STAY,
            opened_at=AT,
            steps=steps_of(WITHDRAW_CHARGE),
            charge_no=ChargeNo("C7"),
            line_no="7",
            amount=Money(100),
            reason="记错费用",
            operator="nurse",
        )
    )
    return books


def test_a_withdrawn_charge_is_marked_with_the_reason() -> None:
    books = withdrawal()
    assert books.run("CW7", {WITHDRAW_CHARGE: None}) == Finish()
    assert books.marks == [
        ChargesMarked(STAY, ("7",), ChargeState.WITHDRAWN, PlanNo("CW7"), "记错费用")
    ]
    assert not charge(7, state=ChargeState.WITHDRAWN).billable


def test_a_withdrawal_the_insurer_refuses_marks_nothing() -> None:
    books = withdrawal()
    action = books.run("CW7", {WITHDRAW_CHARGE: Refuses("-1", "已结算")})
    assert action == AskAPerson("withdraw_charge_refused", "已结算")
    assert books.marks == []


# --- daily list and arrears --------------------------------------------------------------------


def test_the_daily_list_sums_by_class_of_the_day_and_of_the_stay_so_far() -> None:
    charges = [
        charge(1, 5000),
        charge(2, 1250, charge_class="09", item_name="注射液"),
        charge(3, 300, charge_class="09"),
        charge(4, -300, charge_class="09"),
        charge(5, 900, state=ChargeState.WITHDRAWN),
        charge(6, 4000, business_date=TUESDAY),
    ]
    monday = daily_list(STAY, MONDAY, charges)
    assert [c.no for c in monday.charges] == ["C1", "C2", "C3", "C4"]
    assert monday.by_class == (("01", "床位费", Money(5000)), ("09", "西药费", Money(1250)))
    assert (monday.total, monday.total_so_far) == (Money(6250), Money(6250))
    tuesday = daily_list(STAY, TUESDAY, charges)
    assert (tuesday.total, tuesday.total_so_far) == (Money(4000), Money(10250))


def test_a_day_without_charges_has_an_empty_list() -> None:
    empty = daily_list(STAY, MONDAY, [charge(6, 4000, business_date=TUESDAY)])
    assert (empty.charges, empty.total, empty.total_so_far) == ((), Money(0), Money(0))


@pytest.mark.parametrize(
    ("balance", "suggested"), [(0, 400_000), (399_999, 1), (400_000, 0), (500_000, 0)]
)
def test_arrears_are_what_brings_the_deposit_back_to_the_minimum_above_the_expected_part(
    balance: int, suggested: int
) -> None:
    """Minimum balance 1,000.00 above an expected patient's part of 3,000.00."""
    found = find_arrears(
        DepositAccount(STAY, Money(balance)), Money(1_000_000), Money(300_000), Money(100_000)
    )
    assert found.suggested == Money(suggested)
    assert (found.deposit, found.charged) == (Money(balance), Money(1_000_000))
