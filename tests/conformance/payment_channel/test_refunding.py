"""Money is given back once per number, never more than was taken, and its fate can be asked for."""

import asyncio

import pytest

from domain.money import Money
from domain.payments.payment import Product, RefundState
from ports.errors import OutcomeUnknown, Refused
from tests.conformance.payment_channel.cashier import Cashier
from tests.conformance.payment_channel.world import GivenBack, Operation, Trouble, World

ALL = [Product.NATIVE, Product.IN_APP, Product.PAYMENT_CODE]
UNDER_WAY = {RefundState.PROCESSING, RefundState.DONE}


@pytest.mark.parametrize("product", ALL)
async def test_parts_go_back_one_by_one(world: World, cashier: Cashier, product: Product) -> None:
    order = await cashier.paid(product, 10_000)
    refunds = [cashier.refund(order, 1), cashier.refund(order, 9_999)]
    for refund in refunds:
        accepted = await world.channel.refund(refund)
        assert accepted.state in UNDER_WAY
        assert accepted.amount == refund.amount
        if accepted.state is RefundState.PROCESSING:
            await world.refund_ends(refund, RefundState.DONE)
        view = await world.channel.query_refund(refund.key, order.key)
        assert (view.state, view.amount) == (RefundState.DONE, refund.amount)
        assert view.their_number == accepted.their_number
        assert view.done_at is not None
    assert (await world.books()).returned == order.amount


async def test_more_than_was_paid_is_refused(world: World, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    await world.channel.refund(cashier.refund(order, 6_000))
    with pytest.raises(Refused) as raised:
        await world.channel.refund(cashier.refund(order, 4_001))
    assert raised.value.code
    assert (await world.books()).returned == Money(6_000)
    await world.channel.refund(cashier.refund(order, 4_000))
    assert (await world.books()).returned == Money(10_000)


async def test_the_same_number_twice_is_one_refund(world: World, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    refund = cashier.refund(order, 2_500)
    first, again = await world.channel.refund(refund), await world.channel.refund(refund)
    assert first.their_number == again.their_number
    assert (await world.books()).refunds == (GivenBack(refund.key, order.key, Money(2_500)),)


async def test_the_same_number_twice_at_once_is_one_refund(world: World, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    refund = cashier.refund(order, 2_500)
    await asyncio.gather(*(world.channel.refund(refund) for _ in range(4)))
    assert (await world.books()).returned == Money(2_500)


@pytest.mark.parametrize(
    "trouble", [Trouble.LOST_ANSWER, Trouble.HALF_ANSWER, Trouble.BAD_SIGNATURE]
)
async def test_a_refund_without_a_good_answer_is_found_and_not_repeated(
    world: World, cashier: Cashier, trouble: Trouble
) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    refund = cashier.refund(order, 2_500)
    await world.trouble(Operation.REFUND, Product.NATIVE, trouble)
    with pytest.raises(OutcomeUnknown):
        await world.channel.refund(refund)
    found = await world.channel.query_refund(refund.key, order.key)
    assert found.state in UNDER_WAY
    if found.state is RefundState.PROCESSING:
        await world.refund_ends(refund, RefundState.DONE)
    assert (await world.channel.query_refund(refund.key, order.key)).state is RefundState.DONE
    assert (await world.channel.refund(refund)).state is RefundState.DONE
    assert len((await world.books()).refunds) == 1


@pytest.mark.parametrize("trouble", [Trouble.LOST_REQUEST, Trouble.SYSTEM_ERROR])
async def test_a_refund_that_never_happened_is_not_found_and_repeated(
    world: World, cashier: Cashier, trouble: Trouble
) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    refund = cashier.refund(order, 2_500)
    await world.trouble(Operation.REFUND, Product.NATIVE, trouble)
    with pytest.raises(OutcomeUnknown):
        await world.channel.refund(refund)
    missing = await world.channel.query_refund(refund.key, order.key)
    assert missing.state is RefundState.NOT_FOUND
    assert (await world.channel.refund(refund)).state in UNDER_WAY
    assert len((await world.books()).refunds) == 1


async def test_a_refund_not_seen_at_first_is_seen_later(world: World, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE)
    refund = cashier.refund(order, 1)
    await world.channel.refund(refund)
    await world.trouble(Operation.QUERY_REFUND, Product.NATIVE, Trouble.NOT_FOUND_FIRST)
    states = [(await world.channel.query_refund(refund.key, order.key)).state for _ in range(2)]
    assert states[0] is RefundState.NOT_FOUND
    assert states[1] in UNDER_WAY


async def test_an_empty_merchant_account_refuses_and_later_pays(
    world: World, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    refund = cashier.refund(order, 2_500)
    await world.merchant_has(Money(2_499))
    with pytest.raises(Refused) as raised:
        await world.channel.refund(refund)
    assert raised.value.code == "NOT_ENOUGH"
    assert (await world.books()).returned == Money(0)
    await world.merchant_has(Money(10_000))
    assert (await world.channel.refund(refund)).state in UNDER_WAY


@pytest.mark.parametrize("end", [RefundState.ABNORMAL, RefundState.CLOSED])
async def test_a_refund_that_cannot_arrive_says_so(
    world: World, cashier: Cashier, end: RefundState
) -> None:
    if end not in world.refund_ends_as:
        pytest.skip(f"no refund ends {end} here")
    order = await cashier.paid(Product.NATIVE, 10_000)
    refund = cashier.refund(order, 2_500)
    assert (await world.channel.refund(refund)).state is RefundState.PROCESSING
    await world.refund_ends(refund, end)
    view = await world.channel.query_refund(refund.key, order.key)
    assert (view.state, view.amount, view.done_at) == (end, refund.amount, None)


async def test_an_order_nobody_paid_is_not_refunded(world: World, cashier: Cashier) -> None:
    order = await cashier.opened(Product.NATIVE)
    with pytest.raises(Refused) as raised:
        await world.channel.refund(cashier.refund(order, 1))
    assert raised.value.code
    assert (await world.books()).returned == Money(0)


async def test_a_number_never_refunded_is_not_found(world: World, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE)
    refund = cashier.refund(order, 1)
    view = await world.channel.query_refund(refund.key, order.key)
    assert view.state is RefundState.NOT_FOUND


@pytest.mark.parametrize(
    "trouble", [Trouble.LOST_ANSWER, Trouble.BAD_SIGNATURE, Trouble.SYSTEM_ERROR]
)
async def test_a_refund_query_without_a_good_answer_says_nothing(
    world: World, cashier: Cashier, trouble: Trouble
) -> None:
    order = await cashier.paid(Product.NATIVE)
    refund = cashier.refund(order, 1)
    await world.channel.refund(refund)
    await world.trouble(Operation.QUERY_REFUND, Product.NATIVE, trouble)
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.query_refund(refund.key, order.key)
    assert (raised.value.code == "signature_invalid") is (trouble is Trouble.BAD_SIGNATURE)
