"""Rules of orders: placing, paying, closing, payment codes, reversal."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.agenda import Agenda
from simulators.clock import BEIJING
from simulators.payments.statement_text import fee_of
from simulators.payments.wechat_pay import issued_numbers
from simulators.payments.wechat_pay.books import Books, Movement, Order, PaymentCode
from simulators.payments.wechat_pay.configuration import Configuration
from simulators.payments.wechat_pay.refusals import Refusal

LINK_LIFE = timedelta(hours=2)
UNPAID_LIFE = timedelta(days=7)
CODE_LIFE = timedelta(seconds=60)
REVERSAL_WINDOW = timedelta(days=7)
BEHAVIOURS = ("pays", "asks_password", "refuses", "not_enough")
_CODE_SHAPE = re.compile(r"1[0-5]\d{16}")


@dataclass(frozen=True, slots=True)
class CodePayment:
    """A micropay request after its fields were checked."""

    out_trade_no: str
    total_fen: int
    auth_code: str
    description: str
    attach: str
    device_info: str


class Orders:
    """Everything that happens to an order until it is refunded."""

    def __init__(
        self,
        books: Books,
        configuration: Configuration,
        now: Callable[[], datetime],
        source: random.Random,
        agenda: Agenda,
    ) -> None:
        self._books = books
        self._configuration = configuration
        self._now = now
        self._random = source
        self._agenda = agenda

    def place(self, order: Order) -> Order:
        """Native or JSAPI. The same request again on an unpaid order is the same order again."""
        known = self._books.orders.get(order.out_trade_no)
        if known is None:
            self._books.orders[order.out_trade_no] = order
            self._agenda.at(order.created_at + UNPAID_LIFE, lambda: self._expire(order))
            known = order
        elif known.success_time:
            raise Refusal("ORDERPAID", "该订单已支付")
        elif known.trade_state != "NOTPAY":
            raise Refusal("ORDER_CLOSED", "该订单已关闭")
        elif known.request_digest != order.request_digest:
            raise Refusal("INVALID_REQUEST", "201 商户订单号重复")
        if known.link_expires_at is None or known.link_expires_at <= self._now():
            known.link = self._new_link(known.trade_type)
            known.link_expires_at = self._now() + LINK_LIFE
        return known

    def _new_link(self, trade_type: str) -> str:
        if trade_type == "NATIVE":
            return issued_numbers.code_url(self._random)
        return issued_numbers.prepay_id(self._random, self._beijing())

    def _expire(self, order: Order) -> None:
        if order.trade_state == "NOTPAY":
            self._close(order)

    def close(self, out_trade_no: str) -> None:
        """关闭订单: only an unpaid order closes."""
        order = self.find(out_trade_no=out_trade_no)
        if order.trade_type == "MICROPAY":
            raise Refusal("INVALID_REQUEST", "付款码支付订单请调用撤销订单")
        if order.success_time:
            raise Refusal("ORDERPAID", "该订单已支付")
        if order.trade_state == "CLOSED":
            raise Refusal("ORDER_CLOSED", "该订单已关闭")
        self._close(order)

    def _close(self, order: Order) -> None:
        order.trade_state = "CLOSED"
        order.closed_at = self._now()

    def find(self, *, out_trade_no: str = "", transaction_id: str = "") -> Order:
        """By WeChat's number if given, else the merchant's; raises ORDER_NOT_EXIST."""
        if transaction_id:
            order = self._books.order_by_transaction(transaction_id)
        else:
            order = self._books.orders.get(out_trade_no)
        if order is None:
            raise Refusal("ORDER_NOT_EXIST", "订单不存在")
        return order

    def payable(self, order: Order) -> None:
        """Whether the patient's phone would let the patient pay now; raises Refusal if not."""
        if order.success_time:
            raise Refusal("ORDERPAID", "该订单已支付")
        if order.trade_state != "NOTPAY":
            raise Refusal("ORDER_CLOSED", "该订单已关闭")
        deadlines = (order.time_expire, order.link_expires_at)
        if any(deadline is not None and deadline <= self._now() for deadline in deadlines):
            raise Refusal("ORDER_CLOSED", "订单已过期")

    def pay(self, order: Order, openid: str | None, bank_type: str) -> None:
        """The patient's money arrives; the fee is taken at once."""
        order.openid = order.openid or openid or self.some_openid()
        order.trade_state = "SUCCESS"
        order.success_time = self._now().replace(microsecond=0)
        order.transaction_id = issued_numbers.transaction_id(self._random, self._beijing())
        order.bank_type = bank_type
        order.fee_fen = fee_of(order.total_fen, self._configuration.fee_rate)
        self._move(order, "交易", "交易", order.total_fen)
        self._move(order, "交易", "扣除交易手续费", -order.fee_fen)

    def some_openid(self) -> str:
        """A known patient of the configuration, else an invented one."""
        known = sorted(self._configuration.known_openids)
        return known[0] if known else issued_numbers.openid(self._random)

    def _move(self, order: Order, business: str, kind: str, fen: int) -> None:
        if fen == 0:
            return
        self._books.movements.append(
            Movement(
                at=self._now(),
                business_number=order.transaction_id or "",
                flow_number=issued_numbers.flow_number(
                    self._random, self._configuration.mchid, self._beijing()
                ),
                business=business,
                kind=kind,
                fen=fen,
                applicant="system",
                remark="",
                voucher=order.out_trade_no,
            )
        )

    def show_code(self, openid: str, behaviour: str, password_seconds: int) -> PaymentCode:
        """The patient opens the payment code."""
        code = PaymentCode(
            auth_code=issued_numbers.payment_code(self._random),
            openid=openid,
            behaviour=behaviour,
            password_seconds=password_seconds,
            expires_at=self._now() + CODE_LIFE,
        )
        self._books.codes[code.auth_code] = code
        return code

    def micropay(self, request: CodePayment, *, ask_password: int | None = None) -> Order:
        """付款码支付. `ask_password` (seconds) makes any code ask; raises Refusal when not paid."""
        self._refuse_known_number(request.out_trade_no)
        code = self._usable_code(request.auth_code)
        code.used = True
        order = Order(
            out_trade_no=request.out_trade_no,
            trade_type="MICROPAY",
            appid=self._configuration.appid,
            description=request.description,
            attach=request.attach,
            device_info=request.device_info,
            total_fen=request.total_fen,
            created_at=self._now(),
            openid=code.openid,
        )
        self._books.orders[order.out_trade_no] = order
        behaviour = code.behaviour if ask_password is None else "asks_password"
        self._let_patient_decide(order, behaviour, ask_password or code.password_seconds)
        return order

    def _let_patient_decide(self, order: Order, behaviour: str, seconds: int) -> None:
        if behaviour == "pays":
            self.pay(order, order.openid, "OTHERS")
        elif behaviour == "asks_password":
            order.trade_state = "USERPAYING"
            due = self._now() + timedelta(seconds=seconds)
            self._agenda.at(due, lambda: self._give_up(order))
            raise Refusal("USERPAYING", "需要用户输入支付密码", status=200)
        elif behaviour == "not_enough":
            order.trade_state = "PAYERROR"
            raise Refusal("NOT_ENOUGH", "余额不足")
        else:
            order.trade_state = "PAYERROR"
            raise Refusal("TRADE_ERROR", "用户没有输入支付密码")

    def _refuse_known_number(self, out_trade_no: str) -> None:
        known = self._books.orders.get(out_trade_no)
        if known is None:
            return
        if known.trade_state == "REVOKED":
            raise Refusal("ORDERREVERSED", "该订单已撤销", status=400)
        if known.success_time:
            raise Refusal("ORDERPAID", "该订单已支付")
        if known.trade_state == "USERPAYING":
            raise Refusal("USERPAYING", "需要用户输入支付密码", status=200)
        raise Refusal("INVALID_REQUEST", "201 商户订单号重复")

    def _usable_code(self, auth_code: str) -> PaymentCode:
        if not _CODE_SHAPE.fullmatch(auth_code):
            raise _bad_code("请扫描微信支付授权码(以10/11/12/13/14/15为前缀的18位数字)")
        code = self._books.codes.get(auth_code)
        if code is None or code.expires_at <= self._now():
            raise _bad_code("101 付款码已过期，请退出重试")
        if code.used:
            raise _bad_code("101 每个二维码仅限使用一次，请刷新再试")
        return code

    def enter_password(self, order: Order, *, pays: bool) -> None:
        """The patient answers a USERPAYING order; raises Refusal when nothing is asked."""
        if order.trade_state != "USERPAYING":
            raise Refusal("INVALID_REQUEST", f"订单状态为{order.trade_state}")
        if pays:
            self.pay(order, order.openid, "OTHERS")
        else:
            self._give_up(order)

    def _give_up(self, order: Order) -> None:
        if order.trade_state == "USERPAYING":
            order.trade_state = "PAYERROR"

    def reverse(self, order: Order) -> None:
        """撤销订单: a paid one goes back whole, any other can no longer be paid."""
        if order.trade_state == "REVOKED":
            return
        if order.trade_type != "MICROPAY":
            raise Refusal("TRADE_ERROR", "仅付款码支付订单可撤销")
        if order.created_at + REVERSAL_WINDOW < self._now():
            raise Refusal("REVERSE_EXPIRE", "订单无法撤销", status=400)
        if self._books.refunds_of(order):
            raise Refusal("TRADE_ERROR", "订单已转入退款")
        order.trade_state = "REVOKED"
        order.reversed_at = self._now()
        if order.success_time:
            self._move(order, "退款", "退款", -order.total_fen)
            self._move(order, "退款", "退还交易手续费", order.fee_fen)

    def _beijing(self) -> datetime:
        return self._now().astimezone(BEIJING)


def _bad_code(message: str) -> Refusal:
    return Refusal("AUTH_CODE_INVALID", message, status=400)
