"""`python-alipay-sdk`, written by strangers, works against the simulator in both key modes."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import alipay as stranger  # type: ignore[import-untyped]
import pytest
from alipay.exceptions import AliPayValidationError  # type: ignore[import-untyped]

from tests.simulators.payments.alipay.alipay_account import APP_ID, Account
from tests.simulators.payments.alipay.alipay_merchant import Merchant, form_of, tomorrow
from tests.simulators.payments.alipay.conftest import StartProcess
from tests.simulators.payments.mailbox import Mailbox
from tests.simulators.payments.simulator_process import SimulatorProcess

# The client reads certificates by functions that pyOpenSSL is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")


@pytest.fixture(scope="module", params=["public_key", "certificate"])
def process(request: pytest.FixtureRequest, start_process: StartProcess) -> SimulatorProcess:
    started = start_process(certified=request.param == "certificate")
    started.ready["mode"] = request.param
    return started


@pytest.fixture
def merchant(account: Account, process: SimulatorProcess, mailbox: Mailbox) -> Iterator[Merchant]:
    """Only for its mailbox and its control of the simulator."""
    process.reset()
    calling = Merchant(account, process, mailbox)
    with calling.client:
        yield calling


@pytest.fixture
def client(merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The stranger's client as it is; only the vendor's host name leads to the simulator."""
    account, wire = merchant.account, merchant.simulator.wire
    monkeypatch.setattr(stranger, "urlopen", _led_to(wire, stranger.urlopen))
    if merchant.simulator.ready["mode"] == "certificate":
        return stranger.DCAliPay(
            appid=APP_ID,
            app_notify_url=merchant.mailbox.url,
            app_private_key_string=account.app_pem,
            app_public_key_cert_string=account.app_certificate,
            alipay_public_key_cert_string=account.alipay_certificate,
            alipay_root_cert_string=account.roots,
        )
    return stranger.AliPay(
        appid=APP_ID,
        app_notify_url=merchant.mailbox.url,
        app_private_key_string=account.app_pem,
        alipay_public_key_string=account.alipay_public_pem,
    )


def _led_to(wire: str, open_url: Callable[..., Any]) -> Callable[..., Any]:
    def led(url: str, **options: object) -> Any:
        return open_url(url.replace("https://openapi.alipay.com", wire), **options)

    return led


def test_it_precreates_queries_and_closes(merchant: Merchant, client: Any) -> None:
    made = client.api_alipay_trade_precreate("门诊缴费 {1}", "ORDER001", "1.00")
    assert made["qr_code"].startswith("https://qr.alipay.com/")
    assert client.api_alipay_trade_query("ORDER001")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    merchant.simulator.act("patient/scan", qr_code=made["qr_code"])
    assert client.api_alipay_trade_query("ORDER001")["trade_status"] == "WAIT_BUYER_PAY"
    assert client.api_alipay_trade_close("ORDER001")["code"] == "10000"
    assert client.api_alipay_trade_query("ORDER001")["trade_status"] == "TRADE_CLOSED"


def test_it_creates_for_a_page_inside_alipay(client: Any) -> None:
    made = client.api_alipay_trade_create(
        "门诊缴费", "ORDER001", "1.00", buyer_id="2088000000000001"
    )
    assert client.api_alipay_trade_query(trade_no=made["trade_no"])["out_trade_no"] == "ORDER001"


def test_it_charges_polls_and_cancels(merchant: Merchant, client: Any) -> None:
    def charge(number: str, behaviour: str) -> dict[str, str]:
        code = merchant.code(behaviour)
        answer: dict[str, str] = client.api_alipay_trade_pay(
            number, "bar_code", code, "门诊缴费", total_amount="50.00"
        )
        return answer

    assert charge("CODE0001", "pays")["code"] == "10000"
    assert charge("CODE0002", "asks_password")["code"] == "10003"
    merchant.simulator.act("patient/enter-password", out_trade_no="CODE0002", outcome="pay")
    assert client.api_alipay_trade_query("CODE0002")["trade_status"] == "TRADE_SUCCESS"
    done = client.api_alipay_trade_cancel("CODE0002")
    assert (done["action"], done["retry_flag"]) == ("refund", "N")


def test_it_believes_the_payment_notification_and_no_forged_one(
    merchant: Merchant, client: Any
) -> None:
    client.api_alipay_trade_precreate("门诊缴费", "ORDER001", "1.00")
    merchant.simulator.act("patient/pay", out_trade_no="ORDER001", outcome="pay")
    forgeries = ("bad_signature", "other_key", "sign_type_signed")
    for how in forgeries:
        merchant.simulator.act("notifications/forge", out_trade_no="ORDER001", how=how)
    verdicts = []
    for letter in merchant.mailbox.letters:
        form = form_of(letter)
        verdicts.append(client.verify(form, form.pop("sign")))
    assert verdicts == [True, *(False for _ in forgeries)]


def test_it_refunds_and_asks_for_the_refund(merchant: Merchant, client: Any) -> None:
    client.api_alipay_trade_precreate("门诊缴费", "ORDER001", "1.00")
    merchant.simulator.act("patient/pay", out_trade_no="ORDER001", outcome="pay")
    made = client.api_alipay_trade_refund("0.40", "ORDER001", out_request_no="RF01")
    assert (made["fund_change"], made["refund_fee"]) == ("Y", "0.40")
    found = client.api_alipay_trade_fastpay_refund_query("RF01", out_trade_no="ORDER001")
    assert (found["refund_status"], found["refund_amount"]) == ("REFUND_SUCCESS", "0.40")


def test_it_is_given_the_bills_address(merchant: Merchant, client: Any) -> None:
    day = tomorrow()
    merchant.at(day, "12:00:00")
    client.api_alipay_trade_precreate("门诊缴费", "ORDER001", "1.00")
    merchant.simulator.act("patient/pay", out_trade_no="ORDER001", outcome="pay")
    merchant.at(day + timedelta(days=1), "10:00:01")
    answer = client.server_api(
        "alipay.data.dataservice.bill.downloadurl.query",
        {"bill_type": "trade", "bill_date": f"{day}"},
    )
    assert merchant.client.get(answer["bill_download_url"]).content[:2] == b"PK"


def test_it_sees_a_broken_signature(merchant: Merchant, client: Any) -> None:
    merchant.simulator.arm("query", "bad_signature")
    with pytest.raises(AliPayValidationError):
        client.api_alipay_trade_query("ORDER001")
