"""Answers the simulator never gives: unsigned, of another call, contradicting themselves."""

import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web

from adapters.payments.alipay.adapter import Alipay
from domain.identifiers import AttemptKey
from domain.money import Money
from domain.payments.payment import PaymentOrder, PaymentState, Product, RefundOrder
from ports.errors import OutcomeUnknown, Refused
from tests.adapters.payments.alipay.parties import parties
from tests.conformance.payment_channel.clock_and_record import KeptExchanges, MovableClock

KEY, REFUND_KEY = AttemptKey("DP20261122180000ABCDEF01"), AttemptKey("RF20261122180500ABCDEF01")
PAID = {
    "code": "10000",
    "msg": "Success",
    "trade_no": "2026112222001000000000000001",
    "out_trade_no": KEY,
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "100.00",
    "send_pay_date": "2026-11-22 17:59:58",
}
REFUNDED = {
    "code": "10000",
    "trade_no": "2026112222001000000000000001",
    "out_trade_no": KEY,
    "fund_change": "Y",
    "refund_fee": "25.00",
}
NOTHING = {"code": "10000", "msg": "Success"}


@dataclass
class ScriptedGateway:
    """Answers each call with the next body, whatever is asked."""

    bodies: list[bytes] = field(default_factory=list)
    status: int = 200

    async def serve(self, request: web.Request) -> web.Response:
        return web.Response(status=self.status, body=self.bodies.pop(0))

    def says(self, method: str, content: object, *, signed: bool = True) -> None:
        """The next answer, signed by Alipay unless it shall not be."""
        raw = json.dumps(content, ensure_ascii=False)
        node = f"alipay.{method}".replace(".", "_") + "_response"
        sign = f',"sign":"{parties().signature(raw.encode())}"' if signed else ""
        self.bodies.append(f'{{"{node}":{raw}{sign}}}'.encode())


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[ScriptedGateway, Alipay]]:
    scripted = ScriptedGateway()
    app = web.Application()
    app.router.add_post("/gateway.do", scripted.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    channel = Alipay(
        parties().credentials(),
        address,
        address,
        "http://127.0.0.1:1/notices",
        KeptExchanges(),
        MovableClock(),
        cancellation_pause_seconds=0.0,
    )
    yield scripted, channel
    await channel.aclose()
    await runner.cleanup()


Both = tuple[ScriptedGateway, Alipay]


def order(auth_code: str = "") -> PaymentOrder:
    return PaymentOrder(
        key=KEY,
        amount=Money(10_000),
        subject="住院预交金",
        expires_at=MovableClock().now() + timedelta(minutes=30),
        auth_code=auth_code,
    )


def refund() -> RefundOrder:
    return RefundOrder(
        key=REFUND_KEY,
        payment_key=KEY,
        amount=Money(2_500),
        payment_amount=Money(10_000),
        reason="出院结算退余额",
    )


async def test_a_signed_answer_is_believed(gateway: Both) -> None:
    scripted, channel = gateway
    scripted.says("trade.query", PAID)
    view = await channel.query(KEY, Product.NATIVE)
    assert (view.state, view.amount) == (PaymentState.PAID, Money(10_000))


@pytest.mark.parametrize(
    "content",
    [
        PAID,
        {"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"},
        {"code": "40006", "sub_code": "isv.insufficient-isv-permissions"},
        {"code": "20000", "sub_code": "isp.unknow-error"},
    ],
)
async def test_an_unsigned_answer_is_not_believed_whatever_it_says(
    gateway: Both, content: dict[str, str]
) -> None:
    scripted, channel = gateway
    scripted.says("trade.query", content, signed=False)
    with pytest.raises(OutcomeUnknown) as raised:
        await channel.query(KEY, Product.NATIVE)
    assert raised.value.code == "signature_invalid"


@pytest.mark.parametrize("code", ["isv.invalid-signature", "isv.invalid-app-id"])
async def test_only_not_knowing_our_key_may_be_said_unsigned(gateway: Both, code: str) -> None:
    scripted, channel = gateway
    scripted.says("trade.precreate", {"code": "40002", "sub_code": code}, signed=False)
    with pytest.raises(Refused) as raised:
        await channel.present_code(order())
    assert raised.value.code == code


async def test_the_signature_of_one_answer_is_no_good_for_another(gateway: Both) -> None:
    scripted, channel = gateway
    scripted.says("trade.query", {**PAID, "trade_status": "WAIT_BUYER_PAY"})
    scripted.bodies[0] = scripted.bodies[0].replace(b"WAIT_BUYER_PAY", b"TRADE_SUCCESS")
    with pytest.raises(OutcomeUnknown) as raised:
        await channel.query(KEY, Product.NATIVE)
    assert raised.value.code == "signature_invalid"


@pytest.mark.parametrize(
    ("method", "content", "code"),
    [
        ("trade.pay", PAID, "answer_unreadable"),
        ("trade.query", {**PAID, "out_trade_no": "DP2"}, "answer_mismatch"),
        ("trade.query", {"msg": "Success"}, "answer_unreadable"),
    ],
)
async def test_a_signed_answer_to_another_question_says_nothing(
    gateway: Both, method: str, content: dict[str, str], code: str
) -> None:
    scripted, channel = gateway
    scripted.says(method, content)
    with pytest.raises(OutcomeUnknown) as raised:
        await channel.query(KEY, Product.NATIVE)
    assert raised.value.code == code


async def test_a_gateway_that_is_down_says_nothing(gateway: Both) -> None:
    scripted, channel = gateway
    scripted.status = 502
    scripted.bodies = [b"<html>Bad Gateway</html>"]
    with pytest.raises(OutcomeUnknown) as raised:
        await channel.query(KEY, Product.NATIVE)
    assert raised.value.code == "http_502"


async def test_a_charge_without_its_amount_or_number_is_not_paid(gateway: Both) -> None:
    scripted, channel = gateway
    for missing in ("total_amount", "trade_no", "gmt_payment", "out_trade_no"):
        content = {**PAID, "gmt_payment": PAID["send_pay_date"]}
        del content[missing]
        scripted.says("trade.pay", content)
        with pytest.raises(OutcomeUnknown) as raised:
            await channel.charge_code(order("280000000000000001"))
        assert raised.value.code in {"answer_unreadable", "answer_mismatch"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"refund_fee": "24.99"}, "answer_mismatch"),
        ({"refund_fee": "100.01"}, "answer_mismatch"),
        ({"refund_fee": None}, "answer_unreadable"),
        ({"out_trade_no": "DP2"}, "answer_mismatch"),
    ],
)
async def test_a_refund_whose_sum_cannot_be_is_not_done(
    gateway: Both, changes: dict[str, str | None], code: str
) -> None:
    scripted, channel = gateway
    scripted.says("trade.refund", {**REFUNDED, **changes})
    with pytest.raises(OutcomeUnknown) as raised:
        await channel.refund(refund())
    assert raised.value.code == code


async def test_a_refund_that_moved_nothing_and_is_not_found_is_neither_done_nor_refused(
    gateway: Both,
) -> None:
    scripted, channel = gateway
    scripted.says("trade.refund", {**REFUNDED, "fund_change": "N"})
    scripted.says("trade.fastpay.refund.query", NOTHING)
    assert (await channel.refund(refund())).state == "processing"


async def test_a_flag_nobody_documented_ends_no_cancellation(gateway: Both) -> None:
    scripted, channel = gateway
    scripted.says("trade.query", {**PAID, "trade_status": "WAIT_BUYER_PAY"})
    scripted.says("trade.cancel", {**NOTHING, "retry_flag": "MAYBE"})
    with pytest.raises(OutcomeUnknown) as raised:
        await channel.close(KEY, Product.PAYMENT_CODE)
    assert raised.value.code == "answer_unreadable"


async def test_a_cancelled_payment_is_given_back_although_the_query_does_not_say_so(
    gateway: Both,
) -> None:
    scripted, channel = gateway
    closed = {**PAID, "trade_status": "TRADE_CLOSED"}
    del closed["send_pay_date"]
    scripted.says("trade.query", PAID)
    scripted.says("trade.cancel", {**NOTHING, "retry_flag": "N", "action": "refund"})
    scripted.says("trade.query", closed)
    view = await channel.close(KEY, Product.PAYMENT_CODE)
    assert (view.state, view.amount) == (PaymentState.RETURNED, Money(10_000))
