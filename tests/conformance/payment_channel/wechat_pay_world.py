"""The suite's world over the WeChat Pay simulator."""

import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

from cryptography import x509

from adapters.payments.wechat_pay.adapter import WechatPay
from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from adapters.payments.wechat_pay.v2 import SignType
from domain.money import Money
from domain.payments.payment import PaymentOrder, Product, RefundOrder, RefundState
from ports.exchanges import Exchange
from tests.adapters.payments.wechat_pay.parties import certificate_pem, parties
from tests.conformance.payment_channel.clock_and_record import KeptExchanges, MovableClock
from tests.conformance.payment_channel.notice_board import NoticeBoard, notice_board
from tests.conformance.payment_channel.simulator_process import SimulatorProcess, simulator
from tests.conformance.payment_channel.world import (
    ChannelBooks,
    CodeBehaviour,
    GivenBack,
    Operation,
    Received,
    Taken,
    Trouble,
    World,
)

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
OPENID = "oMadeUpPatient000000000000001"

OPERATIONS = {
    (Operation.OPEN, Product.NATIVE): "native",
    (Operation.OPEN, Product.IN_APP): "jsapi",
    (Operation.CHARGE, Product.PAYMENT_CODE): "micropay",
    (Operation.QUERY, Product.NATIVE): "query",
    (Operation.QUERY, Product.IN_APP): "query",
    (Operation.QUERY, Product.PAYMENT_CODE): "orderquery_v2",
    (Operation.CLOSE, Product.NATIVE): "close",
    (Operation.CLOSE, Product.IN_APP): "close",
    (Operation.CLOSE, Product.PAYMENT_CODE): "reverse",
}
OPERATIONS_OF_ALL = {
    Operation.REFUND: "refund",
    Operation.QUERY_REFUND: "refund_query",
    Operation.STATEMENT: "tradebill",
}
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
REFUND_ENDS = {
    RefundState.DONE: "SUCCESS",
    RefundState.ABNORMAL: "ABNORMAL",
    RefundState.CLOSED: "CLOSED",
}
FORGERIES = {
    "bad_signature": "does not verify",
    "other_key": "does not verify",
    "signtest": "does not verify",
    "unsigned": "missing",
    "old_timestamp": "300 s off",
    "wrong_appid": "appid",
    "wrong_mchid": "mchid",
}


class WechatPayWorld(World):
    """One test's world; the simulator was emptied before."""

    def __init__(self, outside: "WechatPayOutside") -> None:
        self._pay = outside.pay
        self._board = outside.board
        self._clock = outside.clock
        self._kept = outside.kept
        self.channel = outside.channel
        self.unreachable = outside.unreachable

    async def begin(self) -> None:
        """Empty books, and noon of tomorrow, so that no test runs across midnight."""
        self._board.clear()
        self._kept.all.clear()
        await self._pay.act("reset", seed=1)
        tomorrow = datetime.now(BEIJING).date() + timedelta(days=1)
        await self._set_clock(datetime.combine(tomorrow, time(12), tzinfo=BEIJING))

    @property
    def forgeries(self) -> Mapping[str, str]:
        return FORGERIES

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
        return OPENID

    async def patient_pays(self, order: PaymentOrder) -> None:
        await self._pay.act("patient/pay", out_trade_no=order.key, outcome="pay")

    async def patient_refuses(self, order: PaymentOrder) -> None:
        await self._pay.act("patient/pay", out_trade_no=order.key, outcome="refuse")

    async def payment_code(self, behaviour: CodeBehaviour) -> str:
        answer = await self._pay.act("patient/payment-code", behaviour=BEHAVIOURS[behaviour])
        return str(answer["auth_code"])

    async def patient_answers(self, order: PaymentOrder, *, pays: bool) -> None:
        outcome = "pay" if pays else "refuse"
        await self._pay.act("patient/enter-password", out_trade_no=order.key, outcome=outcome)

    async def merchant_has(self, amount: Money) -> None:
        await self._pay.act("merchant/balance", fen=amount.fen)

    async def refund_ends(self, refund: RefundOrder, state: RefundState) -> None:
        status = REFUND_ENDS[state]
        await self._pay.act("refunds/finish", out_refund_no=refund.key, status=status)

    async def trouble(
        self, operation: Operation, product: Product, trouble: Trouble, times: int = 1
    ) -> None:
        place = OPERATIONS_OF_ALL.get(operation) or OPERATIONS[operation, product]
        await self._pay.act("faults", operation=place, kind=TROUBLES[trouble], times=times)

    async def troubles_left(self) -> list[str]:
        faults = (await self._pay.look("faults"))["faults"]
        return [
            f"{fault['kind']} at {fault['operation']}"
            for fault in faults
            if fault["fired"] < fault["times"]
        ]

    async def notification(self, key: str) -> Received:
        self._board.clear()
        refunds = (await self._pay.look("books"))["refunds"]
        is_refund = any(refund["out_refund_no"] == key for refund in refunds)
        number = {"out_refund_no" if is_refund else "out_trade_no": key}
        await self._pay.act("notifications/resend", **number)
        return await self._board.take()

    async def forged_notification(self, order: PaymentOrder, way: str) -> Received:
        return await self._forged(out_trade_no=order.key, how=way)

    async def overstated_notification(self, order: PaymentOrder, by: Money) -> Received:
        how = "wrong_amount_right_signature"
        return await self._forged(out_trade_no=order.key, how=how, fen=by.fen)

    async def books(self) -> ChannelBooks:
        books = await self._pay.look("books")
        return ChannelBooks(
            payments=tuple(
                Taken(order["out_trade_no"], order["transaction_id"], Money(order["total_fen"]))
                for order in books["orders"]
                if order["success_time"]
            ),
            refunds=tuple(
                GivenBack(
                    refund["out_refund_no"], refund["out_trade_no"], Money(refund["refund_fen"])
                )
                for refund in books["refunds"]
            ),
            returned=Money(books["totals"]["refunded_fen"]),
        )

    async def _forged(self, **body: object) -> Received:
        self._board.clear()
        await self._pay.act("notifications/forge", **body)
        return await self._board.take()

    async def _set_clock(self, moment: datetime) -> None:
        offset = int((moment - datetime.now(UTC)).total_seconds())
        answer: dict[str, Any] = await self._pay.act("clock", offset_seconds=offset)
        self._clock.offset = timedelta(seconds=answer["offset_seconds"])


class WechatPayOutside:
    """One simulator process, one place for its notifications, and the adapters aimed at them."""

    def __init__(self, pay: SimulatorProcess, board: NoticeBoard) -> None:
        self.pay = pay
        self.board = board
        self.clock = MovableClock()
        self.kept = KeptExchanges()
        self._made: list[WechatPay] = []
        self.channel = self.adapter()
        nowhere = f"127.0.0.1:{_free_port()}"
        self.unreachable = self.adapter(base_url=f"http://{nowhere}", secure=nowhere)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[WechatPayWorld]:
        world = WechatPayWorld(self)
        await world.begin()
        yield world

    async def close(self) -> None:
        for channel in self._made:
            await channel.aclose()

    def adapter(
        self,
        *,
        credentials: WechatPayCredentials | None = None,
        base_url: str = "",
        secure: str = "",
        v2_sign_type: SignType = SignType.HMAC_SHA256,
        server: x509.Certificate | None = None,
    ) -> WechatPay:
        """An adapter aimed at the simulator, or wrong in one way."""
        channel = WechatPay(
            credentials or parties().credentials(),
            base_url or f"http://{self.pay.wire}",
            f"https://{secure or self.pay.ready['secure']}",
            self.board.url,
            self.kept,
            self.clock,
            v2_sign_type=v2_sign_type,
            trusted_ca=certificate_pem(server or parties().server_certificate),
            reversal_pause_seconds=0.0,
            timeout_seconds=5.0,
        )
        self._made.append(channel)
        return channel


@asynccontextmanager
async def open_outside(**changes: object) -> AsyncIterator[WechatPayOutside]:
    """Starts the simulator, configured as usual but for the changes, and the notice board."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = {**parties().simulator_configuration(), **changes}
        async with (
            simulator("wechat_pay", configuration, Path(folder)) as pay,
            notice_board() as board,
        ):
            outside = WechatPayOutside(pay, board)
            yield outside
            await outside.close()


def _free_port() -> int:
    """A port nobody listens on: bound once and given back."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
