"""Rules of refunds: what may go back, from which balance, and how a repetition is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.payments.alipay.books import Books, Refund, Trade
from simulators.payments.alipay.configuration import Configuration
from simulators.payments.alipay.refusals import business
from simulators.payments.statement_text import fee_of

REFUND_WINDOW = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A refund request after its fields were checked."""

    trade: Trade
    out_request_no: str
    refund_fen: int
    reason: str


class Refunds:
    """Everything that happens to a refund."""

    def __init__(
        self, books: Books, configuration: Configuration, now: Callable[[], datetime]
    ) -> None:
        self._books = books
        self._configuration = configuration
        self._now = now

    def apply(self, request: RefundRequest, *, put_off: bool) -> tuple[Refund, bool]:
        """The refund and whether this call moved money; the same number repeats the first."""
        trade = request.trade
        known = self._books.refunds.get((trade.out_trade_no, request.out_request_no))
        if known is not None:
            if known.refund_fen != request.refund_fen:
                raise business("DISCORDANT_REPEAT_REQUEST", "请求信息不一致")
            return known, False
        self._refuse_impossible(request)
        refund = Refund(
            out_request_no=request.out_request_no,
            out_trade_no=trade.out_trade_no,
            refund_fen=request.refund_fen,
            reason=request.reason,
            accepted_at=self._now().replace(microsecond=0),
            fee_fen=self._returned_fee(trade, request.refund_fen),
        )
        self._books.refunds[trade.out_trade_no, refund.out_request_no] = refund
        if not put_off:
            self.finish(refund)
        return refund, not put_off

    def finish(self, refund: Refund) -> None:
        """The money arrives; a wholly refunded trade is closed."""
        refund.done_at = self._now().replace(microsecond=0)
        trade = self._books.trades[refund.out_trade_no]
        if self._books.refunded_fen(trade) == trade.total_fen:
            trade.status = "TRADE_CLOSED"
            trade.closed_at = refund.done_at

    def _refuse_impossible(self, request: RefundRequest) -> None:
        trade = request.trade
        if trade.paid_at is None or trade.cancelled_at:
            raise business("TRADE_STATUS_ERROR", "交易状态不合法")
        if trade.paid_at + REFUND_WINDOW < self._now():
            raise business("TRADE_HAS_FINISHED", "交易已完结")
        left = trade.total_fen - self._books.refunded_fen(trade)
        if request.refund_fen > left:
            raise business("REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限")
        if self._books.balance_fen < request.refund_fen:
            raise business("SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足")

    def _returned_fee(self, trade: Trade, refund_fen: int) -> int:
        """The fee that goes back; partial refunds together never return more than was taken."""
        earlier = self._books.refunds_of(trade)
        refunded = sum(refund.refund_fen for refund in earlier) + refund_fen
        returned = sum(refund.fee_fen for refund in earlier)
        return fee_of(refunded, self._configuration.fee_rate) - returned
