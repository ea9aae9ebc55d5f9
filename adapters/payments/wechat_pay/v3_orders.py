"""Orders and refunds of API v3, call by call (下单、查单、关单、退款)."""

from datetime import timedelta
from urllib.parse import quote, urlencode

from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from adapters.payments.wechat_pay.translation import (
    NO_ORDER_CODES,
    NO_REFUND_CODES,
    failure,
    refund_view,
    v3_payment,
)
from adapters.payments.wechat_pay.v3 import V3
from adapters.wire.answer_fields import text
from adapters.wire.found_out import found_out
from domain.identifiers import AttemptKey
from domain.payments.payment import (
    PaymentOrder,
    PaymentState,
    PaymentView,
    RefundOrder,
    RefundState,
    RefundView,
)
from domain.reconciliation.business_day import BEIJING

REFUNDS_PATH = "/v3/refund/domestic/refunds"
ORDER_PATH = "/v3/pay/transactions/out-trade-no/"

# The refund number is known to them; what stands under it is asked for.
REFUND_ASK_FIRST = frozenset({"INVALID_REQUEST", "ALREADY_EXISTS"})


class V3Orders:
    """One merchant's orders and refunds."""

    def __init__(self, v3: V3, credentials: WechatPayCredentials, notify_url: str) -> None:
        self._v3 = v3
        self._credentials = credentials
        self._notify_url = notify_url

    async def open(self, product: str, order: PaymentOrder, result: str) -> str:
        """Opens an order of `native` or `jsapi`; returns the field named `result`."""
        content = self._order(order)
        if product == "jsapi":
            content["payer"] = {"openid": order.openid}
        answer = await self._v3.post(
            product, f"/v3/pay/transactions/{product}", content, key=order.key
        )
        if answer.code:
            raise failure(product, answer.code, answer.text)
        return text(answer.content, result)

    async def query(self, key: AttemptKey) -> PaymentView:
        """查单 by our number."""
        merchant = urlencode({"mchid": self._credentials.mchid})
        answer = await self._v3.get("query", f"{self.path(key)}?{merchant}", key=key)
        if answer.code in NO_ORDER_CODES:
            return PaymentView(state=PaymentState.NOT_FOUND, text=answer.text, code=answer.code)
        if answer.code:
            raise failure("query", answer.code, answer.text)
        own = self._credentials
        return v3_payment(answer.content, key=key, appid=own.appid, mchid=own.mchid)

    async def close(self, key: AttemptKey) -> None:
        """关单. A refusal is not raised: the query that follows is the answer."""
        content = {"mchid": self._credentials.mchid}
        await self._v3.post("close", self.path(key, "/close"), content, key=key)

    async def refund(self, order: RefundOrder) -> RefundView:
        """申请退款. Their acceptance is not yet the money's return."""
        answer = await self._v3.post(
            "refund",
            REFUNDS_PATH,
            {
                "out_trade_no": order.payment_key,
                "out_refund_no": order.key,
                "reason": order.reason,
                "notify_url": self._notify_url,
                "amount": {
                    "refund": order.amount.fen,
                    "total": order.payment_amount.fen,
                    "currency": "CNY",
                },
            },
            key=order.key,
        )
        if not answer.code:
            return refund_view(answer.content, key=order.key, payment_key=order.payment_key)
        if answer.code in REFUND_ASK_FIRST:
            # Refusing it would call for another number, and money could be given back twice.
            question = self.query_refund(order.key, order.payment_key)
            view = await found_out(question, answer.code)
            if view.state is not RefundState.NOT_FOUND:
                return view
        raise failure("refund", answer.code, answer.text)

    async def query_refund(self, key: AttemptKey, payment_key: AttemptKey) -> RefundView:
        """查询退款 by our refund number."""
        answer = await self._v3.get(
            "query_refund", f"{REFUNDS_PATH}/{quote(key, safe='')}", key=key
        )
        if answer.code in NO_REFUND_CODES:
            return RefundView(state=RefundState.NOT_FOUND, text=answer.text, code=answer.code)
        if answer.code:
            raise failure("query_refund", answer.code, answer.text)
        return refund_view(answer.content, key=key, payment_key=payment_key)

    @staticmethod
    def path(key: AttemptKey, ending: str = "") -> str:
        """The path of one order; the number may contain `|` and `*`."""
        return ORDER_PATH + quote(key, safe="") + ending

    def _order(self, order: PaymentOrder) -> dict[str, object]:
        expires = order.expires_at.astimezone(BEIJING)
        if expires.microsecond:
            expires = expires.replace(microsecond=0) + timedelta(seconds=1)
        return {
            "appid": self._credentials.appid,
            "mchid": self._credentials.mchid,
            "description": order.subject,
            "out_trade_no": order.key,
            "time_expire": expires.isoformat(),
            "notify_url": self._notify_url,
            "amount": {"total": order.amount.fen, "currency": "CNY"},
        }
