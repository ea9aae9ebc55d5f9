"""Notifications made here with WeChat Pay's keys, each wrong in one way."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.payments.wechat_pay.notices import Notices
from domain.money import Money
from domain.payments.payment import (
    PaymentNotice,
    PaymentState,
    RefundNotice,
    RefundState,
)
from ports.clock import Clock
from ports.payment_channels import NoticeForged
from tests.adapters.payments.wechat_pay.parties import (
    APPID,
    MCHID,
    PUBLIC_KEY_ID,
    envelope,
    parties,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class FixedClock(Clock):
    def now(self) -> datetime:
        return NOW


def transaction(**changes: object) -> dict[str, object]:
    """A payment as the notification's plaintext carries it."""
    return {
        "appid": APPID,
        "mchid": MCHID,
        "out_trade_no": "DP20261122180000ABCDEF01",
        "transaction_id": "4200000001202611220000000001",
        "trade_type": "NATIVE",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "attach": "",
        "success_time": "2026-11-22T17:59:58+08:00",
        "payer": {"openid": "oMadeUpPatient000000000000001"},
        "amount": {
            "total": 12345,
            "payer_total": 12000,
            "currency": "CNY",
            "payer_currency": "CNY",
        },
        **changes,
    }


def refund(status: str, **changes: object) -> dict[str, object]:
    return {
        "mchid": MCHID,
        "transaction_id": "4200000001202611220000000001",
        "out_trade_no": "DP20261122180000ABCDEF01",
        "refund_id": "50000000012026112200000000001",
        "out_refund_no": "RF20261122180500ABCDEF01",
        "refund_status": status,
        "success_time": "2026-11-22T18:05:30+08:00",
        "user_received_account": "支付用户零钱",
        "amount": {"total": 12345, "refund": 345, "payer_total": 12000, "payer_refund": 335},
        **changes,
    }


def read(body: bytes, headers: dict[str, str] | None = None) -> PaymentNotice | RefundNotice:
    both = parties()
    notices = Notices(both.credentials(), FixedClock())
    return notices.read(both.signed(body, NOW) if headers is None else headers, body)


def test_a_payment_notice_says_number_amount_and_time() -> None:
    notice = read(envelope("TRANSACTION.SUCCESS", transaction()))
    assert isinstance(notice, PaymentNotice)
    assert notice.key == "DP20261122180000ABCDEF01"
    assert notice.view.state is PaymentState.PAID
    assert notice.view.amount == Money(12345)  # the order's amount, not what coupons left
    assert notice.view.their_number == "4200000001202611220000000001"
    assert notice.view.paid_at == datetime(2026, 11, 22, 9, 59, 58, tzinfo=UTC)
    assert notice.view.payer == "oMadeUpPatient000000000000001"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("SUCCESS", RefundState.DONE),
        ("ABNORMAL", RefundState.ABNORMAL),
        ("CLOSED", RefundState.CLOSED),
    ],
)
def test_a_refund_notice_says_how_the_refund_ended(status: str, state: RefundState) -> None:
    notice = read(envelope(f"REFUND.{status}", refund(status)))
    assert isinstance(notice, RefundNotice)
    assert notice.key == "RF20261122180500ABCDEF01"
    assert notice.view.state is state
    assert notice.view.amount == Money(345)
    assert notice.view.their_number == "50000000012026112200000000001"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (envelope("TRANSACTION.SUCCESS", transaction(mchid="1900000002")), "mchid"),
        (envelope("TRANSACTION.SUCCESS", transaction(appid="wx00000000000000f2")), "appid"),
        (
            envelope("TRANSACTION.SUCCESS", transaction(amount={"total": 1, "currency": "HKD"})),
            "currency",
        ),
        (
            envelope("TRANSACTION.SUCCESS", transaction(amount={"total": 1.0, "currency": "CNY"})),
            "whole number of fen",
        ),
        (envelope("TRANSACTION.SUCCESS", transaction(trade_state="NOTPAY")), "NOTPAY"),
        (envelope("TRANSACTION.SUCCESS", transaction(trade_state="MAYBE")), "MAYBE"),
        (envelope("TRANSACTION.SUCCESS", transaction(success_time="")), "success_time"),
        (envelope("TRANSACTION.SUCCESS", transaction(), apiv3_key="f" * 32), "APIv3 key"),
        (envelope("TRANSACTION.SUCCESS", transaction(), algorithm="AEAD_SM4_GCM"), "algorithm"),
        (envelope("PAYSCORE.USER_PAID", transaction()), "PAYSCORE.USER_PAID"),
        (envelope("REFUND.SUCCESS", refund("CLOSED")), "REFUND.SUCCESS"),
        (envelope("REFUND.SUCCESS", refund("SUCCESS", mchid="1900000002")), "mchid"),
        (b"not json", "JSON"),
        (b"[]", "JSON object"),
    ],
)
def test_a_well_signed_notice_that_is_wrong_is_refused_with_its_reason(
    body: bytes, reason: str
) -> None:
    with pytest.raises(NoticeForged) as raised:
        read(body)
    assert reason in raised.value.reason


def test_a_notice_signed_by_somebody_else_is_refused() -> None:
    both = parties()
    body = envelope("TRANSACTION.SUCCESS", transaction())
    headers = both.headers(body, NOW, key=both.merchant_key, serial=PUBLIC_KEY_ID)
    with pytest.raises(NoticeForged, match="does not verify"):
        read(body, headers)


def test_a_notice_whose_body_was_changed_is_refused() -> None:
    both = parties()
    headers = both.signed(envelope("TRANSACTION.SUCCESS", transaction()), NOW)
    body = envelope("TRANSACTION.SUCCESS", transaction(out_trade_no="DP20261122180000ABCDEF02"))
    with pytest.raises(NoticeForged, match="does not verify"):
        read(body, headers)


def test_an_old_notice_is_refused() -> None:
    body = envelope("TRANSACTION.SUCCESS", transaction())
    headers = parties().signed(body, NOW - timedelta(minutes=6))
    with pytest.raises(NoticeForged, match="300 s off"):
        read(body, headers)


def test_a_notice_without_any_header_is_refused() -> None:
    with pytest.raises(NoticeForged, match="missing"):
        read(envelope("TRANSACTION.SUCCESS", transaction()), {})
