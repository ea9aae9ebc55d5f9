"""The HIS's journals: every movement once, with exact totals."""

from datetime import timedelta

from domain.money import Money, total
from ports.hospital import Hospital
from tests.conformance.hospital import stays
from tests.conformance.hospital.stays import BILL, number
from tests.conformance.hospital.world import HospitalWorld


async def test_the_days_settlements_and_cancellations_are_listed_once(
    hospital: Hospital, world: HospitalWorld
) -> None:
    kept, undone = await stays.ready_to_settle(world), await stays.ready_to_settle(world)
    kept_no, kept_posted = await stays.settle(world, kept)
    undone_no, _ = await stays.settle(world, undone)
    cancellation_no = await stays.cancel(world, undone_no, undone)

    lines = await hospital.settlements(world.today())

    by_number = {line.number: line for line in lines}
    assert sorted(line.number for line in lines) == sorted([kept_no, undone_no, cancellation_no])
    assert by_number[kept_no].receipt_no == kept_posted.receipt_no
    assert by_number[kept_no].admission_no == kept
    assert by_number[cancellation_no].cancelled_settlement_no == undone_no
    assert by_number[cancellation_no].total == -BILL
    assert total(line.total for line in lines) == BILL
    assert total(line.deposit_applied for line in lines) == BILL


async def test_the_days_deposits_and_returns_are_listed_once(
    hospital: Hospital, world: HospitalWorld
) -> None:
    one, other = await world.admit(insured=False), await world.admit(insured=False)
    first = await stays.save(world, one, Money(10_001))
    second = await stays.save(world, other, Money(20_002))
    ours = number("TK")
    await hospital.return_deposit(ours, first, one, Money(4_000), "退余款")

    of_day = await hospital.deposits(day=world.today())
    of_stay = await hospital.deposits(no=one)

    assert sorted(line.number for line in of_day) == sorted([first, second, ours])
    assert total(line.amount for line in of_day) == Money(26_003)
    assert [(line.number, line.amount) for line in of_stay] == [
        (first, Money(10_001)),
        (ours, Money(-4_000)),
    ]
    assert [line.returned_deposit_no for line in of_stay] == ["", first]


async def test_another_day_lists_nothing(hospital: Hospital, world: HospitalWorld) -> None:
    await stays.settle(world, await stays.ready_to_settle(world))
    yesterday = world.today() - timedelta(days=1)

    assert await hospital.settlements(yesterday) == ()
    assert await hospital.deposits(day=yesterday) == ()
