"""The simulated WeChat Pay: one merchant's books and rules, and the events they send out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulators.agenda import Agenda
from simulators.applicable_faults import ApplicableFaults
from simulators.control import Simulator
from simulators.notifier import NOT_DELIVERED, Delivery, Notifier
from simulators.payments.wechat_pay.applicable_faults import CALLS, WHERE
from simulators.payments.wechat_pay.books import Books, Order, Refund, wire_time
from simulators.payments.wechat_pay.configuration import Configuration
from simulators.payments.wechat_pay.notifications import WeChatLetters, WeChatNotification
from simulators.payments.wechat_pay.orders import Orders
from simulators.payments.wechat_pay.refunds import Refunds
from simulators.payments.wechat_pay.statement_files import StatementDesk

STATE_WORDS = {
    "SUCCESS": "支付成功",
    "REFUND": "转入退款",
    "NOTPAY": "订单未支付",
    "CLOSED": "订单已关闭",
    "REVOKED": "订单已撤销",
    "USERPAYING": "用户支付中",
    "PAYERROR": "支付失败",
}
_REFUND_SUMMARY = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}


class WeChatPay(Simulator):
    """One merchant at WeChat Pay. `clock`, `random`, `faults` and `journal` come from above."""

    name = "wechat_pay"
    own_fault_kinds = frozenset(WHERE)

    def __init__(self, configuration: Configuration, seed: int) -> None:
        self.configuration = configuration
        self.agenda = Agenda(lambda: self.clock.now())  # noqa: PLW0108 - the clock comes later
        self.letters = WeChatLetters(self, configuration)
        self.notifier = Notifier(self, self.letters, self.agenda)
        super().__init__(seed)
        self.faults = ApplicableFaults(CALLS, WHERE)

    def reset(self, seed: int) -> None:
        """Empty books, nothing due, the configured balance."""
        super().reset(seed)
        self.agenda.clear()
        self.notifier.forget()
        self.events: dict[str, WeChatNotification] = {}
        self.ledger = Books(self.configuration.merchant_balance_fen)
        rules = (self.ledger, self.configuration, self.clock.now, self.random)
        self.orders = Orders(*rules, self.agenda)
        self.refunds = Refunds(*rules)
        self.statements = StatementDesk(*rules)

    def books(self) -> dict[str, Any]:
        """Orders, refunds, totals."""
        return self.ledger.as_json()

    async def clock_moved(self) -> None:
        """What fell due happens before the control API answers; deliveries follow as tasks."""
        self.agenda.run_due()

    async def pay(self, order: Order, openid: str | None, bank_type: str) -> Delivery:
        """The patient pays; the merchant is told. The first delivery."""
        self.orders.pay(order, openid, bank_type)
        return await self.tell_of_payment(order)

    async def tell_of_payment(self, order: Order) -> Delivery:
        """TRANSACTION.SUCCESS. A payment-code order has no notification."""
        if order.notify_url is None:
            return NOT_DELIVERED
        return await self.notifier.announce(self.payment_event(order))

    def payment_event(self, order: Order) -> WeChatNotification:
        """The order's event, always the same one once the order is paid."""
        known = self.events.get(order.out_trade_no)
        if known is not None:
            return known
        assert order.notify_url is not None  # noqa: S101 - asked by the callers
        event = self.letters.compose(
            "notify_transaction",
            "TRANSACTION.SUCCESS",
            "支付成功",
            transaction_json(order, self.configuration.mchid),
            order.notify_url,
        )
        if order.success_time:
            self.events[order.out_trade_no] = event
        return event

    def after_refund_accepted(self, refund: Refund) -> Callable[[], None]:
        """What is to be done once the refund's PROCESSING answer has left."""

        def later() -> None:
            delay = self.configuration.refund_delay_seconds
            if delay is not None:
                due = self.clock.now() + timedelta(seconds=delay)
                self.agenda.at(due, lambda: self._finish_in_background(refund))

        return later

    def _finish_in_background(self, refund: Refund) -> None:
        if refund.status == "PROCESSING":
            self.notifier.in_background(self.finish_refund(refund, "SUCCESS"))

    async def finish_refund(self, refund: Refund, status: str) -> Delivery:
        """The refund ends; the merchant is told with REFUND.*. The first delivery."""
        if not self.refunds.finish(refund, status):
            return NOT_DELIVERED
        order = self.ledger.orders[refund.out_trade_no]
        if refund.notify_url is None:
            return NOT_DELIVERED
        event = self.letters.compose(
            "notify_refund",
            f"REFUND.{status}",
            _REFUND_SUMMARY[status],
            refund_event_json(refund, order, self.configuration.mchid),
            refund.notify_url,
        )
        self.events[refund.out_refund_no] = event
        return await self.notifier.announce(event)


def transaction_json(order: Order, mchid: str, off_by_fen: int = 0) -> dict[str, Any]:
    """An order as query and notification show it; an unpaid one lacks what payment brings."""
    total = order.total_fen + off_by_fen
    shown: dict[str, Any] = {
        "appid": order.appid,
        "mchid": mchid,
        "out_trade_no": order.out_trade_no,
        "trade_type": order.trade_type,
        "trade_state": order.trade_state,
        "trade_state_desc": STATE_WORDS[order.trade_state],
        "attach": order.attach,
        "amount": {"total": total, "currency": "CNY"},
    }
    if order.success_time:
        shown |= {
            "transaction_id": order.transaction_id,
            "bank_type": order.bank_type,
            "success_time": wire_time(order.success_time),
            "payer": {"openid": order.openid},
            "promotion_detail": [],
            "amount": {
                "total": total,
                "payer_total": total,
                "currency": "CNY",
                "payer_currency": "CNY",
            },
        }
    return shown


def refund_json(refund: Refund, order: Order, off_by_fen: int = 0) -> dict[str, Any]:
    """A refund as the API shows it: `status`, and `success_time` only when SUCCESS."""
    fen, total = refund.refund_fen + off_by_fen, order.total_fen
    shown: dict[str, Any] = {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": refund.transaction_id,
        "out_trade_no": refund.out_trade_no,
        "channel": refund.channel,
        "user_received_account": refund.user_received_account,
        "create_time": wire_time(refund.created_at),
        "status": refund.status,
        "funds_account": "AVAILABLE",
        "amount": {
            "total": total,
            "refund": fen,
            "from": [],
            "payer_total": total,
            "payer_refund": fen,
            "settlement_refund": fen,
            "settlement_total": total,
            "discount_refund": 0,
            "currency": "CNY",
            "refund_fee": refund.fee_fen,
        },
        "promotion_detail": [],
    }
    if refund.success_time:
        shown["success_time"] = wire_time(refund.success_time)
    return shown


def refund_event_json(refund: Refund, order: Order, mchid: str) -> dict[str, Any]:
    """A refund as the notification shows it: `refund_status`, a smaller `amount`."""
    shown: dict[str, Any] = {
        "mchid": mchid,
        "transaction_id": refund.transaction_id,
        "out_trade_no": refund.out_trade_no,
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "refund_status": refund.status,
        "user_received_account": refund.user_received_account,
        "amount": {
            "total": order.total_fen,
            "refund": refund.refund_fen,
            "payer_total": order.total_fen,
            "payer_refund": refund.refund_fen,
        },
    }
    if refund.success_time:
        shown["success_time"] = wire_time(refund.success_time)
    return shown
