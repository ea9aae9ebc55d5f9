"""The suite's world over the WeChat Pay simulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from cryptography import x509

from adapters.payments.wechat_pay.adapter import WechatPay
from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from adapters.payments.wechat_pay.v2 import SignType
from domain.money import Money
from domain.payments.payment import (
    PaymentOrder,
    PaymentState,
    Product,
    RefundOrder,
    RefundState,
)
from tests.adapters.payments.keys import certificate_pem
from tests.adapters.payments.wechat_pay.parties import parties
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

OPENID = "oMadeUpPatient000000000000001"
REFUND_ENDS = {
    RefundState.DONE: "SUCCESS",
    RefundState.ABNORMAL: "ABNORMAL",
    RefundState.CLOSED: "CLOSED",
}


class WechatPayWorld(SimulatedWorld):
    """One test's world."""

    unscanned = PaymentState.NOT_PAID
    refund_ends_as = frozenset(REFUND_ENDS)
    patient = OPENID
    refund_number = "out_refund_no"
    places: ClassVar = {
        (Operation.OPEN, Product.NATIVE): "native",
        (Operation.OPEN, Product.IN_APP): "jsapi",
        (Operation.CHARGE, Product.PAYMENT_CODE): "micropay",
        (Operation.QUERY, Product.NATIVE): "query",
        (Operation.QUERY, Product.IN_APP): "query",
        (Operation.QUERY, Product.PAYMENT_CODE): "orderquery_v2",
        (Operation.CLOSE, Product.NATIVE): "close",
        (Operation.CLOSE, Product.IN_APP): "close",
        (Operation.CLOSE, Product.PAYMENT_CODE): "reverse",
        Operation.REFUND: "refund",
        Operation.QUERY_REFUND: "refund_query",
        Operation.STATEMENT: "tradebill",
    }
    forged_ways: ClassVar = {
        "bad_signature": "does not verify",
        "other_key": "does not verify",
        "signtest": "does not verify",
        "unsigned": "missing",
        "old_timestamp": "300 s off",
        "wrong_appid": "appid",
        "wrong_mchid": "mchid",
    }

    async def past_every_delay(self) -> None:
        """WeChat Pay tells a late statement from an empty one."""

    async def patient_looks(self, order: PaymentOrder) -> None:
        """Changes nothing here."""

    async def refund_ends(self, refund: RefundOrder, state: RefundState) -> None:
        status = REFUND_ENDS[state]
        await self.pay.act("refunds/finish", out_refund_no=refund.key, status=status)

    def transplanted(self, content: Received, signature: Received) -> Received:
        return Received(signature.headers, content.body)

    async def books(self) -> ChannelBooks:
        books = await self.pay.look("books")
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


class WechatPayOutside(SimulatedOutside):
    """The simulator and the adapters aimed at it."""

    world = WechatPayWorld

    def __init__(self, pay: SimulatorProcess, board: NoticeBoard) -> None:
        super().__init__(pay, board)
        self.channel = self.adapter()
        dead = nowhere()
        self.unreachable = self.adapter(base_url=f"http://{dead}", secure=dead)

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
        self.made.append(channel)
        return channel


@asynccontextmanager
async def open_outside(**changes: object) -> AsyncIterator[WechatPayOutside]:
    """Starts the simulator, configured as usual but for the changes, and the notice board."""
    configuration = {**parties().simulator_configuration(), **changes}
    async with running("wechat_pay", configuration) as (pay, board):
        outside = WechatPayOutside(pay, board)
        yield outside
        await outside.close()
