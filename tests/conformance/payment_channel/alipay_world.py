"""The suite's world over the Alipay simulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from adapters.payments.alipay.adapter import CAPABILITIES, Alipay
from adapters.payments.alipay.bill import MISSING_MEANS_EMPTY
from adapters.payments.alipay.credentials import AlipayCredentials
from domain.money import Money
from domain.payments.payment import (
    PaymentOrder,
    PaymentState,
    Product,
    RefundOrder,
    RefundState,
)
from tests.adapters.payments.alipay.parties import parties
from tests.conformance.payment_channel.notice_board import NoticeBoard
from tests.conformance.payment_channel.simulated_world import (
    SimulatedOutside,
    SimulatedWorld,
    nowhere,
    running,
)
from tests.conformance.payment_channel.simulator_process import SimulatorProcess
from tests.conformance.payment_channel.world import (
    ChannelBooks,
    GivenBack,
    Operation,
    Received,
    Taken,
)

BUYER = "2088000000009999"


class AlipayWorld(SimulatedWorld):
    """One test's world."""

    unscanned = PaymentState.NOT_FOUND  # there is no trade before the scan
    refund_ends_as = frozenset({RefundState.DONE})
    patient = BUYER
    refund_number = "out_request_no"
    places: ClassVar = {
        (Operation.OPEN, Product.NATIVE): "precreate",
        (Operation.OPEN, Product.IN_APP): "create",
        (Operation.CLOSE, Product.NATIVE): "close",
        (Operation.CLOSE, Product.IN_APP): "close",
        (Operation.CLOSE, Product.PAYMENT_CODE): "cancel",
        Operation.CHARGE: "pay",
        Operation.QUERY: "query",
        Operation.REFUND: "refund",
        Operation.QUERY_REFUND: "refund_query",
        Operation.STATEMENT: "bill",
    }
    forged_ways: ClassVar = {
        "bad_signature": "does not verify",
        "other_key": "does not verify",
        "sign_type_signed": "does not verify",
        "unsigned": "'sign' is missing",
        "old_notify_time": "300",
        "wrong_app_id": "app_id",
        "wrong_seller_id": "seller_id",
    }

    async def past_every_delay(self) -> None:
        await self.advance(MISSING_MEANS_EMPTY)

    async def patient_looks(self, order: PaymentOrder) -> None:
        await self.pay.act("patient/scan", out_trade_no=order.key)

    async def refund_ends(self, refund: RefundOrder, state: RefundState) -> None:
        """A refund is done with its acceptance; it only remains to wait for its notification."""
        assert state is RefundState.DONE
        self.board.clear()
        await self.pay.settled("notify_refund", out_request_no=refund.key)

    def transplanted(self, content: Received, signature: Received) -> Received:
        sign = dict(parse_qsl(signature.body.decode()))["sign"]
        form = {**dict(parse_qsl(content.body.decode(), keep_blank_values=True)), "sign": sign}
        return Received(content.headers, urlencode(form).encode())

    async def books(self) -> ChannelBooks:
        books = await self.pay.look("books")
        return ChannelBooks(
            payments=tuple(
                Taken(trade["out_trade_no"], trade["trade_no"], Money(trade["total_fen"]))
                for trade in books["trades"]
                if trade["paid_at"]
            ),
            refunds=tuple(
                GivenBack(
                    refund["out_request_no"], refund["out_trade_no"], Money(refund["refund_fen"])
                )
                for refund in books["refunds"]
            ),
            returned=Money(books["totals"]["refunded_fen"]),
        )


class AlipayOutside(SimulatedOutside):
    """The simulator and the adapters aimed at it."""

    world = AlipayWorld

    def __init__(
        self, pay: SimulatorProcess, board: NoticeBoard, credentials: AlipayCredentials
    ) -> None:
        super().__init__(pay, board)
        self._credentials = credentials
        self.channel = self.adapter()
        self.unreachable = self.adapter(base_url=f"http://{nowhere()}")

    def adapter(
        self,
        *,
        credentials: AlipayCredentials | None = None,
        base_url: str = "",
        bill_base_url: str = "",
    ) -> Alipay:
        """An adapter aimed at the simulator, or wrong in one way."""
        channel = Alipay(
            credentials or self._credentials,
            base_url or f"http://{self.pay.wire}",
            bill_base_url or f"http://{self.pay.wire}",
            self.board.url,
            self.kept,
            self.clock,
            cancellation_pause_seconds=0.0,
            timeout_seconds=5.0,
        )
        self.made.append(channel)
        return channel


@asynccontextmanager
async def open_outside(*, certified: bool = False) -> AsyncIterator[AlipayOutside]:
    """Starts the simulator in public-key or certificate mode, and the notice board."""
    both = parties()
    configuration = both.certified_configuration() if certified else both.simulator_configuration()
    credentials = both.certified_credentials() if certified else both.credentials()
    async with running("alipay", configuration, CAPABILITIES.notice_reply) as (pay, board):
        outside = AlipayOutside(pay, board, credentials)
        yield outside
        await outside.close()
