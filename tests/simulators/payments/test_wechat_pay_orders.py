"""WeChat Pay v3 orders: placing, querying, paying, closing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulators.payments.conftest import StartMerchant
from tests.simulators.payments.wechat_pay_account import APPID, MCHID
from tests.simulators.payments.wechat_pay_merchant import Merchant, refusal

NATIVE = "/v3/pay/transactions/native"
JSAPI = "/v3/pay/transactions/jsapi"
HOUR = 3600


def test_a_native_order_answers_with_a_code_to_scan(merchant: Merchant) -> None:
    assert merchant.place().startswith("weixin://wxpay/bizpayurl/up?pr=")


def test_a_jsapi_order_answers_with_a_prepay_id(merchant: Merchant) -> None:
    body = merchant.order(payer={"openid": "oPatient0001"})
    prepay_id = merchant.v3("POST", JSAPI, body).json()["prepay_id"]
    assert prepay_id.startswith("wx")
    assert len(prepay_id) == 36


def test_a_jsapi_order_needs_the_payers_openid(merchant: Merchant) -> None:
    response = merchant.v3("POST", JSAPI, merchant.order())
    assert refusal(response) == (400, "PARAM_ERROR")
    assert response.json()["detail"]["field"] == "/body/payer"


def test_an_unpaid_order_shows_nothing_that_only_payment_brings(merchant: Merchant) -> None:
    merchant.place()
    shown = merchant.query().json()
    assert shown["trade_state"] == "NOTPAY"
    assert shown["amount"] == {"total": 100, "currency": "CNY"}
    assert not shown.keys() & {"transaction_id", "success_time", "payer", "bank_type"}


def test_a_paid_order_shows_who_paid_what_and_when(merchant: Merchant) -> None:
    code_url = merchant.place(attach="住院号 0001")
    paid = merchant.simulator.act(
        "patient/pay",
        code_url=code_url,
        outcome="pay",
        openid="oPatient0001",
        bank_type="CMB_DEBIT",
    )
    shown = merchant.query().json()
    assert (shown["appid"], shown["mchid"]) == (APPID, MCHID)
    assert (shown["trade_state"], shown["trade_type"]) == ("SUCCESS", "NATIVE")
    assert shown["payer"] == {"openid": "oPatient0001"}
    assert shown["bank_type"] == "CMB_DEBIT"
    assert shown["attach"] == "住院号 0001"
    assert shown["amount"] == {
        "total": 100,
        "payer_total": 100,
        "currency": "CNY",
        "payer_currency": "CNY",
    }
    assert shown["transaction_id"] == paid["transaction_id"]
    assert len(shown["transaction_id"]) == 28
    assert shown["success_time"].endswith("+08:00")


def test_an_order_is_found_by_wechats_own_number_too(merchant: Merchant) -> None:
    transaction_id = merchant.pay()["transaction_id"]
    path = f"/v3/pay/transactions/id/{transaction_id}?mchid={MCHID}"
    assert merchant.v3("GET", path).json()["out_trade_no"] == "ORDER00001"


def test_an_unknown_order_does_not_exist(merchant: Merchant) -> None:
    assert refusal(merchant.query("NOBODY0001")) == (404, "ORDER_NOT_EXIST")


def test_a_query_without_the_merchant_number_is_refused(merchant: Merchant) -> None:
    merchant.place()
    response = merchant.v3("GET", "/v3/pay/transactions/out-trade-no/ORDER00001")
    assert refusal(response) == (400, "PARAM_ERROR")


def test_the_same_request_again_is_the_same_order_again(merchant: Merchant) -> None:
    assert merchant.place() == merchant.place()
    assert len(merchant.simulator.books()["orders"]) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"amount": {"total": 101, "currency": "CNY"}}, id="amount"),
        pytest.param({"description": "住院押金"}, id="description"),
        pytest.param({"attach": "x"}, id="attach"),
    ],
)
def test_the_same_number_for_another_order_is_refused(
    merchant: Merchant, change: dict[str, Any]
) -> None:
    merchant.place()
    response = merchant.v3("POST", NATIVE, merchant.order() | change)
    assert refusal(response) == (400, "INVALID_REQUEST")
    assert response.json()["message"] == "201 商户订单号重复"
    assert merchant.simulator.books()["orders"][0]["total_fen"] == 100


def test_the_same_number_in_another_product_is_refused(merchant: Merchant) -> None:
    merchant.place()
    response = merchant.v3("POST", JSAPI, merchant.order(payer={"openid": "oPatient0001"}))
    assert refusal(response) == (400, "INVALID_REQUEST")


def test_a_paid_number_cannot_be_ordered_again(merchant: Merchant) -> None:
    merchant.pay()
    assert refusal(merchant.v3("POST", NATIVE, merchant.order())) == (400, "ORDERPAID")


def test_a_closed_number_cannot_be_ordered_again(merchant: Merchant) -> None:
    merchant.place()
    merchant.close()
    assert refusal(merchant.v3("POST", NATIVE, merchant.order())) == (400, "ORDER_CLOSED")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"description": ""}, "/body/description", id="no description"),
        pytest.param({"description": "长" * 128}, "/body/description", id="long description"),
        pytest.param({"out_trade_no": "ab"}, "/body/out_trade_no", id="short number"),
        pytest.param({"out_trade_no": "x" * 33}, "/body/out_trade_no", id="long number"),
        pytest.param({"out_trade_no": "订单00001"}, "/body/out_trade_no", id="other alphabet"),
        pytest.param({"attach": "x" * 129}, "/body/attach", id="long attach"),
        pytest.param({"notify_url": None}, "/body/notify_url", id="no notify_url"),
        pytest.param(
            {"notify_url": "http://pay.example.com/n"}, "/body/notify_url", id="plain http"
        ),
        pytest.param(
            {"notify_url": "https://pay.example.com/n?a=1"}, "/body/notify_url", id="query"
        ),
        pytest.param({"amount": {"total": 0}}, "/body/amount/total", id="zero"),
        pytest.param({"amount": {"total": -1}}, "/body/amount/total", id="negative"),
        pytest.param({"amount": {"total": 1.5}}, "/body/amount/total", id="fraction"),
        pytest.param({"amount": {"total": "100"}}, "/body/amount/total", id="text"),
        pytest.param({"amount": {"total": True}}, "/body/amount/total", id="truth value"),
        pytest.param(
            {"amount": {"total": 1, "currency": "USD"}}, "/body/amount/currency", id="currency"
        ),
        pytest.param({"amount": None}, "/body/amount", id="no amount"),
        pytest.param({"time_expire": "2020-01-01T00:00:00+08:00"}, "/body/time_expire", id="past"),
        pytest.param({"time_expire": "soon"}, "/body/time_expire", id="no time"),
    ],
)
def test_a_wrong_field_is_refused_and_named(
    merchant: Merchant, change: dict[str, Any], field: str
) -> None:
    response = merchant.v3("POST", NATIVE, merchant.order() | change)
    assert refusal(response) == (400, "PARAM_ERROR")
    assert response.json()["detail"]["field"] == field
    assert merchant.simulator.books()["orders"] == []


def test_another_appid_does_not_match_the_merchant(merchant: Merchant) -> None:
    response = merchant.v3("POST", NATIVE, merchant.order() | {"appid": "wx00000000000000bb"})
    assert refusal(response) == (400, "APPID_MCHID_NOT_MATCH")


def test_another_mchid_is_refused(merchant: Merchant) -> None:
    response = merchant.v3("POST", NATIVE, merchant.order() | {"mchid": "1900000009"})
    assert refusal(response) == (400, "MCH_NOT_EXISTS")


def test_an_openid_the_merchant_never_saw_is_refused(start_merchant: StartMerchant) -> None:
    merchant = start_merchant(known_openids=["oPatient0001"])
    stranger = merchant.order(payer={"openid": "oStranger001"})
    response = merchant.v3("POST", JSAPI, stranger)
    assert refusal(response) == (400, "PARAM_ERROR")
    known = merchant.order(payer={"openid": "oPatient0001"})
    assert merchant.v3("POST", JSAPI, known).status_code == 200


def test_a_closed_order_can_no_longer_be_paid(merchant: Merchant) -> None:
    merchant.place()
    closed = merchant.close()
    assert (closed.status_code, closed.content) == (204, b"")
    assert merchant.query().json()["trade_state"] == "CLOSED"
    reason = merchant.simulator.refused_act("patient/pay", out_trade_no="ORDER00001", outcome="pay")
    assert reason.startswith("ORDER_CLOSED")


def test_a_paid_order_does_not_close(merchant: Merchant) -> None:
    merchant.pay()
    assert refusal(merchant.close()) == (400, "ORDERPAID")
    assert merchant.query().json()["trade_state"] == "SUCCESS"


def test_an_unknown_order_does_not_close(merchant: Merchant) -> None:
    assert refusal(merchant.close()) == (404, "ORDER_NOT_EXIST")


def test_a_patient_who_refuses_leaves_the_order_unpaid(merchant: Merchant) -> None:
    merchant.place()
    answer = merchant.simulator.act("patient/pay", out_trade_no="ORDER00001", outcome="refuse")
    assert answer["trade_state"] == "NOTPAY"
    assert merchant.query().json()["trade_state"] == "NOTPAY"


def test_an_order_is_paid_once(merchant: Merchant) -> None:
    merchant.pay()
    reason = merchant.simulator.refused_act("patient/pay", out_trade_no="ORDER00001", outcome="pay")
    assert reason.startswith("ORDERPAID")
    assert merchant.simulator.books()["totals"]["paid_count"] == 1


def test_after_its_expiry_an_order_cannot_be_paid(merchant: Merchant) -> None:
    expiry = datetime.now(UTC) + timedelta(minutes=5)
    merchant.place(time_expire=expiry.isoformat(timespec="seconds"))
    merchant.simulator.move_clock(301)
    reason = merchant.simulator.refused_act("patient/pay", out_trade_no="ORDER00001", outcome="pay")
    assert "已过期" in reason


def test_a_code_is_good_for_two_hours_and_then_given_anew(merchant: Merchant) -> None:
    first = merchant.place()
    merchant.clock_offset = 2 * HOUR + 1
    merchant.simulator.move_clock(merchant.clock_offset)
    merchant.simulator.refused_act("patient/pay", code_url=first, outcome="pay")
    second = merchant.place()
    assert second != first
    merchant.simulator.act("patient/pay", code_url=second, outcome="pay")
    assert merchant.query().json()["trade_state"] == "SUCCESS"


def test_an_unpaid_order_closes_by_itself_after_seven_days(merchant: Merchant) -> None:
    merchant.place()
    merchant.clock_offset = 7 * 24 * HOUR + 1
    merchant.simulator.move_clock(merchant.clock_offset)
    assert merchant.query().json()["trade_state"] == "CLOSED"


def test_the_books_name_every_order_with_its_amounts(merchant: Merchant) -> None:
    merchant.pay(fen=321)
    merchant.place("ORDER00002", 5)
    books = merchant.simulator.books()
    paid, unpaid = books["orders"]
    assert (paid["out_trade_no"], paid["total_fen"], paid["refunded_fen"]) == ("ORDER00001", 321, 0)
    assert (paid["trade_type"], paid["trade_state"]) == ("NATIVE", "SUCCESS")
    assert (unpaid["trade_state"], unpaid["transaction_id"], unpaid["success_time"]) == (
        "NOTPAY",
        None,
        None,
    )
    assert books["totals"] == {"paid_count": 1, "paid_fen": 321, "refunded_fen": 0}
