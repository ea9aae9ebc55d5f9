"""WeChat Pay notifications: content, signature, repetition, and everything wrong on purpose."""

import json
import time
from typing import Any

import pytest

from tests.simulators.payments.mailbox import Letter
from tests.simulators.payments.simulator_process import eventually
from tests.simulators.payments.wechat_pay_account import APPID, MCHID, PUBLIC_KEY_ID
from tests.simulators.payments.wechat_pay_merchant import Merchant

SCHEDULE = (15, 30, 60, 240, 840, 2040, 3840, 5640, 7440, 11040, 21840, 32640, 43440, 65040, 86640)


def arm(merchant: Merchant, kind: str, **args: object) -> None:
    """A fault at the next payment notification."""
    merchant.simulator.arm("notify_transaction", kind, args=args)


def nothing_more_comes() -> None:
    """Six times the shortest gap between two attempts."""
    time.sleep(0.3)


def only_letter(merchant: Merchant) -> Letter:
    """The one letter that arrived."""
    assert len(merchant.mailbox.letters) == 1
    return merchant.mailbox.letters[0]


def test_a_payment_is_announced_signed_and_encrypted(merchant: Merchant) -> None:
    answer = merchant.pay(fen=321, attach="住院号 0001")
    assert answer["notification"] == {"accepted": True, "status": 200}
    letter = only_letter(merchant)
    assert letter.headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
    assert merchant.accepts(letter.headers, letter.body)
    event = merchant.opened(letter)
    assert event["id"].startswith("EV-")
    assert event["event_type"] == "TRANSACTION.SUCCESS"
    assert event["resource_type"] == "encrypt-resource"
    assert event["resource"]["algorithm"] == "AEAD_AES_256_GCM"
    assert event["resource"]["original_type"] == "transaction"
    content = event["content"]
    assert (content["appid"], content["mchid"]) == (APPID, MCHID)
    assert content["out_trade_no"] == "ORDER00001"
    assert content["transaction_id"] == answer["transaction_id"]
    assert content["trade_state"] == "SUCCESS"
    assert content["amount"]["total"] == 321
    assert content["attach"] == "住院号 0001"


def test_the_journal_keeps_the_notification_as_an_outgoing_call(merchant: Merchant) -> None:
    merchant.pay()
    entry = merchant.simulator.journal("notify_transaction")[0]
    assert (entry["direction"], entry["status"], entry["signature"]) == ("out", "200", "verified")
    assert entry["fields"] == {"out_trade_no": "ORDER00001"}


def test_the_answer_says_that_the_merchant_did_not_accept(merchant: Merchant) -> None:
    merchant.mailbox.answers = [500]
    assert merchant.pay()["notification"] == {"accepted": False, "status": 500}


def test_a_refused_notification_comes_again_until_it_is_accepted(merchant: Merchant) -> None:
    merchant.mailbox.answers = [500, 503, 204]
    merchant.pay()
    merchant.simulator.move_clock(14)
    assert len(merchant.mailbox.letters) == 1
    merchant.simulator.move_clock(16)
    eventually(lambda: len(merchant.mailbox.letters) == 2)
    merchant.simulator.move_clock(31)
    eventually(lambda: len(merchant.mailbox.letters) == 3)
    merchant.simulator.move_clock(86_700)
    nothing_more_comes()
    letters = merchant.mailbox.letters
    assert len(letters) == 3
    assert len({json.loads(letter.body)["id"] for letter in letters}) == 1


def test_a_notification_is_repeated_fifteen_times_and_no_more(merchant: Merchant) -> None:
    merchant.mailbox.answers = [500] * 20
    merchant.pay()
    for attempt, due in enumerate(SCHEDULE, start=2):
        merchant.simulator.move_clock(due + 1)
        eventually(lambda expected=attempt: len(merchant.mailbox.letters) == expected)  # type: ignore[misc]
    merchant.simulator.move_clock(10 * 86_400)
    nothing_more_comes()
    assert len(merchant.mailbox.letters) == 16


def test_attempts_that_fall_due_together_come_one_by_one(merchant: Merchant) -> None:
    merchant.mailbox.answers = [500, 500, 500]
    merchant.pay()
    merchant.simulator.move_clock(86_700)
    eventually(lambda: len(merchant.mailbox.letters) == 4)


def test_an_answer_that_never_comes_is_not_accepted(merchant: Merchant) -> None:
    merchant.place(notify_url="http://127.0.0.1:9/nobody-listens")
    answer = merchant.simulator.act("patient/pay", out_trade_no="ORDER00001", outcome="pay")
    assert answer["notification"] == {"accepted": None, "status": None}
    assert answer["trade_state"] == "SUCCESS"
    entry = merchant.simulator.journal("notify_transaction")[0]
    assert entry["status"].startswith("no answer")


def test_a_notification_can_be_sent_again_many_times(merchant: Merchant) -> None:
    merchant.pay()
    merchant.simulator.act("notifications/resend", out_trade_no="ORDER00001", times=20)
    letters = merchant.mailbox.letters
    assert len(letters) == 21
    assert all(merchant.accepts(letter.headers, letter.body) for letter in letters)


def test_an_unpaid_order_has_no_notification_to_send_again(merchant: Merchant) -> None:
    merchant.place()
    reason = merchant.simulator.refused_act("notifications/resend", out_trade_no="ORDER00001")
    assert reason == "order ORDER00001 is not paid"


# ------------------------------------------------------------------------- faults of the post


def test_a_notification_can_stay_away_for_ever(merchant: Merchant) -> None:
    arm(merchant, "notify_never")
    merchant.pay()
    merchant.simulator.move_clock(3 * 86_400)
    nothing_more_comes()
    assert merchant.simulator.fired() == [1]
    assert merchant.mailbox.letters == []
    assert merchant.simulator.journal("notify_transaction") == []


def test_a_notification_can_come_twice(merchant: Merchant) -> None:
    arm(merchant, "notify_twice", times=3)
    merchant.pay()
    ids = [json.loads(letter.body)["id"] for letter in merchant.mailbox.letters]
    assert len(ids) == 3
    assert len(set(ids)) == 1


def test_a_notification_can_come_days_late(merchant: Merchant) -> None:
    arm(merchant, "notify_late", seconds=3 * 86_400)
    assert merchant.pay()["notification"] == {"accepted": None, "status": None}
    merchant.simulator.move_clock(3 * 86_400 - 10)
    assert merchant.mailbox.letters == []
    merchant.simulator.move_clock(3 * 86_400 + 1)
    eventually(lambda: len(merchant.mailbox.letters) == 1)
    assert merchant.opened(merchant.mailbox.letters[0])["content"]["trade_state"] == "SUCCESS"


def test_a_payment_can_be_announced_before_the_order_is_answered(merchant: Merchant) -> None:
    merchant.simulator.arm("native", "notify_early", args={"openid": "oPatient0001"})
    merchant.place()
    assert merchant.opened(only_letter(merchant))["content"]["out_trade_no"] == "ORDER00001"
    operations = [entry["operation"] for entry in merchant.simulator.journal()]
    assert operations == ["notify_transaction", "native"]


def test_a_refund_can_be_announced_before_it_is_answered(merchant: Merchant) -> None:
    merchant.pay()
    merchant.simulator.arm("refund", "notify_early")
    assert merchant.refund("REFUND01", 40).json()["status"] == "PROCESSING"
    operations = [entry["operation"] for entry in merchant.simulator.journal()]
    assert operations[-2:] == ["notify_refund", "refund"]


def test_a_refund_can_be_announced_before_its_payment(merchant: Merchant) -> None:
    arm(merchant, "notify_reordered")
    merchant.pay()
    assert merchant.mailbox.letters == []
    merchant.refund("REFUND01", 40)
    merchant.simulator.act("refunds/finish", out_refund_no="REFUND01", status="SUCCESS")
    events = [json.loads(letter.body)["event_type"] for letter in merchant.mailbox.letters]
    assert events == ["REFUND.SUCCESS", "TRANSACTION.SUCCESS"]


def test_a_held_notification_comes_at_last_by_itself(merchant: Merchant) -> None:
    arm(merchant, "notify_reordered", seconds=30)
    merchant.pay()
    merchant.simulator.move_clock(31)
    eventually(lambda: len(merchant.mailbox.letters) == 1)


def test_a_wrong_amount_arrives_rightly_signed(merchant: Merchant) -> None:
    arm(merchant, "wrong_amount", fen=-1)
    merchant.pay()
    letter = only_letter(merchant)
    assert merchant.accepts(letter.headers, letter.body)
    assert merchant.opened(letter)["content"]["amount"]["total"] == 99
    assert merchant.query().json()["amount"]["total"] == 100


# ---------------------------------------------------------------------------------- forgeries


@pytest.mark.parametrize("how", ["bad_signature", "other_key", "signtest"])
def test_a_forged_signature_does_not_verify(merchant: Merchant, how: str) -> None:
    arm(merchant, "notify_forged", how=how)
    merchant.pay()
    forged, right = merchant.mailbox.letters
    assert not merchant.accepts(forged.headers, forged.body)
    assert merchant.accepts(right.headers, right.body)
    verdicts = [entry["signature"] for entry in merchant.simulator.journal("notify_transaction")]
    assert verdicts == ["invalid", "verified"]


def test_the_probe_signature_begins_as_documented(merchant: Merchant) -> None:
    arm(merchant, "notify_forged", how="signtest")
    merchant.pay()
    signature = merchant.mailbox.letters[0].headers["Wechatpay-Signature"]
    assert signature.startswith("WECHATPAY/SIGNTEST/")


def test_an_unsigned_notification_carries_no_signature(merchant: Merchant) -> None:
    arm(merchant, "notify_forged", how="unsigned")
    merchant.pay()
    assert not any(name.startswith("Wechatpay") for name in merchant.mailbox.letters[0].headers)


def test_an_old_notification_is_rightly_signed_ten_minutes_ago(merchant: Merchant) -> None:
    arm(merchant, "notify_forged", how="old_timestamp")
    merchant.pay()
    old, new = merchant.mailbox.letters
    assert merchant.accepts(old.headers, old.body)
    age = int(new.headers["Wechatpay-Timestamp"]) - int(old.headers["Wechatpay-Timestamp"])
    assert 600 <= age <= 605


@pytest.mark.parametrize(
    ("how", "field", "wrong"),
    [
        ("wrong_appid", "appid", "wx0000000000000000"),
        ("wrong_mchid", "mchid", "1999999999"),
        ("wrong_amount_right_signature", "amount", None),
    ],
)
def test_right_signatures_can_carry_wrong_content(
    merchant: Merchant, how: str, field: str, wrong: Any
) -> None:
    merchant.pay()
    merchant.simulator.act("notifications/forge", out_trade_no="ORDER00001", how=how)
    forged = merchant.mailbox.letters[-1]
    assert merchant.accepts(forged.headers, forged.body)
    content = merchant.opened(forged)["content"]
    assert content[field] == wrong if wrong else content["amount"]["total"] == 101


def test_a_payment_nobody_made_can_be_claimed(merchant: Merchant) -> None:
    merchant.place()
    merchant.mailbox.answers = [401]
    answer = merchant.simulator.act(
        "notifications/forge", out_trade_no="ORDER00001", how="bad_signature"
    )
    assert answer["notification"] == {"accepted": False, "status": 401}
    content = merchant.opened(only_letter(merchant))["content"]
    assert content["trade_state"] == "SUCCESS"
    assert merchant.query().json()["trade_state"] == "NOTPAY"
    assert merchant.simulator.books()["totals"]["paid_count"] == 0


def test_a_refund_has_no_appid_to_forge(merchant: Merchant) -> None:
    merchant.pay()
    merchant.refund("REFUND01", 40)
    merchant.simulator.act("refunds/finish", out_refund_no="REFUND01", status="SUCCESS")
    reason = merchant.simulator.refused_act(
        "notifications/forge", out_refund_no="REFUND01", how="wrong_appid"
    )
    assert "no appid" in reason
