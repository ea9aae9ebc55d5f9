"""Deposits: saved, returned, and refused."""

from datetime import UTC, datetime

import pytest

from domain.money import Money
from ports.errors import Refused
from ports.hospital import Hospital, NumberUse
from tests.conformance.hospital import stays
from tests.conformance.hospital.stays import number
from tests.conformance.hospital.world import HospitalWorld

PAID_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TRANSACTION = "4200000000202601010000000001"


async def test_a_deposit_saved_twice_is_saved_once(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await world.admit(insured=False)
    ours = number("YJ")

    first = await hospital.save_deposit(ours, no, Money(50_000), "wechat_pay", TRANSACTION, PAID_AT)
    second = await hospital.save_deposit(
        ours, no, Money(50_000), "wechat_pay", TRANSACTION, PAID_AT
    )

    (line,) = await hospital.deposits(no=no)
    assert first == second
    assert first.deposit_balance == Money(50_000)
    assert (line.number, line.his_deposit_no) == (ours, first.his_deposit_no)
    assert (line.admission_no, line.amount, line.channel) == (no, Money(50_000), "wechat_pay")


async def test_a_deposits_number_with_another_amount_is_refused(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await world.admit(insured=False)
    ours = await stays.save(world, no, Money(50_000))

    with pytest.raises(Refused) as refused:
        await hospital.save_deposit(ours, no, Money(50_001), "wechat_pay", TRANSACTION, PAID_AT)
    assert refused.value.code == "ALREADY_EXISTS"
    assert [line.amount for line in await hospital.deposits(no=no)] == [Money(50_000)]


async def test_a_return_repeated_takes_its_amount_once(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await world.admit(insured=False)
    deposit_no = await stays.save(world, no, Money(50_000))
    ours = number("TK")

    first = await hospital.return_deposit(ours, deposit_no, no, Money(20_000), "退余款")
    second = await hospital.return_deposit(ours, deposit_no, no, Money(20_000), "退余款")

    assert first == second == Money(30_000)
    found = await hospital.find(ours, NumberUse.DEPOSIT_RETURN)
    assert (found.found, found.deposit_balance) == (True, Money(30_000))


async def test_more_than_was_saved_is_not_returned(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await world.admit(insured=False)
    deposit_no = await stays.save(world, no, Money(50_000))
    await stays.save(world, no, Money(50_000))
    await hospital.return_deposit(number("TK"), deposit_no, no, Money(20_000), "退余款")
    ours = number("TK")

    with pytest.raises(Refused) as refused:
        await hospital.return_deposit(ours, deposit_no, no, Money(30_001), "退余款")

    assert refused.value.code == "DEPOSIT_SHORT"
    assert not (await hospital.find(ours, NumberUse.DEPOSIT_RETURN)).found


async def test_a_deposit_the_his_does_not_know_is_not_returned(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await world.admit(insured=False)

    with pytest.raises(Refused) as refused:
        await hospital.return_deposit(number("TK"), number("YJ"), no, Money(1), "退余款")
    assert refused.value.code == "DEPOSIT_NOT_FOUND"


async def test_a_closed_stay_takes_no_deposit_but_gives_its_surplus_back(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await stays.ready_to_settle(world)
    (deposit,) = await hospital.deposits(no=no)
    _, posted = await stays.settle(world, no)

    with pytest.raises(Refused) as refused:
        await stays.save(world, no, Money(100))
    left = await hospital.return_deposit(
        number("TK"), stays.PlanNo(deposit.number), no, posted.deposit_balance, "退余款"
    )

    assert refused.value.code == "ADMISSION_CLOSED"
    assert left == Money(0)
