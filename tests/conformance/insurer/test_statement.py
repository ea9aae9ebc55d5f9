"""The insurer's statement decides: every row in it, and every difference found."""

from dataclasses import replace

import pytest

from domain.identifiers import AttemptKey
from domain.money import Money
from ports.errors import OutcomeUnknown
from ports.insurer import Insurer
from tests.conformance.insurer import stays
from tests.conformance.insurer.world import InsurerWorld

ONE_FEN = Money(1)


async def test_it_lists_every_settlement_and_every_cancellation(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order = await stays.settlement_order(world)
    settled = await stays.settle(insurer, order)
    cancelled = await insurer.cancel_settlement(
        await insurer.message_no(), order.stay, settled.settlement_id
    )
    rows = (
        stays.statement_row(order.stay, settled),
        stays.statement_row(order.stay, cancelled, cancellation=True),
    )
    day = stays.day_of(settled)
    assert await insurer.compare_totals(day, rows) == ()
    compared = await insurer.compare_rows(day, rows)
    assert [(one.settlement_id, one.cancellation, one.balanced) for one in compared] == [
        (settled.settlement_id, False, True),
        (cancelled.settlement_id, True, True),
    ]
    assert [(one.total, one.fund, one.personal_account) for one in compared] == [
        (row.total, row.fund, row.personal_account) for row in rows
    ]


async def test_a_row_altered_in_the_insurers_books_is_found(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order = await stays.settlement_order(world)
    settled = await stays.settle(insurer, order)
    await world.alter(settled.settlement_id, ONE_FEN)
    rows, day = (stays.statement_row(order.stay, settled),), stays.day_of(settled)
    (remark,) = await insurer.compare_totals(day, rows)
    assert remark
    (found,) = await insurer.compare_rows(day, rows)
    assert (found.settlement_id, found.balanced) == (settled.settlement_id, False)
    assert found.total == settled.total + ONE_FEN
    assert found.remark


async def test_a_settlement_only_the_insurer_has_is_found_and_can_be_undone(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order, number = await stays.settlement_order(world), await insurer.message_no()
    await world.lose_answer("settle")
    with pytest.raises(OutcomeUnknown):
        await insurer.settle(number, order)
    day = stays.NOW.astimezone(stays.BEIJING).date()
    assert len(await insurer.compare_totals(day, ())) == 1
    (found,) = await insurer.compare_rows(day, ())
    assert (found.settlement_id, found.registration_no, found.balanced) == ("", "", False)
    assert (found.person_no, found.message_no) == (order.stay.person_no, number)
    assert found.total == stays.BILL
    assert await insurer.reverse(found.person_no, AttemptKey(found.message_no), "settle") is True
    assert await insurer.compare_totals(day, ()) == ()
    assert await insurer.compare_rows(day, ()) == ()


async def test_a_row_only_we_have_is_found(world: InsurerWorld, insurer: Insurer) -> None:
    order = await stays.settlement_order(world)
    settled = await stays.settle(insurer, order)
    ours = stays.statement_row(order.stay, settled)
    invented = replace(ours, settlement_id="009900000000")
    day = stays.day_of(settled)
    compared = await insurer.compare_rows(day, (ours, invented))
    assert {one.settlement_id: one.balanced for one in compared} == {
        settled.settlement_id: True,
        "009900000000": False,
    }
    assert len(await insurer.compare_totals(day, (ours, invented))) == 1


async def test_rows_of_another_office_are_compared_apart(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order = await stays.settlement_order(world)
    settled = await stays.settle(insurer, order)
    ours = stays.statement_row(order.stay, settled)
    elsewhere = replace(ours, settlement_id="009900000000", clearing_office="009901")
    day = stays.day_of(settled)
    (remark,) = await insurer.compare_totals(day, (ours, elsewhere))
    assert "009901" in remark
    compared = await insurer.compare_rows(day, (ours, elsewhere))
    assert [one.balanced for one in compared] == [True, False]


async def test_another_day_has_other_rows(world: InsurerWorld, insurer: Insurer) -> None:
    settled = await stays.settle(insurer, await stays.settlement_order(world))
    day_before = stays.day_of(settled).replace(day=1).replace(year=2020)
    assert await insurer.compare_rows(day_before, ()) == ()
    assert await insurer.compare_totals(day_before, ()) == ()
