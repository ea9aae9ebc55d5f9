"""The platform's own books: trades, refunds, payment codes and the merchant's balance.

Nothing here decides; `trades.py` and `refunds.py` hold the rules, the bills are written from these.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.payments.statement_text import beijing_text


@dataclass
class Trade:
    """One merchant order. A precreated one is no trade (has no number) until it is scanned."""

    out_trade_no: str
    method: str  # precreate, create, pay
    total_fen: int
    subject: str
    created_at: datetime
    expires_at: datetime
    digest: str
    notify_url: str | None
    buyer_id: str | None = None
    terminal_id: str = ""
    operator_id: str = ""
    store_id: str = ""
    qr_code: str = ""
    trade_no: str = ""
    status: str = "WAIT_BUYER_PAY"
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    fee_fen: int = 0

    @property
    def exists(self) -> bool:
        """Whether the platform knows it as a trade."""
        return bool(self.trade_no)


@dataclass
class Refund:
    """One refund. Its number is unique within its trade. A cancellation is none of these."""

    out_request_no: str
    out_trade_no: str
    refund_fen: int
    reason: str
    accepted_at: datetime
    fee_fen: int
    done_at: datetime | None = None


@dataclass
class PaymentCode:
    """付款码: what the patient shows; once, for sixty seconds."""

    auth_code: str
    buyer_id: str
    behaviour: str
    expires_at: datetime
    used: bool = False


@dataclass
class Books:
    """All records of one merchant, by the merchant's own numbers."""

    opening_balance_fen: int
    trades: dict[str, Trade] = field(default_factory=dict)
    refunds: dict[tuple[str, str], Refund] = field(default_factory=dict)
    codes: dict[str, PaymentCode] = field(default_factory=dict)
    moved_fen: int = 0  # top-ups and withdrawals by the control act

    @property
    def balance_fen(self) -> int:
        """The merchant's balance now: payments less fee, less what went back with its fee."""
        taken = sum(t.total_fen - t.fee_fen for t in self.trades.values() if t.paid_at)
        cancelled = sum(
            t.total_fen - t.fee_fen for t in self.trades.values() if t.paid_at and t.cancelled_at
        )
        refunded = sum(r.refund_fen - r.fee_fen for r in self.refunds.values())
        return self.opening_balance_fen + self.moved_fen + taken - cancelled - refunded

    def refunds_of(self, trade: Trade) -> list[Refund]:
        """All refunds of the trade, oldest first."""
        return [r for r in self.refunds.values() if r.out_trade_no == trade.out_trade_no]

    def refunded_fen(self, trade: Trade) -> int:
        """What went back: every refund, all of a cancelled payment."""
        if trade.cancelled_at and trade.paid_at:
            return trade.total_fen
        return sum(refund.refund_fen for refund in self.refunds_of(trade))

    def refund_by_number(self, out_request_no: str) -> Refund | None:
        """By its number alone, for control acts."""
        found = (r for r in self.refunds.values() if r.out_request_no == out_request_no)
        return next(found, None)

    def as_json(self) -> dict[str, Any]:
        """The books as the control API shows them, amounts in integer fen."""
        paid = [trade for trade in self.trades.values() if trade.paid_at]
        return {
            "trades": [self._trade_json(trade) for trade in self.trades.values()],
            "refunds": [
                {
                    "out_request_no": refund.out_request_no,
                    "out_trade_no": refund.out_trade_no,
                    "refund_fen": refund.refund_fen,
                    "accepted_at": beijing_text(refund.accepted_at),
                    "done_at": beijing_text(refund.done_at),
                }
                for refund in self.refunds.values()
            ],
            "totals": {
                "paid_count": len(paid),
                "paid_fen": sum(trade.total_fen for trade in paid),
                "refunded_fen": sum(self.refunded_fen(trade) for trade in paid),
            },
            "merchant_balance_fen": self.balance_fen,
        }

    def _trade_json(self, trade: Trade) -> dict[str, Any]:
        return {
            "out_trade_no": trade.out_trade_no,
            "trade_no": trade.trade_no,
            "method": trade.method,
            "trade_status": trade.status if trade.exists else None,
            "total_fen": trade.total_fen,
            "refunded_fen": self.refunded_fen(trade),
            "buyer_id": trade.buyer_id,
            "paid_at": beijing_text(trade.paid_at),
            "created_at": beijing_text(trade.created_at),
        }
