"""What is committed is read back as it was, each institution its own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import PostgresStore
from domain.billing.charge import ChargesMarked, ChargeState
from domain.deposits.account import DepositMove
from domain.deposits.lot import LotMove
from domain.errors import StaleVersion
from domain.identifiers import AdmissionNo, AttemptKey, InstitutionId, OpenId, PlanNo
from domain.insurance.stay import StayState
from domain.messages.message import Message, MessageKind
from domain.money import Money
from domain.plan.plan import PlanState
from domain.visits.admission import AdmissionState
from ports.store import Changeset, Claim
from tests.adapters.postgres.errands import (
    AT,
    FETCH,
    KINDS,
    admission,
    begun,
    charge,
    errand,
    journal,
    lot,
    opening,
    settling,
    stay,
)

ZY1 = AdmissionNo("ZY1")


async def test_a_plan_is_read_back_as_it_was_committed(
    store: PostgresStore, institution: InstitutionId
) -> None:
    plan = errand(institution, amount=Money(7), secret="kept")
    await store.commit(opening(plan))
    after, changes = begun(plan, "K1")
    await store.commit(changes)
    found = await store.plan(plan.no)
    assert found == after
    assert type(found) is type(plan)
    assert found.secret == "kept"
    assert await store.plan_of_key(AttemptKey("K1")) == (plan.no, FETCH)
    assert await store.plan(PlanNo("ER2")) is None
    assert await store.plan_of_key(AttemptKey("K2")) is None


async def test_nothing_of_one_institution_is_seen_by_another(
    engine: AsyncEngine, store: PostgresStore, institution: InstitutionId
) -> None:
    changes = opening(errand(institution))
    changes.admissions.append(admission())
    changes.deposit_moves.append(DepositMove(ZY1, balance=Money(5)))
    changes.journals.append(journal("ER1", 5))
    await store.commit(changes)
    neighbour = InstitutionId(f"{institution}x")
    other = PostgresStore(engine, neighbour, KINDS)
    assert await other.plan(PlanNo("ER1")) is None
    assert await other.account(ZY1) is None
    assert await other.journals("ER1") == ()
    await other.commit(opening(errand(neighbour)))
    found = await other.plan(PlanNo("ER1"))
    assert found is not None
    assert found.institution == neighbour


async def test_a_plan_of_another_institution_is_not_written(
    store: PostgresStore, institution: InstitutionId
) -> None:
    stranger = errand(InstitutionId("H-other"))
    with pytest.raises(ValueError, match="H-other"):
        await store.commit(opening(stranger))
    assert await store.plan(stranger.no) is None


async def test_plans_of_a_stay_come_oldest_first_and_by_kind(
    store: PostgresStore, institution: InstitutionId
) -> None:
    early = replace(errand(institution, "ER9"), opened_at=AT - timedelta(hours=1))
    late, settlement = errand(institution, "ER1"), settling(institution, "ST1")
    elsewhere = errand(institution, "ER5", "ZY2")
    await store.commit(Changeset(new_plans=[late, early, elsewhere, settlement]))
    assert await store.plans(ZY1) == (early, late, settlement)
    assert await store.plans(ZY1, "errand") == (early, late)
    assert await store.plans(AdmissionNo("ZY3")) == ()


async def test_the_live_settlement_is_the_one_that_has_not_ended(
    store: PostgresStore, institution: InstitutionId
) -> None:
    assert await store.live_settlement(ZY1) is None
    first = settling(institution, "ST1")
    await store.commit(opening(first))
    assert await store.live_settlement(ZY1) == first
    ended = first.ended(PlanState.CLOSED, AT, "withdrawn").next_version()
    await store.commit(Changeset(changed_plans=[ended]))
    assert await store.live_settlement(ZY1) is None


async def test_plans_are_found_by_a_time_in_their_facts(
    store: PostgresStore, institution: InstitutionId
) -> None:
    hour = timedelta(hours=1)
    plans = [
        errand(institution, f"ER{n}").ended(PlanState.FINISHED, AT + n * hour) for n in range(4)
    ]
    still_open = errand(institution, "ER9")
    await store.commit(Changeset(new_plans=[*plans, still_open]))
    found = await store.plans_dated("errand", ("ended_at",), AT + hour, AT + 3 * hour)
    assert [plan.no for plan in found] == ["ER1", "ER2"]
    assert await store.plans_dated("settlement", ("ended_at",), AT, AT + 9 * hour) == ()


async def test_the_account_of_a_stay_is_all_that_is_known_of_it(store: PostgresStore) -> None:
    assert await store.account(ZY1) is None
    earlier, later = lot("DP2"), replace(lot("DP1"), paid_at=AT + timedelta(minutes=1))
    await store.commit(
        Changeset(
            admissions=[admission()],
            new_stays=[stay()],
            deposit_moves=[DepositMove(ZY1, balance=Money(20_000), held=Money(300))],
            new_lots=[later, earlier, lot("DP3", admission_no="ZY2")],
            lot_moves=[LotMove(PlanNo("DP2"), returning=Money(300))],
        )
    )
    await store.bind_openid(ZY1, OpenId("o-patient"))
    account = await store.account(ZY1)
    assert account is not None
    assert account.admission == admission()
    assert account.admission.id_card_no == admission().id_card_no
    assert account.stay == stay()
    assert (account.deposit.balance, account.deposit.held) == (Money(20_000), Money(300))
    assert account.lots == (replace(earlier, returning=Money(300)), later)
    assert account.openid == "o-patient"


async def test_a_stay_without_money_has_an_empty_account(store: PostgresStore) -> None:
    await store.commit(Changeset(admissions=[admission()]))
    account = await store.account(ZY1)
    assert account is not None
    assert account.deposit.balance == Money(0)
    assert (account.lots, account.stay, account.openid) == ((), None, "")


async def test_a_withdrawn_registration_makes_room_for_a_new_one(store: PostgresStore) -> None:
    await store.commit(Changeset(admissions=[admission()], new_stays=[stay()]))
    withdrawn = replace(stay(), state=StayState.WITHDRAWN, version=2)
    await store.commit(Changeset(changed_stays=[withdrawn]))
    account = await store.account(ZY1)
    assert account is not None
    assert account.stay is None
    again = stay(registration_no="R2")
    await store.commit(Changeset(new_stays=[again]))
    account = await store.account(ZY1)
    assert account is not None
    assert account.stay == again


async def test_open_admissions_are_those_not_settled_yet(store: PostgresStore) -> None:
    states = {
        "ZY1": AdmissionState.ADMITTED,
        "ZY2": AdmissionState.DISCHARGE_ORDERED,
        "ZY3": AdmissionState.DISCHARGED,
        "ZY4": AdmissionState.CANCELLED,
    }
    await store.commit(Changeset(admissions=[admission(no, state) for no, state in states.items()]))
    assert await store.open_admissions() == ("ZY1", "ZY2")
    await store.commit(Changeset(admissions=[admission("ZY1", AdmissionState.DISCHARGED)]))
    assert await store.open_admissions() == ("ZY2",)


async def test_charges_keep_their_decimals_and_their_order(store: PostgresStore) -> None:
    first, second = charge("C1", ""), charge("C2", "")
    numbers = await store.line_numbers(3)
    later = AT + timedelta(days=1)
    charges = [
        replace(first, line_no=numbers[0]),
        replace(second, line_no=numbers[1], charged_at=later, business_date=later.date()),
        replace(charge("C1", numbers[2], "ZY2"), order_no="same number, other stay"),
    ]
    await store.commit(Changeset(charges=charges))
    assert await store.charges(ZY1) == tuple(charges[:2])
    found = await store.charges(ZY1, later.date())
    assert [str(c.quantity) + " × " + str(c.unit_price) for c in found] == ["1.50 × 3.3333"]


async def test_a_known_charge_is_left_alone_unless_it_became_void_before_its_upload(
    store: PostgresStore,
) -> None:
    lines = await store.line_numbers(4)
    states = (
        ChargeState.PULLED,
        ChargeState.GUILTY,
        ChargeState.EXCLUDED,
        ChargeState.UPLOADED,
    )
    known = [
        replace(charge(f"C{n}", line), state=state)
        for n, (line, state) in enumerate(zip(lines, states, strict=True))
    ]
    await store.commit(Changeset(charges=known))
    changed = [replace(c, item_name="changed", state=ChargeState.PULLED) for c in known]
    await store.commit(Changeset(charges=changed))
    assert await store.charges(ZY1) == tuple(known)
    void = [replace(c, item_name="changed", state=ChargeState.WITHDRAWN) for c in known]
    await store.commit(Changeset(charges=void))
    expected = [ChargeState.WITHDRAWN] * 3 + [ChargeState.UPLOADED]
    found = await store.charges(ZY1)
    assert [c.state for c in found] == expected
    assert {c.item_name for c in found} == {"注射"}


async def test_marks_move_charges_and_guard_them_when_they_expect_a_state(
    store: PostgresStore,
) -> None:
    one, two = await store.line_numbers(2)
    await store.commit(Changeset(charges=[charge("C1", one), charge("C2", two)]))
    batch = PlanNo("CB1")
    take = ChargesMarked(ZY1, (one, two), ChargeState.UPLOADING, batch, expected=ChargeState.PULLED)
    await store.commit(Changeset(marks=[take]))
    assert {(c.state, c.batch_no) for c in await store.charges(ZY1)} == {
        (ChargeState.UPLOADING, batch)
    }
    with pytest.raises(StaleVersion):
        await store.commit(Changeset(marks=[replace(take, batch_no=PlanNo("CB2"))]))
    guilty = ChargesMarked(ZY1, (two,), ChargeState.GUILTY, batch, "no such code")
    await store.commit(Changeset(marks=[guilty]))
    states = {c.line_no: c.state for c in await store.charges(ZY1)}
    assert states == {one: ChargeState.UPLOADING, two: ChargeState.GUILTY}
    unknown = ChargesMarked(ZY1, ("999999999999999",), ChargeState.EXCLUDED)
    with pytest.raises(LookupError):
        await store.commit(Changeset(marks=[unknown]))


async def test_a_settlement_covers_open_charges_and_lets_them_go_again(
    store: PostgresStore,
) -> None:
    lines = await store.line_numbers(3)
    void = replace(charge("C3", lines[2]), state=ChargeState.WITHDRAWN)
    await store.commit(Changeset(charges=[charge("C1", lines[0]), void]))
    first, second = PlanNo("ST1"), PlanNo("ST2")
    await store.commit(Changeset(settled_charges=[(ZY1, None, first)]))
    await store.commit(Changeset(charges=[charge("C2", lines[1])]))
    await store.commit(Changeset(settled_charges=[(ZY1, None, second)]))
    settled = {c.no: c.settled_by for c in await store.charges(ZY1)}
    assert settled == {"C1": first, "C2": second, "C3": None}
    await store.commit(Changeset(settled_charges=[(ZY1, first, None)]))
    settled = {c.no: c.settled_by for c in await store.charges(ZY1)}
    assert settled == {"C1": None, "C2": second, "C3": None}


async def test_journals_of_a_plan_come_oldest_first(store: PostgresStore) -> None:
    first, second, third = journal("ER1", 100), journal("ER1", 200), journal("ER1", 300)
    await store.commit(Changeset(journals=[first, second]))
    await store.commit(Changeset(journals=[third, journal("ER2", 400)]))
    assert await store.journals("ER1") == (first, second, third)


async def test_a_message_is_queued_once_and_finds_the_patient_bound_since(
    store: PostgresStore,
) -> None:
    message = Message("DP1-received", MessageKind.DEPOSIT_RECEIVED, ZY1, AT, {"金额": "1.00"}, "/x")
    await store.commit(Changeset(messages=[message]))
    await store.commit(Changeset(messages=[replace(message, path="/other")]))
    queued = await store.message(message.no)
    assert queued is not None
    assert (queued.message, queued.to, queued.attempts) == (message, "", 0)
    assert queued.subscriber == "wechat_official_account"
    await store.bind_openid(ZY1, OpenId("o-1"))
    await store.bind_openid(ZY1, OpenId("o-2"))
    (queued,) = await store.messages(ZY1)
    assert queued.to == "o-2"
    assert await store.message("no such") is None


async def test_a_claim_is_read_back(store: PostgresStore, institution: InstitutionId) -> None:
    claim = Claim(application="app", key="k1", input_hash="h", plan_no=PlanNo("ER1"))
    changes = opening(errand(institution))
    changes.claim = claim
    await store.commit(changes)
    assert await store.claim("app", "k1") == claim
    assert await store.claim("other app", "k1") is None
