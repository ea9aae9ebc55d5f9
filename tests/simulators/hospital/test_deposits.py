"""预交金: saved once, returned in parts, stopped by the right things only."""

from datetime import datetime, timedelta, timezone

import pytest

BEIJING = timezone(timedelta(hours=8))
PAID_AT = "2024-01-01T00:00:00Z"


def give_back(his, admission_no, number, deposit_no, fen):
    return his.call(
        "CancelDeposit",
        return_no=number,
        deposit_no=deposit_no,
        admission_no=admission_no,
        amount_fen=fen,
        reason="余额退回",
    )


def refused_return(his, admission_no, number, deposit_no, fen):
    return his.refusal_of(
        "CancelDeposit",
        return_no=number,
        deposit_no=deposit_no,
        admission_no=admission_no,
        amount_fen=fen,
    )


def test_a_saved_deposit_is_on_the_balance(his, hospital):
    admission_no = hospital.admit()
    assert his.deposit(admission_no, 50000, "D1").deposit_balance_fen == 50000
    assert his.deposit(admission_no, 12345, "D2").deposit_balance_fen == 62345
    admission = his.call("GetAdmission", admission_no=admission_no).admission
    assert admission.deposit_balance_fen == 62345


def test_a_repeated_deposit_gets_the_first_answer_and_is_saved_once(his, hospital):
    admission_no = hospital.admit()
    first = his.deposit(admission_no, 50000, "D1")
    his.deposit(admission_no, 100, "D2")
    assert his.deposit(admission_no, 50000, "D1") == first
    assert hospital.admission(admission_no)["deposit_balance_fen"] == 50100


def test_a_known_deposit_number_with_another_amount_already_exists(his, hospital):
    admission_no = hospital.admit()
    his.deposit(admission_no, 50000, "D1")
    refusal = his.refusal_of(
        "SaveDeposit",
        deposit_no="D1",
        admission_no=admission_no,
        amount_fen=50001,
        channel="wechat_pay",
        channel_transaction_no="TXD1",
        paid_at=PAID_AT,
    )
    assert refusal.code == "ALREADY_EXISTS"
    assert hospital.books()["totals"]["deposits_fen"] == 50000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("deposit_no", ""),
        ("admission_no", ""),
        ("channel", ""),
        ("amount_fen", 0),
        ("amount_fen", -1),
        ("paid_at", None),
    ],
)
def test_a_malformed_deposit_names_its_field(his, hospital, field, value):
    fields = {
        "deposit_no": "D1",
        "admission_no": hospital.admit(),
        "amount_fen": 1,
        "channel": "cash",
        "paid_at": PAID_AT,
    }
    refusal = his.refusal_of("SaveDeposit", **(fields | {field: value}))
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", [field])
    assert hospital.books()["deposits"] == []


def test_a_lock_does_not_stop_deposits(his, hospital):
    admission_no = hospital.ready_to_settle()
    his.lock(admission_no, "S1")
    assert his.deposit(admission_no, 700, "D1").deposit_balance_fen == 700


def test_a_settled_stay_takes_no_deposit(his, hospital):
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 23000, "D1")
    his.settle(admission_no, "S1")
    refusal = his.refusal_of(
        "SaveDeposit",
        deposit_no="D2",
        admission_no=admission_no,
        amount_fen=1,
        channel="cash",
        paid_at=PAID_AT,
    )
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "ADMISSION_CLOSED")
    text = hospital.refused_act("admissions/deposits", admission_no=admission_no, amount_fen=1)
    assert text.startswith("ADMISSION_CLOSED: ")


def test_a_deposit_is_returned_in_parts_until_nothing_is_left_of_it(his, hospital):
    admission_no = hospital.admit()
    his.deposit(admission_no, 10000, "D1")
    his.deposit(admission_no, 10000, "D2")
    assert give_back(his, admission_no, "R1", "D1", 4000).deposit_balance_fen == 16000
    assert give_back(his, admission_no, "R2", "D1", 6000).deposit_balance_fen == 10000
    refusal = refused_return(his, admission_no, "R3", "D1", 1)
    assert refusal.reason == "DEPOSIT_SHORT"
    assert refusal.numbers == {
        "amount_fen": "1",
        "deposit_left_fen": "0",
        "deposit_balance_fen": "10000",
    }


def test_a_repeated_return_gets_the_first_answer_and_returns_once(his, hospital):
    admission_no = hospital.admit()
    his.deposit(admission_no, 10000, "D1")
    first = give_back(his, admission_no, "R1", "D1", 4000)
    assert give_back(his, admission_no, "R1", "D1", 4000) == first
    assert hospital.books()["totals"]["returns_fen"] == 4000
    assert refused_return(his, admission_no, "R1", "D1", 4001).code == "ALREADY_EXISTS"


def test_an_unknown_deposit_and_one_of_another_stay_cannot_be_returned(his, hospital):
    admission_no, other = hospital.admit(), hospital.admit()
    his.deposit(other, 10000, "D-other")
    for number in ("D-none", "D-other"):
        refusal = refused_return(his, admission_no, "R1", number, 1)
        assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "DEPOSIT_NOT_FOUND")


def test_what_a_settlement_applied_cannot_be_returned_and_the_surplus_can(his, hospital):
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 30000, "D1")
    assert his.settle(admission_no, "S1").deposit_balance_fen == 7000
    refusal = refused_return(his, admission_no, "R1", "D1", 7001)
    assert refusal.reason == "DEPOSIT_SHORT"
    assert refusal.numbers["deposit_balance_fen"] == "7000"
    assert give_back(his, admission_no, "R2", "D1", 7000).deposit_balance_fen == 0


def test_no_deposit_is_returned_while_the_bill_is_locked(his, hospital):
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 30000, "D1")
    bill = his.lock(admission_no, "S1")
    refusal = refused_return(his, admission_no, "R1", "D1", 1)
    assert refusal.reason == "BILL_LOCKED"
    assert refusal.numbers == {"locked_by": "S1", "bill_no": bill.bill_no}


def test_one_number_cannot_stand_for_a_deposit_and_a_return(his, hospital):
    admission_no = hospital.admit()
    his.deposit(admission_no, 100, "N1")
    refusal = refused_return(his, admission_no, "N1", "N1", 1)
    assert refusal.code == "ALREADY_EXISTS"
    assert refusal.text == "'N1' is already the number of a deposit"


def test_a_refused_write_leaves_its_number_free(his, hospital):
    admission_no = hospital.admit()
    his.deposit(admission_no, 100, "D1")
    refused_return(his, admission_no, "R1", "D1", 101)
    assert his.call("QueryPosting", number="R1").state == 1
    assert give_back(his, admission_no, "R1", "D1", 100).deposit_balance_fen == 0


def test_a_window_deposit_counts_and_is_listed_under_the_own_number_of_the_his(his, hospital):
    admission_no = hospital.admit()
    taken = hospital.act("admissions/deposits", admission_no=admission_no, amount_fen=20000)
    his.deposit(admission_no, 500, "D1")
    answer = his.call("QueryDeposits", admission_no=admission_no)
    assert answer.deposit_balance_fen == 20500
    assert [(each.number, each.his_deposit_no, each.channel) for each in answer.deposits] == [
        (taken["his_deposit_no"], taken["his_deposit_no"], "cash"),
        ("D1", answer.deposits[1].his_deposit_no, "wechat_pay"),
    ]
    number = taken["his_deposit_no"]
    assert give_back(his, admission_no, "R1", number, 20000).deposit_balance_fen == 500


def test_deposits_are_listed_with_returns_below_zero(his, hospital):
    admission_no = hospital.admit()
    his.deposit(admission_no, 900, "D1")
    give_back(his, admission_no, "R1", "D1", 400)
    answer = his.call("QueryDeposits", admission_no=admission_no)
    assert [(each.number, each.amount_fen) for each in answer.deposits] == [
        ("D1", 900),
        ("R1", -400),
    ]
    assert [each.returned_deposit_no for each in answer.deposits] == ["", "D1"]
    assert answer.deposit_balance_fen == 500


def test_deposits_of_a_business_date_go_by_the_clock_of_the_his(his, hospital):
    first, second = hospital.admit(), hospital.admit()
    today = datetime.now(BEIJING).date()
    his.deposit(first, 100, "D1")
    hospital.act("clock", offset_seconds=86400)
    his.deposit(second, 200, "D2")
    give_back(his, first, "R1", "D1", 30)
    tomorrow = (today + timedelta(days=1)).isoformat()

    def of(day):
        answer = his.call("QueryDeposits", business_date=day)
        assert answer.deposit_balance_fen == 0
        return [(each.number, each.amount_fen) for each in answer.deposits]

    assert of(today.isoformat()) == [("D1", 100)]
    assert of(tomorrow) == [("D2", 200), ("R1", -30)]


def test_deposits_are_listed_in_pages(his, hospital):
    admission_no = hospital.admit()
    for number in range(5):
        his.deposit(admission_no, 100 + number, f"D{number}")
    day = datetime.now(BEIJING).date().isoformat()
    first = his.call("QueryDeposits", business_date=day, page_size=3)
    second = his.call(
        "QueryDeposits", business_date=day, page_size=3, page_token=first.next_page_token
    )
    numbers = [each.number for each in (*first.deposits, *second.deposits)]
    assert numbers == ["D0", "D1", "D2", "D3", "D4"]
    assert not second.next_page_token


def test_deposits_are_asked_for_by_admission_or_by_date_and_not_both(his, hospital):
    admission_no = hospital.admit()
    for fields in ({}, {"admission_no": admission_no, "business_date": "2024-01-01"}):
        refusal = his.refusal_of("QueryDeposits", **fields)
        assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", ["admission_no"])
