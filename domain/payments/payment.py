"""An order at a payment channel and what the channel says became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.identifiers import AttemptKey
from domain.money import ZERO, Money


class Product(StrEnum):
    """How the patient meets the channel."""

    NATIVE = "native"  # 主扫: we show a code, the patient scans it (MPM)
    IN_APP = "in_app"  # 公众号/小程序内支付 (JSAPI)
    PAYMENT_CODE = "payment_code"  # 被扫: we scan the patient's code (CPM)
    CASH = "cash"  # 现金, at a window


class PaymentState(StrEnum):
    """What the channel says of an order, in words common to all channels."""

    NOT_FOUND = "not_found"  # it knows no such number (yet)
    NOT_PAID = "not_paid"
    PAYING = "paying"  # the patient is typing his password
    PAID = "paid"
    FAILED = "failed"  # the patient refused or could not; must still be closed or revoked
    CLOSED = "closed"  # nobody can pay it any more
    RETURNED = "returned"  # paid and wholly given back or revoked


class RefundState(StrEnum):
    """What the channel says of a refund."""

    NOT_FOUND = "not_found"
    PROCESSING = "processing"
    DONE = "done"
    ABNORMAL = "abnormal"  # 退款异常: the money could not be given back that way
    CLOSED = "closed"  # refund closed, money still with the merchant


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """What a channel is asked to collect."""

    key: AttemptKey
    amount: Money
    subject: str  # what the patient reads: 住院预交金
    expires_at: datetime
    openid: str = ""  # IN_APP
    auth_code: str = field(default="", repr=False)  # PAYMENT_CODE; single use, never stored
    terminal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """The channel's word on an order."""

    state: PaymentState
    amount: Money = ZERO
    their_number: str = ""
    paid_at: datetime | None = None
    payer: str = ""
    text: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """What a channel is asked to give back, of a payment it took."""

    key: AttemptKey
    payment_key: AttemptKey
    amount: Money
    payment_amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundView:
    """The channel's word on a refund."""

    state: RefundState
    amount: Money = ZERO
    their_number: str = ""
    done_at: datetime | None = None
    text: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNotice:
    """A verified notification that an order is paid, compared with nothing yet."""

    key: AttemptKey
    view: PaymentView


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundNotice:
    """A verified notification about a refund."""

    key: AttemptKey
    view: RefundView


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One line of a channel's statement: money taken (positive) or given back (negative)."""

    key: str  # our number: of the payment, or of the refund on a refund line
    their_number: str
    amount: Money
    at: datetime
    refund: bool
