"""What the HIS post brings: lots used up, surplus on its way back, an even ledger; who leads."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.deposits.account import DepositAccount
from domain.insurance.breakdown import FundPart
from domain.money import Money
from domain.payments.payment import RefundState, RefundView
from domain.plan.action import AskAgain, AskAPerson, Call, Finish
from domain.plan.plan import PlanState
from domain.plan.shares import Payer
from domain.refunds.plan import AGREE_WITH_HIS, RETURN_MONEY, RefundPlan
from domain.settlement.result import ASK_HIS_RESULT, ResultPlan
from domain.settlement.steps import POST_TO_HIS
from domain.visits.admission import AdmissionState
from tests.domain.books import Accepts, Books, Dies, Refuses, insured_stay, self_pay_stay
from tests.domain.discharge import at_posting, plan_of, posted
from tests.domain.patients import (
    SETTLED,
    STAY,
    discharge_answers,
    his_result,
    self_pay_answers,
    settlement,
)

PATIENCE = Accepts(asked_again_after=timedelta(minutes=10))


def refunds_of(books: Books) -> list[RefundPlan]:
    return [plan for plan in books.plans.values() if isinstance(plan, RefundPlan)]


def returned(refund: RefundPlan) -> RefundView:
    return RefundView(state=RefundState.DONE, amount=refund.amount, their_number="5030001")


# --- what is committed with the post -----------------------------------------------------------


def test_receivables_wait_against_the_bill_until_the_his_has_posted_it() -> None:
    books = at_posting(insured_stay(6000))
    assert books.ledger == {
        "clearing:wechat_pay": 6000,
        "deposit:ZY1": -6000,
        "receivable:fund": 6600,
        "receivable:personal_account": 4000,
        "unposted:B1": -10600,
    }


def test_the_post_clears_the_bill_and_settles_exactly_its_total() -> None:
    books = posted(insured_stay(6000))
    assert books.ledger == {
        "clearing:wechat_pay": 6000,
        "deposit:ZY1": -1600,
        "his_settled:B1": -15000,
        "receivable:fund": 6600,
        "receivable:personal_account": 4000,
    }


@pytest.mark.parametrize("personal_total", [Money(6250), None])
def test_what_the_hospital_bears_is_booked_as_its_own(personal_total: Money | None) -> None:
    """66.00 of the fund become 60.00 of the fund and 6.00 of the hospital; null in some regions."""
    books = insured_stay(6000)
    books.open(settlement())
    borne = replace(
        SETTLED,
        own_expense=Money(900),
        over_limit=Money(100),
        basic_fund=Money(6000),
        fund_total=Money(6000),
        personal_total=personal_total,
        hospital_borne=Money(600),
        parts=(
            FundPart("310100", Money(6000)),
            FundPart("310200", Money(4000)),
            FundPart("999996", Money(600)),
        ),
    )
    books.run("SL1", discharge_answers(settle_insurance=borne))
    assert plan_of(books).breaches == ()
    assert books.ledger["hospital_borne"] == 600
    assert books.ledger["receivable:fund"] == 6000
    assert {s.payer: (s.amount.fen, s.funded_by) for s in plan_of(books).shares} == {
        Payer.POOLED_FUND: (6000, "settle_insurance"),
        Payer.PERSONAL_ACCOUNT: (4000, "settle_insurance"),
        Payer.HOSPITAL_BORNE: (600, "settle_insurance"),
        Payer.DEPOSIT: (4400, "post_to_his"),
    }


def test_the_oldest_lots_pay_and_the_newest_go_back() -> None:
    books = posted(insured_stay(3000, 2000, cash=1000))
    assert {no: (lot.applied.fen, lot.returning.fen) for no, lot in books.lots.items()} == {
        "DP1": (3000, 0),
        "DP2": (1400, 600),
        "DPcash": (0, 1000),
    }
    assert books.deposit == DepositAccount(STAY, Money(1600), Money(1600))
    assert (plan_of(books).applied, plan_of(books).surplus) == (Money(4400), Money(1600))


def test_the_surplus_goes_back_newest_payment_first_in_orders_of_their_own() -> None:
    books = posted(insured_stay(3000, 2000, cash=1000))
    assert [(r.lot_no, r.amount.fen, r.at_window) for r in refunds_of(books)] == [
        ("DPcash", 1000, True),
        ("DP2", 600, False),
    ]
    assert {r.settlement_no for r in refunds_of(books)} == {"SL1"}
    told = books.messages["SL1-surplus"].words
    assert (told["surplus"], told["routed"], told["window"]) == ("16.00", "6.00", "10.00")
    assert "窗口" in told["advice"]


def test_a_surplus_without_cash_sends_nobody_to_the_window() -> None:
    told = posted(insured_stay(3000, 2000)).messages["SL1-surplus"].words
    assert (told["routed"], told["window"]) == ("6.00", "0.00")
    assert "原路" in told["advice"]
    assert "窗口" not in told["advice"]


def test_an_abnormal_refund_holds_up_neither_the_settlement_nor_the_other_refund() -> None:
    books = posted(insured_stay(3000, 2000, cash=1000))
    slip, routed = refunds_of(books)
    books.run(routed.no, {AGREE_WITH_HIS: Money(1000), RETURN_MONEY: Refuses("refund_abnormal")})
    assert plan_of(books).state is PlanState.FINISHED
    assert isinstance(books.next(routed.no), AskAPerson)
    assert books.next(slip.no) == Call(AGREE_WITH_HIS)


def test_when_all_has_gone_back_the_deposit_is_empty_and_the_channels_hold_the_rest() -> None:
    books = posted(insured_stay(3000, 2000, cash=1000))
    for refund in refunds_of(books):
        books.commit(replace(refund, terminal="W1"))
        books.run(refund.no, {AGREE_WITH_HIS: Money(0), RETURN_MONEY: returned(refund)})
    assert books.deposit == DepositAccount(STAY)
    assert books.ledger == {
        "clearing:wechat_pay": 4400,
        "his_settled:B1": -15000,
        "receivable:fund": 6600,
        "receivable:personal_account": 4000,
    }


def test_a_deposit_that_covers_exactly_leaves_nothing_to_return() -> None:
    books = posted(insured_stay(4400))
    assert refunds_of(books) == []
    assert "SL1-surplus" not in books.messages
    assert books.deposit == DepositAccount(STAY)


def test_the_stay_is_left_and_its_charges_are_settled() -> None:
    books = posted(insured_stay(6000))
    assert books.admission.state is AdmissionState.DISCHARGED
    assert books.settled_by == "SL1"


def test_the_his_is_asked_for_its_own_word_which_is_pushed() -> None:
    books = posted(insured_stay(4400))
    (result,) = (plan for plan in books.plans.values() if isinstance(plan, ResultPlan))
    assert books.next(result.no) == Call(ASK_HIS_RESULT)
    books.run(result.no, discharge_answers())
    told = books.messages["SL1-settled"]
    assert (told.words["total"], told.words["paid"], told.words["receipt"]) == (
        "150.00",
        "44.00",
        "PJ1",
    )
    known = books.plans[result.no]
    assert isinstance(known, ResultPlan)
    assert known.agrees
    assert known.guidance == ("请到出院带药窗口",)


@pytest.mark.parametrize("said", [his_result(total=15001), his_result(applied=4399)])
def test_a_his_that_says_other_money_does_not_agree(said: object) -> None:
    books = posted(insured_stay(4400))
    books.run("RS1", {ASK_HIS_RESULT: said})
    known = books.plans["RS1"]
    assert isinstance(known, ResultPlan)
    assert not known.agrees


def test_a_posting_the_his_refuses_keeps_the_hold_and_can_be_tried_again() -> None:
    books = at_posting(insured_stay(6000))
    refused = discharge_answers(post_to_his=Refuses("bill_changed", "账单已变更"))
    assert books.run("SL1", refused) == AskAPerson("bill_changed", "账单已变更")
    assert books.deposit.held == Money(4400)
    books.commit(plan_of(books).retry(POST_TO_HIS))
    assert books.run("SL1", discharge_answers()) == Finish()
    assert books.ledger["his_settled:B1"] == -15000


# --- a HIS that leads --------------------------------------------------------------------------


def test_a_his_that_leads_is_waited_for_as_long_as_it_has() -> None:
    books = at_posting(insured_stay(6000), posted_by="caller")
    begun = books.now
    action = books.run("SL1", {POST_TO_HIS: PATIENCE})
    assert isinstance(action, AskAgain)
    assert action.at - begun < timedelta(minutes=10, seconds=5)
    assert books.deposit.held == Money(4400)
    books.conclude("SL1", POST_TO_HIS, discharge_answers()[POST_TO_HIS])
    assert plan_of(books).state is PlanState.FINISHED
    assert books.ledger["his_settled:B1"] == -15000


def test_a_his_that_stays_silent_is_put_to_a_person_and_never_waited_for_again() -> None:
    books = at_posting(insured_stay(6000), posted_by="caller")
    books.run("SL1", {POST_TO_HIS: PATIENCE})
    books.conclude("SL1", POST_TO_HIS, Dies("posting_silent"))
    action = books.next("SL1")
    assert isinstance(action, AskAPerson)
    assert action.code == "posting_silent"
    assert books.deposit.held == Money(4400)


def test_a_silent_his_asks_a_person_for_a_self_pay_patient_too_and_holds_nothing() -> None:
    books = self_pay_stay(15000)
    books.open(settlement(insured=False, posted_by="caller"))
    books.run("SL1", self_pay_answers(post_to_his=PATIENCE))
    assert books.deposit.held == Money(15000)
    books.conclude("SL1", POST_TO_HIS, Dies("posting_silent"))
    action = books.next("SL1")
    assert isinstance(action, AskAPerson)
    assert action.code == "posting_silent"
    assert books.deposit.held == Money(0)


def test_a_his_that_will_not_post_says_so_and_a_person_goes_on() -> None:
    books = at_posting(insured_stay(6000), posted_by="caller")
    books.run("SL1", {POST_TO_HIS: PATIENCE})
    books.conclude("SL1", POST_TO_HIS, Refuses("cancelled_by_his", "患者要求"))
    assert books.next("SL1") == AskAPerson("cancelled_by_his", "患者要求")


# --- self-pay ----------------------------------------------------------------------------------


def test_a_self_pay_settlement_calls_no_insurer() -> None:
    books = self_pay_stay(20000)
    posted(books, insured=False)
    assert books.called == ["lock_bill", "upload_charges", "confirm_with_his", "post_to_his"]
    (share,) = plan_of(books).shares
    assert (share.payer, share.amount) == (Payer.DEPOSIT, Money(15000))
    assert share.funded_by == "post_to_his"
    assert books.ledger == {
        "clearing:wechat_pay": 20000,
        "deposit:ZY1": -5000,
        "his_settled:B1": -15000,
    }


def test_a_self_pay_patient_pays_the_whole_bill_and_its_post_is_the_pivot() -> None:
    books = self_pay_stay(15000)
    books.open(settlement(insured=False, confirmed_by=""))
    books.run("SL1", self_pay_answers())
    plan = plan_of(books)
    assert (plan.due, plan.past_pivot, plan.held) == (Money(15000), False, Money(0))
    books.commit(plan.confirm("patient"))
    books.begin("SL1", POST_TO_HIS)
    assert books.deposit.held == Money(15000)
    books.conclude("SL1", POST_TO_HIS, Refuses("bill_changed"))
    assert books.deposit.held == Money(0)
    books.commit(plan_of(books).retry(POST_TO_HIS))
    assert books.run("SL1", self_pay_answers()) == Finish()
    assert plan_of(books).past_pivot


def test_nothing_is_known_of_a_self_pay_bill_before_it_is_locked() -> None:
    plan = settlement(insured=False)
    assert not plan.priced
    assert plan.shares == ()


def test_a_self_pay_settlement_checks_the_totals_too() -> None:
    books = self_pay_stay(15000)
    books.open(settlement(insured=False))
    answers = self_pay_answers()
    answers["lock_bill"] = replace(answers["lock_bill"], total=Money(15001))  # type: ignore[type-var]
    action = books.run("SL1", answers)
    assert isinstance(action, AskAPerson)
    assert action.code == "totals_disagree"
