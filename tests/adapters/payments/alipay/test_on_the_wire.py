"""What is Alipay's own, over its simulator: certificates, retry_flag, fund_change, bills."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from domain.money import Money
from domain.payments.payment import PaymentState, Product, RefundState
from ports.errors import OutcomeUnknown, Refused
from tests.adapters.payments.alipay.parties import parties
from tests.adapters.payments.keys import key_pem, new_key
from tests.conformance.payment_channel.alipay_world import (
    AlipayOutside,
    AlipayWorld,
    open_outside,
)
from tests.conformance.payment_channel.cashier import Cashier
from tests.conformance.payment_channel.world import CodeBehaviour


@pytest.fixture(scope="module")
async def outside() -> AsyncIterator[AlipayOutside]:
    async with open_outside() as running:
        yield running


@pytest.fixture
async def world(outside: AlipayOutside) -> AsyncIterator[AlipayWorld]:
    async with outside.begin() as fresh:
        yield fresh
        assert await fresh.troubles_left() == []


@pytest.fixture
def cashier(world: AlipayWorld) -> Cashier:
    return Cashier(world)


def operations(world: AlipayWorld) -> list[str]:
    return [exchange.operation for exchange in world.exchanges]


async def test_everything_goes_in_certificate_mode_too() -> None:
    async with open_outside(certified=True) as outside, outside.begin() as world:
        cashier = Cashier(world)
        order = await cashier.paid(Product.NATIVE, 10_000)
        received = await world.notification(order.key)
        assert world.channel.read_notice(received.headers, received.body).key == order.key
        refund = cashier.refund(order, 1)
        assert (await world.channel.refund(refund)).state is RefundState.DONE
        scanned = await cashier.paid(Product.PAYMENT_CODE, 500)
        view = await world.channel.close(scanned.key, Product.PAYMENT_CODE)
        assert view.state is PaymentState.RETURNED
        assert len(await world.channel.statement(await world.next_day())) == 4


async def test_an_answer_signed_by_an_unknown_certificate_is_not_believed() -> None:
    async with open_outside(certified=True) as outside, outside.begin() as world:
        stranger = dataclasses.replace(
            parties().certified_credentials(),
            alipay_certificates=(parties().certified_credentials().app_certificate,),
        )
        channel = outside.adapter(credentials=stranger)
        with pytest.raises(OutcomeUnknown) as raised:
            await channel.present_code(await Cashier(world).order(Product.NATIVE))
        assert raised.value.code == "signature_invalid"


async def test_the_page_is_given_the_trade_number(world: AlipayWorld, cashier: Cashier) -> None:
    order = await cashier.order(Product.IN_APP)
    page = (await world.channel.open_in_app(order)).parameters
    (trade,) = (await world.pay.look("books"))["trades"]
    assert page == {"tradeNO": trade["trade_no"]}
    assert trade["buyer_id"] == order.openid


async def test_a_code_that_was_not_scanned_is_not_found_and_can_still_be_paid(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.order(Product.NATIVE)
    await cashier.open(order)
    view = await world.channel.close(order.key, Product.NATIVE)
    assert view.state is PaymentState.NOT_FOUND  # so nobody may call it closed
    await world.patient_pays(order)
    assert (await world.channel.query(order.key, Product.NATIVE)).state is PaymentState.PAID


async def test_a_trade_left_unpaid_is_closed_by_its_own_time(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.opened(Product.NATIVE)
    await world.advance(order.expires_at - world.now() + timedelta(seconds=1))
    assert (await world.channel.query(order.key, Product.NATIVE)).state is PaymentState.CLOSED


async def test_a_cancellation_is_asked_again_while_they_say_retry(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.PAYMENT_CODE)
    await world.pay.act("faults", operation="cancel", kind="retry", times=3)
    view = await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert (view.state, view.amount) == (PaymentState.RETURNED, order.amount)
    assert operations(world).count("trade.cancel") == 4


async def test_a_cancellation_that_is_put_off_for_ever_stays_unknown(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.opened(Product.PAYMENT_CODE)
    await world.pay.act("faults", operation="cancel", kind="retry", times=5)
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert raised.value.code == "WAIT_BUYER_PAY"


async def test_a_payment_that_can_no_longer_be_cancelled_is_not_called_ended(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.PAYMENT_CODE)
    await world.advance(timedelta(hours=25))
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert raised.value.code == "TRADE_SUCCESS"
    assert (await world.books()).returned == Money(0)


async def test_a_wholly_refunded_trade_is_returned_a_partly_refunded_one_is_paid(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    for fen, state in ((1, PaymentState.PAID), (9_999, PaymentState.RETURNED)):
        await world.channel.refund(cashier.refund(order, fen))
        view = await world.channel.query(order.key, Product.NATIVE)
        assert (view.state, view.amount) == (state, order.amount)


async def test_a_refund_that_is_put_off_is_under_way_until_a_query_finds_it(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    refund = cashier.refund(order, 2_500)
    await world.pay.act("faults", operation="refund", kind="put_off", args={"seconds": 30})
    view = await world.channel.refund(refund)
    assert (view.state, view.amount) == (RefundState.PROCESSING, Money(2_500))
    await world.advance(timedelta(seconds=31))
    found = await world.channel.query_refund(refund.key, order.key)
    assert (found.state, found.amount) == (RefundState.DONE, Money(2_500))
    assert (await world.channel.refund(refund)).state is RefundState.DONE
    assert len((await world.books()).refunds) == 1


async def test_a_refund_repeated_with_another_amount_shows_the_first(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    refund = cashier.refund(order, 2_500)
    await world.channel.refund(refund)
    other = dataclasses.replace(refund, amount=Money(2_501))
    view = await world.channel.refund(other)
    assert view.amount == Money(2_500)  # the core compares
    assert (await world.books()).returned == Money(2_500)


@pytest.mark.parametrize("code", ["ACQ.TRADE_STATUS_ERROR", "ACQ.SYSTEM_ERROR"])
async def test_a_refused_refund_is_found_if_it_was_made_before(
    world: AlipayWorld, cashier: Cashier, code: str
) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    refund = cashier.refund(order, 10_000)
    await world.pay.act("faults", operation="refund", kind="no_answer_after_effect")
    with pytest.raises(OutcomeUnknown):
        await world.channel.refund(refund)
    await world.pay.act("faults", operation="refund", kind="refuse", args={"code": code})
    assert (await world.channel.refund(refund)).state is RefundState.DONE
    assert len((await world.books()).refunds) == 1


async def test_a_refused_charge_is_found_if_it_was_made_before(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=CodeBehaviour.PAYS)
    await world.pay.act("faults", operation="pay", kind="no_answer_after_effect")
    with pytest.raises(OutcomeUnknown):
        await cashier.charge(order)
    args = {"code": "ACQ.PAYMENT_AUTH_CODE_INVALID"}
    await world.pay.act("faults", operation="pay", kind="refuse", args=args)
    view = await cashier.charge(order)
    assert (view.state, view.amount) == (PaymentState.PAID, order.amount)
    assert len((await world.books()).payments) == 1


@pytest.mark.parametrize("kind", ["no_answer_before_effect", "system_error"])
async def test_a_refusal_that_could_not_be_looked_into_is_not_believed(
    world: AlipayWorld, cashier: Cashier, kind: str
) -> None:
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=CodeBehaviour.NO_MONEY)
    await world.pay.act("faults", operation="query", kind=kind)
    with pytest.raises(OutcomeUnknown):
        await cashier.charge(order)


async def test_a_refused_question_does_not_make_the_charge_refused(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=CodeBehaviour.NO_MONEY)
    args = {"result": "40006", "code": "isv.insufficient-isv-permissions"}
    await world.pay.act("faults", operation="query", kind="refuse", args=args)
    with pytest.raises(OutcomeUnknown) as raised:
        await cashier.charge(order)
    assert raised.value.code == "ACQ.BUYER_BALANCE_NOT_ENOUGH"


async def test_too_many_calls_are_no_refusal(world: AlipayWorld, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE)
    args = {"result": "40005", "code": "isv.app-call-limited"}
    await world.pay.act("faults", operation="refund", kind="refuse", args=args)
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.refund(cashier.refund(order, 1))
    assert raised.value.code == "isv.app-call-limited"


async def test_a_request_signed_with_the_wrong_key_did_not_happen_although_nobody_signs_it(
    world: AlipayWorld, outside: AlipayOutside, cashier: Cashier
) -> None:
    wrong = dataclasses.replace(parties().credentials(), app_private_key=key_pem(new_key()))
    with pytest.raises(Refused) as raised:
        await outside.adapter(credentials=wrong).present_code(await cashier.order(Product.NATIVE))
    assert raised.value.code == "isv.invalid-signature"
    assert world.exchanges[-1].response_signature == "unsigned"


async def test_a_paid_order_is_not_opened_again(world: AlipayWorld, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE)
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.present_code(order)
    assert raised.value.code == "ACQ.TRADE_HAS_SUCCESS"


async def test_no_amount_is_lost_between_fen_and_yuan(world: AlipayWorld, cashier: Cashier) -> None:
    for fen in (1, 10, 99, 100, 101, 1_000_005, 9_999_999_999):
        order = await cashier.paid(Product.NATIVE, fen)
        view = await world.channel.query(order.key, Product.NATIVE)
        assert view.amount == Money(fen)


async def test_a_broken_bill_is_not_read_and_its_download_is_recorded_as_unsigned(
    world: AlipayWorld, cashier: Cashier
) -> None:
    await cashier.paid(Product.NATIVE)
    day = await world.next_day()
    await world.pay.act("faults", operation="bill_download", kind="bad_signature")
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.statement(day)
    assert raised.value.code == "answer_unreadable"
    applied, downloaded = world.exchanges[-2:]
    assert (applied.operation, applied.response_signature) == (
        "data.dataservice.bill.downloadurl.query",
        "verified",
    )
    assert (downloaded.operation, downloaded.response_signature) == ("bill_download", "unsigned")
    assert (downloaded.request_signature, downloaded.algorithm) == ("unsigned", "")


async def test_a_missing_bill_means_an_empty_day_only_when_it_cannot_be_late(
    world: AlipayWorld, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.NATIVE)
    day = await world.next_day()
    await world.pay.act("faults", operation="bill", kind="statement_late", times=2)
    with pytest.raises(Refused) as raised:
        await world.channel.statement(day)
    assert raised.value.code == "not_ready"
    await world.advance(timedelta(hours=22))
    with pytest.raises(Refused) as raised:
        await world.channel.statement(day)
    assert raised.value.code == "not_ready"
    assert [line.key for line in await world.channel.statement(day)] == [order.key]


async def test_a_bill_somewhere_else_is_not_fetched(
    world: AlipayWorld, outside: AlipayOutside, cashier: Cashier
) -> None:
    await cashier.paid(Product.NATIVE)
    day = await world.next_day()
    elsewhere = outside.adapter(bill_base_url="https://dwbillcenter.example.com")
    with pytest.raises(OutcomeUnknown) as raised:
        await elsewhere.statement(day)
    assert raised.value.code == "answer_mismatch"
    assert "bill_download" not in operations(world)


async def test_the_reply_it_tells_us_ends_the_repetitions(
    world: AlipayWorld, outside: AlipayOutside, cashier: Cashier
) -> None:
    assert outside.channel.capabilities.notice_reply == "success"
    order = await cashier.paid(Product.NATIVE)
    await world.advance(timedelta(hours=26))
    journal = (await world.pay.look("journal"))["exchanges"]
    sent = [one for one in journal if one["fields"].get("out_trade_no") == order.key]
    assert [one["operation"] for one in sent].count("notify_trade") == 1


async def test_our_words_reach_them_as_they_are(world: AlipayWorld, cashier: Cashier) -> None:
    order = dataclasses.replace(
        await cashier.order(Product.NATIVE), subject='住院 "预交金" + 50% {押金}'
    )
    await world.channel.present_code(order)
    await world.patient_pays(order)
    received = await world.notification(order.key)
    form = httpx.QueryParams(received.body.decode())
    assert form["subject"] == order.subject
    assert world.channel.read_notice(received.headers, received.body).key == order.key
