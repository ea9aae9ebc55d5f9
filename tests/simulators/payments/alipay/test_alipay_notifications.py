"""Notifications: signed without sign_type, repeated until `success`, forged on demand."""

import pytest

from tests.simulators.payments.alipay.alipay_account import APP_ID, SELLER_ID
from tests.simulators.payments.alipay.alipay_merchant import Merchant, form_of
from tests.simulators.payments.simulator_process import eventually


def arrived(merchant: Merchant, count: int) -> None:
    eventually(lambda: len(merchant.mailbox.letters) >= count)


def test_a_payment_is_told_with_everything_to_compare(merchant: Merchant) -> None:
    paid = merchant.paid("ORDER001")
    (letter,) = merchant.mailbox.letters
    assert merchant.genuine(letter)
    form = form_of(letter)
    assert (form["app_id"], form["seller_id"], form["sign_type"]) == (APP_ID, SELLER_ID, "RSA2")
    assert (form["out_trade_no"], form["trade_no"]) == ("ORDER001", paid["trade_no"])
    assert (form["trade_status"], form["total_amount"]) == ("TRADE_SUCCESS", "32.50")
    assert form["gmt_payment"] == paid["send_pay_date"]


def test_a_charged_code_and_a_closed_trade_are_told_too(merchant: Merchant) -> None:
    merchant.charge("CODE0001", merchant.code("pays"))
    arrived(merchant, 1)
    merchant.precreate("ORDER001")
    merchant.simulator.act("patient/scan", out_trade_no="ORDER001")
    merchant.call("trade.close", out_trade_no="ORDER001")
    arrived(merchant, 2)
    told = [form_of(letter)["trade_status"] for letter in merchant.mailbox.letters]
    assert told == ["TRADE_SUCCESS", "TRADE_CLOSED"]


def test_a_refund_is_told_with_the_sum_of_all_refunds(merchant: Merchant) -> None:
    merchant.paid("ORDER001")
    for number, yuan, status in (
        ("RF1", "10.00", "TRADE_SUCCESS"),
        ("RF2", "22.50", "TRADE_CLOSED"),
    ):
        merchant.refund("ORDER001", number, yuan)
        arrived(merchant, 2 if number == "RF1" else 3)
        letter = merchant.mailbox.letters[-1]
        assert merchant.genuine(letter)
        form = form_of(letter)
        assert (form["out_biz_no"], form["trade_status"]) == (number, status)
    assert form["refund_fee"] == "32.50"


@pytest.mark.parametrize("reply", [b"", b"SUCCESS", b"success\n", b"fail"])
def test_anything_but_success_is_repeated_on_schedule_and_with_one_number(
    merchant: Merchant, reply: bytes
) -> None:
    merchant.mailbox.reply = reply
    merchant.paid("ORDER001")
    for index, seconds in enumerate((240, 840, 1440), start=2):
        merchant.simulator.move_clock(seconds - 10)
        assert len(merchant.mailbox.letters) == index - 1
        merchant.simulator.move_clock(seconds + 10)
        arrived(merchant, index)
    letters = merchant.mailbox.letters
    assert len({form_of(letter)["notify_id"] for letter in letters}) == 1
    assert len({form_of(letter)["notify_time"] for letter in letters}) == len(letters)
    assert all(merchant.genuine(letter) for letter in letters)


def test_success_ends_it_and_eight_deliveries_are_the_most(merchant: Merchant) -> None:
    merchant.paid("ORDER001")
    merchant.simulator.move_clock(30 * 3600)
    merchant.mailbox.reply = b"no"
    merchant.paid("ORDER002")
    merchant.simulator.move_clock(60 * 3600)
    arrived(merchant, 9)
    merchant.simulator.move_clock(90 * 3600)
    told = [form_of(letter)["out_trade_no"] for letter in merchant.mailbox.letters]
    assert (told.count("ORDER001"), told.count("ORDER002")) == (1, 8)


def test_an_order_without_notify_url_is_told_to_nobody(merchant: Merchant) -> None:
    content = {"out_trade_no": "ORDER001", "total_amount": "1.00", "subject": "门诊"}
    merchant.send(merchant.parameters("trade.precreate", content, notify_url=None))
    paid = merchant.simulator.act("patient/pay", out_trade_no="ORDER001", outcome="pay")
    assert paid["notification"] == {"accepted": None, "status": None}
    assert merchant.mailbox.letters == []


@pytest.mark.parametrize(
    ("how", "genuine"),
    [
        ("bad_signature", False),
        ("other_key", False),
        ("unsigned", False),
        ("sign_type_signed", False),
        ("old_notify_time", True),
        ("wrong_app_id", True),
        ("wrong_seller_id", True),
        ("wrong_amount_right_signature", True),
    ],
)
def test_each_forgery_is_wrong_in_its_way(merchant: Merchant, how: str, genuine: bool) -> None:
    merchant.paid("ORDER001")
    merchant.simulator.act("notifications/forge", out_trade_no="ORDER001", how=how, fen=7)
    right, forged = merchant.mailbox.letters
    assert merchant.genuine(forged) is genuine
    form, true = form_of(forged), form_of(right)
    assert (form["app_id"] != APP_ID) is (how == "wrong_app_id")
    assert (form["seller_id"] != SELLER_ID) is (how == "wrong_seller_id")
    expected = "32.57" if how == "wrong_amount_right_signature" else true["total_amount"]
    assert form["total_amount"] == expected
    verdict = merchant.simulator.journal("notify_trade")[-1]
    assert verdict["fault"] == f"notify_forged:{how}"


def test_a_forger_may_claim_that_an_unpaid_order_is_paid(merchant: Merchant) -> None:
    merchant.precreate("ORDER001")
    merchant.simulator.act("notifications/forge", out_trade_no="ORDER001", how="other_key")
    (letter,) = merchant.mailbox.letters
    assert form_of(letter)["trade_status"] == "TRADE_SUCCESS"
    assert merchant.simulator.books()["totals"]["paid_count"] == 0
    reason = merchant.simulator.refused_act("notifications/resend", out_trade_no="ORDER001")
    assert "not paid" in reason


@pytest.mark.parametrize(
    ("kind", "letters"),
    [("notify_never", 0), ("notify_twice", 2), ("notify_late", 0), ("notify_forged", 2)],
)
def test_armed_troubles_happen_to_the_first_announcement(
    merchant: Merchant, kind: str, letters: int
) -> None:
    merchant.simulator.arm("notify_trade", kind)
    merchant.paid("ORDER001")
    assert len(merchant.mailbox.letters) == letters
    merchant.simulator.move_clock(61)
    arrived(merchant, letters + (kind == "notify_late"))
    assert merchant.simulator.fired() == [1]
    resent = merchant.simulator.act("notifications/resend", out_trade_no="ORDER001")
    assert resent["deliveries"] == [{"accepted": True, "status": 200}]


def test_a_held_notification_comes_after_the_next(merchant: Merchant) -> None:
    merchant.simulator.arm("notify_trade", "notify_reordered")
    merchant.paid("ORDER001")
    merchant.paid("ORDER002")
    told = [form_of(letter)["out_trade_no"] for letter in merchant.mailbox.letters]
    assert told == ["ORDER002", "ORDER001"]
