"""Rules of refunds: what may go back, from which balance, and how a refund ends."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.clock import BEIJING
from simulators.payments.statement_text import fee_of
from simulators.payments.wechat_pay import issued_numbers
from simulators.payments.wechat_pay.books import Books, Movement, Order, Refund
from simulators.payments.wechat_pay.configuration import Configuration
from simulators.payments.wechat_pay.refusals import Refusal

MOST_PARTIAL_REFUNDS = 50
REFUND_WINDOW = timedelta(days=365)
FINAL_STATES = ("SUCCESS", "ABNORMAL", "CLOSED")


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A refund request after its fields were checked, v2 or v3."""

    order: Order
    out_refund_no: str
    refund_fen: int
    total_fen: int
    reason: str
    notify_url: str | None


class Refunds:
    """Everything that happens to a refund."""

    def __init__(
        self,
        books: Books,
        configuration: Configuration,
        now: Callable[[], datetime],
        source: random.Random,
    ) -> None:
        self._books = books
        self._configuration = configuration
        self._now = now
        self._random = source

    def apply(self, request: RefundRequest) -> tuple[Refund, bool]:
        """The refund and whether it is new; the same number again repeats the first."""
        known = self._books.refunds.get(request.out_refund_no)
        if known is not None:
            self._refuse_other_content(known, request)
            return known, False
        self._refuse_impossible(request)
        if self._books.balance_fen < request.refund_fen:
            raise Refusal("NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")
        refund = Refund(
            out_refund_no=request.out_refund_no,
            refund_id=issued_numbers.refund_id(self._random, self._beijing()),
            out_trade_no=request.order.out_trade_no,
            transaction_id=request.order.transaction_id or "",
            refund_fen=request.refund_fen,
            reason=request.reason,
            notify_url=request.notify_url,
            created_at=self._now().replace(microsecond=0),
            fee_fen=self._returned_fee(request.order, request.refund_fen),
        )
        self._books.refunds[refund.out_refund_no] = refund
        request.order.trade_state = "REFUND"
        self._move(refund, "退款", -refund.refund_fen)
        self._move(refund, "退还交易手续费", refund.fee_fen)
        return refund, True

    def _refuse_other_content(self, known: Refund, request: RefundRequest) -> None:
        same = (
            known.out_trade_no == request.order.out_trade_no
            and known.refund_fen == request.refund_fen
            and request.order.total_fen == request.total_fen
        )
        if not same:
            raise Refusal("INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")

    def _refuse_impossible(self, request: RefundRequest) -> None:
        order = request.order
        if order.success_time is None:
            raise Refusal("INVALID_REQUEST", "订单未支付")
        if order.trade_state == "REVOKED":
            raise Refusal("INVALID_REQUEST", "订单已撤销")
        if request.total_fen != order.total_fen:
            raise Refusal("INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
        if order.success_time + REFUND_WINDOW < self._now():
            raise Refusal("INVALID_REQUEST", "订单已经超过退款期限")
        left = order.total_fen - self._books.refunded_fen(order)
        if left == 0:
            raise Refusal("INVALID_REQUEST", "订单已全额退款")
        if request.refund_fen > left:
            raise Refusal("INVALID_REQUEST", "申请退款金额超过订单可退金额")
        if len(self._books.refunds_of(order)) >= MOST_PARTIAL_REFUNDS:
            raise Refusal("INVALID_REQUEST", "订单部分退款次数超过50次")

    def _returned_fee(self, order: Order, refund_fen: int) -> int:
        """The fee that goes back; partial refunds together never return more than was taken."""
        alive = [r for r in self._books.refunds_of(order) if r.status != "CLOSED"]
        refunded = sum(r.refund_fen for r in alive) + refund_fen
        returned = sum(r.fee_fen for r in alive)
        return fee_of(refunded, self._configuration.fee_rate) - returned

    def find(self, out_refund_no: str) -> Refund:
        """By the merchant's number; raises RESOURCE_NOT_EXISTS."""
        refund = self._books.refunds.get(out_refund_no)
        if refund is None:
            raise Refusal("RESOURCE_NOT_EXISTS", "退款单不存在")
        return refund

    def finish(self, refund: Refund, status: str) -> bool:
        """Ends a PROCESSING refund; False when it had ended before."""
        if refund.status != "PROCESSING":
            return False
        refund.status = status
        refund.finished_at = self._now().replace(microsecond=0)
        if status == "CLOSED":
            self._move(refund, "退款关闭", refund.refund_fen)
            self._move(refund, "扣除交易手续费", -refund.fee_fen)
        return True

    def apply_abnormal(self, refund: Refund, way: str) -> None:
        """异常退款: an ABNORMAL refund goes another way and is PROCESSING again."""
        if refund.status != "ABNORMAL":
            raise Refusal("INVALID_REQUEST", "退款单状态不是退款异常")
        refund.status = "PROCESSING"
        refund.finished_at = None
        refund.channel = "OTHER_BANKCARD" if way == "USER_BANK_CARD" else "ORIGINAL"
        refund.user_received_account = (
            "用户银行卡" if way == "USER_BANK_CARD" else "商户结算银行账户"
        )

    def _move(self, refund: Refund, kind: str, fen: int) -> None:
        if fen == 0:
            return
        self._books.movements.append(
            Movement(
                at=self._now(),
                business_number=refund.refund_id,
                flow_number=issued_numbers.flow_number(
                    self._random, self._configuration.mchid, self._beijing()
                ),
                business="退款",
                kind=kind,
                fen=fen,
                applicant=f"{self._configuration.mchid}API",
                remark=refund.reason,
                voucher=refund.out_refund_no,
            )
        )

    def _beijing(self) -> datetime:
        return self._now().astimezone(BEIJING)
