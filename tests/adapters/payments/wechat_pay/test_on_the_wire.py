"""What is WeChat Pay's own, over its simulator: certificates, sign types, recall, digests."""

import base64
import dataclasses
from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from adapters.payments.wechat_pay.v2 import SignType
from domain.payments.payment import PaymentState, Product, RefundState
from ports.errors import OutcomeUnknown, Refused, Unavailable
from tests.adapters.payments.keys import certificate, certificate_pem, key_pem
from tests.adapters.payments.wechat_pay.parties import APPID, parties
from tests.conformance.payment_channel.cashier import Cashier
from tests.conformance.payment_channel.wechat_pay_world import (
    WechatPayOutside,
    WechatPayWorld,
    open_outside,
)
from tests.conformance.payment_channel.world import CodeBehaviour


@pytest.fixture(scope="module")
async def outside() -> AsyncIterator[WechatPayOutside]:
    async with open_outside() as running:
        yield running


@pytest.fixture
async def world(outside: WechatPayOutside) -> AsyncIterator[WechatPayWorld]:
    async with outside.begin() as fresh:
        yield fresh
        assert await fresh.troubles_left() == []


@pytest.fixture
def cashier(world: WechatPayWorld) -> Cashier:
    return Cashier(world)


async def test_page_parameters_are_signed_over_their_four_lines(
    world: WechatPayWorld, cashier: Cashier
) -> None:
    order = await cashier.order(Product.IN_APP)
    page = (await world.channel.open_in_app(order)).parameters
    assert (page["appId"], page["signType"]) == (APPID, "RSA")
    assert page["package"].startswith("prepay_id=wx")
    lines = (page["appId"], page["timeStamp"], page["nonceStr"], page["package"])
    parties().merchant_key.public_key().verify(
        base64.b64decode(page["paySign"]),
        "".join(line + "\n" for line in lines).encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )


@pytest.mark.parametrize("sign_type", SignType)
async def test_a_payment_code_goes_through_in_either_sign_type(
    outside: WechatPayOutside, cashier: Cashier, sign_type: SignType
) -> None:
    channel = outside.adapter(v2_sign_type=sign_type)
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=CodeBehaviour.PAYS)
    assert (await channel.charge_code(order)).state is PaymentState.PAID
    view = await channel.close(order.key, Product.PAYMENT_CODE)
    assert view.state is PaymentState.RETURNED
    ours = [exchange for exchange in outside.kept.all if exchange.key == order.key]
    assert [exchange.operation for exchange in ours] == [
        "micropay",
        "orderquery",
        "reverse",
        "orderquery",
    ]
    assert {exchange.algorithm for exchange in ours} == {sign_type.value}
    assert {exchange.response_signature for exchange in ours} == {"verified"}


async def test_a_reversal_is_asked_again_while_they_say_recall(
    world: WechatPayWorld, outside: WechatPayOutside, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.PAYMENT_CODE)
    await outside.pay.act("faults", operation="reverse", kind="recall", times=3)
    view = await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert view.state is PaymentState.RETURNED
    reversals = [exchange for exchange in world.exchanges if exchange.operation == "reverse"]
    assert len(reversals) == 4


async def test_a_reversal_that_is_put_off_for_ever_stays_unknown(
    world: WechatPayWorld, outside: WechatPayOutside, cashier: Cashier
) -> None:
    order = await cashier.opened(Product.PAYMENT_CODE)
    await outside.pay.act("faults", operation="reverse", kind="recall", times=5)
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert raised.value.code == "USERPAYING"
    assert (await world.books()).payments == ()


async def test_another_merchants_client_certificate_is_not_let_in(
    world: WechatPayWorld, outside: WechatPayOutside, cashier: Cashier
) -> None:
    both = parties()
    stranger = dataclasses.replace(
        both.credentials(),
        merchant_certificate=certificate_pem(certificate(both.server_key, "Somebody")),
        merchant_private_key=key_pem(both.server_key),
    )
    channel = outside.adapter(credentials=stranger)
    order = await cashier.paid(Product.PAYMENT_CODE)
    with pytest.raises((OutcomeUnknown, Unavailable)):
        await channel.close(order.key, Product.PAYMENT_CODE)
    assert (await world.books()).returned.fen == 0


async def test_a_server_that_is_not_theirs_is_never_spoken_to(
    outside: WechatPayOutside, cashier: Cashier
) -> None:
    both = parties()
    channel = outside.adapter(server=certificate(both.platform_key, "Somebody"))
    order = await cashier.paid(Product.PAYMENT_CODE)
    with pytest.raises(Unavailable):
        await channel.close(order.key, Product.PAYMENT_CODE)


async def test_a_request_signed_with_the_wrong_key_did_not_happen(
    outside: WechatPayOutside, cashier: Cashier
) -> None:
    wrong = dataclasses.replace(
        parties().credentials(), merchant_private_key=key_pem(parties().server_key)
    )
    wrong = dataclasses.replace(
        wrong, merchant_certificate=certificate_pem(parties().server_certificate)
    )
    channel = outside.adapter(credentials=wrong)
    with pytest.raises(Refused) as raised:
        await channel.present_code(await cashier.order(Product.NATIVE))
    assert raised.value.code == "SIGN_ERROR"


async def test_a_frequency_limit_is_no_refusal(
    world: WechatPayWorld, outside: WechatPayOutside, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.NATIVE)
    args = {"code": "FREQUENCY_LIMITED", "message": "频率限制"}
    await outside.pay.act("faults", operation="refund", kind="refuse", args=args)
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.refund(cashier.refund(order, 1))
    assert raised.value.code == "FREQUENCY_LIMITED"


async def test_a_refund_refused_for_its_wording_is_found_if_it_was_made_before(
    world: WechatPayWorld, outside: WechatPayOutside, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.NATIVE)
    refund = cashier.refund(order, 100)
    await outside.pay.act("faults", operation="refund", kind="no_answer_after_effect")
    with pytest.raises(OutcomeUnknown):
        await world.channel.refund(refund)
    args = {"code": "INVALID_REQUEST", "message": "订单已存在但参数不一致"}
    await outside.pay.act("faults", operation="refund", kind="refuse", args=args)
    view = await world.channel.refund(dataclasses.replace(refund, reason="另一个原因"))
    assert view.state is RefundState.PROCESSING
    assert len((await world.books()).refunds) == 1


async def test_a_charge_told_that_its_code_was_used_finds_its_own_payment(
    world: WechatPayWorld, outside: WechatPayOutside, cashier: Cashier
) -> None:
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=CodeBehaviour.PAYS)
    await outside.pay.act("faults", operation="micropay", kind="no_answer_after_effect")
    with pytest.raises(OutcomeUnknown):
        await cashier.charge(order)
    args = {"code": "AUTH_CODE_INVALID", "message": "每个二维码仅限使用一次"}
    await outside.pay.act("faults", operation="micropay", kind="refuse", args=args)
    view = await cashier.charge(order)
    assert (view.state, view.amount) == (PaymentState.PAID, order.amount)
    assert len((await world.books()).payments) == 1


async def test_a_download_is_recorded_as_unsigned_and_its_digest_decides(
    world: WechatPayWorld, outside: WechatPayOutside, cashier: Cashier
) -> None:
    await cashier.paid(Product.NATIVE)
    day = await world.next_day()
    await outside.pay.act("faults", operation="billdownload", kind="bad_signature")
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.statement(day)
    assert raised.value.code == "statement_inconsistent"
    applied, downloaded = world.exchanges[-2:]
    assert (applied.operation, applied.response_signature) == ("tradebill", "verified")
    assert (downloaded.operation, downloaded.response_signature) == ("billdownload", "unsigned")
    assert downloaded.request_signature == "signed"
    assert {applied.algorithm, downloaded.algorithm} == {"WECHATPAY2-SHA256-RSA2048"}


async def test_a_partly_refunded_order_is_still_paid(
    world: WechatPayWorld, cashier: Cashier
) -> None:
    for product in (Product.NATIVE, Product.PAYMENT_CODE):
        order = await cashier.paid(product, 10_000)
        refund = cashier.refund(order, 1)
        await world.channel.refund(refund)
        await world.refund_ends(refund, RefundState.DONE)
        view = await world.channel.query(order.key, product)
        assert (view.state, view.amount, view.code) == (PaymentState.PAID, order.amount, "REFUND")


async def test_answers_signed_with_a_platform_certificate_are_verified(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    both = parties()
    changes = {
        "platform_private_key_pem": key_pem(both.platform_certificate_key),
        "platform_certificate_pem": certificate_pem(both.platform_certificate),
        "platform_certificate_serial": both.platform_serial,
        "response_key": "certificate",
    }
    async with open_outside(**changes) as outside, outside.begin() as world:
        order = await Cashier(world).paid(Product.NATIVE)
        view = await world.channel.query(order.key, Product.NATIVE)
        assert view.state is PaymentState.PAID
        received = await world.notification(order.key)
        assert world.channel.read_notice(received.headers, received.body).key == order.key
