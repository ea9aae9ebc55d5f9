"""Notifications made here with Alipay's key, each wrong in one way."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from adapters.payments.alipay.notices import Notices
from domain.money import Money
from domain.payments.payment import PaymentNotice, PaymentState, RefundNotice, RefundState
from ports.clock import Clock
from ports.payment_channels import NoticeForged
from tests.adapters.payments.alipay.parties import APP_ID, SELLER_ID, parties
from tests.adapters.payments.keys import new_key

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
KEY = "DP20261122180000ABCDEF01"


class FixedClock(Clock):
    def now(self) -> datetime:
        return NOW


def payment(**changes: str) -> dict[str, str]:
    """A payment's form as the documents and public samples show it."""
    return {
        "notify_time": "2026-11-22 18:00:03",
        "notify_type": "trade_status_sync",
        "notify_id": "2026112200222180000000000000000001",
        "app_id": APP_ID,
        "charset": "utf-8",
        "version": "1.0",
        "sign_type": "RSA2",
        "trade_no": "2026112222001000000000000001",
        "out_trade_no": KEY,
        "buyer_id": "2088000000009999",
        "buyer_logon_id": "138****0000",
        "seller_id": SELLER_ID,
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "123.45",
        "receipt_amount": "120.00",
        "subject": "住院预交金 & 押金=100%",
        "gmt_create": "2026-11-22 17:59:40",
        "gmt_payment": "2026-11-22 17:59:58",
        "fund_bill_list": '[{"amount":"123.45","fundChannel":"ALIPAYACCOUNT"}]',
        **changes,
    }


def read(body: bytes, max_age_seconds: float = 300.0) -> PaymentNotice | RefundNotice:
    return Notices(parties().credentials(), FixedClock(), max_age_seconds).read(body)


def test_a_payment_notice_says_number_amount_and_time() -> None:
    notice = read(parties().notice(payment()))
    assert isinstance(notice, PaymentNotice)
    assert notice.key == KEY
    assert notice.view.state is PaymentState.PAID
    assert notice.view.amount == Money(12345)  # the order's amount, not what coupons left
    assert notice.view.their_number == "2026112222001000000000000001"
    assert notice.view.paid_at == datetime(2026, 11, 22, 9, 59, 58, tzinfo=UTC)
    assert notice.view.payer == "2088000000009999"


def test_a_trade_that_timed_out_is_told_as_closed() -> None:
    form = payment(trade_status="TRADE_CLOSED")
    del form["gmt_payment"]
    notice = read(parties().notice(form))
    assert isinstance(notice, PaymentNotice)
    assert (notice.view.state, notice.view.amount) == (PaymentState.CLOSED, Money(0))


def test_a_refund_notice_does_not_say_how_much_this_refund_was() -> None:
    changes = {
        "out_biz_no": "RF01",
        "refund_fee": "100.00",
        "gmt_refund": "2026-11-22 18:00:01.320",
    }
    notice = read(parties().notice(payment(**changes)))
    assert isinstance(notice, RefundNotice)
    assert notice.key == "RF01"
    assert (notice.view.state, notice.view.amount) == (RefundState.PROCESSING, Money(0))


def test_certificate_mode_reads_the_same() -> None:
    notices = Notices(parties().certified_credentials(), FixedClock(), 300.0)
    assert notices.read(parties().notice(payment())).key == KEY


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (parties().notice(payment(app_id="2021000000000002")), "app_id"),
        (parties().notice(payment(seller_id="2088000000000002")), "seller_id"),
        (parties().notice(payment(sign_type="RSA")), "sign_type"),
        (parties().notice(payment(charset="gbk")), "charset"),
        (parties().notice(payment(trade_status="MAYBE")), "MAYBE"),
        (parties().notice(payment(total_amount="123.456")), "total_amount"),
        (parties().notice(payment(total_amount="1e2")), "total_amount"),
        (parties().notice(payment(gmt_payment="yesterday")), "gmt_payment"),
        (parties().notice(payment(trade_no="")), "trade_no"),
        (parties().notice(payment(notify_time="2026-11-22 17:54:59")), "300"),
        (parties().notice(payment(notify_time="2026-11-22 18:05:01")), "300"),
        (parties().notice(payment(notify_time="")), "notify_time"),
        (parties().notice(payment(), key=new_key()), "does not verify"),
        (parties().notice(payment(), left_out=("sign",)), "does not verify"),
        (urlencode(payment()).encode(), "'sign' is missing"),
        (parties().notice(payment()) + b"&total_amount=0.01", "comes twice"),
        (parties().notice(payment()) + b"&extra=1", "does not verify"),
        (parties().notice(payment()).replace(b"123.45", b"223.45", 1), "does not verify"),
        (b"", "charset"),
        (b"{}", "not a form"),
        ("住院=1".encode(), "not a form"),
    ],
)
def test_a_notice_that_is_wrong_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    with pytest.raises(NoticeForged) as raised:
        read(body)
    assert reason in raised.value.reason


def test_how_old_a_notice_may_be_is_a_setting() -> None:
    old = NOW - timedelta(hours=25)
    body = parties().notice(payment(notify_time=f"{old + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"))
    with pytest.raises(NoticeForged, match="off"):
        read(body)
    assert read(body, max_age_seconds=26 * 3600).key == KEY
