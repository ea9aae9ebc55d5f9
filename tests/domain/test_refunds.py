"""Refunds: never more than a lot has left, the HIS first, owed until it is really gone."""

from dataclasses import replace

import pytest

from domain.deposits.lot import Lot
from domain.errors import LotExceeded
from domain.identifiers import PlanNo
from domain.money import Money
from domain.payments.payment import RefundState, RefundView
from domain.plan.action import AskAgain, AskAPerson, Call, Finish
from domain.plan.plan import PlanState
from domain.refunds.plan import AGREE_WITH_HIS, RETURN_MONEY, RefundPlan, refund_of
from tests.domain.books import Accepts, Books, Dies, Refuses, Unknown, insured_stay
from tests.domain.patients import AT, HOSPITAL

GONE = RefundView(state=RefundState.DONE, amount=Money(1200), their_number="5030001")


def refund(lot: Lot, fen: int, no: str = "RF1") -> RefundPlan:
    return refund_of(lot, Money(fen), no=PlanNo(no), institution=HOSPITAL, at=AT, reason="患者要求")


def opened(fen: int = 1200, *, books: Books | None = None, lot: str = "DP1") -> Books:
    books = books or insured_stay(3000)
    plan = refund(books.lots[lot], fen)
    books.open(plan, plan.opening())
    return books


def refund_in(books: Books) -> RefundPlan:
    plan = books.plans["RF1"]
    assert isinstance(plan, RefundPlan)
    return plan


def test_more_than_the_lot_holds_is_refused_and_the_field_named() -> None:
    books = insured_stay(3000, 9000)
    with pytest.raises(LotExceeded) as refused:
        refund(books.lots["DP1"], 3001)
    assert (refused.value.code, refused.value.field) == ("refund_exceeds_payment", "amount_fen")


def test_what_one_refund_has_promised_no_other_can() -> None:
    books = opened(2000)
    assert books.lots["DP1"].left == Money(1000)
    assert books.deposit.available == Money(1000)
    with pytest.raises(LotExceeded) as refused:
        refund(books.lots["DP1"], 1001, "RF2")
    assert refused.value.code == "refund_exceeds_payment"


def test_two_that_decide_on_the_same_look_are_stopped_by_the_lot_s_own_guard() -> None:
    """Both fit the lot as it was looked at; the second commit is refused whole."""
    books = insured_stay(3000, 9000)
    stale = refund(books.lots["DP1"], 2000, "RF2")
    opened(2000, books=books)
    before = books.money()
    with pytest.raises(LotExceeded) as refused:
        books.open(stale, stale.opening())
    assert refused.value.code == "refund_exceeds_payment"
    assert books.money() == before


def test_the_his_takes_it_off_the_balance_before_any_money_leaves() -> None:
    books = opened()
    assert books.run("RF1", {AGREE_WITH_HIS: Money(1800)}, until=RETURN_MONEY) == Call(RETURN_MONEY)
    assert books.ledger == {
        "clearing:wechat_pay": 3000,
        "deposit:ZY1": -1800,
        "refund_payable": -1200,
    }
    assert books.deposit.balance == Money(1800)
    assert books.deposit.held == Money(0)
    assert books.lots["DP1"].returning == Money(1200)


def test_returned_money_leaves_its_channel_and_its_lot() -> None:
    books = opened()
    assert books.run("RF1", {AGREE_WITH_HIS: Money(1800), RETURN_MONEY: GONE}) == Finish()
    assert books.called == [AGREE_WITH_HIS, RETURN_MONEY]
    assert books.ledger == {"clearing:wechat_pay": 1800, "deposit:ZY1": -1800}
    lot = books.lots["DP1"]
    assert (lot.returning, lot.returned, lot.left) == (Money(0), Money(1200), Money(1800))
    assert refund_in(books).channel_number == "5030001"


def test_a_lot_can_go_back_in_parts_until_nothing_is_left() -> None:
    books = insured_stay(3000)
    for number, fen in enumerate((1000, 1999, 1), start=1):
        plan = refund(books.lots["DP1"], fen, f"RF{number}")
        books.open(plan, plan.opening())
        books.run(plan.no, {AGREE_WITH_HIS: Money(0), RETURN_MONEY: None})
    assert books.ledger == {}
    with pytest.raises(LotExceeded) as refused:
        refund(books.lots["DP1"], 1, "RF4")
    assert refused.value.code == "refund_exceeds_payment"


def test_a_his_that_refuses_leaves_everything_as_it_was() -> None:
    books = insured_stay(3000)
    before = books.money()
    opened(books=books)
    assert books.run("RF1", {AGREE_WITH_HIS: Refuses("locked", "账单已锁定")}) == Finish()
    assert books.money() == before
    assert (refund_in(books).state, refund_in(books).ended_because) == (PlanState.CLOSED, "locked")


def test_a_channel_that_refuses_leaves_the_money_owed_and_asks_a_person() -> None:
    books = opened()
    abnormal = {AGREE_WITH_HIS: Money(1800), RETURN_MONEY: Refuses("refund_abnormal", "用户卡异常")}
    action = books.run("RF1", abnormal)
    assert action == AskAPerson("return_money_refused", "用户卡异常")
    assert refund_in(books).live
    assert books.ledger["refund_payable"] == -1200
    assert books.lots["DP1"].returning == Money(1200)
    books.commit(refund_in(books).retry(RETURN_MONEY))
    assert books.run("RF1", {RETURN_MONEY: GONE}) == Finish()
    first, second = refund_in(books).step(RETURN_MONEY).attempts
    assert first.key != second.key
    assert books.ledger == {"clearing:wechat_pay": 1800, "deposit:ZY1": -1800}


def test_a_refund_is_dated_by_when_it_was_first_sent_as_the_channel_s_statement_is() -> None:
    books = opened()
    books.run("RF1", {AGREE_WITH_HIS: Money(1800)}, until=RETURN_MONEY)
    assert refund_in(books).sent_at is None
    first = books.now
    books.run("RF1", {RETURN_MONEY: Refuses("refund_abnormal")})
    books.commit(refund_in(books).retry(RETURN_MONEY))
    books.run("RF1", {RETURN_MONEY: GONE})
    assert refund_in(books).sent_at == first
    returned_at = refund_in(books).returned_at
    assert returned_at is not None
    assert returned_at > first


def test_a_lost_refund_is_asked_about_and_paid_once() -> None:
    books = opened()
    action = books.run("RF1", {AGREE_WITH_HIS: Money(1800), RETURN_MONEY: Unknown()})
    assert isinstance(action, AskAgain)
    books.conclude("RF1", RETURN_MONEY, Accepts())
    books.conclude("RF1", RETURN_MONEY, GONE)
    assert books.next("RF1") == Finish()
    assert len(refund_in(books).step(RETURN_MONEY).attempts) == 1
    assert books.ledger["clearing:wechat_pay"] == 1800


def test_an_agreement_proven_not_to_have_happened_is_asked_for_again() -> None:
    books = opened()
    books.run("RF1", {AGREE_WITH_HIS: Unknown()})
    books.conclude("RF1", AGREE_WITH_HIS, Dies())
    assert books.deposit.held == Money(1200)
    assert books.run("RF1", {AGREE_WITH_HIS: Money(1800), RETURN_MONEY: GONE}) == Finish()


def test_cash_goes_back_as_a_slip_that_a_cashier_pays_out_of_his_own_drawer() -> None:
    books = opened(1000, books=insured_stay(3000, cash=1000), lot="DPcash")
    assert refund_in(books).at_window
    action = books.run("RF1", {AGREE_WITH_HIS: Money(3000), RETURN_MONEY: Accepts()})
    assert isinstance(action, AskAgain)
    assert books.ledger["refund_payable"] == -1000
    books.commit(replace(refund_in(books), terminal="W2", operator="cashier"))
    books.conclude("RF1", RETURN_MONEY, None)
    assert books.next("RF1") == Finish()
    assert books.ledger == {
        "cash:W1": 1000,
        "cash:W2": -1000,
        "clearing:wechat_pay": 3000,
        "deposit:ZY1": -3000,
    }


def test_money_that_never_passed_through_us_goes_back_at_the_window() -> None:
    books = insured_stay(3000)
    imported = replace(books.lots["DP1"], channel="window")
    assert not imported.through_platform
    assert refund(imported, 1).at_window


def test_a_refund_names_the_payment_it_gives_back_and_what_that_payment_was() -> None:
    books = opened()
    plan = refund_in(books)
    assert (plan.payment_key, plan.payment_amount) == ("DP1.collect.1", Money(3000))
