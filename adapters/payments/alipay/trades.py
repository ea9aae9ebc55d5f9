"""Trades and refunds, call by call (下单、支付、查询、撤销、关闭、退款)."""

import re

from adapters.payments.alipay.gateway import Answer, Gateway
from adapters.payments.alipay.translation import (
    NO_TRADE,
    PAYING,
    REFUSED,
    SUCCESS,
    failure,
    paid_view,
    refund_view,
    retries,
    trade_view,
)
from adapters.wire.answer_fields import MISMATCH, beijing, expect, text, yuan
from adapters.wire.found_out import found_out
from domain.identifiers import AttemptKey
from domain.payments.payment import (
    PaymentOrder,
    PaymentState,
    PaymentView,
    Product,
    RefundOrder,
    RefundState,
    RefundView,
)
from domain.reconciliation.business_day import BEIJING
from ports.errors import OutcomeUnknown

USER_ID = re.compile(r"2088[0-9]{12}")  # anything else a patient is known by is an openid
QUERY, PAY, REFUND = "trade.query", "trade.pay", "trade.refund"
REFUND_QUERY = "trade.fastpay.refund.query"
# How an order may stand under the number although the charge itself was refused.
TAKEN = frozenset({PaymentState.PAID, PaymentState.PAYING, PaymentState.RETURNED})


class Trades:
    """One merchant's trades."""

    def __init__(self, gateway: Gateway, mini_program: str) -> None:
        self._gateway = gateway
        self._mini_program = mini_program

    async def precreate(self, order: PaymentOrder) -> str:
        """统一收单线下交易预创建: the content of the code. No trade exists until it is scanned."""
        method = "trade.precreate"
        answer = await self._open(method, order, {})
        return text(answer.content, "qr_code")

    async def create(self, order: PaymentOrder) -> str:
        """统一收单交易创建 for a patient inside the wallet: the trade number."""
        name = "buyer_id" if USER_ID.fullmatch(order.openid) else "buyer_open_id"
        content = {name: order.openid}
        if self._mini_program:
            content |= {"product_code": "JSAPI_PAY", "op_app_id": self._mini_program}
        answer = await self._open("trade.create", order, content)
        return text(answer.content, "trade_no")

    async def pay(self, order: PaymentOrder) -> PaymentView:
        """付款码支付: charges the scanned code."""
        answer = await self._gateway.call(
            PAY,
            {
                **_order(order),
                "scene": "bar_code",
                "auth_code": order.auth_code,
                "product_code": "FACE_TO_FACE_PAYMENT",
                **({"terminal_id": order.terminal} if order.terminal else {}),
            },
            key=order.key,
            notified=True,
        )
        if answer.result == SUCCESS:
            expect(answer.content, "out_trade_no", order.key)
            return paid_view(answer.content, PaymentState.PAID, "TRADE_SUCCESS", "gmt_payment")
        if answer.result == PAYING:
            return PaymentView(state=PaymentState.PAYING, text=answer.text, code=PAYING)
        if answer.result == REFUSED:
            # It may refuse a repeated call whose first answer was lost: an order may stand.
            question = self.query(order.key, Product.PAYMENT_CODE)
            view = await found_out(question, answer.code)
            if view.state in TAKEN:
                return view
        raise failure(PAY, answer.result, answer.code, answer.text)

    async def query(self, key: AttemptKey, product: Product) -> PaymentView:
        """交易查询 by our number."""
        answer = await self._gateway.call(QUERY, {"out_trade_no": key}, key=key)
        if answer.code == NO_TRADE:
            return PaymentView(state=PaymentState.NOT_FOUND, text=answer.text, code=NO_TRADE)
        if answer.code:
            raise failure(QUERY, answer.result, answer.code, answer.text)
        return trade_view(answer.content, key=key, paid_at="send_pay_date", product=product)

    async def close(self, key: AttemptKey) -> None:
        """交易关闭. A refusal is not raised: the query that follows is the answer."""
        await self._gateway.call("trade.close", {"out_trade_no": key}, key=key)

    async def cancel(self, key: AttemptKey) -> bool:
        """交易撤销, asked once. True when it has to be asked again (retry_flag)."""
        answer = await self._gateway.call("trade.cancel", {"out_trade_no": key}, key=key)
        return retries(answer.content)

    async def refund(self, order: RefundOrder) -> RefundView:
        """退款. `fund_change` says whether this very call moved money."""
        answer = await self._gateway.call(
            REFUND,
            {
                "out_trade_no": order.payment_key,
                "refund_amount": order.amount.yuan(),
                "out_request_no": order.key,
                "refund_reason": order.reason,
            },
            key=order.key,
        )
        if not answer.code and answer.content.get("fund_change") == "Y":
            return _moved(answer, order)
        if answer.result in {SUCCESS, REFUSED}:
            # Repeated, put off or refused: what stands under our number is asked for. Believing a
            # refusal would call for another number, and money could be given back twice.
            question = self.query_refund(order.key, order.payment_key)
            view = await found_out(question, answer.code)
            if view.state is not RefundState.NOT_FOUND:
                return view
        if answer.code:
            raise failure(REFUND, answer.result, answer.code, answer.text)
        return RefundView(
            state=RefundState.PROCESSING,
            amount=order.amount,
            their_number=text(answer.content, "trade_no"),
            code="fund_change",
        )

    async def query_refund(self, key: AttemptKey, payment_key: AttemptKey) -> RefundView:
        """退款查询 by our refund number."""
        answer = await self._gateway.call(
            REFUND_QUERY,
            {
                "out_trade_no": payment_key,
                "out_request_no": key,
                "query_options": ["gmt_refund_pay"],
            },
            key=key,
        )
        if answer.code == NO_TRADE:
            return RefundView(state=RefundState.NOT_FOUND, text=answer.text, code=NO_TRADE)
        if answer.code:
            raise failure(REFUND_QUERY, answer.result, answer.code, answer.text)
        return refund_view(answer.content, key=key, payment_key=payment_key)

    async def _open(self, method: str, order: PaymentOrder, more: dict[str, str]) -> Answer:
        content = {**_order(order), **more}
        answer = await self._gateway.call(method, content, key=order.key, notified=True)
        if answer.code:
            raise failure(method, answer.result, answer.code, answer.text)
        expect(answer.content, "out_trade_no", order.key)
        return answer


def _order(order: PaymentOrder) -> dict[str, str]:
    # The absolute time, not a number of minutes: the same order twice must say the same.
    expires = order.expires_at.astimezone(BEIJING)
    return {
        "out_trade_no": order.key,
        "total_amount": order.amount.yuan(),
        "subject": order.subject,
        "time_expire": f"{expires:%Y-%m-%d %H:%M:%S}",
    }


def _moved(answer: Answer, order: RefundOrder) -> RefundView:
    """This call gave the money back. `refund_fee` is the sum of all refunds of the trade."""
    refund = answer.content
    expect(refund, "out_trade_no", order.payment_key)
    all_refunds = yuan(refund, "refund_fee")
    if not order.amount <= all_refunds <= order.payment_amount:
        raise OutcomeUnknown(
            f"refund: {all_refunds.fen} fen given back in all, {order.amount.fen} asked for,"
            f" {order.payment_amount.fen} paid",
            code=MISMATCH,
        )
    at = "gmt_refund_pay"
    return RefundView(
        state=RefundState.DONE,
        amount=order.amount,
        their_number=text(refund, "trade_no"),
        done_at=beijing(refund, at) if refund.get(at) else None,
        code="REFUND_SUCCESS",
    )
