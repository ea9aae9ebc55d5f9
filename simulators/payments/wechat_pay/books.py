"""The platform's own books: orders, refunds, payment codes, movements of the merchant's balance.

Nothing here decides; `orders.py` and `refunds.py` hold the rules, the statements are written
from these records.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.clock import BEIJING


def wire_time(at: datetime | None) -> str | None:
    """RFC 3339 in Beijing time to the second, as every v3 field writes it."""
    return None if at is None else at.astimezone(BEIJING).isoformat(timespec="seconds")


@dataclass
class Order:
    """One merchant order (商户订单). A micropay order has no link and no notification."""

    out_trade_no: str
    trade_type: str
    appid: str
    description: str
    attach: str
    total_fen: int
    created_at: datetime
    openid: str | None = None
    notify_url: str | None = None
    device_info: str = ""
    time_expire: datetime | None = None
    request_digest: str = ""
    link: str | None = None  # code_url or prepay_id
    link_expires_at: datetime | None = None
    trade_state: str = "NOTPAY"
    transaction_id: str | None = None
    success_time: datetime | None = None
    bank_type: str | None = None
    fee_fen: int = 0
    closed_at: datetime | None = None
    reversed_at: datetime | None = None


@dataclass
class Refund:
    """One refund. `created_at` is the acceptance: the statement's day and the debit's instant."""

    out_refund_no: str
    refund_id: str
    out_trade_no: str
    transaction_id: str
    refund_fen: int
    reason: str
    notify_url: str | None
    created_at: datetime
    fee_fen: int
    status: str = "PROCESSING"
    finished_at: datetime | None = None
    channel: str = "ORIGINAL"
    user_received_account: str = "支付用户零钱"

    @property
    def success_time(self) -> datetime | None:
        """When the money arrived; None unless SUCCESS."""
        return self.finished_at if self.status == "SUCCESS" else None


@dataclass
class PaymentCode:
    """付款码: what the patient shows; once, for sixty seconds."""

    auth_code: str
    openid: str
    behaviour: str
    password_seconds: int
    expires_at: datetime
    used: bool = False


@dataclass
class Movement:
    """资金流水: one change of the merchant's balance; `fen` is signed."""

    at: datetime
    business_number: str
    flow_number: str
    business: str
    kind: str
    fen: int
    applicant: str
    remark: str
    voucher: str


@dataclass
class Books:
    """All records of one merchant, by the merchant's own numbers."""

    opening_balance_fen: int
    orders: dict[str, Order] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    codes: dict[str, PaymentCode] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)

    @property
    def balance_fen(self) -> int:
        """The merchant's balance now."""
        return self.opening_balance_fen + sum(movement.fen for movement in self.movements)

    def order_by_transaction(self, transaction_id: str) -> Order | None:
        """By 微信支付订单号."""
        return next((o for o in self.orders.values() if o.transaction_id == transaction_id), None)

    def order_by_link(self, link: str) -> Order | None:
        """By what the patient's phone holds: code_url or prepay_id."""
        return next((o for o in self.orders.values() if o.link == link), None)

    def refunds_of(self, order: Order) -> list[Refund]:
        """All refunds of the order, closed ones included, oldest first."""
        return [r for r in self.refunds.values() if r.out_trade_no == order.out_trade_no]

    def refunded_fen(self, order: Order) -> int:
        """What went back or is on its way: every refund not closed, all of a reversed payment."""
        if order.reversed_at and order.success_time:
            return order.total_fen
        return sum(r.refund_fen for r in self.refunds_of(order) if r.status != "CLOSED")

    def as_json(self) -> dict[str, Any]:
        """The books as the control API shows them, amounts in integer fen."""
        paid = [o for o in self.orders.values() if o.success_time]
        return {
            "orders": [self._order_json(order) for order in self.orders.values()],
            "refunds": [_refund_json(refund) for refund in self.refunds.values()],
            "totals": {
                "paid_count": len(paid),
                "paid_fen": sum(order.total_fen for order in paid),
                "refunded_fen": sum(self.refunded_fen(order) for order in paid),
            },
            "merchant_balance_fen": self.balance_fen,
        }

    def _order_json(self, order: Order) -> dict[str, Any]:
        return {
            "out_trade_no": order.out_trade_no,
            "transaction_id": order.transaction_id,
            "trade_type": order.trade_type,
            "trade_state": order.trade_state,
            "total_fen": order.total_fen,
            "refunded_fen": self.refunded_fen(order),
            "openid": order.openid,
            "success_time": wire_time(order.success_time),
            "created_at": wire_time(order.created_at),
        }


def _refund_json(refund: Refund) -> dict[str, Any]:
    return {
        "out_refund_no": refund.out_refund_no,
        "refund_id": refund.refund_id,
        "out_trade_no": refund.out_trade_no,
        "refund_fen": refund.refund_fen,
        "status": refund.status,
        "created_at": wire_time(refund.created_at),
        "success_time": wire_time(refund.success_time),
    }
