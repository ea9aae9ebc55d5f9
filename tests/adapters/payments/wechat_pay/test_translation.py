"""States and codes: every documented one has its meaning, every other is named, not guessed."""

from datetime import UTC, datetime

import pytest

from adapters.payments.wechat_pay.translation import failure, refund_view, v2_payment, v3_payment
from adapters.payments.wechat_pay.v3 import Answer
from domain.money import Money
from domain.payments.payment import PaymentState, RefundState
from ports.errors import OutcomeUnknown, Refused

KEY, APPID, MCHID = "DP20261122180000ABCDEF01", "wx00000000000000f1", "1900000001"
NUMBER = "4200000001202611220000000001"


def transaction(state: str, **changes: object) -> dict[str, object]:
    return {
        "appid": APPID,
        "mchid": MCHID,
        "out_trade_no": KEY,
        "trade_state": state,
        "trade_state_desc": "…",
        **changes,
    }


def paid(state: str) -> dict[str, object]:
    return transaction(
        state,
        transaction_id=NUMBER,
        success_time="2026-11-22T17:59:58+08:00",
        amount={"total": 500, "currency": "CNY"},
    )


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("NOTPAY", PaymentState.NOT_PAID),
        ("CLOSED", PaymentState.CLOSED),
        ("REVOKED", PaymentState.CLOSED),
        ("USERPAYING", PaymentState.PAYING),
        ("PAYERROR", PaymentState.FAILED),
        ("ACCEPT", PaymentState.PAYING),
    ],
)
def test_an_order_without_a_payment(word: str, state: PaymentState) -> None:
    view = v3_payment(transaction(word), key=KEY, appid=APPID, mchid=MCHID)
    assert (view.state, view.amount, view.their_number) == (state, Money(0), "")
    assert v2_payment({"out_trade_no": KEY, "trade_state": word}, KEY).state is state


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("SUCCESS", PaymentState.PAID),
        ("REFUND", PaymentState.PAID),
        ("REVOKED", PaymentState.RETURNED),
    ],
)
def test_an_order_with_a_payment(word: str, state: PaymentState) -> None:
    view = v3_payment(paid(word), key=KEY, appid=APPID, mchid=MCHID)
    assert (view.state, view.amount, view.their_number) == (state, Money(500), NUMBER)
    fields = {
        "out_trade_no": KEY,
        "trade_state": word,
        "transaction_id": NUMBER,
        "total_fee": "500",
        "fee_type": "CNY",
        "time_end": "20261122175958",
    }
    assert v2_payment(fields, KEY).paid_at == datetime(2026, 11, 22, 9, 59, 58, tzinfo=UTC)
    assert v2_payment(fields, KEY).state is state


def test_an_unknown_state_is_named_and_not_guessed() -> None:
    with pytest.raises(OutcomeUnknown) as raised:
        v3_payment(transaction("FROZEN"), key=KEY, appid=APPID, mchid=MCHID)
    assert raised.value.code == "FROZEN"
    with pytest.raises(OutcomeUnknown) as raised:
        v2_payment({"out_trade_no": KEY, "trade_state": "FROZEN"}, KEY)
    assert raised.value.code == "FROZEN"


@pytest.mark.parametrize("name", ["amount", "transaction_id", "success_time"])
def test_paid_is_not_said_without_amount_number_and_time(name: str) -> None:
    content = {field: value for field, value in paid("SUCCESS").items() if field != name}
    with pytest.raises(OutcomeUnknown) as raised:
        v3_payment(content, key=KEY, appid=APPID, mchid=MCHID)
    assert raised.value.code == "answer_unreadable"
    assert name in raised.value.text


@pytest.mark.parametrize(
    "amount", [{"total": 5.0, "currency": "CNY"}, {"total": "500", "currency": "CNY"}, {}]
)
def test_an_amount_that_is_not_whole_fen_is_unreadable(amount: dict[str, object]) -> None:
    with pytest.raises(OutcomeUnknown) as raised:
        v3_payment({**paid("SUCCESS"), "amount": amount}, key=KEY, appid=APPID, mchid=MCHID)
    assert raised.value.code in {"answer_unreadable", "answer_mismatch"}


@pytest.mark.parametrize("name", ["appid", "mchid", "out_trade_no"])
def test_an_answer_about_something_else_is_no_answer(name: str) -> None:
    with pytest.raises(OutcomeUnknown) as raised:
        v3_payment({**paid("SUCCESS"), name: "other"}, key=KEY, appid=APPID, mchid=MCHID)
    assert raised.value.code == "answer_mismatch"


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("SUCCESS", RefundState.DONE),
        ("PROCESSING", RefundState.PROCESSING),
        ("ABNORMAL", RefundState.ABNORMAL),
        ("CLOSED", RefundState.CLOSED),
    ],
)
def test_each_refund_status(word: str, state: RefundState) -> None:
    refund = {
        "refund_id": "50000000012026112200000000001",
        "out_refund_no": "RF1",
        "out_trade_no": KEY,
        "status": word,
        "success_time": "2026-11-22T18:05:30+08:00",
        "amount": {"refund": 345, "total": 500, "currency": "CNY"},
    }
    view = refund_view(refund, key="RF1", payment_key=KEY)
    assert (view.state, view.amount) == (state, Money(345))
    with pytest.raises(OutcomeUnknown) as raised:
        refund_view({**refund, "status": "LATER"}, key="RF1", payment_key=KEY)
    assert raised.value.code == "LATER"


@pytest.mark.parametrize(
    "code",
    ["PARAM_ERROR", "SIGN_ERROR", "NO_AUTH", "AUTHCODEEXPIRE", "TRADE_ERROR", "ORDER_CLOSED"],
)
def test_a_definite_no_keeps_its_code(code: str) -> None:
    refusal = failure("x", code, "")
    assert isinstance(refusal, Refused)
    assert refusal.code == code


@pytest.mark.parametrize("code", ["NOT_ENOUGH", "NOTENOUGH"])
def test_both_spellings_of_an_empty_account_are_one_code(code: str) -> None:
    refusal = failure("refund", code, "")
    assert isinstance(refusal, Refused)
    assert refusal.code == "NOT_ENOUGH"


@pytest.mark.parametrize(
    "code",
    [
        "SYSTEM_ERROR",
        "SYSTEMERROR",
        "BANKERROR",
        "BANK_ERROR",
        "FREQUENCY_LIMITED",
        "ORDERPAID",
        "OUT_TRADE_NO_USED",
        "SOMETHING_NEW",
    ],
)
def test_every_other_code_leaves_the_outcome_open_and_is_named(code: str) -> None:
    doubt = failure("x", code, "")
    assert isinstance(doubt, OutcomeUnknown)
    assert doubt.code == code


def test_an_accepted_answer_may_still_carry_a_no() -> None:
    # The vendor's close page lists it with HTTP 202.
    assert Answer(202, {"code": "USER_PAYING", "message": "用户支付中"}).code == "USER_PAYING"


def test_an_answer_neither_good_nor_explained_is_named_by_its_status() -> None:
    assert Answer(202, {}).code == "http_202"
    assert [Answer(status, {}).code for status in (200, 204)] == ["", ""]
