"""WeChat Pay v3 refunds: what may go back, how it ends, what the merchant is told."""

import base64
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA1

from tests.simulators.payments.conftest import StartMerchant
from tests.simulators.payments.simulator_process import eventually
from tests.simulators.payments.wechat_pay_account import MCHID
from tests.simulators.payments.wechat_pay_merchant import Merchant, refusal

YEAR = 365 * 24 * 3600


def finish(merchant: Merchant, out_refund_no: str, status: str = "SUCCESS") -> dict[str, Any]:
    """WeChat's back office ends the refund."""
    return merchant.simulator.act("refunds/finish", out_refund_no=out_refund_no, status=status)


def test_a_refund_is_first_processing_and_then_succeeds(merchant: Merchant) -> None:
    merchant.pay()
    first = merchant.refund("REFUND01", 40, reason="退号").json()
    assert first["status"] == "PROCESSING"
    assert "success_time" not in first
    assert (first["amount"]["refund"], first["amount"]["total"]) == (40, 100)
    finish(merchant, "REFUND01")
    then = merchant.query_refund("REFUND01").json()
    assert then["status"] == "SUCCESS"
    assert then["success_time"].endswith("+08:00")
    assert then["refund_id"] == first["refund_id"]
    assert then["channel"] == "ORIGINAL"


def test_the_refund_notification_says_refund_status_and_not_status(merchant: Merchant) -> None:
    paid = merchant.pay()
    merchant.refund("REFUND01", 40)
    answer = finish(merchant, "REFUND01")
    assert answer["notification"] == {"accepted": True, "status": 200}
    event = merchant.opened(merchant.mailbox.letters[-1])
    assert event["event_type"] == "REFUND.SUCCESS"
    assert event["resource"]["original_type"] == "refund"
    content = event["content"]
    assert "status" not in content
    assert content["refund_status"] == "SUCCESS"
    assert content["mchid"] == MCHID
    assert content["transaction_id"] == paid["transaction_id"]
    assert content["amount"] == {
        "total": 100,
        "refund": 40,
        "payer_total": 100,
        "payer_refund": 40,
    }


def test_a_refunded_order_is_shown_as_refund(merchant: Merchant) -> None:
    merchant.pay()
    merchant.refund("REFUND01", 40)
    assert merchant.query().json()["trade_state"] == "REFUND"
    order = merchant.simulator.books()["orders"][0]
    assert (order["total_fen"], order["refunded_fen"]) == (100, 40)


def test_the_same_refund_number_refunds_once(merchant: Merchant) -> None:
    merchant.pay()
    first = merchant.refund("REFUND01", 40)
    again = merchant.refund("REFUND01", 40)
    assert again.json() == first.json()
    assert merchant.simulator.books()["totals"]["refunded_fen"] == 40


def test_the_same_refund_number_for_another_amount_is_refused(merchant: Merchant) -> None:
    merchant.pay()
    merchant.refund("REFUND01", 40)
    other = merchant.refund("REFUND01", 41)
    assert refusal(other) == (400, "INVALID_REQUEST")
    assert other.json()["message"].startswith("订单金额或退款金额与之前请求不一致")


def test_a_total_that_is_not_the_orders_is_refused(merchant: Merchant) -> None:
    merchant.pay()
    response = merchant.refund("REFUND01", 40, total=99)
    assert refusal(response) == (400, "INVALID_REQUEST")
    assert merchant.simulator.books()["refunds"] == []


def test_refunds_never_exceed_what_was_paid(merchant: Merchant) -> None:
    merchant.pay()
    assert merchant.refund("REFUND01", 60).status_code == 200
    over = merchant.refund("REFUND02", 41)
    assert refusal(over) == (400, "INVALID_REQUEST")
    assert over.json()["message"] == "申请退款金额超过订单可退金额"
    assert merchant.refund("REFUND03", 40).status_code == 200
    nothing_left = merchant.refund("REFUND04", 1)
    assert nothing_left.json()["message"] == "订单已全额退款"
    assert merchant.simulator.books()["totals"]["refunded_fen"] == 100


def test_an_unpaid_order_is_not_refunded(merchant: Merchant) -> None:
    merchant.place()
    assert refusal(merchant.refund("REFUND01", 1)) == (400, "INVALID_REQUEST")


def test_an_unknown_order_is_not_refunded(merchant: Merchant) -> None:
    assert refusal(merchant.refund("REFUND01", 1)) == (404, "RESOURCE_NOT_EXISTS")


def test_an_unknown_refund_does_not_exist(merchant: Merchant) -> None:
    assert refusal(merchant.query_refund("REFUND01")) == (404, "RESOURCE_NOT_EXISTS")


def test_there_are_at_most_fifty_partial_refunds(merchant: Merchant) -> None:
    merchant.pay()
    for number in range(50):
        assert merchant.refund(f"REFUND{number:02}", 1).status_code == 200
    assert refusal(merchant.refund("REFUND50", 1)) == (400, "INVALID_REQUEST")


def test_a_year_after_payment_nothing_is_refunded(merchant: Merchant) -> None:
    merchant.pay()
    merchant.clock_offset = YEAR + 60
    merchant.simulator.move_clock(merchant.clock_offset)
    assert refusal(merchant.refund("REFUND01", 1)) == (400, "INVALID_REQUEST")


def test_a_refund_needs_the_merchants_own_balance(merchant: Merchant) -> None:
    merchant.pay()
    merchant.simulator.act("merchant/balance", fen=39)
    assert refusal(merchant.refund("REFUND01", 40)) == (403, "NOT_ENOUGH")
    assert merchant.query().json()["trade_state"] == "SUCCESS"
    merchant.simulator.act("merchant/balance", fen=40)
    assert merchant.refund("REFUND01", 40).json()["status"] == "PROCESSING"


@pytest.mark.parametrize("status", ["ABNORMAL", "CLOSED"])
def test_a_refund_can_end_badly_and_the_merchant_is_told(merchant: Merchant, status: str) -> None:
    merchant.pay()
    merchant.refund("REFUND01", 40)
    finish(merchant, "REFUND01", status)
    assert merchant.query_refund("REFUND01").json()["status"] == status
    event = merchant.opened(merchant.mailbox.letters[-1])
    assert event["event_type"] == f"REFUND.{status}"
    assert event["content"]["refund_status"] == status


def test_a_closed_refund_can_be_made_again_under_a_new_number(merchant: Merchant) -> None:
    merchant.pay()
    balance = merchant.simulator.books()["merchant_balance_fen"]
    merchant.refund("REFUND01", 100)
    finish(merchant, "REFUND01", "CLOSED")
    assert merchant.simulator.books()["merchant_balance_fen"] == balance
    assert merchant.simulator.books()["totals"]["refunded_fen"] == 0
    assert merchant.refund("REFUND02", 100).status_code == 200


def test_a_refund_ends_once(merchant: Merchant) -> None:
    merchant.pay()
    merchant.refund("REFUND01", 40)
    finish(merchant, "REFUND01")
    reason = merchant.simulator.refused_act(
        "refunds/finish", out_refund_no="REFUND01", status="CLOSED"
    )
    assert reason == "the refund is SUCCESS"


def abnormal(merchant: Merchant, refund_id: str, **more: object) -> httpx.Response:
    """发起异常退款."""
    path = f"/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund"
    return merchant.v3("POST", path, {"out_refund_no": "REFUND01", **more})


def test_an_abnormal_refund_goes_to_a_bank_card(merchant: Merchant) -> None:
    merchant.pay()
    refund_id = merchant.refund("REFUND01", 40).json()["refund_id"]
    finish(merchant, "REFUND01", "ABNORMAL")
    padding = OAEP(mgf=MGF1(algorithm=SHA1()), algorithm=SHA1(), label=None)
    public = merchant.account.platform.key.public_key()
    sealed = {
        name: base64.b64encode(public.encrypt(text.encode(), padding)).decode()
        for name, text in (("bank_account", "6200000000000000000"), ("real_name", "测试患者"))
    }
    answer = abnormal(merchant, refund_id, type="USER_BANK_CARD", bank_type="ICBC_DEBIT", **sealed)
    assert answer.json()["status"] == "PROCESSING"
    finish(merchant, "REFUND01")
    assert merchant.query_refund("REFUND01").json()["channel"] == "OTHER_BANKCARD"


def test_an_abnormal_refund_wants_the_card_encrypted(merchant: Merchant) -> None:
    merchant.pay()
    refund_id = merchant.refund("REFUND01", 40).json()["refund_id"]
    finish(merchant, "REFUND01", "ABNORMAL")
    plain = {"bank_account": "6200000000000000000", "real_name": "测试患者"}
    answer = abnormal(merchant, refund_id, type="USER_BANK_CARD", bank_type="ICBC_DEBIT", **plain)
    assert refusal(answer) == (400, "PARAM_ERROR")
    assert merchant.query_refund("REFUND01").json()["status"] == "ABNORMAL"


def test_only_an_abnormal_refund_takes_another_way(merchant: Merchant) -> None:
    merchant.pay()
    refund_id = merchant.refund("REFUND01", 40).json()["refund_id"]
    answer = abnormal(merchant, refund_id, type="MERCHANT_BANK_CARD")
    assert refusal(answer) == (400, "INVALID_REQUEST")


def test_without_a_delay_a_refund_is_processing_and_succeeds_by_itself(
    start_merchant: StartMerchant,
) -> None:
    merchant = start_merchant(refund_delay_seconds=0)
    merchant.pay()
    assert merchant.refund("REFUND01", 40).json()["status"] == "PROCESSING"
    eventually(lambda: merchant.query_refund("REFUND01").json()["status"] == "SUCCESS")
    eventually(lambda: len(merchant.mailbox.letters) == 2)
    assert merchant.opened(merchant.mailbox.letters[1])["event_type"] == "REFUND.SUCCESS"


def test_a_delayed_refund_succeeds_when_the_simulators_clock_gets_there(
    start_merchant: StartMerchant,
) -> None:
    merchant = start_merchant(refund_delay_seconds=3600, signature_clock="machine")
    merchant.pay()
    merchant.refund("REFUND01", 40)
    merchant.simulator.move_clock(3500)
    assert merchant.query_refund("REFUND01").json()["status"] == "PROCESSING"
    merchant.simulator.move_clock(3601)
    eventually(lambda: merchant.query_refund("REFUND01").json()["status"] == "SUCCESS")
