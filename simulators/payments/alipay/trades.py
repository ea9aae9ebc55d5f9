"""Rules of trades: opening, scanning, paying, closing, payment codes, cancellation (§2.3)."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from simulators.agenda import Agenda
from simulators.clock import BEIJING
from simulators.payments.alipay import issued_numbers
from simulators.payments.alipay.books import Books, PaymentCode, Trade
from simulators.payments.alipay.configuration import Configuration
from simulators.payments.alipay.refusals import Refusal, business
from simulators.payments.statement_text import fee_of

CODE_LIFE = timedelta(seconds=60)
CANCELLATION_WINDOW = timedelta(days=1)
BEHAVIOURS = ("pays", "asks_password", "refuses", "not_enough")
_CODE_SHAPE = re.compile(r"(?:2[5-9]|30)[0-9]{14,22}")


class Trades:
    """Everything that happens to a trade until it is refunded."""

    def __init__(
        self,
        books: Books,
        configuration: Configuration,
        now: Callable[[], datetime],
        source: random.Random,
        agenda: Agenda,
        expired: Callable[[Trade], None],  # told when the deadline closed a trade
    ) -> None:
        self._books = books
        self._configuration = configuration
        self._now = now
        self._random = source
        self._agenda = agenda
        self._expired = expired

    def open(self, trade: Trade) -> Trade:
        """precreate or create. The same request again on an unpaid order is the same order."""
        if trade.expires_at <= self._now():
            raise business("NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "当前时间已超过允许支付的时间")
        known = self._books.trades.get(trade.out_trade_no)
        if known is not None:
            self._refuse_known(known)
            if known.digest != trade.digest:
                raise business("CONTEXT_INCONSISTENT", "交易信息被篡改")
            return known
        if trade.method == "precreate":
            trade.qr_code = issued_numbers.qr_code(self._random)
        else:
            self._begin(trade)
        return self._add(trade)

    def _add(self, trade: Trade) -> Trade:
        self._books.trades[trade.out_trade_no] = trade
        self._agenda.at(trade.expires_at, lambda: self._expire(trade))
        return trade

    def _begin(self, trade: Trade) -> None:
        beijing = self._now().astimezone(BEIJING)
        trade.trade_no = issued_numbers.trade_no(self._random, beijing)

    def _expire(self, trade: Trade) -> None:
        if trade.exists and trade.status == "WAIT_BUYER_PAY":
            self._close(trade)
            self._expired(trade)

    def _close(self, trade: Trade) -> None:
        trade.status = "TRADE_CLOSED"
        trade.closed_at = self._now().replace(microsecond=0)

    @staticmethod
    def _refuse_known(known: Trade) -> None:
        if known.paid_at:
            raise business("TRADE_HAS_SUCCESS", "交易已被支付")
        if known.status == "TRADE_CLOSED":
            raise business("TRADE_HAS_CLOSE", "交易已经关闭")

    def find(self, *, out_trade_no: str = "", trade_no: str = "") -> Trade:
        """By Alipay's number if given, else the merchant's; raises TRADE_NOT_EXIST."""
        if trade_no:
            trades = self._books.trades.values()
            trade = next((one for one in trades if one.trade_no == trade_no), None)
        else:
            trade = self._books.trades.get(out_trade_no)
        if trade is None or not trade.exists:
            raise business("TRADE_NOT_EXIST", "交易不存在")
        return trade

    def scan(self, trade: Trade, buyer_id: str | None) -> None:
        """The patient's phone opens the order; only now a precreated one becomes a trade."""
        self._refuse_known(trade)
        if trade.expires_at <= self._now():
            raise business("TRADE_HAS_CLOSE", "二维码已过期")
        trade.buyer_id = trade.buyer_id or buyer_id or self.some_buyer()
        if not trade.exists:
            self._begin(trade)

    def settle(self, trade: Trade) -> None:
        """The patient's money arrives; the fee is taken at once."""
        trade.status = "TRADE_SUCCESS"
        trade.paid_at = self._now().replace(microsecond=0)
        trade.fee_fen = fee_of(trade.total_fen, self._configuration.fee_rate)

    def some_buyer(self) -> str:
        """A known patient of the configuration, else an invented one."""
        known = sorted(self._configuration.known_buyers)
        return known[0] if known else issued_numbers.buyer_id(self._random)

    def show_code(self, buyer_id: str, behaviour: str) -> PaymentCode:
        """The patient opens the payment code."""
        code = PaymentCode(
            auth_code=issued_numbers.payment_code(self._random),
            buyer_id=buyer_id,
            behaviour=behaviour,
            expires_at=self._now() + CODE_LIFE,
        )
        self._books.codes[code.auth_code] = code
        return code

    def charge(self, trade: Trade, auth_code: str, *, ask_password: bool) -> Trade:
        """trade.pay with a bar code. 10003 and every refusal come as Refusal."""
        known = self._books.trades.get(trade.out_trade_no)
        if known is not None and known.exists:
            self._refuse_known(known)
            if known.total_fen != trade.total_fen:
                raise business("CONTEXT_INCONSISTENT", "交易信息被篡改")
            raise _paying(known)
        code = self._usable_code(auth_code)
        code.used = True
        behaviour = "asks_password" if ask_password else code.behaviour
        if behaviour == "not_enough":
            raise business("BUYER_BALANCE_NOT_ENOUGH", "买家余额不足")
        if behaviour == "refuses":
            raise business("PAYMENT_FAIL", "支付失败")
        made = self._add(replace(trade, buyer_id=code.buyer_id))
        self._begin(made)
        if behaviour == "asks_password":
            raise _paying(made)
        self.settle(made)
        return made

    def _usable_code(self, auth_code: str) -> PaymentCode:
        code = self._books.codes.get(auth_code)
        usable = code is not None and not code.used and code.expires_at > self._now()
        if code is None or not usable or not _CODE_SHAPE.fullmatch(auth_code):
            raise business("PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败")
        return code

    def close(self, trade: Trade) -> None:
        """交易关闭: only a waiting trade closes."""
        if trade.status != "WAIT_BUYER_PAY":
            raise business("TRADE_STATUS_ERROR", "交易状态不合法")
        self._close(trade)

    def cancel(self, trade: Trade) -> str:
        """交易撤销: a paid trade goes back whole, a waiting one closes; the action taken."""
        if trade.status == "TRADE_CLOSED":
            return "refund" if trade.cancelled_at and trade.paid_at else "close"
        if trade.created_at + CANCELLATION_WINDOW < self._now():
            raise business("TRADE_CANCEL_TIME_OUT", "超过撤销时间范围", retry_flag="N")
        if self._books.refunds_of(trade):
            raise business("REASON_TRADE_REFUND_FEE_ERR", "退款金额无效", retry_flag="N")
        if trade.paid_at and self._books.balance_fen < trade.total_fen:
            raise business("SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足", retry_flag="N")
        self._close(trade)
        trade.cancelled_at = trade.closed_at
        return "refund" if trade.paid_at else "close"


def _paying(trade: Trade) -> Refusal:
    numbers = {"out_trade_no": trade.out_trade_no, "trade_no": trade.trade_no}
    return Refusal("", "", code="10003", more=numbers)
