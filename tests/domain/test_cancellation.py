"""Undoing a settlement from every place it can stand: deposit, lots and ledger are as before."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.errors import Conflict, PlanFinished
from domain.identifiers import AttemptKey, PlanNo
from domain.insurance.stay import StayState
from domain.money import Money
from domain.plan.action import AskAPerson, Call, Finish, Wait
from domain.plan.plan import Plan, PlanState
from domain.refunds.plan import AGREE_WITH_HIS, RETURN_MONEY, RefundPlan
from domain.settlement.cancellation import (
    CANCEL_AT_HIS,
    CANCEL_INSURANCE,
    LOCK_FOR_CANCELLATION,
    UNDO_DISCHARGE,
    UNLOCK_BILL,
    CancellationPlan,
    cancellation_of,
)
from domain.settlement.his_record import Posted
from domain.settlement.steps import POST_TO_HIS, SETTLE_INSURANCE
from domain.visits.admission import AdmissionState
from tests.domain.books import Accepts, Books, Dies, Refuses, Unknown, insured_stay, self_pay_stay
from tests.domain.discharge import at_posting, plan_of, posted
from tests.domain.patients import (
    AT,
    HOSPITAL,
    SETTLED,
    discharge_answers,
    self_pay_answers,
    settled_away,
    settlement,
)

ANSWERS: dict[str, object] = {
    LOCK_FOR_CANCELLATION: None,
    CANCEL_INSURANCE: replace(SETTLED.negated(), settlement_id="S2"),
    CANCEL_AT_HIS: Posted(receipt_no="HJ1", posted_at=AT, deposit_balance=Money(4400)),
    UNDO_DISCHARGE: None,
    UNLOCK_BILL: None,
}
UNDISCHARGED = (UNDO_DISCHARGE, UNLOCK_BILL)

# Stopped before this effect: what has to be undone, in this order. DESIGN §3.
INSURED = {
    "upload_charges": (UNLOCK_BILL,),
    "register_discharge": (UNLOCK_BILL,),
    "pre_settle": UNDISCHARGED,
    "confirm_with_his": UNDISCHARGED,
    "settle_insurance": UNDISCHARGED,
    "post_to_his": (CANCEL_INSURANCE, *UNDISCHARGED),
}
SELF_PAY = {
    "upload_charges": (UNLOCK_BILL,),
    "confirm_with_his": (UNLOCK_BILL,),
    "post_to_his": (UNLOCK_BILL,),
}


def cancel(books: Books, no: str = "SL1", *, reopen: bool = True) -> CancellationPlan:
    """Stops the settlement and opens its cancellation, as one commit does."""
    plan = plan_of(books, no)
    cancellation = cancellation_of(
        plan,
        no=PlanNo(f"SX{no[2:]}"),
        institution=HOSPITAL,
        at=books.now,
        reason="患者要求",
        operator="cashier",
        reopen=reopen,
    )
    books.called.clear()
    books.commit(plan.withdrawn_by(cancellation.no))
    books.open(cancellation)
    return cancellation


def cancelled(books: Books, no: str = "SL1", *, reopen: bool = True, **other: object) -> Books:
    cancellation = cancel(books, no, reopen=reopen)
    assert books.run(cancellation.no, ANSWERS | other) == Finish()
    return books


def test_a_settlement_that_has_done_nothing_has_nothing_to_undo() -> None:
    books = insured_stay(6000)
    books.open(settlement())
    assert cancel(books).steps == ()
    closed = settlement().undone(None, AT)
    assert (closed.state, closed.withdrawal_no) == (PlanState.CLOSED, None)


@pytest.mark.parametrize("reopen", [True, False])
@pytest.mark.parametrize(("stopped_before", "effects"), INSURED.items())
def test_an_insured_settlement_stopped_anywhere_leaves_no_trace_in_the_money(
    stopped_before: str, effects: tuple[str, ...], reopen: bool
) -> None:
    books = insured_stay(3000, 2000, cash=1000)
    before = books.money()
    books.open(settlement())
    assert books.run("SL1", discharge_answers(), until=stopped_before) == Call(stopped_before)
    cancelled(books, reopen=reopen)
    assert books.called == list(effects)
    assert books.money() == before
    assert books.stay is not None
    assert books.stay.state is StayState.REGISTERED
    assert (plan_of(books).state, plan_of(books).held) == (PlanState.CLOSED, Money(0))
    assert plan_of(books).cancelled_at is not None


@pytest.mark.parametrize(("stopped_before", "effects"), SELF_PAY.items())
def test_a_self_pay_settlement_stopped_anywhere_leaves_no_trace_in_the_money(
    stopped_before: str, effects: tuple[str, ...]
) -> None:
    books = self_pay_stay(20000)
    before = books.money()
    books.open(settlement(insured=False))
    books.run("SL1", self_pay_answers(), until=stopped_before)
    cancelled(books)
    assert books.called == list(effects)
    assert books.money() == before


def test_a_posted_settlement_is_undone_his_first_and_the_stay_reopens_last() -> None:
    books = posted(insured_stay(4400))
    cancelled(books)
    assert books.called == [LOCK_FOR_CANCELLATION, CANCEL_INSURANCE, CANCEL_AT_HIS, UNDO_DISCHARGE]


def test_a_posted_settlement_whose_stay_stays_closed_keeps_its_discharge() -> None:
    books = posted(insured_stay(4400))
    cancelled(books, reopen=False)
    assert books.called == [LOCK_FOR_CANCELLATION, CANCEL_INSURANCE, CANCEL_AT_HIS]
    assert books.stay is not None
    assert books.stay.state is StayState.DISCHARGED


def test_a_posted_self_pay_settlement_is_undone_at_the_his_alone() -> None:
    books = posted(self_pay_stay(15000), insured=False)
    cancelled(books)
    assert books.called == [LOCK_FOR_CANCELLATION, CANCEL_AT_HIS]


@pytest.mark.parametrize("insured", [True, False])
@pytest.mark.parametrize("reopen", [True, False])
def test_a_cancelled_posting_gives_deposit_lots_and_ledger_back_to_the_fen(
    insured: bool, reopen: bool
) -> None:
    books = insured_stay(3000, 1400) if insured else self_pay_stay(9000, 6000)
    before, admission = books.money(), books.admission
    posted(books, insured=insured)
    assert books.settled_by == "SL1"
    cancelled(books, reopen=reopen)
    assert books.money() == before
    assert books.admission == admission
    assert books.admission.state is AdmissionState.DISCHARGE_ORDERED
    plan = plan_of(books)
    assert (plan.state, plan.withdrawal_no) == (PlanState.FINISHED, "SX1")
    assert plan.cancelled_at is not None


def test_the_debited_deposit_comes_back_to_the_deposit_and_the_surplus_stays_returned() -> None:
    books = posted(insured_stay(3000, 2000, cash=1000))
    for refund in [plan for plan in books.plans.values() if isinstance(plan, RefundPlan)]:
        books.run(refund.no, {AGREE_WITH_HIS: Money(0), RETURN_MONEY: None})
    cancelled(books)
    assert (books.deposit.balance, books.deposit.held) == (Money(4400), Money(0))
    assert {no: (x.applied.fen, x.returned.fen) for no, x in books.lots.items()} == {
        "DP1": (0, 0),
        "DP2": (0, 600),
        "DPcash": (0, 1000),
    }
    assert books.messages["SX1-cancelled"].words == {"total": "150.00", "back": "44.00"}


def test_what_was_suspended_is_taken_out_of_suspense_again() -> None:
    books = insured_stay(4407)
    before = books.money()
    books.open(settlement())
    odd = replace(SETTLED, cash=Money(2257))
    books.run("SL1", discharge_answers(settle_insurance=odd))
    assert books.ledger["suspense:unexplained"] == -7
    cancelled(books)
    assert books.money() == before


def test_a_settlement_settled_over_the_limit_can_be_cancelled_instead_of_accepted() -> None:
    books = insured_stay(4400)
    before = books.money()
    books.open(settlement())
    action = books.run("SL1", discharge_answers(settle_insurance=settled_away(101)))
    assert isinstance(action, AskAPerson)
    assert action.code == "settled_differently"
    cancelled(books)
    assert books.money() == before


@pytest.mark.parametrize("ending", [Refuses("-1"), Dies()])
def test_a_pivot_that_did_not_happen_needs_no_cancellation_at_the_insurer(ending: Any) -> None:
    books = insured_stay(6000)
    before = books.money()
    books.open(settlement())
    books.run("SL1", discharge_answers(), until=SETTLE_INSURANCE)
    books.begin("SL1", SETTLE_INSURANCE)
    books.conclude("SL1", SETTLE_INSURANCE, ending)
    cancelled(books)
    assert CANCEL_INSURANCE not in books.called
    assert books.money() == before


def test_nothing_moves_in_a_settlement_that_is_being_undone() -> None:
    books = at_posting(insured_stay(6000))
    cancel(books)
    assert books.next("SL1") == Wait(None, "withdrawing")
    assert books.deposit.held == Money(4400)


def test_the_hold_is_kept_until_the_last_step_is_undone() -> None:
    books = at_posting(insured_stay(6000))
    cancellation = cancel(books)
    assert books.run(cancellation.no, ANSWERS, until=UNLOCK_BILL) == Call(UNLOCK_BILL)
    assert books.deposit.held == Money(4400)
    assert "unposted:B1" not in books.ledger
    books.run(cancellation.no, ANSWERS)
    assert books.deposit.held == Money(0)


def test_a_his_that_refuses_the_cancellation_leaves_everything_as_it_is() -> None:
    books = posted(insured_stay(4400))
    before = books.money()
    cancellation = cancel(books)
    no = ANSWERS | {LOCK_FOR_CANCELLATION: Refuses("dispensed", "已发药")}
    action = books.run(cancellation.no, no)
    assert isinstance(action, AskAPerson)
    assert action == AskAPerson("lock_for_cancellation_refused", "已发药")
    assert books.called == [LOCK_FOR_CANCELLATION]
    assert books.money() == before


def test_an_insurer_that_refuses_to_cancel_is_asked_again_when_a_person_says_so() -> None:
    books = posted(insured_stay(4400))
    before = books.money()
    cancellation = cancel(books)
    books.run(cancellation.no, ANSWERS | {CANCEL_INSURANCE: Refuses("-1", "已清算")})
    assert books.money() == before
    stopped = books.plans[cancellation.no]
    assert stopped.next_action(books.now, books.account) == AskAPerson(
        "cancel_insurance_refused", "已清算"
    )
    books.commit(stopped.retry(CANCEL_INSURANCE))
    assert books.run(cancellation.no, ANSWERS) == Finish()


def test_a_lost_cancellation_is_made_again_under_a_new_key_once_it_is_proven_harmless() -> None:
    books = at_posting(insured_stay(6000))
    cancellation = cancel(books)
    books.run(cancellation.no, ANSWERS | {CANCEL_INSURANCE: Unknown()})
    books.conclude(cancellation.no, CANCEL_INSURANCE, Dies(text="may be repeated"))
    assert books.run(cancellation.no, ANSWERS) == Finish()
    attempts = books.plans[cancellation.no].step(CANCEL_INSURANCE).attempts
    assert len({attempt.key for attempt in attempts}) == 2
    assert books.ledger == {"clearing:wechat_pay": 6000, "deposit:ZY1": -6000}


def test_the_cancellation_keeps_the_red_receipt_and_the_insurer_s_reversal() -> None:
    books = cancelled(posted(insured_stay(4400)))
    plan = books.plans["SX1"]
    assert isinstance(plan, CancellationPlan)
    assert plan.red_receipt_no == "HJ1"
    assert plan.reversal is not None
    assert plan.reversal.reversal_of(SETTLED)


def test_what_the_his_may_be_posting_at_this_moment_cannot_be_undone() -> None:
    books = at_posting(insured_stay(6000), posted_by="caller")
    books.run("SL1", {POST_TO_HIS: Accepts()})
    with pytest.raises(Conflict) as refused:
        cancel(books)
    assert refused.value.code == "conflict"
    books.conclude("SL1", POST_TO_HIS, Refuses("cancelled_by_his"))
    cancelled(books)
    assert books.ledger == {"clearing:wechat_pay": 6000, "deposit:ZY1": -6000}


@pytest.mark.parametrize(
    "again",
    [
        lambda plan: plan.ended(PlanState.FINISHED, AT),
        lambda plan: plan.begin(POST_TO_HIS, AttemptKey("K"), AT),
        lambda plan: plan.retry(SETTLE_INSURANCE),
    ],
    ids=["ends", "begins", "retries"],
)
def test_a_plan_that_has_ended_ends_begins_and_retries_nothing(
    again: Callable[[Plan], Plan],
) -> None:
    books = cancelled(at_posting(insured_stay(6000)))
    with pytest.raises(PlanFinished) as refused:
        again(plan_of(books))
    assert refused.value.code == "already_finished"


# --- settling again ----------------------------------------------------------------------------


@pytest.mark.parametrize("reopen", [True, False])
def test_a_cancelled_stay_is_settled_again_to_the_same_books(reopen: bool) -> None:
    books = posted(insured_stay(3000, 1400))
    first = books.ledger
    cancelled(books, reopen=reopen)
    books.called.clear()
    posted(books, no="SL2", bill_no="B2")
    assert ("register_discharge" in books.called) is reopen
    first["his_settled:B2"] = first.pop("his_settled:B1")
    assert books.ledger == first
    assert books.settled_by == "SL2"
    assert {no: x.applied.fen for no, x in books.lots.items()} == {"DP1": 3000, "DP2": 1400}


def test_after_the_surplus_has_gone_the_same_bill_is_still_covered() -> None:
    books = posted(insured_stay(6000))
    books.run("RF101", {AGREE_WITH_HIS: Money(4400), RETURN_MONEY: None})
    cancelled(books)
    posted(books, no="SL2", bill_no="B2")
    assert plan_of(books, "SL2").surplus == Money(0)
    assert books.deposit.balance == Money(0)
