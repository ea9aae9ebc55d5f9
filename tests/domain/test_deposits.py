"""Deposit top-ups: received by us first, on the HIS's deposit second, a lot only then."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.deposits.account import DepositAccount
from domain.deposits.elsewhere import taken_by_his
from domain.deposits.plan import COLLECT, SAVE_TO_HIS, DepositPlan, OrderOpened
from domain.errors import InvalidAmount
from domain.money import Money
from domain.payments.payment import Product
from domain.plan.action import AskAgain, AskAPerson, Call, Finish
from domain.plan.attempt import Proof
from domain.plan.plan import PlanState
from domain.visits.institution import InstitutionRules
from tests.domain.books import Accepts, Books, Dies, Refuses, Unknown
from tests.domain.patients import AT, STAY, deposit_plan

SHOWN = Accepts(OrderOpened(code_url="weixin://wxpay/bizpayurl?pr=demo"))


def deposit_of(books: Books, no: str = "DP1") -> DepositPlan:
    plan = books.plans[no]
    assert isinstance(plan, DepositPlan)
    return plan


def shown(product: Product = Product.NATIVE) -> Books:
    """The patient has the code and has not paid."""
    books = Books()
    books.open(deposit_plan("DP1", 5000, product))
    books.run("DP1", {COLLECT: SHOWN})
    return books


def test_a_shown_code_is_kept_and_asked_about_until_the_patient_pays() -> None:
    books = shown()
    assert deposit_of(books).code_url == "weixin://wxpay/bizpayurl?pr=demo"
    action = books.next("DP1")
    assert isinstance(action, AskAgain)
    assert action.effect == COLLECT
    assert books.journals == []


def test_in_app_parameters_are_kept_for_the_page() -> None:
    books = Books()
    books.open(deposit_plan("DP1", 5000, Product.IN_APP))
    books.run("DP1", {COLLECT: Accepts(OrderOpened(in_app={"package": "prepay_id=wx1"}))})
    assert deposit_of(books).in_app == {"package": "prepay_id=wx1"}


def test_money_received_is_nobody_s_until_the_his_has_saved_it() -> None:
    books = shown()
    books.conclude("DP1", COLLECT, books.paid(5000))
    assert books.ledger == {"clearing:wechat_pay": 5000, "unapplied": -5000}
    assert books.deposit == DepositAccount(STAY)
    assert books.lots == {}
    assert deposit_of(books).code_url == ""
    assert books.next("DP1") == Call(SAVE_TO_HIS)


def test_saved_money_is_a_lot_on_the_deposit_is_told_and_wakes_whoever_waits() -> None:
    books = shown()
    paid = books.paid(5000)
    books.conclude("DP1", COLLECT, paid)
    assert books.run("DP1", {SAVE_TO_HIS: "YJ1"}) == Finish()
    assert books.ledger == {"clearing:wechat_pay": 5000, "deposit:ZY1": -5000}
    assert books.deposit == DepositAccount(STAY, Money(5000))
    lot = books.lots["DP1"]
    assert (lot.paid, lot.left, lot.channel) == (Money(5000), Money(5000), "wechat_pay")
    assert lot.paid_at == paid.paid_at
    assert lot.channel_order_no == deposit_of(books).payment_key == "DP1.collect.1"
    assert books.messages["DP1-received"].words["amount"] == "50.00"
    assert books.wakes == 1
    assert deposit_of(books).state is PlanState.FINISHED
    assert deposit_of(books).his_deposit_no == "YJ1"


@pytest.mark.parametrize("said", [AT + timedelta(minutes=7), None])
def test_a_payment_is_dated_by_the_channel_and_by_us_only_when_it_says_nothing(
    said: datetime | None,
) -> None:
    books = shown()
    learnt = books.now
    books.conclude("DP1", COLLECT, replace(books.paid(5000), paid_at=said))
    assert deposit_of(books).paid_at == (said or learnt)


def test_a_payment_code_goes_through_typing_the_password_and_a_lost_answer() -> None:
    books = Books()
    books.open(deposit_plan("DP1", 5000, Product.PAYMENT_CODE))
    books.run("DP1", {COLLECT: Unknown()})
    assert isinstance(books.next("DP1"), AskAgain)
    books.conclude("DP1", COLLECT, Accepts())
    books.conclude("DP1", COLLECT, books.paid(5000))
    assert books.run("DP1", {SAVE_TO_HIS: "YJ1"}) == Finish()
    assert books.ledger == {"clearing:wechat_pay": 5000, "deposit:ZY1": -5000}
    assert len(deposit_of(books).step(COLLECT).attempts) == 1


def test_cash_in_the_cashier_s_hand_is_booked_in_the_window_s_drawer_at_once() -> None:
    books = Books()
    books.take_cash("DP1", 1000, "W3")
    assert books.ledger == {"cash:W3": 1000, "unapplied": -1000}
    assert books.run("DP1", {SAVE_TO_HIS: "YJ1"}) == Finish()
    assert books.called == [SAVE_TO_HIS]
    assert books.ledger == {"cash:W3": 1000, "deposit:ZY1": -1000}
    assert not books.lots["DP1"].through_platform
    assert deposit_of(books).evidence(COLLECT).proof is Proof.PERSON


@pytest.mark.parametrize("product", [Product.NATIVE, Product.IN_APP, Product.PAYMENT_CODE])
@pytest.mark.parametrize(
    ("ending", "because"),
    [
        (Refuses("NOT_ENOUGH", "余额不足"), "NOT_ENOUGH"),
        (Dies("expired", proof=Proof.CLOSED), "expired"),
    ],
)
def test_an_order_refused_or_expired_is_closed_for_ever_with_nothing_booked(
    product: Product, ending: Refuses | Dies, because: str
) -> None:
    books = shown(product)
    books.conclude("DP1", COLLECT, ending)
    plan = deposit_of(books)
    assert (plan.state, plan.ended_because) == (PlanState.CLOSED, because)
    assert books.next("DP1") == Finish()
    assert (books.journals, books.lots, books.messages) == ([], {}, {})
    assert books.deposit == DepositAccount(STAY)


def test_money_the_his_refuses_stays_ours_to_place_and_a_person_may_try_again() -> None:
    books = shown()
    books.conclude("DP1", COLLECT, books.paid(5000))
    action = books.run("DP1", {SAVE_TO_HIS: Refuses("closed", "已出院")})
    assert action == AskAPerson("save_to_his_refused", "已出院")
    assert books.ledger == {"clearing:wechat_pay": 5000, "unapplied": -5000}
    books.commit(deposit_of(books).retry(SAVE_TO_HIS))
    assert books.run("DP1", {SAVE_TO_HIS: "YJ1"}) == Finish()
    assert books.deposit.balance == Money(5000)


def test_two_deposits_run_beside_each_other() -> None:
    books = shown()
    books.top_up("DP2", 700)
    books.conclude("DP1", COLLECT, books.paid(5000))
    books.run("DP1", {SAVE_TO_HIS: "YJ1"})
    assert books.deposit.balance == Money(5700)


def test_a_deposit_the_his_took_at_its_window_counts_and_goes_back_at_the_window() -> None:
    books = Books()
    books.top_up("DP1", 500)
    books.commit(None, taken_by_his("YJ9", STAY, Money(3000), books.now))
    assert books.deposit == DepositAccount(STAY, Money(3500))
    lot = books.lots["YJ9"]
    assert (lot.paid, lot.left, lot.through_platform) == (Money(3000), Money(3000), False)
    assert books.ledger == {"cash:his": 3000, "clearing:wechat_pay": 500, "deposit:ZY1": -3500}


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "at least 1 fen"), (-1, "at least 1 fen"), (10_000_001, "at most")]
)
def test_an_amount_no_payment_may_have_is_refused_and_the_field_named(fen: int, text: str) -> None:
    with pytest.raises(InvalidAmount, match=text) as refused:
        InstitutionRules().require_payable(Money(fen))
    assert (refused.value.code, refused.value.field) == ("invalid_amount", "amount_fen")


@pytest.mark.parametrize("fen", [1, 10_000_000])
def test_one_fen_and_the_limit_itself_are_payable(fen: int) -> None:
    InstitutionRules().require_payable(Money(fen))
