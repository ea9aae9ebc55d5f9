"""Every write with its answer lost, and with its request lost: the number tells which it was."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from domain.identifiers import PlanNo
from domain.money import Money
from ports.errors import OutcomeUnknown, Refused, Unavailable
from ports.hospital import Hospital, LockPurpose, NumberUse
from tests.conformance.hospital import stays
from tests.conformance.hospital.stays import OPERATOR, number
from tests.conformance.hospital.world import HospitalWorld

Write = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Case:
    """A write of the port; `prepare` brings its stay to where it may be called with a number."""

    operation: str
    use: NumberUse
    prepare: Callable[[HospitalWorld, PlanNo], Awaitable[Write]]


async def to_lock(world: HospitalWorld, ours: PlanNo) -> Write:
    no = await stays.ready_to_settle(world)
    return lambda: world.hospital.lock(ours, no, LockPurpose.SETTLE)


async def to_post(world: HospitalWorld, ours: PlanNo) -> Write:
    no = await stays.ready_to_settle(world)
    figures = stays.self_pay_figures(ours, no, await stays.lock(world, ours, no))
    return lambda: world.hospital.post_settlement(figures, OPERATOR)


async def to_cancel(world: HospitalWorld, ours: PlanNo) -> Write:
    no = await stays.ready_to_settle(world)
    settlement_no, _ = await stays.settle(world, no)
    await world.hospital.lock(ours, no, LockPurpose.CANCEL, settlement_no)
    return lambda: world.hospital.cancel_settlement(ours, settlement_no, no, "测试撤销")


async def to_save(world: HospitalWorld, ours: PlanNo) -> Write:
    no, paid_at = await world.admit(insured=False), datetime.now(UTC)
    return lambda: world.hospital.save_deposit(
        ours, no, Money(5_000), "wechat_pay", "4200000000202601010000000002", paid_at
    )


async def to_return(world: HospitalWorld, ours: PlanNo) -> Write:
    no = await world.admit(insured=False)
    deposit_no = await stays.save(world, no, Money(5_000))
    return lambda: world.hospital.return_deposit(ours, deposit_no, no, Money(5_000), "退余款")


CASES = [
    Case("lock", NumberUse.LOCK, to_lock),
    Case("post_settlement", NumberUse.SETTLEMENT, to_post),
    Case("cancel_settlement", NumberUse.CANCELLATION, to_cancel),
    Case("save_deposit", NumberUse.DEPOSIT, to_save),
    Case("return_deposit", NumberUse.DEPOSIT_RETURN, to_return),
]
each_write = pytest.mark.parametrize("case", CASES, ids=[case.operation for case in CASES])


async def listed(hospital: Hospital, world: HospitalWorld, ours: PlanNo) -> int:
    """How often the HIS's journals of the day name this number."""
    lines = [
        *await hospital.settlements(world.today()),
        *await hospital.deposits(day=world.today()),
    ]
    return sum(line.number == ours for line in lines)


@each_write
async def test_a_lost_answer_is_unknown_and_found_done_once(
    hospital: Hospital, world: HospitalWorld, case: Case
) -> None:
    ours = number("ZZ")
    write = await case.prepare(world, ours)
    await world.lose_answer(case.operation)

    with pytest.raises(OutcomeUnknown):
        await write()
    found = await hospital.find(ours, case.use)
    await write()

    assert (found.found, found.cancelled) == (True, False)
    assert await listed(hospital, world, ours) == (0 if case.use is NumberUse.LOCK else 1)


@each_write
async def test_a_lost_request_is_unknown_and_not_found(
    hospital: Hospital, world: HospitalWorld, case: Case
) -> None:
    ours = number("ZZ")
    write = await case.prepare(world, ours)
    await world.lose_request(case.operation)

    with pytest.raises(OutcomeUnknown):
        await write()
    lost = await hospital.find(ours, case.use)
    await write()
    repeated = await hospital.find(ours, case.use)

    assert (lost.found, repeated.found) == (False, True)


async def test_a_settlements_lock_is_not_taken_for_its_posting(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world)
    ours = number("JS")
    bill = await stays.lock(world, ours, no)

    held = await hospital.find(ours, NumberUse.LOCK)

    assert (held.found, held.cancelled, held.bill_no) == (True, False, bill.bill_no)
    assert not (await hospital.find(ours, NumberUse.SETTLEMENT)).found
    assert not (await hospital.find(number("JS"), NumberUse.LOCK)).found


async def test_a_silent_his_is_unknown(hospital: Hospital, world: HospitalWorld) -> None:
    no = await world.admit(insured=False)
    await world.fall_silent("save_deposit")

    with pytest.raises(OutcomeUnknown):
        await stays.save(world, no, Money(100))


async def test_a_his_that_is_down_is_unavailable(world: HospitalWorld) -> None:
    no = await world.admit(insured=False)

    with pytest.raises(Unavailable):
        await world.unreachable.lock(number("JS"), no, LockPurpose.SETTLE)


async def test_a_wrong_secret_is_refused_and_changes_nothing(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await world.admit(insured=False)
    ours = number("YJ")

    with pytest.raises(Refused) as refused:
        await world.stranger.save_deposit(ours, no, Money(100), "cash", "", datetime.now(UTC))

    assert refused.value.code == "UNAUTHENTICATED"
    assert not (await hospital.find(ours, NumberUse.DEPOSIT)).found
