"""The simulated Alipay: one merchant's books and rules, and the events they send out."""

from datetime import timedelta
from typing import Any

from simulators.agenda import Agenda
from simulators.applicable_faults import ApplicableFaults
from simulators.control import Simulator
from simulators.notifier import NOT_DELIVERED, Delivery, Notification, Notifier
from simulators.payments.alipay.applicable_faults import CALLS, WHERE
from simulators.payments.alipay.bill_files import BillDesk
from simulators.payments.alipay.books import Books, Refund, Trade
from simulators.payments.alipay.configuration import Configuration
from simulators.payments.alipay.notifications import AlipayLetters
from simulators.payments.alipay.refunds import Refunds
from simulators.payments.alipay.trades import Trades
from simulators.payments.statement_text import beijing_text, yuan


class AlipaySimulator(Simulator):
    """One application at Alipay. `clock`, `random`, `faults` and `journal` come from above."""

    name = "alipay"
    own_fault_kinds = frozenset(WHERE)

    def __init__(self, configuration: Configuration, seed: int) -> None:
        self.configuration = configuration
        self.agenda = Agenda(lambda: self.clock.now())  # noqa: PLW0108 - the clock comes later
        self.letters = AlipayLetters(self, configuration)
        self.notifier = Notifier(self, self.letters, self.agenda)
        super().__init__(seed)
        self.faults = ApplicableFaults(CALLS, WHERE)

    def reset(self, seed: int) -> None:
        """Empty books, nothing due, the configured balance."""
        super().reset(seed)
        self.agenda.clear()
        self.notifier.forget()
        self.events: dict[str, Notification] = {}  # of a payment or refund, by its number
        self.ledger = Books(self.configuration.merchant_balance_fen)
        own = (self.ledger, self.configuration, self.clock.now)
        self.trades = Trades(*own, self.random, self.agenda, self._tell_in_background)
        self.refunds = Refunds(*own)
        self.bills = BillDesk(*own, self.random)

    def books(self) -> dict[str, Any]:
        """Trades, refunds, totals."""
        return self.ledger.as_json()

    async def clock_moved(self) -> None:
        """What fell due happens before the control API answers; deliveries follow as tasks."""
        self.agenda.run_due()

    async def settle(self, trade: Trade) -> Delivery:
        """The patient pays; the merchant is told. The first delivery."""
        self.trades.settle(trade)
        return await self.tell(trade)

    async def tell(self, trade: Trade) -> Delivery:
        """The trade's state changed: paid, or closed."""
        if trade.notify_url is None:
            return NOT_DELIVERED
        return await self.notifier.announce(self.trade_event(trade))

    def _tell_in_background(self, trade: Trade) -> None:
        self.notifier.in_background(self.tell(trade))

    def trade_event(self, trade: Trade) -> Notification:
        """What its notification says. A payment's is always the same one."""
        if known := self.events.get(trade.out_trade_no):
            return known
        event = self.letters.compose(
            "notify_trade",
            trade_form(trade),
            trade.notify_url or "",
            {"out_trade_no": trade.out_trade_no, "trade_no": trade.trade_no},
        )
        if trade.paid_at:
            self.events[trade.out_trade_no] = event
        return event

    async def tell_of_refund(self, refund: Refund) -> Delivery:
        """The refund is done. It goes where the trade's notifications go, or nowhere."""
        trade = self.ledger.trades[refund.out_trade_no]
        if trade.notify_url is None:
            return NOT_DELIVERED
        form = {
            **trade_form(trade),
            "out_biz_no": refund.out_request_no,
            "refund_fee": yuan(self.ledger.refunded_fen(trade)),  # of all refunds of the trade
            "gmt_refund": f"{beijing_text(refund.done_at)}.000",
        }
        numbers = {"out_trade_no": trade.out_trade_no, "out_request_no": refund.out_request_no}
        event = self.letters.compose("notify_refund", form, trade.notify_url, numbers)
        self.events[refund.out_request_no] = event
        return await self.notifier.announce(event)

    def finish_later(self, refund: Refund, seconds: float) -> None:
        """A refund that was put off is done after some seconds."""

        def finish() -> None:
            if refund.done_at is None:
                self.refunds.finish(refund)
                self.notifier.in_background(self.tell_of_refund(refund))

        self.agenda.at(self.clock.now() + timedelta(seconds=seconds), finish)


def trade_form(trade: Trade) -> dict[str, str]:
    """A trade as a notification shows it."""
    form = {
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "trade_status": trade.status,
        "subject": trade.subject,
        "gmt_create": beijing_text(trade.created_at),
        "total_amount": yuan(trade.total_fen),
    }
    if trade.buyer_id:
        form |= {"buyer_id": trade.buyer_id, "buyer_logon_id": "138****0000"}
    if trade.paid_at:
        form |= {
            "gmt_payment": beijing_text(trade.paid_at),
            "receipt_amount": yuan(trade.total_fen),
            "buyer_pay_amount": yuan(trade.total_fen),
            "invoice_amount": yuan(trade.total_fen),
            "point_amount": "0.00",
            "fund_bill_list": (
                f'[{{"amount":"{yuan(trade.total_fen)}","fundChannel":"ALIPAYACCOUNT"}}]'
            ),
        }
    if trade.closed_at:
        form["gmt_close"] = beijing_text(trade.closed_at)
    return form
