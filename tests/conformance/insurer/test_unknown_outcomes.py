"""The pivot with its request lost, its answer lost, late, broken or badly signed; and the plain no.

What happened is told by the insurer's own books, not by the adapter.
"""

from collections.abc import Awaitable, Callable

import pytest

from domain.identifiers import AttemptKey
from ports.errors import AlreadyUploaded, OutcomeUnknown, Refused, Unavailable
from ports.insurer import Insurer
from tests.conformance.insurer import stays
from tests.conformance.insurer.world import InsurerWorld


async def test_a_lost_answer_of_a_settlement_is_unknown_and_undone_by_its_number(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order, number = await stays.settlement_order(world), await insurer.message_no()
    await world.lose_answer("settle")
    with pytest.raises(OutcomeUnknown):
        await insurer.settle(number, order)
    assert [one.message_no for one in await world.booked() if one.live] == [number]
    assert await insurer.reverse(order.stay.person_no, number, "settle") is True
    assert await world.booked() == ()
    settled = await stays.settle(insurer, order)
    assert settled.total == stays.BILL


async def test_a_settlement_that_never_arrived_has_nothing_to_undo(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order, number = await stays.settlement_order(world), await insurer.message_no()
    await world.lose_request("settle")
    with pytest.raises(OutcomeUnknown):
        await insurer.settle(number, order)
    assert await world.booked() == ()
    assert await insurer.reverse(order.stay.person_no, number, "settle") is False


async def test_undoing_twice_is_still_undone(world: InsurerWorld, insurer: Insurer) -> None:
    order, number = await stays.settlement_order(world), await insurer.message_no()
    await insurer.settle(number, order)
    await world.lose_answer("reverse")
    with pytest.raises(OutcomeUnknown):
        await insurer.reverse(order.stay.person_no, number, "settle")
    assert await insurer.reverse(order.stay.person_no, number, "settle") is True


async def test_what_the_region_cannot_reverse_is_refused_before_it_is_sent(
    world: InsurerWorld, insurer: Insurer
) -> None:
    person = await stays.identified(world)
    with pytest.raises(Refused) as refused:
        await insurer.reverse(person.person_no, await insurer.message_no(), "upload_charges")
    assert refused.value.code == "not_reversible"


async def test_an_answer_that_breaks_off_is_unknown(world: InsurerWorld, insurer: Insurer) -> None:
    order = await stays.settlement_order(world)
    await world.break_answer("settle")
    with pytest.raises(OutcomeUnknown):
        await stays.settle(insurer, order)
    assert len(await world.booked()) == 1


async def test_an_answer_that_comes_too_late_is_unknown_and_no_refusal(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order = await stays.settlement_order(world)
    await world.answer_late("settle")
    with pytest.raises(OutcomeUnknown):
        await stays.settle(insurer, order)
    assert len(await world.booked()) == 1


async def test_an_answer_with_a_bad_signature_is_unknown(
    world: InsurerWorld, insurer: Insurer
) -> None:
    if not world.signs_answers:
        pytest.skip("this region signs no answers")
    order = await stays.settlement_order(world)
    await world.spoil_signature("settle")
    with pytest.raises(OutcomeUnknown) as unknown:
        await stays.settle(insurer, order)
    assert unknown.value.code == "signature_invalid"


async def test_a_number_used_again_is_never_taken_for_a_refusal(
    world: InsurerWorld, insurer: Insurer
) -> None:
    """The insurer may say no to the number itself; that says nothing about the settlement."""
    order, number = await stays.settlement_order(world), await insurer.message_no()
    await world.lose_answer("settle")
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await insurer.settle(number, order)
    assert len(await world.booked()) == 1


async def test_a_refusal_keeps_the_insurers_own_words(
    world: InsurerWorld, insurer: Insurer
) -> None:
    order = await stays.settlement_order(world)
    text = "该参保人存在未结清的费用，不允许结算"
    await world.refuse("settle", text)
    with pytest.raises(Refused) as refused:
        await stays.settle(insurer, order)
    assert refused.value.text == text
    assert refused.value.code == "-1"
    assert await world.booked() == ()


async def test_an_insurer_that_is_down_was_never_reached(world: InsurerWorld) -> None:
    stay, insurer = await stays.registered(world), world.unreachable
    asked, day = stays.order(stay), stays.NOW.date()
    calls: list[Callable[[AttemptKey], Awaitable[object]]] = [
        lambda no: insurer.identify(no, world.in_force.id_card, world.in_force.name),
        lambda no: insurer.upload_charges(no, stay, stays.bill()),
        lambda no: insurer.pre_settle(no, asked),
        lambda no: insurer.settle(no, asked),
        lambda no: insurer.cancel_settlement(no, stay, "1"),
        lambda no: insurer.withdraw_registration(no, stay),
        lambda no: insurer.reverse(stay.person_no, no, "settle"),
        lambda _: insurer.find_settlement(stay, "1"),
        lambda _: insurer.compare_totals(day, ()),
        lambda _: insurer.compare_rows(day, ()),
    ]
    for call in calls:
        with pytest.raises(Unavailable):
            await call(await insurer.message_no())


async def test_a_lost_registration_is_found_again(world: InsurerWorld, insurer: Insurer) -> None:
    patient, person = world.in_force, await stays.identified(world)
    await world.lose_answer("register_admission")
    with pytest.raises(OutcomeUnknown):
        await insurer.register_admission(
            await insurer.message_no(), person, patient.id_card, stays.admission(patient)
        )
    began = stays.ADMITTED.astimezone(stays.BEIJING).date()
    (found,) = await insurer.find_registrations(person.person_no, began, began)
    assert (found.admission_no, found.began_on) == (stays.ADMISSION_NO, began)
    stay = stays.stay_of(world, person, found.registration_no)
    lines = await insurer.upload_charges(await insurer.message_no(), stay, stays.bill())
    assert len(lines) == len(stays.ITEMS)


async def test_a_lost_registration_is_undone_by_its_number(
    world: InsurerWorld, insurer: Insurer
) -> None:
    patient, person = world.in_force, await stays.identified(world)
    number = await insurer.message_no()
    await world.lose_answer("register_admission")
    with pytest.raises(OutcomeUnknown):
        await insurer.register_admission(number, person, patient.id_card, stays.admission(patient))
    assert await insurer.reverse(person.person_no, number, "register_admission") is True
    day = stays.ADMITTED.astimezone(stays.BEIJING).date()
    assert await insurer.find_registrations(person.person_no, day, day) == ()


async def test_a_lost_upload_shows_itself_when_repeated(
    world: InsurerWorld, insurer: Insurer
) -> None:
    stay = await stays.registered(world)
    await world.lose_answer("upload_charges")
    with pytest.raises(OutcomeUnknown):
        await insurer.upload_charges(await insurer.message_no(), stay, stays.bill())
    with pytest.raises(AlreadyUploaded):
        await insurer.upload_charges(await insurer.message_no(), stay, stays.bill())
    assert await world.uploaded_total(stay.registration_no) == stays.BILL


async def test_however_an_answer_is_lost_it_is_unknown(
    world: InsurerWorld, insurer: Insurer
) -> None:
    stay, admission = await stays.registered(world), stays.admission(world.in_force)
    calls: dict[str, Callable[[AttemptKey], Awaitable[object]]] = {
        "identify": lambda no: insurer.identify(no, world.in_force.id_card, world.in_force.name),
        "upload_charges": lambda no: insurer.upload_charges(no, stay, stays.bill()),
        "change_registration": lambda no: insurer.change_registration(no, stay, admission),
        "register_discharge": lambda no: insurer.register_discharge(no, stay, admission),
        "pre_settle": lambda no: insurer.pre_settle(no, stays.order(stay)),
        "undo_discharge": lambda no: insurer.undo_discharge(no, stay),
        "withdraw_charges": lambda no: insurer.withdraw_charges(no, stay, ("1000",)),
        "find_settlement": lambda _: insurer.find_settlement(stay, "1"),
    }
    for operation, call in calls.items():
        for lose in (world.lose_request, world.lose_answer, world.break_answer):
            await lose(operation)
            with pytest.raises(OutcomeUnknown):
                await call(await insurer.message_no())
