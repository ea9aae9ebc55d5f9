"""What the suite needs of a channel's outside: patients, faults, the channel's books, its clock.

To run the suite on another adapter, write a `World` over its simulator or sandbox and a function
that opens its `Outside`; name it in MEDSETTLE_PAYMENT_CHANNEL_WORLD as `package.module:function`.
"""

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from domain.money import Money
from domain.payments.payment import PaymentOrder, PaymentState, Product, RefundOrder, RefundState
from ports.exchanges import Exchange
from ports.payment_channels import PaymentChannel


class Operation(StrEnum):
    """The calls a channel makes, as the port names them."""

    OPEN = "open"  # present_code, open_in_app
    CHARGE = "charge"
    QUERY = "query"
    CLOSE = "close"
    REFUND = "refund"
    QUERY_REFUND = "query_refund"
    STATEMENT = "statement"


class Trouble(StrEnum):
    """What can befall one call."""

    LOST_REQUEST = "lost_request"  # it never happened, and no answer came
    LOST_ANSWER = "lost_answer"  # it happened, and no answer came
    HALF_ANSWER = "half_answer"  # it happened, and the answer broke off
    BAD_SIGNATURE = "bad_signature"  # it happened, and the answer's signature is wrong
    SYSTEM_ERROR = "system_error"  # they say something went wrong on their side
    NOT_FOUND_FIRST = "not_found_first"  # a query does not see the order yet
    WRONG_AMOUNT = "wrong_amount"  # a well-signed query answer with another amount
    STATEMENT_LATE = "statement_late"
    STATEMENT_INCONSISTENT = "statement_inconsistent"  # its totals do not fit its lines


class CodeBehaviour(StrEnum):
    """What happens when the patient's payment code is charged."""

    PAYS = "pays"
    ASKS_PASSWORD = "asks_password"
    NO_MONEY = "no_money"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Received:
    """A notification as it arrived."""

    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """A payment in the channel's own books."""

    key: str
    their_number: str
    amount: Money


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A refund in the channel's own books, whatever became of it."""

    key: str
    payment_key: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ChannelBooks:
    """What the channel itself believes."""

    payments: tuple[Taken, ...]
    refunds: tuple[GivenBack, ...]
    returned: Money  # everything given back, by refunds and reversals


class World(Protocol):
    """One channel under test and everything around it. Begins empty for each test."""

    channel: PaymentChannel
    unreachable: PaymentChannel  # the same adapter, aimed where nobody listens

    @property
    @abstractmethod
    def forgeries(self) -> Mapping[str, str]:
        """Ways to forge a payment notification -> words the refusal's reason must contain."""

    @property
    @abstractmethod
    def unscanned(self) -> PaymentState:
        """What a query says of an order whose code nobody has scanned: NOT_PAID or NOT_FOUND."""

    @property
    @abstractmethod
    def refund_ends_as(self) -> frozenset[RefundState]:
        """How refunds may end here: a channel without ABNORMAL or CLOSED leaves those out."""

    @property
    @abstractmethod
    def exchanges(self) -> list[Exchange]:
        """Every call the adapter recorded, oldest first."""

    @abstractmethod
    def now(self) -> datetime:
        """The business instant both sides agree on."""

    @abstractmethod
    async def advance(self, by: timedelta) -> None:
        """Moves both sides' clocks."""

    @abstractmethod
    async def next_day(self) -> date:
        """Moves both clocks to when today's statement is ready; returns that day (Beijing)."""

    @abstractmethod
    async def past_every_delay(self) -> None:
        """Moves both clocks on from `next_day` until no statement of that day is still awaited."""

    @abstractmethod
    def openid(self) -> str:
        """A patient whom the channel knows inside its own pages."""

    @abstractmethod
    async def patient_looks(self, order: PaymentOrder) -> None:
        """The patient has the opened order before him and has not decided."""

    @abstractmethod
    async def patient_pays(self, order: PaymentOrder) -> None:
        """The patient pays the opened order."""

    @abstractmethod
    async def patient_could_pay(self, order: PaymentOrder) -> bool:
        """The patient tries to pay; whether the channel let him."""

    @abstractmethod
    async def patient_refuses(self, order: PaymentOrder) -> None:
        """The patient looks at the opened order and does not pay it."""

    @abstractmethod
    async def payment_code(self, behaviour: CodeBehaviour) -> str:
        """The patient shows a fresh payment code."""

    @abstractmethod
    async def patient_answers(self, order: PaymentOrder, *, pays: bool) -> None:
        """The patient who was asked for the password types it, or does not."""

    @abstractmethod
    async def merchant_has(self, amount: Money) -> None:
        """What is left on the merchant's account to refund from."""

    @abstractmethod
    async def refund_ends(self, refund: RefundOrder, state: RefundState) -> None:
        """A refund under way ends in one of `refund_ends_as`; DONE may have come by itself."""

    @abstractmethod
    async def trouble(
        self, operation: Operation, product: Product, trouble: Trouble, times: int = 1
    ) -> None:
        """The next calls of that operation go wrong."""

    @abstractmethod
    async def troubles_left(self) -> list[str]:
        """Troubles that were asked for and never came: then the test proved nothing."""

    @abstractmethod
    async def notification(self, key: str) -> Received:
        """The genuine notification about the payment or refund of that number."""

    @abstractmethod
    async def forged_notification(self, order: PaymentOrder, way: str) -> Received:
        """A notification claiming that the opened order is paid, forged in that way."""

    @abstractmethod
    async def overstated_notification(self, order: PaymentOrder, by: Money) -> Received:
        """A well-signed notification with another amount than the order's."""

    @abstractmethod
    def transplanted(self, content: Received, signature: Received) -> Received:
        """The first notification with the signature of the second."""

    @abstractmethod
    async def books(self) -> ChannelBooks:
        """The channel's own books."""


class OpensOutside(Protocol):
    """Opens the outside once; each `begin` gives a fresh, empty World in it."""

    def __call__(self) -> AbstractAsyncContextManager["Outside"]:
        """Starts what must run (a simulator process) and stops it at the end."""


class Outside(Protocol):
    """A running outside."""

    def begin(self) -> AbstractAsyncContextManager[World]:
        """An empty World for one test."""
