"""Trades by the documents: opened, scanned, paid, closed, charged, cancelled, refunded."""

from datetime import datetime, timedelta

import pytest

from tests.simulators.payments.alipay.alipay_merchant import BEIJING, Merchant, Node
from tests.simulators.payments.simulator_process import eventually


def refusal(node: Node) -> str:
    assert node["code"] == "40004", node
    return str(node["sub_code"])


def test_a_precreated_code_is_no_trade_until_it_is_scanned(merchant: Merchant) -> None:
    made = merchant.precreate("ORDER001")
    assert made["qr_code"].startswith("https://qr.alipay.com/")
    assert refusal(merchant.query("ORDER001")) == "ACQ.TRADE_NOT_EXIST"
    assert refusal(merchant.call("trade.close", out_trade_no="ORDER001")) == "ACQ.TRADE_NOT_EXIST"
    scanned = merchant.simulator.act("patient/scan", qr_code=made["qr_code"])
    found = merchant.query("ORDER001")
    assert (found["trade_status"], found["trade_no"]) == ("WAIT_BUYER_PAY", scanned["trade_no"])


def test_a_paid_trade_shows_amount_payer_and_time(merchant: Merchant) -> None:
    merchant.precreate("ORDER001")
    merchant.simulator.act(
        "patient/pay", out_trade_no="ORDER001", outcome="pay", buyer_id="2088000000000001"
    )
    found = merchant.query("ORDER001")
    assert found["trade_status"] == "TRADE_SUCCESS"
    assert (found["total_amount"], found["buyer_user_id"]) == ("32.50", "2088000000000001")
    paid = datetime.strptime(found["send_pay_date"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    assert abs((datetime.now(BEIJING) - paid).total_seconds()) < 5


def test_the_same_order_twice_is_one_a_different_one_is_refused(merchant: Merchant) -> None:
    first = merchant.precreate("ORDER001")
    assert merchant.precreate("ORDER001")["qr_code"] == first["qr_code"]
    assert refusal(merchant.precreate("ORDER001", "32.51")) == "ACQ.CONTEXT_INCONSISTENT"
    merchant.simulator.act("patient/pay", out_trade_no="ORDER001", outcome="pay")
    assert refusal(merchant.precreate("ORDER001")) == "ACQ.TRADE_HAS_SUCCESS"


def test_a_trade_for_a_page_inside_alipay_exists_at_once(merchant: Merchant) -> None:
    content = {"out_trade_no": "ORDER001", "total_amount": 1.5, "subject": "门诊缴费"}
    assert refusal(merchant.call("trade.create", **content)) == "ACQ.INVALID_PARAMETER"
    made = merchant.call("trade.create", **content, buyer_id="2088000000000001")
    found = merchant.query("ORDER001")
    assert (found["trade_no"], found["total_amount"]) == (made["trade_no"], "1.50")


def test_an_absolute_deadline_ends_code_and_trade(merchant: Merchant) -> None:
    soon = f"{datetime.now(BEIJING) + timedelta(minutes=5):%Y-%m-%d %H:%M:%S}"
    merchant.precreate("UNSCANNED", time_expire=soon)
    merchant.precreate("SCANNED01", time_expire=soon)
    merchant.simulator.act("patient/scan", out_trade_no="SCANNED01")
    merchant.simulator.move_clock(301)
    reason = merchant.simulator.refused_act("patient/pay", out_trade_no="UNSCANNED", outcome="pay")
    assert "TRADE_HAS_CLOSE" in reason
    assert merchant.query("SCANNED01")["trade_status"] == "TRADE_CLOSED"
    passed = merchant.precreate("LATE00001", time_expire=soon)
    assert refusal(passed) == "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR"


def test_only_a_waiting_trade_closes(merchant: Merchant) -> None:
    merchant.precreate("ORDER001")
    merchant.simulator.act("patient/scan", out_trade_no="ORDER001")
    assert merchant.call("trade.close", out_trade_no="ORDER001")["code"] == "10000"
    assert merchant.query("ORDER001")["trade_status"] == "TRADE_CLOSED"
    assert refusal(merchant.precreate("ORDER001")) == "ACQ.TRADE_HAS_CLOSE"
    merchant.paid("ORDER002")
    assert (
        refusal(merchant.call("trade.close", out_trade_no="ORDER002")) == "ACQ.TRADE_STATUS_ERROR"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"total_amount": "0"},
        {"total_amount": "1.001"},
        {"total_amount": "-1.00"},
        {"total_amount": "one"},
        {"out_trade_no": "with-dash"},
        {"out_trade_no": "A" * 65},
        {"subject": ""},
        {"subject": "a=b"},
        {"time_expire": "tomorrow"},
    ],
)
def test_a_field_that_is_not_as_documented_is_refused(
    merchant: Merchant, change: dict[str, str]
) -> None:
    content = {"out_trade_no": "ORDER001", "total_amount": "1.00", "subject": "门诊", **change}
    assert refusal(merchant.call("trade.precreate", **content)) == "ACQ.INVALID_PARAMETER"
    assert merchant.simulator.books()["trades"] == []


def test_a_code_that_pays_answers_with_the_payment(merchant: Merchant) -> None:
    paid = merchant.charge("CODE0001", merchant.code("pays"))
    assert (paid["code"], paid["total_amount"]) == ("10000", "50.00")
    assert paid["gmt_payment"] == merchant.query("CODE0001")["send_pay_date"]


@pytest.mark.parametrize("outcome", ["pay", "refuse"])
def test_a_code_that_asks_for_the_password_answers_10003(merchant: Merchant, outcome: str) -> None:
    waiting = merchant.charge("CODE0001", merchant.code("asks_password"))
    assert (waiting["code"], "sub_code" in waiting) == ("10003", False)
    assert merchant.query("CODE0001")["trade_status"] == "WAIT_BUYER_PAY"
    merchant.simulator.act("patient/enter-password", out_trade_no="CODE0001", outcome=outcome)
    expected = "TRADE_SUCCESS" if outcome == "pay" else "WAIT_BUYER_PAY"
    assert merchant.query("CODE0001")["trade_status"] == expected


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [("not_enough", "ACQ.BUYER_BALANCE_NOT_ENOUGH"), ("refuses", "ACQ.PAYMENT_FAIL")],
)
def test_a_code_that_does_not_pay_leaves_no_trade(
    merchant: Merchant, behaviour: str, code: str
) -> None:
    assert refusal(merchant.charge("CODE0001", merchant.code(behaviour))) == code
    assert refusal(merchant.query("CODE0001")) == "ACQ.TRADE_NOT_EXIST"


def test_a_code_serves_once_and_for_a_minute(merchant: Merchant) -> None:
    used, old = merchant.code("pays"), merchant.code("pays")
    merchant.charge("CODE0001", used)
    assert refusal(merchant.charge("CODE0001", used)) == "ACQ.TRADE_HAS_SUCCESS"
    assert refusal(merchant.charge("CODE0002", used)) == "ACQ.PAYMENT_AUTH_CODE_INVALID"
    merchant.simulator.move_clock(61)
    assert refusal(merchant.charge("CODE0003", old)) == "ACQ.PAYMENT_AUTH_CODE_INVALID"


def test_a_cancellation_says_what_it_did(merchant: Merchant) -> None:
    merchant.charge("PAID0001", merchant.code("pays"))
    merchant.charge("WAITS001", merchant.code("asks_password"))
    for number, action in (("PAID0001", "refund"), ("WAITS001", "close")):
        for _ in range(2):  # and says it again
            done = merchant.call("trade.cancel", out_trade_no=number)
            assert (done["action"], done["retry_flag"]) == (action, "N")
        assert merchant.query(number)["trade_status"] == "TRADE_CLOSED"
    none = merchant.call("trade.cancel", out_trade_no="NONE0001")
    assert (none["code"], none["retry_flag"], "action" in none) == ("10000", "N", False)
    totals = merchant.simulator.books()["totals"]
    assert (totals["paid_fen"], totals["refunded_fen"]) == (5000, 5000)


def test_a_cancellation_that_cannot_be_is_refused(merchant: Merchant) -> None:
    merchant.charge("CODE0001", merchant.code("pays"))
    merchant.simulator.act("merchant/balance", fen=4999)
    assert refusal(merchant.call("trade.cancel", out_trade_no="CODE0001")) == (
        "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    )
    merchant.simulator.act("merchant/balance", fen=100_000)
    merchant.refund("CODE0001", "RF01", "1.00")
    assert refusal(merchant.call("trade.cancel", out_trade_no="CODE0001")) == (
        "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    )
    merchant.charge("CODE0002", merchant.code("pays"))
    merchant.simulator.move_clock(86_401)
    assert refusal(merchant.call("trade.cancel", out_trade_no="CODE0002")) == (
        "ACQ.TRADE_CANCEL_TIME_OUT"
    )


def test_refunds_add_up_and_a_repetition_moves_nothing(merchant: Merchant) -> None:
    merchant.paid("ORDER001", "32.50")
    first = merchant.refund("ORDER001", "RF01", "10.00")
    assert (first["fund_change"], first["refund_fee"]) == ("Y", "10.00")
    second = merchant.refund("ORDER001", "RF02", "22.49")
    assert (second["fund_change"], second["refund_fee"]) == ("Y", "32.49")  # the sum, not its own
    again = merchant.refund("ORDER001", "RF01", "10.00")
    assert (again["fund_change"], again["refund_fee"]) == ("N", "32.49")
    assert refusal(merchant.refund("ORDER001", "RF01", "10.01")) == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert refusal(merchant.refund("ORDER001", "RF03", "0.02")) == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert merchant.query("ORDER001")["trade_status"] == "TRADE_SUCCESS"
    merchant.refund("ORDER001", "RF04", "0.01")
    assert merchant.query("ORDER001")["trade_status"] == "TRADE_CLOSED"


def test_a_part_needs_a_number_of_its_own(merchant: Merchant) -> None:
    merchant.paid("ORDER001", "32.50")
    part = merchant.call("trade.refund", out_trade_no="ORDER001", refund_amount="1.00")
    assert refusal(part) == "ACQ.INVALID_PARAMETER"
    merchant.call("trade.refund", out_trade_no="ORDER001", refund_amount="32.50")
    (refund,) = merchant.simulator.books()["refunds"]
    assert refund["out_request_no"] == "ORDER001"


def test_what_cannot_be_refunded_is_refused(merchant: Merchant) -> None:
    assert refusal(merchant.refund("NONE0001", "RF01", "1.00")) == "ACQ.TRADE_NOT_EXIST"
    merchant.precreate("UNPAID01")
    merchant.simulator.act("patient/scan", out_trade_no="UNPAID01")
    assert refusal(merchant.refund("UNPAID01", "RF01", "1.00")) == "ACQ.TRADE_STATUS_ERROR"
    merchant.paid("ORDER001")
    merchant.simulator.act("merchant/balance", fen=99)
    assert refusal(merchant.refund("ORDER001", "RF01", "1.00")) == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    merchant.simulator.act("merchant/balance", fen=100_000)
    merchant.simulator.move_clock(366 * 86_400)
    assert refusal(merchant.refund("ORDER001", "RF01", "1.00")) == "ACQ.TRADE_HAS_FINISHED"


def test_a_refund_query_is_empty_while_there_is_none(merchant: Merchant) -> None:
    merchant.paid("ORDER001")
    asked = {"out_trade_no": "ORDER001", "out_request_no": "RF01"}
    assert merchant.call("trade.fastpay.refund.query", **asked).keys() == {"code", "msg"}
    merchant.refund("ORDER001", "RF01", "10.00")
    found = merchant.call("trade.fastpay.refund.query", **asked)
    assert (found["refund_status"], found["refund_amount"]) == ("REFUND_SUCCESS", "10.00")
    assert "gmt_refund_pay" not in found  # only when asked for
    found = merchant.call("trade.fastpay.refund.query", **asked, query_options=["gmt_refund_pay"])
    assert found["gmt_refund_pay"]


def test_a_refund_that_is_put_off_comes_later(merchant: Merchant) -> None:
    merchant.paid("ORDER001")
    merchant.simulator.arm("refund", "put_off", args={"seconds": 10})
    made = merchant.refund("ORDER001", "RF01", "10.00")
    assert (made["fund_change"], made["refund_fee"]) == ("N", "0.00")
    merchant.simulator.move_clock(11)
    eventually(lambda: bool(merchant.simulator.journal("notify_refund")))
    asked = {"out_trade_no": "ORDER001", "out_request_no": "RF01"}
    found = merchant.call("trade.fastpay.refund.query", **asked)
    assert found["refund_status"] == "REFUND_SUCCESS"


def test_the_fee_returned_is_never_more_than_the_fee_taken(merchant: Merchant) -> None:
    before = merchant.simulator.books()["merchant_balance_fen"]
    merchant.paid("ORDER001", "32.50")
    for index in range(10):
        merchant.refund("ORDER001", f"RF{index:02d}", "3.25")
    assert merchant.simulator.books()["merchant_balance_fen"] == before
