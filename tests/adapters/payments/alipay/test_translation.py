"""Words and codes of the documents, and what they mean to the core."""

from datetime import UTC, datetime

import pytest

from adapters.payments.alipay.translation import failure, refund_view, trade_view
from adapters.wire.answer_fields import json_object
from domain.money import Money
from domain.payments.payment import PaymentState, Product, RefundState
from ports.errors import OutcomeUnknown, Refused

# The shape of a public sample: amounts as text.
TRADE = {
    "trade_no": "2026112222001000000000000001",
    "out_trade_no": "DP1",
    "trade_status": "TRADE_SUCCESS",
    "send_pay_date": "2026-11-22 13:29:17",
    "total_amount": "20.00",
    "buyer_user_id": "2088000000009999",
}


@pytest.mark.parametrize(
    ("status", "paid", "product", "state"),
    [
        ("WAIT_BUYER_PAY", False, Product.NATIVE, PaymentState.NOT_PAID),
        ("WAIT_BUYER_PAY", False, Product.IN_APP, PaymentState.NOT_PAID),
        ("WAIT_BUYER_PAY", False, Product.PAYMENT_CODE, PaymentState.PAYING),
        ("TRADE_SUCCESS", True, Product.NATIVE, PaymentState.PAID),
        ("TRADE_FINISHED", True, Product.NATIVE, PaymentState.PAID),
        ("TRADE_CLOSED", False, Product.NATIVE, PaymentState.CLOSED),
        ("TRADE_CLOSED", True, Product.NATIVE, PaymentState.RETURNED),
    ],
)
def test_each_state_word_has_its_meaning(
    status: str, paid: bool, product: Product, state: PaymentState
) -> None:
    trade = {**TRADE, "trade_status": status}
    if not paid:
        del trade["send_pay_date"]
    view = trade_view(trade, key="DP1", paid_at="send_pay_date", product=product)
    assert (view.state, view.code) == (state, status)
    given = state in {PaymentState.PAID, PaymentState.RETURNED}
    assert view.amount == (Money(2000) if given else Money(0))


def test_a_paid_trade_carries_number_time_and_payer() -> None:
    view = trade_view(TRADE, key="DP1", paid_at="send_pay_date", product=Product.NATIVE)
    assert view.their_number == TRADE["trade_no"]
    assert view.paid_at == datetime(2026, 11, 22, 5, 29, 17, tzinfo=UTC)
    assert view.payer == "2088000000009999"


@pytest.mark.parametrize(
    ("written", "fen"), [('"88.80"', 8880), ("88.8", 8880), ("88", 8800), ("88.88", 8888)]
)
def test_an_amount_may_be_text_or_number_and_stays_exact(written: str, fen: int) -> None:
    trade = json_object(
        f'{{"trade_no":"1","out_trade_no":"DP1","trade_status":"TRADE_SUCCESS",'
        f'"send_pay_date":"2026-11-22 13:29:17","total_amount":{written}}}'
    )
    view = trade_view(trade, key="DP1", paid_at="send_pay_date", product=Product.NATIVE)
    assert view.amount == Money(fen)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"out_trade_no": "DP2"}, "answer_mismatch"),
        ({"trade_status": "PENDING"}, "PENDING"),
        ({"trade_status": ""}, "answer_unreadable"),
        ({"total_amount": "20.001"}, "answer_unreadable"),
        ({"total_amount": True}, "answer_unreadable"),
        ({"total_amount": None}, "answer_unreadable"),
        ({"trade_no": None}, "answer_unreadable"),
    ],
)
def test_a_trade_that_is_not_as_documented_says_nothing(
    changes: dict[str, object], code: str
) -> None:
    with pytest.raises(OutcomeUnknown) as raised:
        trade_view({**TRADE, **changes}, key="DP1", paid_at="send_pay_date", product=Product.NATIVE)
    assert raised.value.code == code


def test_a_refund_query_that_finds_nothing_answers_nothing() -> None:
    view = refund_view({"code": "10000", "msg": "Success"}, key="RF1", payment_key="DP1")
    assert view.state is RefundState.NOT_FOUND


def test_a_refund_with_an_amount_and_no_state_is_under_way() -> None:
    found = {"out_request_no": "RF1", "out_trade_no": "DP1", "refund_amount": "0.20"}
    view = refund_view({**found, "trade_no": "1"}, key="RF1", payment_key="DP1")
    assert (view.state, view.amount) == (RefundState.PROCESSING, Money(20))


def test_a_refund_state_nobody_documented_says_nothing() -> None:
    found = {"out_request_no": "RF1", "out_trade_no": "DP1", "refund_amount": "0.20"}
    with pytest.raises(OutcomeUnknown) as raised:
        refund_view(
            {**found, "trade_no": "1", "refund_status": "REFUND_FAIL"},
            key="RF1",
            payment_key="DP1",
        )
    assert raised.value.code == "REFUND_FAIL"


@pytest.mark.parametrize(
    ("result", "code", "theirs"),
    [
        ("40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH", "ACQ.BUYER_BALANCE_NOT_ENOUGH"),
        ("40004", "ACQ.PAYMENT_AUTH_CODE_INVALID", "ACQ.PAYMENT_AUTH_CODE_INVALID"),
        ("40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH", "NOT_ENOUGH"),
        ("40002", "isv.invalid-signature", "isv.invalid-signature"),
        ("40006", "isv.insufficient-isv-permissions", "isv.insufficient-isv-permissions"),
    ],
)
def test_a_definite_no_is_refused(result: str, code: str, theirs: str) -> None:
    error = failure("pay", result, code, "")
    assert isinstance(error, Refused)
    assert error.code == theirs


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ("20000", "isp.unknow-error"),
        ("20000", "aop.ACQ.SYSTEM_ERROR"),
        ("40004", "ACQ.SYSTEM_ERROR"),
        ("40004", "ACQ.TRADE_HAS_SUCCESS"),
        ("40004", "ACQ.CONTEXT_INCONSISTENT"),
        ("40004", "ACQ.DISCORDANT_REPEAT_REQUEST"),
        ("40004", "ACQ.REFUND_CHARGE_ERROR"),
        ("40004", "ACQ.SOMETHING_NEW"),
        ("40004", "BUYER_BALANCE_NOT_ENOUGH"),
        ("40005", "isv.app-call-limited"),
        ("10003", "10003"),
    ],
)
def test_anything_else_leaves_the_outcome_unknown(result: str, code: str) -> None:
    error = failure("pay", result, code, "")
    assert isinstance(error, OutcomeUnknown)
    assert error.code == code
