"""锁定、预结算确认、结算入账: in that order, each refused when its ground is missing."""

import pytest

from contracts.medsettle.his.v1 import his_pb2

TOTAL = 23000


def shares(**payers):
    return [his_pb2.Share(payer=payer, amount_fen=fen) for payer, fen in payers.items()]


def insurance(**changed):
    figures = {
        "registration_no": "MDTRT1",
        "settlement_id": "SETL1",
        "pooled_fund_fen": 15000,
        "personal_account_fen": 3000,
        "cash_fen": 5000,
        "hospital_borne_fen": 0,
    }
    return his_pb2.InsuranceResult(**(figures | changed))


INSURED_SHARES = {"pooled_fund": 15000, "personal_account": 3000, "deposit": 5000}


@pytest.fixture
def stay(hospital):
    return hospital.ready_to_settle("insured")


@pytest.fixture
def bill(his, stay):
    return his.lock(stay, "S1")


@pytest.fixture
def posting(his, stay, bill):
    """The fields of a PostSettlement that would succeed."""
    his.deposit(stay, 6000, "D1")
    return {
        "settlement_no": "S1",
        "admission_no": stay,
        "bill_no": bill.bill_no,
        "total_fen": TOTAL,
        "shares": shares(**INSURED_SHARES),
        "insurance": insurance(),
        "deposit_applied_fen": 5000,
        "operator": "cashier-7",
    }


@pytest.fixture
def confirming(stay, bill):
    """The fields of a ConfirmPreSettlement that would succeed."""
    return {
        "settlement_no": "S1",
        "admission_no": stay,
        "bill_no": bill.bill_no,
        "total_fen": TOTAL,
        "shares": shares(**INSURED_SHARES),
        "insurance": insurance(settlement_id=""),
        "due_fen": 5000,
    }


def test_a_lock_answers_with_bill_number_total_balance_and_count(his, hospital):
    admission_no = hospital.admit()
    hospital.charge(admission_no)
    withdrawn = hospital.charge(admission_no)
    hospital.charge(admission_no, item="B001")
    hospital.act("charges/cancel", charge_no=withdrawn)
    hospital.act("admissions/order-discharge", admission_no=admission_no)
    his.deposit(admission_no, 700, "D1")
    bill = his.lock(admission_no, "S1")
    assert bill.bill_no
    assert (bill.total_fen, bill.charge_count, bill.deposit_balance_fen) == (27800, 2, 700)
    assert hospital.admission(admission_no)["locked_by"] == "S1"


def test_a_repeated_lock_gets_the_first_answer(his, stay, bill):
    his.deposit(stay, 100, "D1")
    assert his.lock(stay, "S1") == bill


def test_a_lock_held_by_another_number_is_refused_with_the_holder(his, stay, bill):
    refusal = his.refusal_of("Lock", settlement_no="S2", admission_no=stay, purpose=1)
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "BILL_LOCKED")
    assert refusal.numbers == {"locked_by": "S1", "bill_no": bill.bill_no}


def test_a_stay_whose_discharge_is_not_ordered_cannot_be_locked(his, hospital):
    admission_no = hospital.admit()
    hospital.charge(admission_no)
    refusal = his.refusal_of("Lock", settlement_no="S1", admission_no=admission_no, purpose=1)
    assert refusal.reason == "DISCHARGE_NOT_ORDERED"


def test_a_stay_without_live_charges_has_nothing_to_settle(his, hospital):
    admission_no = hospital.admit()
    hospital.act("charges/cancel", charge_no=hospital.charge(admission_no))
    hospital.act("admissions/order-discharge", admission_no=admission_no)
    refusal = his.refusal_of("Lock", settlement_no="S1", admission_no=admission_no, purpose=1)
    assert refusal.reason == "NOTHING_TO_SETTLE"


def test_a_settled_stay_cannot_be_locked_to_settle(his, posting, stay):
    his.call("PostSettlement", **posting)
    refusal = his.refusal_of("Lock", settlement_no="S2", admission_no=stay, purpose=1)
    assert refusal.reason == "ALREADY_SETTLED"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"purpose": 0}, "purpose"),
        ({"purpose": 9}, "purpose"),
        ({"purpose": 2}, "original_settlement_no"),
        ({"original_settlement_no": "S0"}, "original_settlement_no"),
        ({"settlement_no": ""}, "settlement_no"),
    ],
)
def test_a_malformed_lock_names_its_field(his, stay, fields, named):
    good = {"settlement_no": "S1", "admission_no": stay, "purpose": 1}
    refusal = his.refusal_of("Lock", **(good | fields))
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", [named])


def test_an_unlocked_bill_may_be_locked_by_another_number(his, stay, bill):
    unlock = {"settlement_no": "S1", "admission_no": stay, "bill_no": bill.bill_no}
    his.call("Unlock", **unlock)
    his.call("Unlock", **unlock)
    again = his.lock(stay, "S2")
    assert again.bill_no != bill.bill_no


def test_unlocking_late_does_not_open_the_lock_of_another(his, hospital, stay, bill):
    unlock = {"settlement_no": "S1", "admission_no": stay, "bill_no": bill.bill_no}
    his.call("Unlock", **unlock)
    his.lock(stay, "S2")
    his.call("Unlock", **unlock)
    assert hospital.admission(stay)["locked_by"] == "S2"


def test_unlocking_needs_the_numbers_of_the_lock(his, hospital, stay, bill):
    unlock = {"settlement_no": "S1", "admission_no": stay, "bill_no": bill.bill_no}
    assert his.refusal_of("Unlock", **(unlock | {"settlement_no": "S9"})).code == "NOT_FOUND"
    refusal = his.refusal_of("Unlock", **(unlock | {"bill_no": "ZD9"}))
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", ["bill_no"])
    refusal = his.refusal_of("Unlock", **(unlock | {"admission_no": "ZY9"}))
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", ["admission_no"])
    assert hospital.admission(stay)["locked_by"] == "S1"


def test_a_posted_settlement_discharges_applies_the_deposit_and_unlocks(
    his, hospital, posting, stay
):
    answer = his.call("PostSettlement", **posting)
    assert answer.receipt_no
    assert answer.deposit_balance_fen == 1000
    admission = hospital.admission(stay)
    assert (admission["state"], admission["locked_by"]) == ("discharged", None)
    assert his.call("ListPendingCharges", admission_no=stay).total_fen == 0
    books = hospital.books()
    (settlement,) = books["settlements"]
    assert settlement["state"] == "posted"
    assert settlement["receipt_no"] == answer.receipt_no
    assert settlement["shares"] == INSURED_SHARES
    assert settlement["insurance_settlement_id"] == "SETL1"
    assert [charge["settled_by"] for charge in books["charges"]] == ["S1"]
    assert books["totals"] == {
        "deposits_fen": 6000,
        "returns_fen": 0,
        "settled_fen": TOTAL,
        "deposit_applied_fen": 5000,
    }


def test_a_repeated_posting_gets_the_first_answer_and_posts_once(his, hospital, posting):
    first = his.call("PostSettlement", **posting)
    assert his.call("PostSettlement", **posting) == first
    assert len(hospital.books()["settlements"]) == 1
    refusal = his.refusal_of("PostSettlement", **(posting | {"operator": "cashier-8"}))
    assert refusal.code == "ALREADY_EXISTS"


def test_receipt_numbers_are_never_given_twice(his, hospital):
    receipts = []
    for number in range(3):
        admission_no = hospital.ready_to_settle()
        his.deposit(admission_no, TOTAL, f"D{number}")
        receipts.append(his.settle(admission_no, f"S{number}").receipt_no)
    assert len(set(receipts)) == 3


def test_posting_without_a_lock_is_refused(his, stay, posting):
    his.call("Unlock", settlement_no="S1", admission_no=stay, bill_no=posting["bill_no"])
    refusal = his.refusal_of("PostSettlement", **posting)
    assert refusal.reason == "BILL_NOT_LOCKED"


def test_posting_under_a_lock_of_another_number_is_refused(his, posting):
    refusal = his.refusal_of("PostSettlement", **(posting | {"settlement_no": "S2"}))
    assert refusal.reason == "BILL_NOT_LOCKED"
    assert refusal.numbers == {"locked_by": "S1"}


@pytest.mark.parametrize("changed", [{"total_fen": TOTAL + 1}, {"bill_no": "ZD9"}])
def test_posting_another_bill_or_total_is_refused(his, posting, changed):
    refusal = his.refusal_of("PostSettlement", **(posting | changed))
    assert refusal.reason == "BILL_CHANGED"
    assert refusal.numbers["his_total_fen"] == str(TOTAL)


def test_posting_more_deposit_than_there_is_falls_short(his, stay, posting):
    given = {
        "shares": shares(pooled_fund=15000, personal_account=1000, deposit=7000),
        "insurance": insurance(personal_account_fen=1000, cash_fen=7000),
        "deposit_applied_fen": 7000,
    }
    refusal = his.refusal_of("PostSettlement", **(posting | given))
    assert refusal.reason == "DEPOSIT_SHORT"
    assert refusal.numbers == {"deposit_applied_fen": "7000", "deposit_balance_fen": "6000"}
    his.deposit(stay, 1000, "D2")
    assert his.call("PostSettlement", **(posting | given)).deposit_balance_fen == 0


WRONG_SHARES = {
    "the shares do not sum": {"shares": shares(**INSURED_SHARES, reduction=1)},
    "a share is negative": {
        "shares": shares(**(INSURED_SHARES | {"reduction": -1, "rounding": 1}))
    },
    "deposit is not the deposit share": {"deposit_applied_fen": 4999},
    "the insurer paid more": {"insurance": insurance(pooled_fund_fen=15001)},
    "the insurer used less account": {"insurance": insurance(personal_account_fen=2999)},
    "the hospital bears nothing": {"insurance": insurance(hospital_borne_fen=1)},
    "the patient owes more": {"insurance": insurance(cash_fen=5001)},
    "insurance shares without result": {"insurance": None},
}


@pytest.mark.parametrize("changed", WRONG_SHARES.values(), ids=WRONG_SHARES.keys())
def test_posting_shares_that_cannot_be_true_is_refused(his, hospital, posting, changed):
    refusal = his.refusal_of("PostSettlement", **(posting | changed))
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "SHARES_REJECTED")
    assert hospital.books()["settlements"] == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"shares": shares(pooled_fund=23000, wallet=0)}, "shares[1].payer"),
        (
            {"shares": [his_pb2.Share(payer="deposit", amount_fen=1)] * 2},
            "shares[1].payer",
        ),
        ({"insurance": insurance(settlement_id="")}, "insurance.settlement_id"),
        ({"insurance": insurance(registration_no="")}, "insurance.registration_no"),
        ({"bill_no": ""}, "bill_no"),
    ],
)
def test_a_malformed_posting_names_its_field(his, posting, changed, field):
    refusal = his.refusal_of("PostSettlement", **(posting | changed))
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", [field])


def test_rounding_reduction_and_unexplained_fens_are_accepted_when_all_agrees(his, posting):
    # total 23000 = 15000 + 2999 insured, 1 unexplained by the insurer, 5000 cash at the insurer
    # of which 30 are reduced and 2 rounded up for the patient.
    given = {
        "shares": shares(
            pooled_fund=15000,
            personal_account=2999,
            unexplained=1,
            reduction=30,
            rounding=-2,
            deposit=4972,
        ),
        "insurance": insurance(personal_account_fen=2999),
        "deposit_applied_fen": 4972,
    }
    assert his.call("PostSettlement", **(posting | given)).deposit_balance_fen == 1028


def test_charges_without_insurance_code_are_borne_by_the_patient(his, hospital):
    admission_no = hospital.admit("insured")
    hospital.charge(admission_no)
    hospital.charge(admission_no, item="O001")  # 陪护餐费 35.00, no insurance code
    hospital.act("admissions/order-discharge", admission_no=admission_no)
    his.deposit(admission_no, 20000, "D1")
    bill = his.lock(admission_no, "S1")
    posting = {
        "settlement_no": "S1",
        "admission_no": admission_no,
        "bill_no": bill.bill_no,
        "total_fen": 26500,
        "shares": shares(**(INSURED_SHARES | {"deposit": 8500})),
        "insurance": insurance(cash_fen=5001),
        "deposit_applied_fen": 8500,
    }
    refusal = his.refusal_of("PostSettlement", **posting)
    assert refusal.reason == "SHARES_REJECTED"
    assert refusal.numbers == {"cash_fen": "5001", "uncoded_fen": "3500", "covered_fen": "8500"}
    assert his.call("PostSettlement", **(posting | {"insurance": insurance()}))


def test_a_self_pay_bill_with_an_insurance_result_is_refused(his, hospital):
    admission_no = hospital.ready_to_settle("self_pay")
    his.deposit(admission_no, TOTAL, "D1")
    bill = his.lock(admission_no, "S1")
    posting = his.self_pay_posting(admission_no, "S1", bill) | {
        "shares": shares(**INSURED_SHARES),
        "deposit_applied_fen": 5000,
        "insurance": insurance(),
    }
    assert his.refusal_of("PostSettlement", **posting).reason == "SHARES_REJECTED"


def test_an_insured_patient_may_pay_it_all_himself(his, stay, bill):
    his.deposit(stay, TOTAL, "D1")
    assert his.call("PostSettlement", **his.self_pay_posting(stay, "S1", bill)).receipt_no


def test_a_pre_settlement_is_confirmed_once_and_changes_nothing(his, hospital, stay, confirming):
    first = his.call("ConfirmPreSettlement", **confirming)
    assert first.HasField("confirmed_at")
    assert his.call("ConfirmPreSettlement", **confirming) == first
    assert hospital.admission(stay)["state"] == "discharge_ordered"
    assert hospital.books()["settlements"] == []


def test_a_pre_settlement_of_other_figures_under_the_same_number_already_exists(his, confirming):
    his.call("ConfirmPreSettlement", **confirming)
    changed = {"shares": shares(pooled_fund=18000, deposit=5000)}
    refusal = his.refusal_of("ConfirmPreSettlement", **(confirming | changed))
    assert refusal.code == "ALREADY_EXISTS"


def test_a_pre_settlement_needs_the_lock_and_the_bill_as_locked(his, stay, confirming):
    refusal = his.refusal_of("ConfirmPreSettlement", **(confirming | {"total_fen": TOTAL - 1}))
    assert refusal.reason == "BILL_CHANGED"
    assert refusal.numbers["given_total_fen"] == str(TOTAL - 1)
    his.call("Unlock", settlement_no="S1", admission_no=stay, bill_no=confirming["bill_no"])
    assert his.refusal_of("ConfirmPreSettlement", **confirming).reason == "BILL_NOT_LOCKED"


@pytest.mark.parametrize(
    "changed",
    [
        {"due_fen": 4999},
        {"shares": shares(**(INSURED_SHARES | {"deposit": 5001}))},
        {"insurance": insurance(cash_fen=5001)},
        {"insurance": insurance(pooled_fund_fen=1)},
    ],
)
def test_pre_settlement_figures_that_cannot_be_true_are_rejected(his, confirming, changed):
    refusal = his.refusal_of("ConfirmPreSettlement", **(confirming | changed))
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "FIGURES_REJECTED")
