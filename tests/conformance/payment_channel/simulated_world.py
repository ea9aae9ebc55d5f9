"""What every world over one of our simulators shares: its process, clocks, faults, notifications.

A new channel writes the rest: its words for the suite's, and who does what in its control acts.
"""

import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, ClassVar, Protocol

from domain.money import Money
from domain.payments.payment import PaymentOrder, Product
from domain.reconciliation.business_day import BEIJING
from ports.exchanges import Exchange
from ports.payment_channels import PaymentChannel
from tests.conformance.payment_channel.clock_and_record import KeptExchanges, MovableClock
from tests.conformance.payment_channel.notice_board import NoticeBoard, notice_board
from tests.conformance.payment_channel.simulator_process import SimulatorProcess, simulator
from tests.conformance.payment_channel.world import (
    CodeBehaviour,
    Operation,
    Outside,
    Received,
    Trouble,
    World,
)

TROUBLES = {
    Trouble.LOST_REQUEST: "no_answer_before_effect",
    Trouble.LOST_ANSWER: "no_answer_after_effect",
    Trouble.HALF_ANSWER: "half_answer",
    Trouble.BAD_SIGNATURE: "bad_signature",
    Trouble.SYSTEM_ERROR: "system_error",
    Trouble.NOT_FOUND_FIRST: "not_found_first",
    Trouble.WRONG_AMOUNT: "wrong_amount",
    Trouble.STATEMENT_LATE: "statement_late",
    Trouble.STATEMENT_INCONSISTENT: "statement_wrong_total",
}


BEHAVIOURS = {
    CodeBehaviour.PAYS: "pays",
    CodeBehaviour.ASKS_PASSWORD: "asks_password",
    CodeBehaviour.NO_MONEY: "not_enough",
    CodeBehaviour.REFUSED: "refuses",
}


class Closeable(PaymentChannel, Protocol):
    """An adapter with connections of its own."""

    async def aclose(self) -> None: ...


class SimulatedOutside(Outside):
    """One simulator process, one place for its notifications, and the adapters aimed at them."""

    world: ClassVar[type["SimulatedWorld"]]
    channel: Closeable
    unreachable: Closeable

    def __init__(self, pay: SimulatorProcess, board: NoticeBoard) -> None:
        self.pay = pay
        self.board = board
        self.clock = MovableClock()
        self.kept = KeptExchanges()
        self.made: list[Closeable] = []

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Any]:
        world = self.world(self)
        await world.begin()
        yield world

    async def close(self) -> None:
        """Closes the adapters."""
        for channel in self.made:
            await channel.aclose()


class SimulatedWorld(World):
    """One test's world; the simulator was emptied before."""

    places: ClassVar[Mapping[Operation | tuple[Operation, Product], str]]
    forged_ways: ClassVar[Mapping[str, str]]
    refund_number: ClassVar[str]  # how the channel names the number of a refund
    patient: ClassVar[str]  # whom the channel knows inside its own pages

    def __init__(self, outside: SimulatedOutside) -> None:
        self.pay = outside.pay
        self.board = outside.board
        self.channel = outside.channel
        self.unreachable = outside.unreachable
        self._clock = outside.clock
        self._kept = outside.kept

    async def begin(self) -> None:
        """Empty books, and noon of tomorrow, so that no test runs across midnight."""
        await self.pay.act("reset", seed=1)
        self.board.clear()
        self._kept.all.clear()
        tomorrow = datetime.now(BEIJING).date() + timedelta(days=1)
        await self._set_clock(datetime.combine(tomorrow, time(12), tzinfo=BEIJING))

    @property
    def forgeries(self) -> Mapping[str, str]:
        return self.forged_ways

    @property
    def exchanges(self) -> list[Exchange]:
        return self._kept.all

    def now(self) -> datetime:
        return self._clock.now()

    async def advance(self, by: timedelta) -> None:
        await self._set_clock(self.now() + by)

    async def next_day(self) -> date:
        today = self.now().astimezone(BEIJING).date()
        ready = time(self.channel.capabilities.statement_ready_hour, 30)
        await self._set_clock(datetime.combine(today + timedelta(days=1), ready, tzinfo=BEIJING))
        return today

    def openid(self) -> str:
        return self.patient

    async def payment_code(self, behaviour: CodeBehaviour) -> str:
        answer = await self.pay.act("patient/payment-code", behaviour=BEHAVIOURS[behaviour])
        return str(answer["auth_code"])

    async def merchant_has(self, amount: Money) -> None:
        await self.pay.act("merchant/balance", fen=amount.fen)

    async def patient_pays(self, order: PaymentOrder) -> None:
        await self.pay.act("patient/pay", out_trade_no=order.key, outcome="pay")

    async def patient_could_pay(self, order: PaymentOrder) -> bool:
        return await self.pay.possible("patient/pay", out_trade_no=order.key, outcome="pay")

    async def patient_refuses(self, order: PaymentOrder) -> None:
        await self.pay.act("patient/pay", out_trade_no=order.key, outcome="refuse")

    async def patient_answers(self, order: PaymentOrder, *, pays: bool) -> None:
        outcome = "pay" if pays else "refuse"
        await self.pay.act("patient/enter-password", out_trade_no=order.key, outcome=outcome)

    async def trouble(
        self, operation: Operation, product: Product, trouble: Trouble, times: int = 1
    ) -> None:
        place = self.places.get(operation) or self.places[operation, product]
        await self.pay.act("faults", operation=place, kind=TROUBLES[trouble], times=times)

    async def troubles_left(self) -> list[str]:
        faults = (await self.pay.look("faults"))["faults"]
        return [
            f"{fault['kind']} at {fault['operation']}"
            for fault in faults
            if fault["fired"] < fault["times"]
        ]

    async def notification(self, key: str) -> Received:
        refunds = (await self.pay.look("books"))["refunds"]
        is_refund = any(refund[self.refund_number] == key for refund in refunds)
        number = {self.refund_number if is_refund else "out_trade_no": key}
        return await self._received("notifications/resend", **number)

    async def overstated_notification(self, order: PaymentOrder, by: Money) -> Received:
        how = "wrong_amount_right_signature"
        act = "notifications/forge"
        return await self._received(act, out_trade_no=order.key, how=how, fen=by.fen)

    async def forged_notification(self, order: PaymentOrder, way: str) -> Received:
        return await self._received("notifications/forge", out_trade_no=order.key, how=way)

    async def _received(self, act: str, **body: object) -> Received:
        """What the simulator sends because of the act."""
        self.board.clear()
        await self.pay.act(act, **body)
        return await self.board.take()

    async def _set_clock(self, moment: datetime) -> None:
        offset = int((moment - datetime.now(UTC)).total_seconds())
        answer: dict[str, Any] = await self.pay.act("clock", offset_seconds=offset)
        self._clock.offset = timedelta(seconds=answer["offset_seconds"])


@asynccontextmanager
async def running(
    name: str, configuration: Mapping[str, object], reply: str = ""
) -> AsyncIterator[tuple[SimulatorProcess, NoticeBoard]]:
    """The simulator and the place its notifications go to."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            simulator(name, dict(configuration), Path(folder)) as pay,
            notice_board(reply) as board,
        ):
            yield pay, board


def nowhere() -> str:
    """An address nobody listens on: bound once and given back."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
