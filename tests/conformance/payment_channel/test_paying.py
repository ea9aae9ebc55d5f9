"""Money is taken once, exactly, and said to be taken only with amount and the channel's number."""

from dataclasses import replace

import pytest

from domain.money import Money
from domain.payments.payment import PaymentState, Product
from ports.errors import Refused
from tests.conformance.payment_channel.cashier import Cashier
from tests.conformance.payment_channel.world import (
    CodeBehaviour,
    Operation,
    Taken,
    Trouble,
    World,
)

OPENED = [Product.NATIVE, Product.IN_APP]
ALL = [*OPENED, Product.PAYMENT_CODE]


async def test_an_order_nobody_has_paid_is_not_paid(world: World, cashier: Cashier) -> None:
    for product in OPENED:
        order = await cashier.opened(product)
        view = await world.channel.query(order.key, product)
        assert view.state is PaymentState.NOT_PAID
        assert (view.amount, view.their_number, view.paid_at) == (Money(0), "", None)


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize("fen", [1, 12345, 5_000_000])
async def test_a_paid_order_says_its_exact_amount_and_number(
    world: World, cashier: Cashier, product: Product, fen: int
) -> None:
    order = await cashier.paid(product, fen)
    view = await world.channel.query(order.key, product)
    assert view.state is PaymentState.PAID
    assert (await world.books()).payments == (Taken(order.key, view.their_number, Money(fen)),)
    assert view.amount == Money(fen)
    assert view.paid_at is not None
    assert abs((view.paid_at - world.now()).total_seconds()) < 60


async def test_an_order_whose_code_nobody_scanned_is_not_paid(
    world: World, cashier: Cashier
) -> None:
    order = await cashier.order(Product.NATIVE)
    await cashier.open(order)
    view = await world.channel.query(order.key, Product.NATIVE)
    assert view.state is world.unscanned
    assert view.state in {PaymentState.NOT_PAID, PaymentState.NOT_FOUND}
    await world.patient_pays(order)
    assert (await world.channel.query(order.key, Product.NATIVE)).state is PaymentState.PAID


async def test_a_number_never_used_is_not_found(world: World, cashier: Cashier) -> None:
    for product in ALL:
        order = await cashier.order(product)
        view = await world.channel.query(order.key, product)
        assert view.state is PaymentState.NOT_FOUND


@pytest.mark.parametrize("product", OPENED)
async def test_the_same_order_twice_is_one_order(
    world: World, cashier: Cashier, product: Product
) -> None:
    order = await cashier.opened(product)
    await cashier.open(order)
    await world.patient_pays(order)
    assert [taken.key for taken in (await world.books()).payments] == [order.key]


async def test_a_charge_repeated_with_its_number_takes_the_money_once(
    world: World, cashier: Cashier
) -> None:
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=CodeBehaviour.PAYS)
    first, again = await cashier.charge(order), await cashier.charge(order)
    assert first.state is again.state is PaymentState.PAID
    assert first.their_number == again.their_number
    assert [taken.amount for taken in (await world.books()).payments] == [order.amount]


@pytest.mark.parametrize("product", ALL)
async def test_a_query_that_states_another_amount_shows_that_amount(
    world: World, cashier: Cashier, product: Product
) -> None:
    order = await cashier.paid(product)
    await world.trouble(Operation.QUERY, product, Trouble.WRONG_AMOUNT)
    view = await world.channel.query(order.key, product)
    assert view.amount != order.amount  # the core compares; nobody may put it right in between


async def test_a_patient_who_does_not_pay_leaves_the_order_unpaid(
    world: World, cashier: Cashier
) -> None:
    order = await cashier.opened(Product.NATIVE)
    await world.patient_refuses(order)
    view = await world.channel.query(order.key, Product.NATIVE)
    assert view.state is PaymentState.NOT_PAID


async def test_a_code_that_needs_no_password_is_paid_at_once(
    world: World, cashier: Cashier
) -> None:
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=CodeBehaviour.PAYS)
    view = await cashier.charge(order)
    assert (view.state, view.amount) == (PaymentState.PAID, order.amount)
    taken = Taken(order.key, view.their_number, order.amount)
    assert (await world.books()).payments == (taken,)


@pytest.mark.parametrize("pays", [True, False])
async def test_a_code_that_needs_the_password_waits_for_the_patient(
    world: World, cashier: Cashier, pays: bool
) -> None:
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=CodeBehaviour.ASKS_PASSWORD)
    assert (await cashier.charge(order)).state is PaymentState.PAYING
    assert (await world.channel.query(order.key, Product.PAYMENT_CODE)).state is PaymentState.PAYING
    await world.patient_answers(order, pays=pays)
    view = await world.channel.query(order.key, Product.PAYMENT_CODE)
    assert view.amount == (order.amount if pays else Money(0))
    if pays:
        assert view.state is PaymentState.PAID
    else:  # a channel may leave a refused order waiting until somebody ends it
        assert view.state in {PaymentState.FAILED, PaymentState.PAYING}


@pytest.mark.parametrize("behaviour", [CodeBehaviour.NO_MONEY, CodeBehaviour.REFUSED])
async def test_a_code_the_channel_refuses_takes_nothing(
    world: World, cashier: Cashier, behaviour: CodeBehaviour
) -> None:
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=behaviour)
    with pytest.raises(Refused) as raised:
        await cashier.charge(order)
    assert raised.value.code
    view = await world.channel.query(order.key, Product.PAYMENT_CODE)
    assert view.state in {PaymentState.NOT_FOUND, PaymentState.NOT_PAID, PaymentState.FAILED}
    assert (await world.books()).payments == ()


async def test_a_used_code_is_refused_for_another_order(world: World, cashier: Cashier) -> None:
    first = await cashier.paid(Product.PAYMENT_CODE)
    other = replace(await cashier.order(Product.PAYMENT_CODE), auth_code=first.auth_code)
    with pytest.raises(Refused) as raised:
        await cashier.charge(other)
    assert raised.value.code
    assert [taken.key for taken in (await world.books()).payments] == [first.key]
