"""A person read, his entitlement checked, his stay registered, changed, ended and taken back."""

from dataclasses import replace
from datetime import date

import pytest

from domain.money import Money
from ports.errors import Refused
from ports.insurer import Insurer
from tests.conformance.insurer import stays
from tests.conformance.insurer.world import InsurerWorld


@pytest.mark.parametrize("kind", ["id_card", "social_card", "e_credential"])
async def test_a_person_is_known_by_each_credential(
    world: InsurerWorld, insurer: Insurer, kind: str
) -> None:
    patient = world.in_force
    person = await insurer.identify(
        await insurer.message_no(), getattr(patient, kind), patient.name
    )
    assert (person.name, person.gender) == (patient.name, "1")
    assert person.certificate_no == patient.id_card.number
    assert person.birth_date == date(1985, 3, 15)
    coverage = person.active_coverage()
    assert coverage is not None
    assert coverage.insurance_type == patient.insurance_type
    assert coverage.account_balance == Money(3500_00)
    assert coverage.civil_servant is False


async def test_a_stranger_is_refused(world: InsurerWorld, insurer: Insurer) -> None:
    stranger = replace(world.in_force.id_card, number="000000200001010099")
    with pytest.raises(Refused) as refused:
        await insurer.identify(await insurer.message_no(), stranger, "测试路人")
    assert refused.value.code == "-1"


async def test_a_suspended_insurance_is_no_insurance(world: InsurerWorld, insurer: Insurer) -> None:
    patient = world.suspended
    person = await insurer.identify(await insurer.message_no(), patient.id_card, patient.name)
    assert person.active_coverage() is None
    assert [one.active for one in person.coverages] == [False]
    with pytest.raises(Refused):
        await insurer.register_admission(
            await insurer.message_no(), person, patient.id_card, stays.admission(patient)
        )


async def test_entitlement_is_told_fund_by_fund(world: InsurerWorld, insurer: Insurer) -> None:
    for patient, entitled in ((world.in_force, True), (world.suspended, False)):
        person = await insurer.identify(await insurer.message_no(), patient.id_card, patient.name)
        funds = await insurer.check_entitlement(
            await insurer.message_no(),
            person.person_no,
            patient.insurance_type,
            "21",
            stays.ADMITTED,
        )
        assert "310100" in {fund.fund_type for fund in funds}
        assert {fund.entitled for fund in funds} == {entitled}
        assert all(bool(fund.reason) is not entitled for fund in funds)


async def test_a_registered_stay_is_found_until_it_is_withdrawn(
    world: InsurerWorld, insurer: Insurer
) -> None:
    stay = await stays.registered(world)
    day = stays.ADMITTED.astimezone(stays.BEIJING).date()
    (found,) = await insurer.find_registrations(stay.person_no, day, day)
    assert found.registration_no == stay.registration_no
    await insurer.withdraw_registration(await insurer.message_no(), stay)
    assert await insurer.find_registrations(stay.person_no, day, day) == ()


async def test_withdrawing_a_registration_twice_is_fine(
    world: InsurerWorld, insurer: Insurer
) -> None:
    stay = await stays.registered(world)
    for _ in range(2):
        await insurer.withdraw_registration(await insurer.message_no(), stay)


async def test_a_stay_with_charges_is_not_withdrawn(world: InsurerWorld, insurer: Insurer) -> None:
    stay = await stays.uploaded(world)
    with pytest.raises(Refused) as refused:
        await insurer.withdraw_registration(await insurer.message_no(), stay)
    assert refused.value.code == "-1"


async def test_a_change_may_be_told_twice(world: InsurerWorld, insurer: Insurer) -> None:
    stay = await stays.registered(world)
    moved = replace(stays.admission(world.in_force), bed_no="27", department_code="D02")
    for _ in range(2):
        await insurer.change_registration(await insurer.message_no(), stay, moved)


async def test_a_discharge_is_seen_and_undone(world: InsurerWorld, insurer: Insurer) -> None:
    stay = await stays.registered(world)
    assert await insurer.is_discharged(stay) is False
    await insurer.register_discharge(
        await insurer.message_no(), stay, stays.admission(world.in_force)
    )
    assert await insurer.is_discharged(stay) is True
    for _ in range(2):
        await insurer.undo_discharge(await insurer.message_no(), stay)
    assert await insurer.is_discharged(stay) is False


async def test_a_settled_stay_does_not_undo_its_discharge(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order = await stays.settlement_order(world)
    await stays.settle(insurer, order)
    with pytest.raises(Refused) as refused:
        await insurer.undo_discharge(await insurer.message_no(), order.stay)
    assert refused.value.code == "-1"
    assert await insurer.is_discharged(order.stay) is True


async def test_a_message_number_is_given_out_once(world: InsurerWorld) -> None:
    numbers = [
        await insurer.message_no()
        for _ in range(150)
        for insurer in (world.insurer, world.colleague)
    ]
    assert len(set(numbers)) == 300
