"""`wechatpayv3`, written by strangers, works against the simulator and believes its callbacks."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from wechatpayv3 import WeChatPay, WeChatPayType  # type: ignore[import-untyped]

from tests.simulators.payments.mailbox import Mailbox
from tests.simulators.payments.simulator_process import SimulatorProcess, running
from tests.simulators.payments.wechat_pay_account import (
    APIV3_KEY,
    APPID,
    MCHID,
    PUBLIC_KEY_ID,
    Account,
)
from tests.simulators.payments.wechat_pay_days import first_day, read_statement
from tests.simulators.payments.wechat_pay_merchant import Merchant


@pytest.fixture(scope="module", params=["public_key", "certificate"])
def process(
    request: pytest.FixtureRequest, account: Account, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimulatorProcess]:
    """The client signs with the machine's time, so the simulator judges by that too."""
    config = account.config(
        signature_clock="machine", refund_delay_seconds=None, response_key=request.param
    )
    with running("wechat_pay", config, tmp_path_factory.mktemp("wechat_pay")) as started:
        started.ready["mode"] = request.param
        yield started


@pytest.fixture
def merchant(account: Account, process: SimulatorProcess, mailbox: Mailbox) -> Iterator[Merchant]:
    """A merchant at a simulator with empty books."""
    process.reset()
    calling = Merchant(account, process, mailbox)
    with calling.client:
        yield calling


@pytest.fixture
def client(merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> WeChatPay:
    """The stranger's client as it is; only the vendor's host name leads to the simulator."""
    for method in ("get", "post"):
        led = _led_to(merchant.simulator.wire, getattr(requests, method))
        monkeypatch.setattr(requests, method, led)
    by_key = {
        "public_key": merchant.account.platform_public_pem,
        "public_key_id": PUBLIC_KEY_ID,
    }
    mode = merchant.simulator.ready["mode"]
    return WeChatPay(  # in certificate mode it fetches /v3/certificates here
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=MCHID,
        private_key=merchant.account.merchant.key_pem,
        cert_serial_no=merchant.account.merchant.serial,
        apiv3_key=APIV3_KEY,
        appid=APPID,
        notify_url=merchant.mailbox.url,
        timeout=5,
        **(by_key if mode == "public_key" else {}),
    )


def _led_to(wire: str, send: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
    def led(url: str, **options: object) -> requests.Response:
        return send(url.replace("https://api.mch.weixin.qq.com", wire), **options)

    return led


def answer(result: tuple[int, str]) -> dict[str, Any]:
    """The JSON of a call that went well; the client raises when a signature does not verify."""
    status, text = result
    assert status == 200, text
    decoded: dict[str, Any] = json.loads(text)
    return decoded


def ordered(client: WeChatPay, **more: Any) -> dict[str, Any]:
    """A Native order placed by the client."""
    return answer(
        client.pay(
            description="门诊缴费",
            out_trade_no="ORDER00001",
            amount={"total": 100, "currency": "CNY"},
            **more,
        )
    )


def test_it_orders_queries_and_closes(client: WeChatPay) -> None:
    assert ordered(client)["code_url"].startswith("weixin://")
    assert answer(client.query(out_trade_no="ORDER00001"))["trade_state"] == "NOTPAY"
    assert client.close(out_trade_no="ORDER00001")[0] == 204
    assert answer(client.query(out_trade_no="ORDER00001"))["trade_state"] == "CLOSED"


def test_it_orders_for_a_page_inside_wechat(client: WeChatPay) -> None:
    made = ordered(client, pay_type=WeChatPayType.JSAPI, payer={"openid": "oPatient0001"})
    assert made["prepay_id"].startswith("wx")


def test_it_believes_the_payment_notification(merchant: Merchant, client: WeChatPay) -> None:
    ordered(client)
    paid = merchant.simulator.act("patient/pay", out_trade_no="ORDER00001", outcome="pay")
    letter = merchant.mailbox.letters[0]
    event = client.callback(letter.headers, letter.body)
    assert event["event_type"] == "TRANSACTION.SUCCESS"
    assert event["resource"]["transaction_id"] == paid["transaction_id"]
    found = answer(client.query(transaction_id=paid["transaction_id"]))
    assert found["trade_state"] == "SUCCESS"


@pytest.mark.parametrize("how", ["bad_signature", "other_key", "signtest"])
def test_it_does_not_believe_a_forged_one(merchant: Merchant, client: WeChatPay, how: str) -> None:
    ordered(client)
    merchant.simulator.act("notifications/forge", out_trade_no="ORDER00001", how=how)
    letter = merchant.mailbox.letters[0]
    assert client.callback(letter.headers, letter.body) is None


def test_it_refunds_and_believes_the_refund_notification(
    merchant: Merchant, client: WeChatPay
) -> None:
    ordered(client)
    merchant.simulator.act("patient/pay", out_trade_no="ORDER00001", outcome="pay")
    made = answer(
        client.refund(
            out_refund_no="REFUND01",
            out_trade_no="ORDER00001",
            amount={"refund": 40, "total": 100, "currency": "CNY"},
        )
    )
    assert made["status"] == "PROCESSING"
    merchant.simulator.act("refunds/finish", out_refund_no="REFUND01", status="SUCCESS")
    assert answer(client.query_refund("REFUND01"))["status"] == "SUCCESS"
    letter = merchant.mailbox.letters[-1]
    event = client.callback(letter.headers, letter.body)
    assert event["resource"]["refund_status"] == "SUCCESS"


# The client reads certificate dates by a property that cryptography is about to drop.
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_it_sends_an_abnormal_refund_to_a_bank_card(merchant: Merchant, client: WeChatPay) -> None:
    ordered(client)
    merchant.simulator.act("patient/pay", out_trade_no="ORDER00001", outcome="pay")
    amount = {"refund": 40, "total": 100, "currency": "CNY"}
    made = answer(client.refund(out_refund_no="REFUND01", out_trade_no="ORDER00001", amount=amount))
    merchant.simulator.act("refunds/finish", out_refund_no="REFUND01", status="ABNORMAL")
    again = answer(
        client.abnormal_refund(
            refund_id=made["refund_id"],
            out_refund_no="REFUND01",
            type="USER_BANK_CARD",
            bank_type="ICBC_DEBIT",
            bank_account="6200000000000000000",
            real_name="测试患者",
        )
    )
    assert again["status"] == "PROCESSING"


def test_it_fetches_the_trade_statement(merchant: Merchant, client: WeChatPay) -> None:
    ordered(client)
    merchant.simulator.act("patient/pay", out_trade_no="ORDER00001", outcome="pay")
    merchant.simulator.move_clock(2 * 86_400)
    today = first_day() - timedelta(days=1)
    promised = answer(client.trade_bill(today.isoformat()))
    status, content = client.download_bill(
        promised["download_url"].removeprefix(merchant.simulator.wire)
    )
    assert status == 200
    plain = gzip.decompress(content)
    assert hashlib.sha1(plain).hexdigest() == promised["hash_value"]
    assert read_statement(plain).rows[0]["商户订单号"] == "ORDER00001"


def test_it_sees_a_broken_signature(merchant: Merchant, client: WeChatPay) -> None:
    ordered(client)
    merchant.simulator.arm("query", "bad_signature")
    with pytest.raises(Exception, match="failed to verify the signature"):
        client.query(out_trade_no="ORDER00001")
