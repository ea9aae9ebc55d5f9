"""The channel's statement: a line for every outcome, and the sums of its own books."""

from datetime import timedelta

import pytest

from domain.money import Money, total
from domain.payments.payment import Product, RefundState
from ports.errors import OutcomeUnknown, Refused
from tests.conformance.payment_channel.cashier import Cashier
from tests.conformance.payment_channel.world import Operation, Trouble, World


async def test_every_outcome_has_its_line_and_nothing_else_has(
    world: World, cashier: Cashier
) -> None:
    native = await cashier.paid(Product.NATIVE, 10_000)
    in_app = await cashier.paid(Product.IN_APP, 333)
    scanned = await cashier.paid(Product.PAYMENT_CODE, 8_888)
    reversed_order = await cashier.paid(Product.PAYMENT_CODE, 700)
    await world.channel.close(reversed_order.key, Product.PAYMENT_CODE)
    unpaid = await cashier.opened(Product.NATIVE)
    closed = await cashier.opened(Product.NATIVE)
    await world.channel.close(closed.key, Product.NATIVE)
    done, waiting = cashier.refund(native, 1), cashier.refund(native, 9_998)
    for refund in (done, waiting):
        await world.channel.refund(refund)
    await world.refund_ends(done, RefundState.DONE)
    books = await world.books()

    lines = await world.channel.statement(await world.next_day())

    taken = {line.key: line for line in lines if not line.refund}
    given_back = [line for line in lines if line.refund]
    assert taken.keys() == {native.key, in_app.key, scanned.key, reversed_order.key}
    for payment in books.payments:
        line = taken[payment.key]
        assert (line.amount, line.their_number) == (payment.amount, payment.their_number)
    refunded = {line.key: line.amount for line in given_back}
    assert refunded[done.key] == Money(-1)
    assert refunded[waiting.key] == Money(-9_998)
    assert unpaid.key not in refunded
    assert total(line.amount for line in taken.values()) == total(
        payment.amount for payment in books.payments
    )
    assert -total(line.amount for line in given_back) == books.returned


async def test_a_line_says_when_it_happened(world: World, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE)
    view = await world.channel.query(order.key, Product.NATIVE)
    (line,) = await world.channel.statement(await world.next_day())
    assert line.at == view.paid_at


async def test_a_day_without_any_movement_has_an_empty_statement(
    world: World, cashier: Cashier
) -> None:
    await cashier.opened(Product.NATIVE)
    day = await world.next_day()
    await world.past_every_delay()
    assert await world.channel.statement(day) == ()


async def test_yesterdays_payment_is_not_in_todays_statement(
    world: World, cashier: Cashier
) -> None:
    first = await cashier.paid(Product.NATIVE, 100)
    first_day = await world.next_day()
    second = await cashier.paid(Product.NATIVE, 200)
    second_day = await world.next_day()
    for order, day in ((first, first_day), (second, second_day)):
        assert [line.key for line in await world.channel.statement(day)] == [order.key]


async def test_a_statement_before_its_time_is_not_ready(world: World, cashier: Cashier) -> None:
    await cashier.paid(Product.NATIVE)
    today = await world.next_day() + timedelta(days=1)
    await cashier.paid(Product.NATIVE)
    with pytest.raises(Refused) as raised:
        await world.channel.statement(today)
    assert raised.value.code == "not_ready"


async def test_a_late_statement_is_not_ready_and_comes_later(
    world: World, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.NATIVE)
    day = await world.next_day()
    await world.trouble(Operation.STATEMENT, Product.NATIVE, Trouble.STATEMENT_LATE)
    with pytest.raises(Refused) as raised:
        await world.channel.statement(day)
    assert raised.value.code == "not_ready"
    assert [line.key for line in await world.channel.statement(day)] == [order.key]


async def test_a_statement_whose_totals_do_not_fit_is_not_used(
    world: World, cashier: Cashier
) -> None:
    await cashier.paid(Product.NATIVE)
    day = await world.next_day()
    await world.trouble(Operation.STATEMENT, Product.NATIVE, Trouble.STATEMENT_INCONSISTENT)
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.statement(day)
    assert raised.value.code == "statement_inconsistent"


@pytest.mark.parametrize(
    "trouble", [Trouble.LOST_ANSWER, Trouble.BAD_SIGNATURE, Trouble.SYSTEM_ERROR]
)
async def test_a_statement_without_a_good_answer_is_asked_for_again(
    world: World, cashier: Cashier, trouble: Trouble
) -> None:
    order = await cashier.paid(Product.NATIVE)
    day = await world.next_day()
    await world.trouble(Operation.STATEMENT, Product.NATIVE, trouble)
    with pytest.raises(OutcomeUnknown) as raised:
        await world.channel.statement(day)
    assert (raised.value.code == "signature_invalid") is (trouble is Trouble.BAD_SIGNATURE)
    assert [line.key for line in await world.channel.statement(day)] == [order.key]
