"""What every committer promises: all of a changeset, or nothing and the right refusal."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import ConstraintViolated, PostgresStore
from domain.deposits.account import DepositMove
from domain.deposits.lot import LotMove
from domain.errors import AlreadyRegistered, DepositShort, LotExceeded, StaleVersion
from domain.identifiers import AdmissionNo, AttemptKey, InstitutionId, PlanNo
from domain.messages.message import Message, MessageKind
from domain.money import Money
from domain.plan.plan import PlanState
from ports.store import Changeset, Claim, KeyTaken
from tests.adapters.postgres.errands import (
    AT,
    CARRY,
    FETCH,
    admission,
    begun,
    charge,
    errand,
    journal,
    lot,
    opening,
    settling,
    stay,
    unbalanced,
)

ZY1 = AdmissionNo("ZY1")
CLAIM = Claim(application="app", key="k1", input_hash="h", plan_no=PlanNo("ER1"))
TABLES = (
    *("plan", "plan_journal", "attempt_key", "idempotency", "deposit_account", "deposit_lot"),
    *("ledger_journal", "ledger_entry", "admission", "insured_stay", "charge", "message"),
    *("job", "schedule_run", "reconciliation", "difference", "changeset"),
)
COUNT = " UNION ALL ".join(
    f"SELECT '{table}' AS name, count(*) AS rows,"
    " max(CAST(CAST(xmin AS text) AS bigint)) AS written"
    f" FROM {table} WHERE institution_id = :institution"
    for table in TABLES
)


async def rows(engine: AsyncEngine, institution: InstitutionId) -> dict[str, tuple[int, int]]:
    """How many rows each table has, and who wrote one last."""
    async with engine.connect() as connection:
        found = await connection.execute(text(COUNT), {"institution": institution})
        return {row.name: (row.rows, row.written) for row in found}


async def seed(store: PostgresStore, institution: InstitutionId) -> None:
    """An errand at version 1, 100.00 on deposit in one lot, keys that are taken."""
    changes = opening(errand(institution))
    changes.new_plans.append(settling(institution, "ST1"))
    changes.keys = [(AttemptKey("K1"), PlanNo("ER1"), FETCH)]
    changes.claim = CLAIM
    changes.deposit_moves = [DepositMove(ZY1, balance=Money(10_000), held=Money(1_000))]
    changes.new_lots = [lot("DP1", 10_000)]
    changes.journals = [journal("ER1", 10_000)]
    changes.admissions = [admission()]
    changes.new_stays = [stay()]
    changes.schedule_run = ("daily_list", "2026-11-22")
    await store.commit(changes)


def everything(institution: InstitutionId) -> Changeset:
    """A changeset that alone would pass, touching every kind of table."""
    changed, changes = begun(errand(institution), "K9")
    changes.new_plans = [errand(institution, "ER9"), settling(institution, "ST9", "ZY9")]
    changes.claim = replace(CLAIM, key="k9")
    changes.deposit_moves = [DepositMove(ZY1, balance=Money(500), held=Money(-1_000))]
    changes.new_lots = [lot("DP9", 500)]
    changes.lot_moves = [LotMove(PlanNo("DP1"), returning=Money(100))]
    changes.journals = [journal("ER9", 500)]
    changes.admissions = [replace(admission(), bed_no="99")]
    changes.new_stays = [stay("ZY9", "R9")]
    changes.changed_stays = [replace(stay(), person_type="21", version=2)]
    changes.charges = [charge("C9", "1")]
    changes.messages = [Message("M9", MessageKind.SETTLED, ZY1, AT)]
    changes.jobs = opening(changed).jobs
    changes.schedule_run = ("daily_list", "2026-11-23")
    return changes


def stale(changes: Changeset) -> None:
    changes.changed_plans = [changes.changed_plans[0].next_version()]


def unknown_plan(changes: Changeset) -> None:
    changes.changed_plans = [replace(changes.changed_plans[0], no=PlanNo("ER404"))]


def stale_stay(changes: Changeset) -> None:
    changes.changed_stays = [replace(changes.changed_stays[0], version=3)]


def taken_claim(changes: Changeset) -> None:
    changes.claim = CLAIM


def taken_key(changes: Changeset) -> None:
    changes.keys.append((AttemptKey("K1"), PlanNo("ER1"), CARRY))


def taken_plan(changes: Changeset) -> None:
    changes.new_plans[0] = replace(changes.new_plans[0], no=PlanNo("ER1"))


def live_settlement(changes: Changeset) -> None:
    changes.new_plans[1] = replace(changes.new_plans[1], admission_no=ZY1)


def taken_period(changes: Changeset) -> None:
    changes.schedule_run = ("daily_list", "2026-11-22")


def live_registration(changes: Changeset) -> None:
    changes.new_stays = [stay("ZY1", "R9")]


def short_balance(changes: Changeset) -> None:
    changes.deposit_moves = [DepositMove(ZY1, balance=Money(-9_001))]


def short_hold(changes: Changeset) -> None:
    changes.deposit_moves = [DepositMove(ZY1, held=Money(9_001))]


def too_much_released(changes: Changeset) -> None:
    changes.deposit_moves = [DepositMove(ZY1, held=Money(-1_001))]


def unknown_account(changes: Changeset) -> None:
    changes.deposit_moves = [DepositMove(AdmissionNo("ZY404"), balance=Money(-1))]


def short_lot(changes: Changeset) -> None:
    changes.lot_moves = [LotMove(PlanNo("DP1"), applied=Money(9_000), returning=Money(1_001))]


def negative_lot(changes: Changeset) -> None:
    changes.lot_moves = [LotMove(PlanNo("DP1"), returned=Money(-1))]


def unknown_lot(changes: Changeset) -> None:
    changes.lot_moves = [LotMove(PlanNo("DP404"), applied=Money(1))]


def unbalanced_journal(changes: Changeset) -> None:
    changes.journals.append(unbalanced("ER1"))


def ended_without_a_time(changes: Changeset) -> None:
    changes.new_plans[0] = replace(changes.new_plans[0], state=PlanState.CLOSED)


def no_line_number(changes: Changeset) -> None:
    changes.charges = [charge("C9", "")]


def key_taken(what: str) -> Callable[[Exception], bool]:
    return lambda error: isinstance(error, KeyTaken) and error.what == what


def violated(constraint: str) -> Callable[[Exception], bool]:
    return lambda error: isinstance(error, ConstraintViolated) and error.constraint == constraint


def coded(kind: type[Exception]) -> Callable[[Exception], bool]:
    return lambda error: type(error) is kind


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (stale, coded(StaleVersion)),
        (unknown_plan, coded(StaleVersion)),
        (stale_stay, coded(StaleVersion)),
        (taken_claim, key_taken("idempotency")),
        (taken_key, key_taken("attempt")),
        (taken_plan, key_taken("plan")),
        (live_settlement, key_taken("live_settlement")),
        (taken_period, key_taken("schedule")),
        (live_registration, coded(AlreadyRegistered)),
        (short_balance, coded(DepositShort)),
        (short_hold, coded(DepositShort)),
        (too_much_released, coded(DepositShort)),
        (unknown_account, coded(DepositShort)),
        (short_lot, coded(LotExceeded)),
        (negative_lot, coded(LotExceeded)),
        (unknown_lot, coded(LotExceeded)),
        (unbalanced_journal, violated("journal_balance")),
        (ended_without_a_time, violated("ck_plan_ended")),
        (no_line_number, violated("ck_charge_line_no")),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_one_wrong_part_refuses_the_whole_changeset(
    committing: PostgresStore,
    engine: AsyncEngine,
    institution: InstitutionId,
    spoil: Callable[[Changeset], None],
    expected: Callable[[Exception], bool],
) -> None:
    await seed(committing, institution)
    before = await rows(engine, institution)
    changes = everything(institution)
    spoil(changes)
    with pytest.raises(Exception) as refused:
        await committing.commit(changes)
    assert expected(refused.value), repr(refused.value)
    assert await rows(engine, institution) == before


async def test_the_same_changeset_unspoilt_is_written_whole(
    committing: PostgresStore, engine: AsyncEngine, institution: InstitutionId
) -> None:
    await seed(committing, institution)
    before = await rows(engine, institution)
    await committing.commit(everything(institution))
    after = await rows(engine, institution)
    more = {name: after[name][0] - before[name][0] for name in TABLES}
    same = dict.fromkeys(("deposit_account", "admission", "reconciliation", "difference", "job"), 0)
    once = dict.fromkeys(TABLES, 1)
    assert more == once | same | {"plan": 2, "plan_journal": 3, "ledger_entry": 2}
    account = await committing.account(ZY1)
    assert account is not None
    assert (account.deposit.balance, account.deposit.held) == (Money(10_500), Money(0))
    assert account.lot("DP1").returning == Money(100)
    assert account.admission.bed_no == "99"
    assert account.stay is not None
    assert account.stay.version == 2


async def test_an_error_names_the_rule_and_never_the_patient(
    committing: PostgresStore, institution: InstitutionId
) -> None:
    await seed(committing, institution)
    changes = everything(institution)
    changes.charges = [replace(charge("C9", ""), doctor_name="王小明")]
    with pytest.raises(ConstraintViolated) as refused:
        await committing.commit(changes)
    seen: BaseException | None = refused.value
    while seen is not None:
        assert "王小明" not in str(seen)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


async def test_moves_of_one_account_and_one_lot_count_as_their_sum(
    committing: PostgresStore, institution: InstitutionId
) -> None:
    await seed(committing, institution)
    take, give = DepositMove(ZY1, balance=Money(-9_500)), DepositMove(ZY1, balance=Money(600))
    there, back = (
        LotMove(PlanNo("DP1"), applied=Money(9_999)),
        LotMove(PlanNo("DP1"), applied=Money(-9_999), returning=Money(3)),
    )
    await committing.commit(Changeset(deposit_moves=[take, give], lot_moves=[back, there]))
    account = await committing.account(ZY1)
    assert account is not None
    assert account.deposit.balance == Money(1_100)
    assert (account.lot("DP1").applied, account.lot("DP1").returning) == (Money(0), Money(3))


async def test_one_of_sixty_breaks_a_rule_and_the_others_are_committed(
    committing: PostgresStore, institution: InstitutionId
) -> None:
    changesets = [opening(errand(institution, f"ER{n}")) for n in range(60)]
    ended_without_a_time(changesets[17])
    answers = await asyncio.gather(
        *(committing.commit(changes) for changes in changesets), return_exceptions=True
    )
    wrong = [n for n, answer in enumerate(answers) if answer is not None]
    assert wrong == [17]
    assert isinstance(answers[17], ConstraintViolated)
    there = {plan.no for plan in await committing.plans(ZY1)}
    assert there == {f"ER{n}" for n in range(60) if n != 17}


async def test_the_victim_of_a_deadlock_is_committed_after_all(
    committing: PostgresStore, engine: AsyncEngine, institution: InstitutionId
) -> None:
    first, second = errand(institution, "ER1"), errand(institution, "ER2")
    await committing.commit(Changeset(new_plans=[first, second]))
    changes = Changeset(changed_plans=[first.next_version(), second.next_version()])
    lock = text("SELECT 1 FROM plan WHERE institution_id = :i AND no = :no FOR UPDATE")
    async with engine.begin() as other:
        await other.execute(text("SET LOCAL deadlock_timeout = '30s'"))
        await other.execute(lock, {"i": institution, "no": "ER2"})
        commit = asyncio.create_task(committing.commit(changes))
        await asyncio.sleep(0.2)  # it holds ER1 and waits for ER2
        await other.execute(lock, {"i": institution, "no": "ER1"})
    await commit
    assert {plan.version for plan in await committing.plans(ZY1)} == {2}


async def test_a_commit_cancelled_from_outside_is_tried_again(
    committing: PostgresStore, engine: AsyncEngine, institution: InstitutionId
) -> None:
    plan = errand(institution)
    await committing.commit(opening(plan))
    lock = text("SELECT pg_backend_pid() FROM plan WHERE institution_id = :i FOR UPDATE")
    cancel = text(
        "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE :me = ANY("
        "pg_blocking_pids(pid))"
    )
    async with engine.begin() as other:
        me = (await other.execute(lock, {"i": institution})).scalar_one()
        commit = asyncio.create_task(committing.commit(begun(plan, "K1")[1]))
        await asyncio.sleep(0.1)
        assert (await other.execute(cancel, {"me": me})).scalar_one() == 1
        await asyncio.sleep(0.05)
    await commit
    found = await committing.plan(plan.no)
    assert found is not None
    assert found.version == 2


async def test_each_version_of_a_plan_leaves_a_line_of_its_history(
    committing: PostgresStore, engine: AsyncEngine, institution: InstitutionId
) -> None:
    plan = errand(institution)
    await committing.commit(opening(plan))
    plan, changes = begun(plan, "K1")
    await committing.commit(changes)
    plan = plan.moved(FETCH, "lose", AT, ask_at=AT).skipped(CARRY, "not needed").next_version()
    await committing.commit(Changeset(changed_plans=[plan]))
    query = text(
        "SELECT version, state, change ->> 'effect', change ->> 'attempt', change ->> 'key',"
        " change ->> 'before', change ->> 'after', change ->> 'skipped'"
        " FROM plan_journal LEFT JOIN jsonb_array_elements(changes) change ON true"
        " WHERE institution_id = :institution ORDER BY version, change ->> 'attempt' DESC"
    )
    async with engine.connect() as connection:
        found = [tuple(r) for r in await connection.execute(query, {"institution": institution})]
    assert found == [
        (1, "open", None, None, None, None, None, None),
        (2, "open", FETCH, "1", "K1", None, "calling", ""),
        (3, "open", FETCH, "1", "K1", "calling", "in_doubt", ""),
        (3, "open", CARRY, "0", "", None, None, "not needed"),
    ]
