"""Settled, cancelled and found again: every figure exact, and the same on both sides."""

from dataclasses import replace

import pytest

from domain.insurance.breakdown import Breakdown
from domain.money import ZERO, Money, total
from ports.errors import AlreadyCancelled, OutcomeUnknown, Refused
from ports.insurer import Insurer
from tests.conformance.insurer import stays
from tests.conformance.insurer.world import InsurerWorld

# What the lines of the bill come to (stays.ITEMS).
OWN_EXPENSE, OVER_LIMIT, PRE_SELF_PAY, IN_SCOPE = 1280_00, 18_00, 188_00, 2902_40


def scope(one: Breakdown) -> tuple[int, int, int, int]:
    return (
        one.own_expense.fen,
        one.over_limit.fen,
        one.pre_self_pay.fen,
        one.in_scope.fen,
    )


def figures(one: Breakdown) -> tuple[Money, ...]:
    return (one.total, one.fund_total, one.personal_account, one.cash, one.basic_fund)


async def test_a_pre_settlement_changes_nothing(world: InsurerWorld, insurer: Insurer) -> None:
    order = stays.order(await stays.discharged(world))
    first = await insurer.pre_settle(await insurer.message_no(), order)
    again = await insurer.pre_settle(await insurer.message_no(), order)
    assert figures(first) == figures(again)
    assert first.settlement_id == ""
    assert await world.booked() == ()


async def test_a_settlement_says_what_its_pre_settlement_said(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order = await stays.settlement_order(world)
    number = await insurer.message_no()
    settled = await insurer.settle(number, order)
    assert order.pre_settled is not None
    assert figures(settled) == figures(order.pre_settled)
    assert settled.settlement_id
    assert settled.our_message_no == number
    assert settled.registration_no == order.stay.registration_no
    assert settled.settled_at is not None


async def test_a_settlements_figures_add_up_to_the_fen(
    world: InsurerWorld, insurer: Insurer
) -> None:
    settled = await stays.settle(insurer, await stays.settlement_order(world))
    profile = insurer.profile
    assert settled.total == stays.BILL
    assert scope(settled) == (OWN_EXPENSE, OVER_LIMIT, PRE_SELF_PAY, IN_SCOPE)
    assert settled.breaches(profile) == ()
    shares = settled.shares(profile, "settle_insurance")
    assert total(share.amount for share in shares) + settled.cash == stays.BILL
    assert settled.parts


async def test_the_insurers_books_say_the_same(world: InsurerWorld, insurer: Insurer) -> None:
    settled = await stays.settle(insurer, await stays.settlement_order(world))
    (booked,) = await world.booked()
    assert booked.settlement_id == settled.settlement_id
    assert booked.total == settled.total
    assert booked.pooled_fund == settled.pooled_fund(insurer.profile)
    assert booked.personal_account == settled.personal_account
    assert booked.cash == settled.cash


async def test_the_personal_account_pays_only_when_asked(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order = await stays.settlement_order(world)
    assert order.pre_settled is not None
    assert order.pre_settled.personal_account.positive
    without = await insurer.pre_settle(
        await insurer.message_no(), replace(order, use_personal_account=False)
    )
    assert without.personal_account == ZERO
    assert without.cash == order.pre_settled.cash + order.pre_settled.personal_account


async def test_another_total_than_the_lines_is_refused(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order = await stays.settlement_order(world)
    with pytest.raises(Refused) as refused:
        await stays.settle(insurer, replace(order, total=order.total + Money(1)))
    assert refused.value.code == "-1"
    assert await world.booked() == ()


async def test_a_cancellation_is_the_exact_opposite(world: InsurerWorld, insurer: Insurer) -> None:
    order = await stays.settlement_order(world)
    settled = await stays.settle(insurer, order)
    cancelled = await insurer.cancel_settlement(
        await insurer.message_no(), order.stay, settled.settlement_id
    )
    assert cancelled.reversal_of(settled)
    assert cancelled.breaches(insurer.profile) == ()
    assert cancelled.settlement_id not in ("", settled.settlement_id)
    assert sum(one.total.fen for one in await world.booked()) == 0


async def test_cancelling_twice_says_so(world: InsurerWorld, insurer: Insurer) -> None:
    order = await stays.settlement_order(world)
    settled = await stays.settle(insurer, order)
    await world.lose_answer("cancel_settlement")
    with pytest.raises(OutcomeUnknown):
        await insurer.cancel_settlement(
            await insurer.message_no(), order.stay, settled.settlement_id
        )
    with pytest.raises(AlreadyCancelled) as refused:
        await insurer.cancel_settlement(
            await insurer.message_no(), order.stay, settled.settlement_id
        )
    assert refused.value.text
    assert len(await world.booked()) == 2


async def test_cancelling_what_never_was_is_an_ordinary_refusal(
    world: InsurerWorld, insurer: Insurer
) -> None:
    stay = await stays.discharged(world)
    with pytest.raises(Refused) as refused:
        await insurer.cancel_settlement(await insurer.message_no(), stay, "009900000000")
    assert not isinstance(refused.value, AlreadyCancelled)


async def test_a_settlement_is_found_by_its_number_only(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order = await stays.settlement_order(world)
    settled = await stays.settle(insurer, order)
    found = await insurer.find_settlement(order.stay, settled.settlement_id)
    assert found is not None
    assert figures(found) == figures(settled)
    assert found.breaches(insurer.profile) == ()
    assert found.our_message_no == settled.our_message_no
    assert await insurer.find_settlement(order.stay, "009900000000") is None


async def test_a_cancelled_stay_is_settled_again(world: InsurerWorld, insurer: Insurer) -> None:
    order = await stays.settlement_order(world)
    first = await stays.settle(insurer, order)
    await insurer.cancel_settlement(await insurer.message_no(), order.stay, first.settlement_id)
    second = await stays.settle(insurer, order)
    assert second.settlement_id != first.settlement_id
    assert figures(second) == figures(first)
