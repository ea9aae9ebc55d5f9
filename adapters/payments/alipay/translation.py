"""Alipay's states and codes in the core's words. What is not listed is not guessed."""

from adapters.wire.answer_fields import (
    UNREADABLE,
    JsonObject,
    beijing,
    expect,
    optional_text,
    text,
    yuan,
)
from domain.payments.payment import PaymentState, PaymentView, Product, RefundState, RefundView
from ports.errors import OutcomeUnknown, Refused

SUCCESS, PAYING, REFUSED = "10000", "10003", "40004"  # 20000, "unavailable", is no answer
NO_TRADE = "ACQ.TRADE_NOT_EXIST"
NO_BILL = "BILL_NOT_EXIST"  # the documents give the bare word, answers put a layer before it

# The gateway turned the call away before any business looked at it. 40005 (too many calls) is not
# among them: it says nothing about the order, which is asked for and opened again.
TURNED_AWAY = frozenset({"20001", "40001", "40002", "40003", "40006"})
# Of these, what it says when it cannot know our key: such an answer may come without a signature.
FRONT_DOOR = frozenset(
    {"isv.invalid-app-id", "isv.invalid-signature", "isv.missing-signature-config"}
)

# The request did nothing and never will. Any other code leaves the outcome unknown: a system error,
# and also "already paid" or "repeated with another amount", which speak of something under our
# number that must be asked for.
DEFINITE = frozenset(
    {
        "ACCESS_FORBIDDEN",
        "BEYOND_PAY_RESTRICTION",
        "BEYOND_PER_RECEIPT_DAY_RESTRICTION",
        "BEYOND_PER_RECEIPT_RESTRICTION",
        "BEYOND_PER_RECEIPT_SINGLE_RESTRICTION",
        "BUYER_BALANCE_NOT_ENOUGH",
        "BUYER_BANKCARD_BALANCE_NOT_ENOUGH",
        "BUYER_ENABLE_STATUS_FORBID",
        "BUYER_NOT_EXIST",
        "BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR",
        "BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR",
        "BUYER_SELLER_EQUAL",
        "CARD_TYPE_ERROR",
        "CURRENCY_NOT_SUPPORT",
        "ERROR_BALANCE_PAYMENT_DISABLE",
        "ERROR_BUYER_CERTIFY_LEVEL_LIMIT",
        "EXIST_FORBIDDEN_WORD",
        "INVALID_PARAMETER",
        "INVALID_STORE_ID",
        "MOBILE_PAYMENT_SWITCH_OFF",
        "NOW_TIME_AFTER_EXPIRE_TIME_ERROR",
        "NO_PAYMENT_INSTRUMENTS_AVAILABLE",
        "PARTNER_ERROR",
        "PAYMENT_AUTH_CODE_INVALID",
        "PAYMENT_FAIL",
        "PAYMENT_REQUEST_HAS_RISK",
        "REASON_TRADE_BEEN_FREEZEN",
        "REASON_TRADE_REFUND_FEE_ERR",
        "REFUND_AMT_NOT_EQUAL_TOTAL",
        "REFUND_FEE_ERROR",
        "REQUEST_AMOUNT_EXCEED",
        "SELLER_BALANCE_NOT_ENOUGH",
        "SELLER_BEEN_BLOCKED",
        "SELLER_NOT_EXIST",
        "TOTAL_FEE_EXCEED",
        "TRADE_BUYER_NOT_MATCH",
        "TRADE_HAS_CLOSE",
        "TRADE_HAS_FINISHED",
        "TRADE_NOT_ALLOW_REFUND",
        "TRADE_NOT_EXIST",
        "TRADE_STATUS_ERROR",
        "USER_FACE_PAYMENT_SWITCH_OFF",
    }
)


def failure(operation: str, result: str, code: str, words: str) -> Refused | OutcomeUnknown:
    """Their "no" as Refused when it is definite, as OutcomeUnknown naming the code otherwise."""
    said = f"{operation}: {code} {words}".rstrip()
    layer, _, bare = code.rpartition(".")
    if result in TURNED_AWAY or (result == REFUSED and layer == "ACQ" and bare in DEFINITE):
        return Refused(said, code="NOT_ENOUGH" if bare == "SELLER_BALANCE_NOT_ENOUGH" else code)
    return OutcomeUnknown(said, code=code)


def trade_view(trade: JsonObject, *, key: str, paid_at: str, product: Product) -> PaymentView:
    """A trade as a query or a notification shows it; `paid_at` is how that one names the time."""
    expect(trade, "out_trade_no", key)
    word = text(trade, "trade_status")
    was_paid = bool(trade.get(paid_at))
    state = _state(word, was_paid, product)
    if state not in {PaymentState.PAID, PaymentState.RETURNED}:
        return PaymentView(state=state, code=word)
    return paid_view(trade, state, word, paid_at)


def paid_view(trade: JsonObject, state: PaymentState, word: str, paid_at: str) -> PaymentView:
    """A trade whose money was taken: the order's amount, not what coupons left of it."""
    return PaymentView(
        state=state,
        amount=yuan(trade, "total_amount"),
        their_number=text(trade, "trade_no"),
        paid_at=beijing(trade, paid_at),
        payer=_payer(trade),
        code=word,
    )


def _state(word: str, was_paid: bool, product: Product) -> PaymentState:
    if word in {"TRADE_SUCCESS", "TRADE_FINISHED"}:
        return PaymentState.PAID
    if word == "TRADE_CLOSED":  # never paid, or paid and wholly given back
        return PaymentState.RETURNED if was_paid else PaymentState.CLOSED
    if word == "WAIT_BUYER_PAY":
        scanned = product is Product.PAYMENT_CODE
        return PaymentState.PAYING if scanned else PaymentState.NOT_PAID
    raise OutcomeUnknown(f"unknown trade_status {word!r}", code=word)


def _payer(trade: JsonObject) -> str:
    names = ("buyer_open_id", "buyer_user_id", "buyer_id")
    return next((value for name in names if (value := optional_text(trade, name))), "")


def refund_view(refund: JsonObject, *, key: str, payment_key: str) -> RefundView:
    """A refund as its query shows it. An empty answer means that it is not there (yet)."""
    word = optional_text(refund, "refund_status")
    if not word and not refund.get("refund_amount"):
        return RefundView(state=RefundState.NOT_FOUND, code=NO_TRADE)
    expect(refund, "out_request_no", key)
    expect(refund, "out_trade_no", payment_key)
    if word not in {"", "REFUND_SUCCESS"}:
        raise OutcomeUnknown(f"unknown refund_status {word!r}", code=word)
    done = word == "REFUND_SUCCESS"
    at = "gmt_refund_pay"
    return RefundView(
        # An amount without a state: accepted once, and neither done nor given up.
        state=RefundState.DONE if done else RefundState.PROCESSING,
        amount=yuan(refund, "refund_amount"),
        their_number=text(refund, "trade_no"),
        done_at=beijing(refund, at) if done and refund.get(at) else None,
        code=word,
    )


def retries(answer: JsonObject) -> bool:
    """Whether a cancellation wants to be asked for again (retry_flag)."""
    flag = answer.get("retry_flag", "N")
    if flag not in {"Y", "N"}:
        raise OutcomeUnknown(f"cancel: retry_flag is {flag!r}", code=UNREADABLE)
    return flag == "Y"
