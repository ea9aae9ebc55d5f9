"""Reading a stay: who, which charges, what is still to be settled."""

import pytest

from domain.billing.charge import ChargeState
from domain.identifiers import AdmissionNo
from domain.money import ZERO, Money, total
from domain.visits.admission import AdmissionState, FeeCategory
from ports.errors import Refused
from ports.hospital import Hospital
from tests.conformance.hospital.world import HospitalWorld


async def test_a_stay_is_read_as_it_stands(hospital: Hospital, world: HospitalWorld) -> None:
    no = await world.admit(insured=True)

    before = await hospital.admission(no)
    await world.order_discharge(no)
    after = await hospital.admission(no)

    assert before is not None
    assert (before.no, before.fee_category) == (no, FeeCategory.INSURED)
    assert (before.state, before.discharged_at) == (AdmissionState.ADMITTED, None)
    assert before.admitted_at.utcoffset() is not None
    assert [each.order for each in before.diagnoses][:1] == [1]
    assert after is not None
    assert after.state is AdmissionState.DISCHARGE_ORDERED
    assert after.discharged_at is not None


async def test_an_unknown_stay_is_none_and_has_no_charges(hospital: Hospital) -> None:
    unknown = AdmissionNo("ZY-NOBODY")

    assert await hospital.admission(unknown) is None
    with pytest.raises(Refused) as refused:
        await hospital.charges(unknown, None)
    assert refused.value.code == "NOT_FOUND"


async def test_charges_are_listed_by_day_and_by_stay(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await world.admit(insured=False)
    charge_no = await world.charge(no, Money(4_321))

    (of_stay,) = await hospital.charges(no, None)
    (of_day,) = await hospital.charges(no, of_stay.business_date)

    assert of_stay == of_day
    assert (of_stay.no, of_stay.admission_no, of_stay.amount) == (charge_no, no, Money(4_321))
    assert (of_stay.state, of_stay.line_no) == (ChargeState.PULLED, "")
    assert of_stay.business_date == world.today()
    assert await hospital.charges(no, of_stay.business_date.replace(year=2001)) == ()


async def test_a_void_charge_is_listed_as_withdrawn_and_no_longer_pending(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await world.admit(insured=False)
    void = await world.charge(no, Money(5_000))
    kept = await world.charge(no, Money(700))
    await world.withdraw(void)

    listed = await hospital.charges(no, None)
    pending, their_total = await hospital.pending_charges(no)

    states = {each.no: each.state for each in listed}
    assert states == {void: ChargeState.WITHDRAWN, kept: ChargeState.PULLED}
    assert [each.no for each in pending] == [kept]
    assert their_total == Money(700)


async def test_a_stay_without_charges_has_nothing_pending(
    hospital: Hospital, world: HospitalWorld
) -> None:
    no = await world.admit(insured=False)

    assert await hospital.pending_charges(no) == ((), ZERO)


async def test_a_long_bill_is_read_whole_and_once(hospital: Hospital, world: HospitalWorld) -> None:
    no = await world.admit(insured=True)
    booked = await world.charge_lines(no, 1_201)

    listed = await hospital.charges(no, None)
    pending, their_total = await hospital.pending_charges(no)

    assert len({each.no for each in listed}) == len(listed) == 1_201
    assert pending == listed
    assert total(each.amount for each in pending) == their_total == booked
