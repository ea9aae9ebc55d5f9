"""Answers as the vendor's page promises and merchants report them, where the simulator says more.

A relay before the simulator takes away what is not promised: of a v2 order query beside SUCCESS all
but number, attach and state; of a 401 the signature headers.
"""

import dataclasses
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web

from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from adapters.payments.wechat_pay.v2 import SignType, from_xml, sign, to_xml
from domain.payments.payment import PaymentState, Product
from ports.errors import OutcomeUnknown, Refused
from tests.adapters.payments.keys import certificate_pem, key_pem
from tests.adapters.payments.wechat_pay.parties import APIV2_KEY, parties
from tests.conformance.payment_channel.cashier import Cashier
from tests.conformance.payment_channel.wechat_pay_world import (
    WechatPayOutside,
    WechatPayWorld,
    open_outside,
)

PROMISED = {
    *("return_code", "return_msg", "appid", "mch_id", "nonce_str", "result_code"),
    *("err_code", "err_code_des", "out_trade_no", "attach", "trade_state", "trade_state_desc"),
}


@dataclasses.dataclass
class Relay:
    """Passes calls on and shortens the answers."""

    wire: str
    address: str = ""
    strip_signatures_of: int = 401
    say_instead: bytes = b""

    async def serve(self, request: web.Request) -> web.Response:
        async with httpx.AsyncClient() as onward:
            answer = await onward.request(
                request.method,
                f"http://{self.wire}{request.raw_path}",
                content=await request.read(),
                headers=request.headers,
            )
        body, headers = answer.content, dict(answer.headers)
        if request.path == "/pay/orderquery":
            body = only_promised(body)
        if answer.status_code == self.strip_signatures_of:
            headers = {
                name: value
                for name, value in headers.items()
                if not name.lower().startswith("wechatpay-")
            }
            body = self.say_instead or body
        headers.pop("content-length", None)
        return web.Response(status=answer.status_code, body=body, headers=headers)


def only_promised(answer: bytes) -> bytes:
    """The answer without what the page does not promise, signed again."""
    fields = from_xml(answer)
    if fields.get("trade_state") == "SUCCESS":
        return answer
    kept = {name: value for name, value in fields.items() if name in PROMISED}
    return to_xml({**kept, "sign": sign(kept, APIV2_KEY, SignType.HMAC_SHA256)})


def wrong_key() -> WechatPayCredentials:
    """Signs with a key WeChat Pay does not know."""
    both = parties()
    return dataclasses.replace(
        both.credentials(),
        merchant_private_key=key_pem(both.server_key),
        merchant_certificate=certificate_pem(both.server_certificate),
    )


@pytest.fixture(scope="module")
async def outside() -> AsyncIterator[WechatPayOutside]:
    async with open_outside() as running:
        yield running


@pytest.fixture
async def relay(outside: WechatPayOutside) -> AsyncIterator[Relay]:
    """The relay, with its own address in front of the simulator's."""
    passing = Relay(outside.pay.wire)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", passing.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    passing.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    yield passing
    await runner.cleanup()


@pytest.fixture
async def world(outside: WechatPayOutside, relay: Relay) -> AsyncIterator[WechatPayWorld]:
    async with outside.begin() as fresh:
        fresh.channel = outside.adapter(base_url=relay.address)
        yield fresh


async def test_a_reversed_payment_is_returned_although_the_answer_does_not_say_so(
    world: WechatPayWorld,
) -> None:
    order = await Cashier(world).paid(Product.PAYMENT_CODE)
    paid = await world.channel.query(order.key, Product.PAYMENT_CODE)
    view = await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert (view.state, view.amount) == (PaymentState.RETURNED, order.amount)
    assert view.their_number == paid.their_number
    assert (await world.books()).returned == order.amount
    later = await world.channel.query(order.key, Product.PAYMENT_CODE)
    assert later.state is PaymentState.CLOSED


async def test_a_reversed_order_nobody_paid_is_closed(world: WechatPayWorld) -> None:
    order = await Cashier(world).opened(Product.PAYMENT_CODE)
    view = await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert (view.state, view.their_number) == (PaymentState.CLOSED, "")


async def test_a_request_they_cannot_verify_did_not_happen_although_the_answer_is_unsigned(
    world: WechatPayWorld, outside: WechatPayOutside, relay: Relay
) -> None:
    channel = outside.adapter(credentials=wrong_key(), base_url=relay.address)
    with pytest.raises(Refused) as raised:
        await channel.present_code(await Cashier(world).order(Product.NATIVE))
    assert raised.value.code == "SIGN_ERROR"
    assert world.exchanges[-1].response_signature == "unsigned"


async def test_an_unsigned_401_with_another_code_is_not_believed(
    world: WechatPayWorld, outside: WechatPayOutside, relay: Relay
) -> None:
    relay.say_instead = b'{"code":"PARAM_ERROR","message":"..."}'
    channel = outside.adapter(credentials=wrong_key(), base_url=relay.address)
    with pytest.raises(OutcomeUnknown) as raised:
        await channel.present_code(await Cashier(world).order(Product.NATIVE))
    assert raised.value.code == "PARAM_ERROR"


async def test_any_other_unsigned_answer_says_nothing(world: WechatPayWorld, relay: Relay) -> None:
    order = await Cashier(world).order(Product.NATIVE)
    relay.strip_signatures_of = 404
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.query(order.key, Product.NATIVE)
    assert raised.value.code == "signature_invalid"
