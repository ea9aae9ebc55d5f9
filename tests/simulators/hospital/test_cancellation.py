"""结算撤销: undoes a settlement wholly, and leaves a stay that can be settled again."""

import pytest


@pytest.fixture
def settled(his, hospital):
    """A settled stay: 230.00 yuan out of a deposit of 300.00."""
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 30000, "D1")
    his.settle(admission_no, "S1")
    return admission_no


def cancelling(admission_no, number="C1", settlement_no="S1"):
    return {
        "cancellation_no": number,
        "settlement_no": settlement_no,
        "admission_no": admission_no,
        "reason": "费用有误",
    }


def test_a_lock_to_cancel_answers_with_the_bill_of_the_settlement(his, hospital, settled):
    bill = his.lock_to_cancel(settled, "C1", "S1")
    (settlement,) = hospital.books()["settlements"]
    assert bill.bill_no == settlement["bill_no"]
    assert (bill.total_fen, bill.charge_count, bill.deposit_balance_fen) == (23000, 1, 7000)


def test_a_cancelled_settlement_gives_the_deposit_back_and_reopens_the_bill(his, hospital, settled):
    his.lock_to_cancel(settled, "C1", "S1")
    answer = his.call("CancelSettlement", **cancelling(settled))
    assert answer.deposit_balance_fen == 30000
    admission = hospital.admission(settled)
    assert (admission["state"], admission["locked_by"]) == ("discharge_ordered", None)
    assert his.call("ListPendingCharges", admission_no=settled).total_fen == 23000
    books = hospital.books()
    assert books["settlements"][0]["state"] == "cancelled"
    assert books["settlements"][0]["cancelled_by"] == "C1"
    assert books["cancellations"][0]["red_receipt_no"] == answer.red_receipt_no
    assert books["totals"]["settled_fen"] == 0
    assert books["totals"]["deposit_applied_fen"] == 0


def test_a_reopened_bill_takes_a_charge_and_is_settled_again(his, hospital, settled):
    his.lock_to_cancel(settled, "C1", "S1")
    his.call("CancelSettlement", **cancelling(settled))
    hospital.charge(settled, item="B001")
    answer = his.settle(settled, "S2")
    assert answer.deposit_balance_fen == 30000 - 27800
    assert hospital.admission(settled)["state"] == "discharged"


def test_a_repeated_cancellation_gets_the_first_answer_and_acts_once(his, hospital, settled):
    his.lock_to_cancel(settled, "C1", "S1")
    first = his.call("CancelSettlement", **cancelling(settled))
    assert his.call("CancelSettlement", **cancelling(settled)) == first
    assert len(hospital.books()["cancellations"]) == 1
    refusal = his.refusal_of("CancelSettlement", **(cancelling(settled) | {"reason": "x"}))
    assert refusal.code == "ALREADY_EXISTS"


def test_a_repeated_posting_after_its_cancellation_does_not_post_again(his, hospital):
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 30000, "D1")
    posting = his.self_pay_posting(admission_no, "S1", his.lock(admission_no, "S1"))
    first = his.call("PostSettlement", **posting)
    his.lock_to_cancel(admission_no, "C1", "S1")
    his.call("CancelSettlement", **cancelling(admission_no))
    assert his.call("PostSettlement", **posting) == first
    assert hospital.admission(admission_no)["deposit_balance_fen"] == 30000


def test_cancelling_without_the_lock_is_refused(his, hospital, settled):
    refusal = his.refusal_of("CancelSettlement", **cancelling(settled))
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "CANCELLATION_REFUSED")
    his.lock_to_cancel(settled, "C1", "S1")
    refusal = his.refusal_of("CancelSettlement", **cancelling(settled, number="C2"))
    assert refusal.reason == "CANCELLATION_REFUSED"
    assert refusal.numbers == {"locked_by": "C1"}
    assert hospital.books()["cancellations"] == []


def test_a_settlement_number_cannot_be_its_own_cancellation(his, settled):
    refusal = his.refusal_of("CancelSettlement", **cancelling(settled, number="S1"))
    assert refusal.code == "ALREADY_EXISTS"
    refusal = his.refusal_of(
        "Lock", settlement_no="S1", admission_no=settled, purpose=2, original_settlement_no="S1"
    )
    assert refusal.code == "ALREADY_EXISTS"


def test_what_was_only_locked_or_is_cancelled_already_is_not_settled(his, hospital, settled):
    his.lock_to_cancel(settled, "C1", "S1")
    his.call("CancelSettlement", **cancelling(settled))
    his.lock(settled, "S2")
    for original in ("S1", "S2"):
        refusal = his.refusal_of(
            "Lock",
            settlement_no="C2",
            admission_no=settled,
            purpose=2,
            original_settlement_no=original,
        )
        assert refusal.reason == "NOT_SETTLED"
        refusal = his.refusal_of("CancelSettlement", **cancelling(settled, "C2", original))
        assert refusal.reason == "NOT_SETTLED"


def test_an_unknown_settlement_is_not_found(his, settled):
    refusal = his.refusal_of(
        "Lock", settlement_no="C1", admission_no=settled, purpose=2, original_settlement_no="S9"
    )
    assert refusal.code == "NOT_FOUND"
    assert his.refusal_of("CancelSettlement", **cancelling(settled, "C1", "S9")).code == "NOT_FOUND"


def test_the_settlement_of_another_stay_cannot_be_cancelled_here(his, hospital, settled):
    other = hospital.admit()
    refusal = his.refusal_of(
        "Lock", settlement_no="C1", admission_no=other, purpose=2, original_settlement_no="S1"
    )
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", ["admission_no"])


def test_a_lock_to_cancel_that_is_given_up_leaves_the_settlement(his, hospital, settled):
    bill = his.lock_to_cancel(settled, "C1", "S1")
    his.call("Unlock", settlement_no="C1", admission_no=settled, bill_no=bill.bill_no)
    assert hospital.admission(settled)["state"] == "discharged"
    assert his.refusal_of("CancelSettlement", **cancelling(settled)).reason == (
        "CANCELLATION_REFUSED"
    )
