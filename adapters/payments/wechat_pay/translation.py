"""WeChat Pay's states and error codes in the core's words. What is not listed is not guessed."""

from collections.abc import Mapping

from adapters.payments.wechat_pay.fields import fen, fen_text, instant
from adapters.wire.answer_fields import (
    MISMATCH,
    JsonObject,
    beijing,
    expect,
    inner,
    optional_text,
    text,
)
from domain.money import Money
from domain.payments.payment import PaymentState, PaymentView, RefundState, RefundView
from ports.errors import OutcomeUnknown, Refused

PAYING_CODES = frozenset({"USERPAYING", "USER_PAYING"})
NO_ORDER_CODES = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST"})
NO_REFUND_CODES = frozenset({"RESOURCE_NOT_EXISTS", "NOT_FOUND"})

# The request did nothing and never will. Any other code leaves the outcome unknown: a system error,
# a busy bank, a frequency limit, and also "already paid" or "number used", which speak of an order
# under our number that must be asked for.
DEFINITE = frozenset(
    {
        "ACCOUNT_ERROR",
        "APPID_MCHID_NOT_MATCH",
        "APPID_NOT_EXIST",
        "AUTHCODEEXPIRE",
        "AUTH_CODE_ERROR",
        "AUTH_CODE_INVALID",
        "BUYER_MISMATCH",
        "INVALID_REQUEST",
        "LACK_PARAMS",
        "MCHID_NOT_EXIST",
        "MCH_NOT_EXISTS",
        "NOAUTH",
        "NOTENOUGH",
        "NOTSUPORTCARD",
        "NOT_ENOUGH",
        "NO_AUTH",
        "ORDERCLOSED",
        "ORDERNOTEXIST",
        "ORDERREVERSED",
        "ORDER_CLOSED",
        "ORDER_NOT_EXIST",
        "PARAM_ERROR",
        "REQUEST_BLOCKED",
        "REQUIRE_POST_METHOD",
        "RESOURCE_NOT_EXISTS",
        "RULE_LIMIT",
        "SIGNERROR",
        "SIGN_ERROR",
        "TRADE_ERROR",
        "USER_ACCOUNT_ABNORMAL",
        "XML_FORMAT_ERROR",
    }
)

# Refusals of a payment code that may hide an earlier call of ours under the same number.
ASK_FIRST = frozenset(
    {
        "AUTHCODEEXPIRE",
        "AUTH_CODE_ERROR",
        "AUTH_CODE_INVALID",
        "INVALID_REQUEST",
        "ORDERPAID",
        "ORDER_PAID",
        "OUT_TRADE_NO_USED",
    }
)

PAYMENT_STATES = {
    "SUCCESS": PaymentState.PAID,
    # 转入退款: paid, and refunds (of a part or of all) exist; they are asked for one by one.
    "REFUND": PaymentState.PAID,
    "NOTPAY": PaymentState.NOT_PAID,
    "CLOSED": PaymentState.CLOSED,
    "USERPAYING": PaymentState.PAYING,
    "ACCEPT": PaymentState.PAYING,
    "PAYERROR": PaymentState.FAILED,
}

REFUND_STATES = {
    "SUCCESS": RefundState.DONE,
    "PROCESSING": RefundState.PROCESSING,
    "ABNORMAL": RefundState.ABNORMAL,
    "CLOSED": RefundState.CLOSED,
}


def failure(operation: str, code: str, words: str) -> Refused | OutcomeUnknown:
    """Their "no" as Refused when it is definite, as OutcomeUnknown naming the code otherwise."""
    said = f"{operation}: {code} {words}".rstrip()
    if code in DEFINITE:
        return Refused(said, code="NOT_ENOUGH" if code == "NOTENOUGH" else code)
    return OutcomeUnknown(said, code=code)


def payment_state(word: str, number: str) -> PaymentState:
    """REVOKED (已撤销) says nothing of whether money had moved; a channel number does."""
    if word == "REVOKED":
        return PaymentState.RETURNED if number else PaymentState.CLOSED
    state = PAYMENT_STATES.get(word)
    if state is None:
        raise OutcomeUnknown(f"unknown trade_state {word!r}", code=word)
    return state


def v3_payment(transaction: JsonObject, *, key: str, appid: str, mchid: str) -> PaymentView:
    """A transaction as v3 answers and notifications carry it; it must be the order `key`."""
    expect(transaction, "mchid", mchid)
    expect(transaction, "appid", appid)
    expect(transaction, "out_trade_no", key)
    word = text(transaction, "trade_state")
    state = payment_state(word, optional_text(transaction, "transaction_id"))
    words = optional_text(transaction, "trade_state_desc")
    if state not in {PaymentState.PAID, PaymentState.RETURNED}:
        return PaymentView(state=state, text=words, code=word)
    amount = inner(transaction, "amount")
    expect(amount, "currency", "CNY")
    payer = transaction.get("payer")
    return PaymentView(
        state=state,
        amount=fen(amount, "total"),
        their_number=text(transaction, "transaction_id"),
        paid_at=instant(transaction, "success_time"),
        payer=optional_text(payer, "openid") if isinstance(payer, dict) else "",
        text=words,
        code=word,
    )


def v2_payment(fields: Mapping[str, str], key: str) -> PaymentView:
    """A successful v2 micropay or orderquery. Micropay carries no state: it is paid."""
    expect(fields, "out_trade_no", key)
    word = fields.get("trade_state", "SUCCESS")
    number = fields.get("transaction_id", "")
    state = payment_state(word, number)
    words = fields.get("trade_state_desc", "")
    if state not in {PaymentState.PAID, PaymentState.RETURNED}:
        return PaymentView(state=state, text=words, code=word)
    if fields.get("fee_type", "CNY") != "CNY":
        raise OutcomeUnknown(f"paid in {fields['fee_type']}", code=MISMATCH)
    return PaymentView(
        state=state,
        amount=fen_text(fields, "total_fee"),
        their_number=text(fields, "transaction_id"),
        paid_at=beijing(fields, "time_end", "%Y%m%d%H%M%S"),
        payer=fields.get("openid", ""),
        text=words,
        code=word,
    )


def refund_view(refund: JsonObject, *, key: str, payment_key: str) -> RefundView:
    """A refund as the refund calls answer it."""
    expect(refund, "out_refund_no", key)
    expect(refund, "out_trade_no", payment_key)
    amount = inner(refund, "amount")
    expect(amount, "currency", "CNY")
    return refund_of(refund, text(refund, "status"), fen(amount, "refund"))


def refund_of(refund: JsonObject, word: str, amount: Money) -> RefundView:
    """The view of a refund whose state word and amount were found."""
    state = REFUND_STATES.get(word)
    if state is None:
        raise OutcomeUnknown(f"unknown refund status {word!r}", code=word)
    done = state is RefundState.DONE
    return RefundView(
        state=state,
        amount=amount,
        their_number=text(refund, "refund_id"),
        done_at=instant(refund, "success_time") if done else None,
        text=optional_text(refund, "user_received_account"),
        code=word,
    )
