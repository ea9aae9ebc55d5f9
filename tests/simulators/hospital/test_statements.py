"""结算流水: what a business date of the HIS holds, in pages, for reconciliation."""

from datetime import datetime, timedelta, timezone

import pytest

BEIJING = timezone(timedelta(hours=8))


def today(days=0):
    return (datetime.now(BEIJING).date() + timedelta(days=days)).isoformat()


def settled(his, hospital, number):
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 23000, f"D-{number}")
    return admission_no, his.settle(admission_no, number)


def test_a_settlement_and_its_cancellation_stand_on_their_own_days(his, hospital):
    admission_no, posted = settled(his, hospital, "S1")
    hospital.act("clock", offset_seconds=86400)
    his.lock_to_cancel(admission_no, "C1", "S1")
    undone = his.call(
        "CancelSettlement", cancellation_no="C1", settlement_no="S1", admission_no=admission_no
    )
    (first,) = his.call("ListSettlements", business_date=today()).settlements
    assert (first.number, first.receipt_no) == ("S1", posted.receipt_no)
    assert (first.total_fen, first.deposit_applied_fen) == (23000, 23000)
    assert first.cancelled_settlement_no == ""
    assert [(share.payer, share.amount_fen) for share in first.shares] == [("deposit", 23000)]
    (second,) = his.call("ListSettlements", business_date=today(1)).settlements
    assert (second.number, second.receipt_no) == ("C1", undone.red_receipt_no)
    assert (second.total_fen, second.deposit_applied_fen) == (-23000, -23000)
    assert second.cancelled_settlement_no == "S1"
    assert second.bill_no == first.bill_no
    assert [(share.payer, share.amount_fen) for share in second.shares] == [("deposit", -23000)]
    assert not his.call("ListSettlements", business_date=today(-1)).settlements


def test_the_day_changes_at_midnight_in_beijing(his, hospital):
    now = datetime.now(BEIJING)
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), BEIJING)
    hospital.act("clock", offset_seconds=int((midnight - now).total_seconds()) + 600)
    settled(his, hospital, "S1")
    assert not his.call("ListSettlements", business_date=today()).settlements
    assert len(his.call("ListSettlements", business_date=today(1)).settlements) == 1


def test_a_day_is_listed_in_pages_each_settlement_once(his, hospital):
    for number in range(5):
        settled(his, hospital, f"S{number}")
    numbers, token = [], ""
    for size in (2, 2, 1):
        answer = his.call("ListSettlements", business_date=today(), page_size=2, page_token=token)
        assert len(answer.settlements) == size
        numbers += [each.number for each in answer.settlements]
        token = answer.next_page_token
    assert token == ""
    assert numbers == [f"S{number}" for number in range(5)]


@pytest.mark.parametrize("wrong", ["", "2024/01/01"])
def test_a_statement_needs_a_business_date(his, wrong):
    refusal = his.refusal_of("ListSettlements", business_date=wrong)
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", ["business_date"])


def test_altered_books_show_in_statement_and_query_and_nowhere_in_the_answers_given(his, hospital):
    admission_no, _ = settled(his, hospital, "S1")
    answer = hospital.act("books/alter", number="S1", fen=22999)
    assert answer == {"number": "S1", "before_fen": 23000, "fen": 22999}
    (entry,) = his.call("ListSettlements", business_date=today()).settlements
    assert entry.total_fen == 22999
    assert his.call("QueryPosting", number="S1").total_fen == 22999
    hospital.act("books/alter", number="D-S1", fen=24000)
    (deposit,) = his.call("QueryDeposits", admission_no=admission_no).deposits
    assert deposit.amount_fen == 24000
    assert hospital.admission(admission_no)["deposit_balance_fen"] == 1000
    text = hospital.refused_act("books/alter", number="S9", fen=1)
    assert text == "'number' 'S9' is no deposit and no settlement"
