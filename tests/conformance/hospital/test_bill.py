"""Lock, pre-settlement, posting and cancellation of one bill."""

import dataclasses

import pytest

from domain.money import Money
from domain.plan.shares import Payer, Share
from domain.visits.admission import AdmissionState
from ports.errors import Refused
from ports.hospital import Hospital, LockPurpose, NumberUse
from tests.conformance.hospital import stays
from tests.conformance.hospital.stays import BILL, DEPOSIT, OPERATOR, number
from tests.conformance.hospital.world import HospitalWorld, WardRefused


async def test_a_lock_answers_with_the_bill(hospital: Hospital, world: HospitalWorld) -> None:
    no = await stays.ready_to_settle(world)

    bill = await hospital.lock(number("JS"), no, LockPurpose.SETTLE)

    assert (bill.total, bill.deposit_balance, bill.charge_count) == (BILL, DEPOSIT, 2)
    assert bill.bill_no


async def test_a_second_lock_is_refused(hospital: Hospital, world: HospitalWorld) -> None:
    no = await stays.ready_to_settle(world)
    await stays.lock(world, number("JS"), no)

    with pytest.raises(Refused) as refused:
        await hospital.lock(number("JS"), no, LockPurpose.SETTLE)
    assert refused.value.code == "BILL_LOCKED"


async def test_a_lock_repeated_with_its_number_is_the_same_lock(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no, other = await stays.ready_to_settle(world), await stays.ready_to_settle(world)
    ours = number("JS")

    first = await hospital.lock(ours, no, LockPurpose.SETTLE)

    assert await hospital.lock(ours, no, LockPurpose.SETTLE) == first
    with pytest.raises(Refused) as refused:
        await hospital.lock(ours, other, LockPurpose.SETTLE)
    assert refused.value.code == "ALREADY_EXISTS"


async def test_a_lock_stops_charges_but_not_deposits(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world)
    ours = number("JS")
    bill = await stays.lock(world, ours, no)

    with pytest.raises(WardRefused):
        await world.charge(no, Money(100))
    await stays.save(world, no, Money(1))
    await hospital.unlock(ours, no, bill.bill_no)
    await hospital.unlock(ours, no, bill.bill_no)
    await world.charge(no, Money(100))

    assert (await hospital.pending_charges(no))[1] == BILL + Money(100)
    assert (await hospital.find(ours, NumberUse.LOCK)).cancelled


@pytest.mark.parametrize(
    ("charged", "ordered", "code"),
    [(True, False, "DISCHARGE_NOT_ORDERED"), (False, True, "NOTHING_TO_SETTLE")],
)
async def test_a_bill_that_is_not_ready_is_not_locked(
    hospital: Hospital, world: HospitalWorld, charged: bool, ordered: bool, code: str
) -> None:
    no = await world.admit(insured=False)
    if charged:
        await world.charge(no, Money(100))
    if ordered:
        await world.order_discharge(no)

    with pytest.raises(Refused) as refused:
        await hospital.lock(number("JS"), no, LockPurpose.SETTLE)
    assert refused.value.code == code


async def test_a_posting_takes_the_due_from_the_deposit_and_discharges(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world)

    settlement_no, posted = await stays.settle(world, no)

    found = await hospital.find(settlement_no, NumberUse.SETTLEMENT)
    stay = await hospital.admission(no)
    assert posted.receipt_no
    assert posted.deposit_balance == DEPOSIT - BILL
    assert (found.found, found.cancelled, found.receipt_no) == (True, False, posted.receipt_no)
    assert (found.total, found.deposit_applied) == (BILL, BILL)
    assert found.result_text
    assert stay is not None
    assert stay.state is AdmissionState.DISCHARGED
    assert (await hospital.pending_charges(no))[0] == ()


async def test_an_insured_bill_is_confirmed_and_posted(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world, insured=True)
    ours = number("JS")
    bill = await stays.lock(world, ours, no)

    confirmed = await hospital.confirm_pre_settlement(stays.insured_figures(ours, no, bill, ""))
    final = stays.insured_figures(ours, no, bill, "SETL0001")
    posted = await hospital.post_settlement(final, OPERATOR)

    assert confirmed <= posted.posted_at
    assert posted.deposit_balance == DEPOSIT - final.due


async def test_shares_that_miss_a_fen_are_refused_before_and_after(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world)
    ours = number("JS")
    right = stays.self_pay_figures(ours, no, await stays.lock(world, ours, no))
    short = dataclasses.replace(
        right, shares=(Share(Payer.DEPOSIT, right.due - Money(1), "post_to_his"),)
    )

    with pytest.raises(Refused) as before:
        await hospital.confirm_pre_settlement(short)
    with pytest.raises(Refused) as after:
        await hospital.post_settlement(short, OPERATOR)
    assert (before.value.code, after.value.code) == ("FIGURES_REJECTED", "SHARES_REJECTED")
    assert not (await hospital.find(ours, NumberUse.SETTLEMENT)).found


async def test_a_total_that_is_not_the_bills_is_refused(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world)
    ours = number("JS")
    bill = await stays.lock(world, ours, no)
    wrong = dataclasses.replace(bill, total=bill.total - Money(1))

    with pytest.raises(Refused) as refused:
        await hospital.post_settlement(stays.self_pay_figures(ours, no, wrong), OPERATOR)
    assert refused.value.code == "BILL_CHANGED"


async def test_a_posting_without_its_lock_or_its_cover_is_refused(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await world.admit(insured=False)
    await world.charge(no, BILL)
    await stays.save(world, no, BILL - Money(1))
    await world.order_discharge(no)
    ours = number("JS")
    bill = await stays.lock(world, ours, no)

    with pytest.raises(Refused) as short:
        await hospital.post_settlement(stays.self_pay_figures(ours, no, bill), OPERATOR)
    with pytest.raises(Refused) as unlocked:
        await hospital.post_settlement(stays.self_pay_figures(number("JS"), no, bill), OPERATOR)
    assert (short.value.code, unlocked.value.code) == ("DEPOSIT_SHORT", "BILL_NOT_LOCKED")


async def test_a_posting_repeated_with_its_number_is_posted_once(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world)
    ours = number("JS")
    figures = stays.self_pay_figures(ours, no, await stays.lock(world, ours, no))

    first = await hospital.post_settlement(figures, OPERATOR)

    assert await hospital.post_settlement(figures, OPERATOR) == first
    assert [line.number for line in await hospital.settlements(world.today())] == [ours]


async def test_a_posting_repeated_with_other_figures_is_refused(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world)
    ours = number("JS")
    bill = await stays.lock(world, ours, no)
    first = await hospital.post_settlement(stays.self_pay_figures(ours, no, bill), OPERATOR)
    other = dataclasses.replace(bill, total=bill.total + Money(1))

    with pytest.raises(Refused) as refused:
        await hospital.post_settlement(stays.self_pay_figures(ours, no, other), OPERATOR)

    assert refused.value.code == "ALREADY_EXISTS"
    assert (await hospital.find(ours, NumberUse.SETTLEMENT)).receipt_no == first.receipt_no


async def test_a_cancelled_settlement_can_be_settled_again(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world)
    settlement_no, first = await stays.settle(world, no)
    cancellation_no = number("CX")

    await hospital.lock(cancellation_no, no, LockPurpose.CANCEL, settlement_no)
    red = await hospital.cancel_settlement(cancellation_no, settlement_no, no, "测试撤销")
    again, second = await stays.settle(world, no)

    assert red.deposit_balance == DEPOSIT
    assert red.receipt_no
    assert second.deposit_balance == DEPOSIT - BILL
    assert len({first.receipt_no, red.receipt_no, second.receipt_no}) == 3
    assert (await hospital.find(settlement_no, NumberUse.SETTLEMENT)).cancelled
    assert not (await hospital.find(again, NumberUse.SETTLEMENT)).cancelled


async def test_what_is_not_settled_cannot_be_cancelled(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world)
    settlement_no, _ = await stays.settle(world, no)
    await stays.cancel(world, settlement_no, no)

    with pytest.raises(Refused) as twice:
        await hospital.lock(number("CX"), no, LockPurpose.CANCEL, settlement_no)
    with pytest.raises(Refused) as unknown:
        await hospital.cancel_settlement(number("CX"), number("JS"), no, "测试撤销")
    assert (twice.value.code, unknown.value.code) == ("NOT_SETTLED", "NOT_FOUND")
