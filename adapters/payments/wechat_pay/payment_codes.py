"""Payment codes (付款码) over API v2: charge, ask, reverse. Nothing is ever notified of them.

Whether v3 has this product is told in two ways (reference §1.7.3); v2 has it for certain.
"""

from adapters.payments.wechat_pay.translation import (
    ASK_FIRST,
    NO_ORDER_CODES,
    PAYING_CODES,
    failure,
    v2_payment,
)
from adapters.payments.wechat_pay.v2 import V2
from adapters.wire.answer_fields import UNREADABLE
from adapters.wire.found_out import found_out
from domain.identifiers import AttemptKey
from domain.payments.payment import PaymentOrder, PaymentState, PaymentView
from ports.errors import OutcomeUnknown

# How an order may stand under the number although the charge itself was refused.
TAKEN = frozenset({PaymentState.PAID, PaymentState.PAYING, PaymentState.RETURNED})


class PaymentCodes:
    """/pay/micropay, /pay/orderquery, /secapi/pay/reverse of one merchant."""

    def __init__(self, v2: V2, terminal_ip: str) -> None:
        self._v2 = v2
        self._terminal_ip = terminal_ip

    async def charge(self, order: PaymentOrder) -> PaymentView:
        """Charges the scanned code."""
        fields = {
            "device_info": order.terminal,
            "body": order.subject,
            "out_trade_no": order.key,
            "total_fee": str(order.amount.fen),
            "fee_type": "CNY",
            "spbill_create_ip": self._terminal_ip,
            "auth_code": order.auth_code,
        }
        answer = await self._v2.send("micropay", "/pay/micropay", fields, key=order.key)
        if answer.get("result_code") == "SUCCESS":
            return v2_payment(answer, order.key)
        code, words = answer.get("err_code", ""), answer.get("err_code_des", "")
        if code in PAYING_CODES:
            return PaymentView(state=PaymentState.PAYING, text=words, code=code)
        if code in ASK_FIRST:
            # "This code was used" is also what our own repeated call is told: an order may stand.
            view = await found_out(self.query(order.key), code)
            if view.state in TAKEN:
                return view
        raise failure("micropay", code, words)

    async def query(self, key: AttemptKey) -> PaymentView:
        """查单 by our number."""
        answer = await self._v2.send(
            "orderquery", "/pay/orderquery", {"out_trade_no": key}, key=key
        )
        code, words = answer.get("err_code", ""), answer.get("err_code_des", "")
        if answer.get("result_code") == "SUCCESS":
            if "trade_state" not in answer:
                raise OutcomeUnknown("orderquery: no trade_state", code=UNREADABLE)
            return v2_payment(answer, key)
        if code in NO_ORDER_CODES:
            return PaymentView(state=PaymentState.NOT_FOUND, text=words, code=code)
        raise failure("orderquery", code, words)

    async def reverse(self, key: AttemptKey) -> bool:
        """撤销, asked once. True when it has to be asked again (recall=Y)."""
        answer = await self._v2.send(
            "reverse", "/secapi/pay/reverse", {"out_trade_no": key}, key=key
        )
        recall = answer.get("recall")
        if recall in {"Y", "N"}:
            return recall == "Y"
        if answer.get("result_code") == "SUCCESS":
            raise OutcomeUnknown(f"reverse: recall is {recall!r}", code=UNREADABLE)
        return False  # refused; how the order stands is asked for next, whatever the reason
