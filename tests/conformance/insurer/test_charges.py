"""Charge lines given to the insurer, split by it, and taken back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.insurance.breakdown import inconsistent_lines
from domain.money import ZERO, Money
from ports.errors import AlreadyUploaded, Refused
from ports.insurer import Insurer
from tests.conformance.insurer import stays
from tests.conformance.insurer.world import InsurerWorld


async def test_every_line_comes_back_split_to_the_fen(
    world: InsurerWorld, insurer: Insurer
) -> None:
    stay, bill = await stays.registered(world), stays.bill()
    lines = await insurer.upload_charges(await insurer.message_no(), stay, bill)
    assert inconsistent_lines(lines) == ()
    split = {
        one.line_no: (
            one.amount.fen,
            one.own_expense.fen,
            one.over_limit.fen,
            one.pre_self_pay.fen,
            one.in_scope.fen,
        )
        for one in lines
    }
    assert split == {
        charge.line_no: (
            item.amount,
            item.own_expense,
            item.over_limit,
            item.pre_self_pay,
            item.in_scope,
        )
        for charge, item in zip(bill, stays.ITEMS, strict=True)
    }
    assert await world.uploaded_total(stay.registration_no) == stays.BILL


async def test_a_line_sent_again_is_recognised_and_counted_once(
    world: InsurerWorld, insurer: Insurer
) -> None:
    stay = await stays.uploaded(world)
    with pytest.raises(AlreadyUploaded):
        await insurer.upload_charges(await insurer.message_no(), stay, stays.bill()[:1])
    assert await world.uploaded_total(stay.registration_no) == stays.BILL


async def test_one_bad_line_refuses_its_whole_batch(world: InsurerWorld, insurer: Insurer) -> None:
    stay, (good, other, *_) = await stays.registered(world), stays.bill()
    bad = replace(other, insurance_code="X-NOT-IN-THE-CATALOGUE")
    with pytest.raises(Refused) as refused:
        await insurer.upload_charges(await insurer.message_no(), stay, (good, bad))
    assert not isinstance(refused.value, AlreadyUploaded)
    assert bad.line_no in refused.value.text
    assert await world.uploaded_total(stay.registration_no) == ZERO


async def test_a_quantity_the_wire_cannot_carry_is_refused_unsent(
    world: InsurerWorld, insurer: Insurer
) -> None:
    stay = await stays.registered(world)
    fine = replace(stays.bill()[0], quantity=Decimal("7.00001"))
    with pytest.raises(Refused) as refused:
        await insurer.upload_charges(await insurer.message_no(), stay, (fine,))
    assert refused.value.code == "not_expressible"
    assert await world.uploaded_total(stay.registration_no) == ZERO


async def test_withdrawn_lines_are_gone_and_may_come_again(
    world: InsurerWorld, insurer: Insurer
) -> None:
    stay = await stays.uploaded(world)
    withdrawn = stays.bill()[:2]
    numbers = tuple(one.line_no for one in withdrawn)
    for _ in range(2):
        await insurer.withdraw_charges(await insurer.message_no(), stay, numbers)
    left = stays.BILL - Money(stays.ITEMS[0].amount + stays.ITEMS[1].amount)
    assert await world.uploaded_total(stay.registration_no) == left
    await insurer.upload_charges(await insurer.message_no(), stay, withdrawn)
    assert await world.uploaded_total(stay.registration_no) == stays.BILL


async def test_lines_are_withdrawn_even_when_one_of_them_is_not_there(
    world: InsurerWorld, insurer: Insurer
) -> None:
    stay = await stays.uploaded(world)
    first, second = (one.line_no for one in stays.bill()[:2])
    await insurer.withdraw_charges(await insurer.message_no(), stay, (first, "99999", second))
    left = stays.BILL - Money(stays.ITEMS[0].amount + stays.ITEMS[1].amount)
    assert await world.uploaded_total(stay.registration_no) == left


async def test_settled_lines_are_not_withdrawn(world: InsurerWorld, insurer: Insurer) -> None:
    order = await stays.settlement_order(world)
    await stays.settle(insurer, order)
    with pytest.raises(Refused) as refused:
        await insurer.withdraw_charges(await insurer.message_no(), order.stay, ("1000",))
    assert refused.value.code == "-1"
    assert await world.uploaded_total(order.stay.registration_no) == stays.BILL
