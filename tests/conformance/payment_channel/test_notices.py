"""A notification is believed only when the channel sent it, to us, now."""

from datetime import timedelta

import pytest

from domain.money import Money
from domain.payments.payment import PaymentNotice, Product, RefundNotice, RefundState
from ports.payment_channels import NoticeForged
from tests.conformance.payment_channel.cashier import Cashier
from tests.conformance.payment_channel.world import World


@pytest.mark.parametrize("product", [Product.NATIVE, Product.IN_APP])
async def test_a_notice_says_what_a_query_says(
    world: World, cashier: Cashier, product: Product
) -> None:
    order = await cashier.paid(product)
    received = await world.notification(order.key)
    notice = world.channel.read_notice(received.headers, received.body)
    assert isinstance(notice, PaymentNotice)
    assert notice.key == order.key
    assert notice.view.amount == order.amount
    assert notice.view == await world.channel.query(order.key, product)


async def test_the_same_notice_read_twice_says_the_same(world: World, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE)
    received = await world.notification(order.key)
    first = world.channel.read_notice(received.headers, received.body)
    assert world.channel.read_notice(received.headers, received.body) == first


@pytest.mark.parametrize("end", [RefundState.DONE, RefundState.ABNORMAL, RefundState.CLOSED])
async def test_a_refund_notice_says_how_the_refund_ended_or_to_ask(
    world: World, cashier: Cashier, end: RefundState
) -> None:
    if end not in world.refund_ends_as:
        pytest.skip(f"no refund ends {end} here")
    order = await cashier.paid(Product.NATIVE, 10_000)
    for fen in (2_500, 1):  # the second must not speak of both
        refund = cashier.refund(order, fen)
        await world.channel.refund(refund)
        await world.refund_ends(refund, end)
        received = await world.notification(refund.key)
        notice = world.channel.read_notice(received.headers, received.body)
        assert isinstance(notice, RefundNotice)
        assert notice.key == refund.key
        found = await world.channel.query_refund(refund.key, order.key)
        assert (found.state, found.amount) == (end, Money(fen))
        assert notice.view.their_number == found.their_number
        if notice.view.state is not RefundState.PROCESSING:  # it may only say "ask me"
            assert (notice.view.state, notice.view.amount) == (end, Money(fen))


async def test_each_forgery_is_refused_with_its_reason(world: World, cashier: Cashier) -> None:
    order = await cashier.opened(Product.NATIVE)  # unpaid: believing one would give goods away
    assert world.forgeries
    for way, words in world.forgeries.items():
        received = await world.forged_notification(order, way)
        with pytest.raises(NoticeForged) as raised:
            world.channel.read_notice(received.headers, received.body)
        assert words in raised.value.reason, way


async def test_a_notice_about_another_amount_shows_that_amount(
    world: World, cashier: Cashier
) -> None:
    order = await cashier.paid(Product.NATIVE, 10_000)
    received = await world.overstated_notification(order, Money(1))
    notice = world.channel.read_notice(received.headers, received.body)
    assert notice.view.amount == Money(10_001)  # the core compares it with the order


async def test_a_notice_replayed_later_is_refused(world: World, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE)
    received = await world.notification(order.key)
    await world.advance(timedelta(minutes=6))
    with pytest.raises(NoticeForged) as raised:
        world.channel.read_notice(received.headers, received.body)
    assert raised.value.reason


async def test_a_notice_with_a_changed_body_is_refused(world: World, cashier: Cashier) -> None:
    order = await cashier.paid(Product.NATIVE)
    received = await world.notification(order.key)
    with pytest.raises(NoticeForged) as raised:
        world.channel.read_notice(received.headers, received.body + b" ")
    assert raised.value.reason


async def test_one_notices_signature_is_no_good_for_another(world: World, cashier: Cashier) -> None:
    one, other = await cashier.paid(Product.NATIVE), await cashier.paid(Product.NATIVE)
    first, second = await world.notification(one.key), await world.notification(other.key)
    mixed = world.transplanted(first, second)
    with pytest.raises(NoticeForged) as raised:
        world.channel.read_notice(mixed.headers, mixed.body)
    assert raised.value.reason
