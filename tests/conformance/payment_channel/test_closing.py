"""Ending an order: nobody can pay it any more, and what was paid is not lost."""

from datetime import timedelta

import pytest

from domain.money import Money
from domain.payments.payment import PaymentState, Product
from ports.errors import OutcomeUnknown, Refused
from tests.conformance.payment_channel.cashier import Cashier
from tests.conformance.payment_channel.world import Operation, Trouble, World

OPENED = [Product.NATIVE, Product.IN_APP]
ALL = [*OPENED, Product.PAYMENT_CODE]


@pytest.mark.parametrize("product", ALL)
async def test_an_unpaid_order_is_closed_and_stays_closed(
    world: World, cashier: Cashier, product: Product
) -> None:
    order = await cashier.opened(product)
    assert (await world.channel.close(order.key, product)).state is PaymentState.CLOSED
    assert (await world.channel.close(order.key, product)).state is PaymentState.CLOSED
    assert (await world.channel.query(order.key, product)).state is PaymentState.CLOSED


@pytest.mark.parametrize("product", OPENED)
async def test_a_closed_order_cannot_be_opened_again(
    world: World, cashier: Cashier, product: Product
) -> None:
    order = await cashier.opened(product)
    await world.channel.close(order.key, product)
    with pytest.raises(Refused) as raised:
        await cashier.open(order)
    assert raised.value.code


@pytest.mark.parametrize("product", OPENED)
async def test_closing_an_order_that_was_just_paid_leaves_it_paid(
    world: World, cashier: Cashier, product: Product
) -> None:
    order = await cashier.paid(product)
    view = await world.channel.close(order.key, product)
    assert (view.state, view.amount) == (PaymentState.PAID, order.amount)
    assert view.their_number == (await world.books()).payments[0].their_number
    assert (await world.books()).returned == Money(0)


async def test_closing_a_paid_payment_code_gives_the_money_back(
    world: World, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.PAYMENT_CODE)
    view = await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert view.state is PaymentState.RETURNED
    assert (await world.books()).returned == order.amount
    again = await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert again.state is PaymentState.RETURNED
    assert (await world.books()).returned == order.amount


async def test_a_payment_code_the_patient_refused_is_closed(world: World, cashier: Cashier) -> None:
    order = await cashier.opened(Product.PAYMENT_CODE)
    await world.patient_answers(order, pays=False)
    view = await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert view.state is PaymentState.CLOSED
    assert (await world.books()).payments == ()


@pytest.mark.parametrize(
    "trouble", [Trouble.LOST_ANSWER, Trouble.HALF_ANSWER, Trouble.BAD_SIGNATURE]
)
async def test_a_reversal_without_a_good_answer_gives_the_money_back_once(
    world: World, cashier: Cashier, trouble: Trouble
) -> None:
    order = await cashier.paid(Product.PAYMENT_CODE)
    await world.trouble(Operation.CLOSE, Product.PAYMENT_CODE, trouble)
    with pytest.raises(OutcomeUnknown):
        await world.channel.close(order.key, Product.PAYMENT_CODE)
    view = await world.channel.query(order.key, Product.PAYMENT_CODE)
    assert view.state is PaymentState.RETURNED
    view = await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert view.state is PaymentState.RETURNED
    assert (await world.books()).returned == order.amount


@pytest.mark.parametrize("product", ALL)
async def test_a_close_that_never_arrived_changes_nothing_and_is_repeated(
    world: World, cashier: Cashier, product: Product
) -> None:
    order = await cashier.opened(product)
    await world.trouble(Operation.CLOSE, product, Trouble.LOST_REQUEST)
    with pytest.raises(OutcomeUnknown):
        await world.channel.close(order.key, product)
    open_still = (await world.channel.query(order.key, product)).state
    assert open_still in {PaymentState.NOT_PAID, PaymentState.PAYING}
    assert (await world.channel.close(order.key, product)).state is PaymentState.CLOSED


async def test_a_code_nobody_scanned_is_dead_when_its_time_is_over(
    world: World, cashier: Cashier
) -> None:
    order = await cashier.order(Product.NATIVE)
    await cashier.open(order)
    await world.advance(order.expires_at - world.now() + timedelta(seconds=2))
    assert not await world.patient_could_pay(order)
    ended = await world.channel.close(order.key, Product.NATIVE)
    assert ended.state in {PaymentState.CLOSED, PaymentState.NOT_FOUND}
    assert (await world.books()).payments == ()


@pytest.mark.parametrize("product", OPENED)
async def test_a_closed_order_cannot_be_paid(
    world: World, cashier: Cashier, product: Product
) -> None:
    order = await cashier.opened(product)
    assert (await world.channel.close(order.key, product)).state is PaymentState.CLOSED
    assert not await world.patient_could_pay(order)


@pytest.mark.parametrize("product", ALL)
async def test_closing_a_number_never_used_finds_nothing(
    world: World, cashier: Cashier, product: Product
) -> None:
    order = await cashier.order(product)
    view = await world.channel.close(order.key, product)
    assert view.state in {PaymentState.NOT_FOUND, PaymentState.CLOSED}
