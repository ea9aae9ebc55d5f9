"""QueryPosting answers for every number ever acted on, so that no lost answer is a mystery."""

NOT_FOUND, POSTED, CANCELLED = 1, 2, 3
LOCK, SETTLEMENT, DEPOSIT_RETURN = 1, 2, 5


def ask(his, number, kind=0):
    return his.call("QueryPosting", number=number, kind=kind)


def test_a_number_that_never_arrived_is_not_found(his):
    answer = ask(his, "S9")
    assert answer.state == NOT_FOUND
    assert answer.receipt_no == answer.result_text == ""


def test_a_refused_call_leaves_its_number_not_found(his, hospital):
    admission_no = hospital.admit()
    his.refusal_of("Lock", settlement_no="S1", admission_no=admission_no, purpose=1)
    assert ask(his, "S1").state == NOT_FOUND


def test_an_empty_number_is_malformed(his):
    refusal = his.refusal_of("QueryPosting")
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", ["number"])


def test_a_settlement_is_followed_from_lock_to_posting_to_cancellation(his, hospital):
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 30000, "D1")
    bill = his.lock(admission_no, "S1")
    locked = ask(his, "S1")
    assert (locked.state, locked.receipt_no) == (POSTED, "")  # acted on: the lock stands
    assert (locked.bill_no, locked.total_fen) == (bill.bill_no, 23000)
    assert locked.result_text == f"账单{bill.bill_no}已锁定，待结算"
    assert not locked.leaving_guidance

    posted = his.call("PostSettlement", **his.self_pay_posting(admission_no, "S1", bill))
    settled = ask(his, "S1")
    assert (settled.state, settled.receipt_no) == (POSTED, posted.receipt_no)
    assert (settled.total_fen, settled.deposit_applied_fen) == (23000, 23000)
    assert settled.deposit_balance_fen == 7000
    assert settled.acted_at == posted.posted_at
    assert settled.result_text == (
        f"结算成功，收据{posted.receipt_no}，费用总额230.00元：预交金支付230.00元；"
        "预交金余额70.00元"
    )
    assert [line.partition("：")[0] for line in settled.leaving_guidance] == [
        "出院带药",
        "打印清单",
        "离院流程",
    ]

    his.lock_to_cancel(admission_no, "C1", "S1")
    assert (ask(his, "C1").state, ask(his, "C1").receipt_no) == (POSTED, "")
    undone = his.call(
        "CancelSettlement", cancellation_no="C1", settlement_no="S1", admission_no=admission_no
    )
    cancelled = ask(his, "S1")
    assert (cancelled.state, cancelled.receipt_no) == (CANCELLED, posted.receipt_no)
    assert not cancelled.leaving_guidance
    cancellation = ask(his, "C1")
    assert (cancellation.state, cancellation.receipt_no) == (POSTED, undone.red_receipt_no)
    assert (cancellation.total_fen, cancellation.deposit_balance_fen) == (-23000, 30000)
    assert (
        cancellation.result_text == f"撤销成功，红冲收据{undone.red_receipt_no}，退回预交金230.00元"
    )


def test_an_unlocked_number_is_cancelled(his, hospital):
    admission_no = hospital.ready_to_settle()
    bill = his.lock(admission_no, "S1")
    his.call("Unlock", settlement_no="S1", admission_no=admission_no, bill_no=bill.bill_no)
    answer = ask(his, "S1")
    assert (answer.state, answer.receipt_no) == (CANCELLED, "")
    assert answer.result_text == f"账单{bill.bill_no}已解锁，未结算"


def test_deposits_and_returns_are_found_by_their_numbers(his, hospital):
    admission_no = hospital.admit()
    saved = his.deposit(admission_no, 1000, "D1")
    deposit = ask(his, "D1")
    assert (deposit.state, deposit.his_deposit_no) == (POSTED, saved.his_deposit_no)
    assert (deposit.total_fen, deposit.deposit_balance_fen) == (1000, 1000)

    def give_back(number, fen):
        his.call(
            "CancelDeposit",
            return_no=number,
            deposit_no="D1",
            admission_no=admission_no,
            amount_fen=fen,
        )

    give_back("R1", 400)
    assert ask(his, "D1").state == POSTED
    assert ask(his, "D1").result_text == "预交金10.00元已入账，已退4.00元"
    returned = ask(his, "R1")
    assert (returned.state, returned.total_fen) == (POSTED, -400)
    assert (returned.deposit_balance_fen, returned.result_text) == (600, "已退预交金4.00元")
    give_back("R2", 600)
    assert ask(his, "D1").state == CANCELLED


def test_a_number_is_answered_for_as_the_kind_that_is_asked_for(his, hospital):
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 30000, "D1")
    bill = his.lock(admission_no, "S1")

    def states(number):
        return [ask(his, number, kind).state for kind in range(LOCK, DEPOSIT_RETURN + 1)]

    assert states("S1") == [POSTED, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND]
    his.call("PostSettlement", **his.self_pay_posting(admission_no, "S1", bill))
    assert states("S1") == [CANCELLED, POSTED, NOT_FOUND, NOT_FOUND, NOT_FOUND]
    assert ask(his, "S1", LOCK).result_text == f"账单{bill.bill_no}已解锁，已结算"
    his.lock_to_cancel(admission_no, "C1", "S1")
    assert states("C1") == [POSTED, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND]
    his.call(
        "CancelSettlement", cancellation_no="C1", settlement_no="S1", admission_no=admission_no
    )
    assert states("C1") == [CANCELLED, NOT_FOUND, POSTED, NOT_FOUND, NOT_FOUND]
    assert ask(his, "S1", SETTLEMENT).state == CANCELLED
    his.call(
        "CancelDeposit", return_no="R1", deposit_no="D1", admission_no=admission_no, amount_fen=1
    )
    assert states("D1") == [NOT_FOUND, NOT_FOUND, NOT_FOUND, POSTED, NOT_FOUND]
    assert states("R1") == [NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND, POSTED]


def test_a_kind_the_contract_does_not_know_is_malformed(his):
    refusal = his.refusal_of("QueryPosting", number="S1", kind=9)
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", ["kind"])
