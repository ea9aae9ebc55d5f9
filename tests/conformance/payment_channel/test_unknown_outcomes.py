"""A call without a good answer: unknown, found out by our number, never taken twice."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from domain.payments.payment import PaymentOrder, PaymentState, Product
from ports.errors import OutcomeUnknown, Unavailable
from ports.payment_channels import ChargesCode, PaymentChannel, PaysInApp, PresentsCode
from tests.conformance.payment_channel.cashier import Cashier
from tests.conformance.payment_channel.world import CodeBehaviour, Operation, Trouble, World

OPENED = [Product.NATIVE, Product.IN_APP]
ALL = [*OPENED, Product.PAYMENT_CODE]
DONE_ALL_THE_SAME = [Trouble.LOST_ANSWER, Trouble.HALF_ANSWER, Trouble.BAD_SIGNATURE]


def code_of(trouble: Trouble, error: OutcomeUnknown) -> None:
    """A wrong signature is told apart: it may be an attack."""
    assert (error.code == "signature_invalid") is (trouble is Trouble.BAD_SIGNATURE)


@pytest.mark.parametrize("trouble", DONE_ALL_THE_SAME)
async def test_a_charge_done_without_a_good_answer_is_found_paid(
    world: World, cashier: Cashier, trouble: Trouble
) -> None:
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=CodeBehaviour.PAYS)
    await world.trouble(Operation.CHARGE, Product.PAYMENT_CODE, trouble)
    with pytest.raises(OutcomeUnknown) as raised:
        await cashier.charge(order)
    code_of(trouble, raised.value)
    view = await world.channel.query(order.key, Product.PAYMENT_CODE)
    assert (view.state, view.amount) == (PaymentState.PAID, order.amount)
    assert [taken.key for taken in (await world.books()).payments] == [order.key]


@pytest.mark.parametrize("trouble", [Trouble.LOST_REQUEST, Trouble.SYSTEM_ERROR])
async def test_a_charge_that_never_happened_is_found_out_and_ended(
    world: World, cashier: Cashier, trouble: Trouble
) -> None:
    order = await cashier.order(Product.PAYMENT_CODE, behaviour=CodeBehaviour.PAYS)
    await world.trouble(Operation.CHARGE, Product.PAYMENT_CODE, trouble)
    with pytest.raises(OutcomeUnknown):
        await cashier.charge(order)
    view = await world.channel.query(order.key, Product.PAYMENT_CODE)
    assert view.state in {PaymentState.NOT_FOUND, PaymentState.NOT_PAID}
    ended = await world.channel.close(order.key, Product.PAYMENT_CODE)
    assert ended.state in {PaymentState.CLOSED, PaymentState.NOT_FOUND}
    assert (await world.books()).payments == ()


@pytest.mark.parametrize("product", OPENED)
@pytest.mark.parametrize("trouble", [Trouble.LOST_REQUEST, *DONE_ALL_THE_SAME])
async def test_an_order_opened_without_a_good_answer_is_opened_again_and_paid_once(
    world: World, cashier: Cashier, product: Product, trouble: Trouble
) -> None:
    order = await cashier.order(product)
    await world.trouble(Operation.OPEN, product, trouble)
    with pytest.raises(OutcomeUnknown) as raised:
        await cashier.open(order)
    code_of(trouble, raised.value)
    expected = world.unscanned if product is Product.NATIVE else PaymentState.NOT_PAID
    if trouble is Trouble.LOST_REQUEST:
        expected = PaymentState.NOT_FOUND
    assert (await world.channel.query(order.key, product)).state is expected
    await cashier.open(order)
    await world.patient_pays(order)
    assert (await world.channel.query(order.key, product)).state is PaymentState.PAID
    assert [taken.key for taken in (await world.books()).payments] == [order.key]


@pytest.mark.parametrize("product", ALL)
async def test_an_order_not_seen_at_first_is_seen_later(
    world: World, cashier: Cashier, product: Product
) -> None:
    order = await cashier.paid(product)
    await world.trouble(Operation.QUERY, product, Trouble.NOT_FOUND_FIRST)
    assert (await world.channel.query(order.key, product)).state is PaymentState.NOT_FOUND
    assert (await world.channel.query(order.key, product)).state is PaymentState.PAID


@pytest.mark.parametrize("product", ALL)
@pytest.mark.parametrize("trouble", [*DONE_ALL_THE_SAME, Trouble.SYSTEM_ERROR])
async def test_a_query_without_a_good_answer_says_nothing(
    world: World, cashier: Cashier, product: Product, trouble: Trouble
) -> None:
    order = await cashier.paid(product)
    await world.trouble(Operation.QUERY, product, trouble)
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.query(order.key, product)
    code_of(trouble, raised.value)
    assert (await world.channel.query(order.key, product)).state is PaymentState.PAID


Call = Callable[[PaymentChannel, PaymentOrder], Awaitable[object]]


async def present(channel: PaymentChannel, order: PaymentOrder) -> object:
    assert isinstance(channel, PresentsCode)
    return await channel.present_code(order)


async def open_in_app(channel: PaymentChannel, order: PaymentOrder) -> object:
    assert isinstance(channel, PaysInApp)
    return await channel.open_in_app(order)


async def charge(channel: PaymentChannel, order: PaymentOrder) -> object:
    assert isinstance(channel, ChargesCode)
    return await channel.charge_code(order)


def query(product: Product) -> Call:
    return lambda channel, order: channel.query(order.key, product)


def close(product: Product) -> Call:
    return lambda channel, order: channel.close(order.key, product)


CALLS: dict[str, tuple[Product, Call]] = {
    "present_code": (Product.NATIVE, present),
    "open_in_app": (Product.IN_APP, open_in_app),
    "charge_code": (Product.PAYMENT_CODE, charge),
    **{f"query {product}": (product, query(product)) for product in ALL},
    **{f"close {product}": (product, close(product)) for product in ALL},
    "refund": (
        Product.NATIVE,
        lambda channel, order: channel.refund(Cashier.refund(order, 1)),
    ),
    "query_refund": (
        Product.NATIVE,
        lambda channel, order: channel.query_refund(order.key, order.key),
    ),
    "statement": (
        Product.NATIVE,
        lambda channel, order: channel.statement(order.expires_at.date() - timedelta(days=2)),
    ),
}


@pytest.mark.parametrize("call", CALLS)
async def test_a_call_that_never_left_is_unavailable(
    world: World, cashier: Cashier, call: str
) -> None:
    product, make = CALLS[call]
    order = await cashier.order(product)
    with pytest.raises(Unavailable):
        await make(world.unreachable, order)
    assert world.exchanges[-1].status == "unavailable"
    assert world.exchanges[-1].response_sha256 is None


async def test_every_call_is_recorded_with_its_number_and_verdicts(
    world: World, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.NATIVE)
    await world.channel.query(order.key, Product.NATIVE)
    ours = [exchange for exchange in world.exchanges if exchange.key == order.key]
    assert len(ours) == 2
    for exchange in ours:
        assert exchange.system == world.channel.capabilities.channel
        assert (exchange.direction, exchange.status) == ("out", "200")
        assert (exchange.request_signature, exchange.response_signature) == ("signed", "verified")
        assert exchange.algorithm
        assert exchange.response_sha256


async def test_a_wrong_signature_is_recorded_as_invalid(world: World, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE)
    await world.trouble(Operation.QUERY, Product.NATIVE, Trouble.BAD_SIGNATURE)
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.query(order.key, Product.NATIVE)
    assert raised.value.code == "signature_invalid"
    assert world.exchanges[-1].response_signature == "invalid"
