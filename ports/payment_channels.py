"""What a payment channel can do, as narrow protocols, and a table of its capabilities.

Promises every adapter keeps: only Refused, Unavailable and OutcomeUnknown come out; a system-error
code, a wrong signature, an unreadable answer are OutcomeUnknown; the same key twice never takes or
gives money twice; PAID is only said with amount and the channel's number; a notification is
returned only after its signature, age, merchant and application are verified. Three codes are the
same at every channel: `NOT_ENOUGH` (the merchant's balance is too small for a refund), `not_ready`
(a statement that does not exist yet), `signature_invalid` (an answer nobody can vouch for).
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.identifiers import AttemptKey
from domain.payments.payment import (
    PaymentNotice,
    PaymentOrder,
    PaymentView,
    Product,
    RefundNotice,
    RefundOrder,
    RefundView,
    StatementLine,
)


class Undo(StrEnum):
    """What can be done about an order whose outcome stays unknown."""

    AUTOMATIC = "automatic"  # close or reverse by our number
    WINDOW = "window"  # a person at a window
    CONVERT = "convert"  # the money becomes a deposit


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """能力表 of one channel."""

    channel: str
    products: frozenset[Product]
    partial_refund: bool
    refund_window: timedelta
    undo: Undo
    payment_code_lasts: timedelta  # after this an unanswered payment code is revoked
    statement_ready_hour: int  # Beijing hour of the next day
    notice_algorithm: str = ""  # how its notifications are signed, for the record of exchanges
    notice_reply: str = ""  # the body that ends the repetitions of one; empty: any 2xx will do


@dataclass(frozen=True, slots=True)
class CodeShown:
    """The order stands; the patient scans this."""

    code_url: str


@dataclass(frozen=True, slots=True)
class InAppPayment:
    """The order stands; these are the parameters the page passes to the wallet."""

    parameters: dict[str, str]


@runtime_checkable
class PaymentChannel(Protocol):
    """What every channel can: say what it can, answer for an order, end it, give money back."""

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What this channel can do."""

    @abstractmethod
    async def query(self, key: AttemptKey, product: Product) -> PaymentView:
        """What became of the order of that number. Has no effect."""

    @abstractmethod
    async def close(self, key: AttemptKey, product: Product) -> PaymentView:
        """Ends an order so that nobody can pay it any more, and says how it then stands.

        A payment-code order that was paid is given back by this (撤销); the view says RETURNED.
        A paid order of another product is left paid; the view says PAID.
        """

    @abstractmethod
    async def refund(self, order: RefundOrder) -> RefundView:
        """Gives money back. The same key repeats the same refund, never a second one."""

    @abstractmethod
    async def query_refund(self, key: AttemptKey, payment_key: AttemptKey) -> RefundView:
        """What became of that refund. Has no effect."""

    @abstractmethod
    async def statement(self, day: date) -> tuple[StatementLine, ...]:
        """The channel's statement of a Beijing day; Refused(code="not_ready") until it exists."""

    @abstractmethod
    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice | RefundNotice:
        """The verified content of a notification; NoticeForged otherwise. Headers in lower case."""


@runtime_checkable
class PresentsCode(Protocol):
    """主扫: we show a code, the patient scans it."""

    @abstractmethod
    async def present_code(self, order: PaymentOrder) -> CodeShown:
        """Opens an order and returns its code. The same order twice is one order."""


@runtime_checkable
class PaysInApp(Protocol):
    """公众号支付: the patient pays inside the wallet's own page."""

    @abstractmethod
    async def open_in_app(self, order: PaymentOrder) -> InAppPayment:
        """Opens an order and returns what the page needs. The same order twice is one order."""


@runtime_checkable
class ChargesCode(Protocol):
    """被扫: the patient shows a code, we scan it."""

    @abstractmethod
    async def charge_code(self, order: PaymentOrder) -> PaymentView:
        """Charges the scanned code: PAID, or PAYING while the patient types his password."""


class NoticeForged(Exception):
    """A notification that is not what it claims; `reason` says which check failed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
