"""Two connections, and two processes, at one guarded row: who comes second waits and is judged."""

import asyncio
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import PostgresStore
from adapters.postgres.changesets.keys import begin_changeset
from adapters.postgres.changesets.writing import Writing
from adapters.postgres.codec import PlanCodec
from adapters.postgres.committer import write_changeset
from domain.deposits.account import DepositMove
from domain.deposits.lot import LotMove
from domain.errors import DepositShort, LotExceeded, StaleVersion
from domain.identifiers import AdmissionNo, AttemptKey, InstitutionId, PlanNo
from domain.money import Money
from ports.store import Changeset, Claim, KeyTaken
from tests.adapters.postgres.committers import COMMITTERS
from tests.adapters.postgres.errands import (
    FETCH,
    KINDS,
    admission,
    begun,
    errand,
    lot,
    opening,
    settling,
    stay,
)
from tests.adapters.postgres.racing_process import ROUNDS, TAKEN

ROOT = Path(__file__).parents[3]
ZY1 = AdmissionNo("ZY1")
LOT = PlanNo("DP1")
PAID = 10_000


@pytest.fixture
async def seeded(committing: PostgresStore, institution: InstitutionId) -> PostgresStore:
    """One errand, one registration, 100.00 on deposit in one lot."""
    changes = opening(errand(institution))
    changes.admissions = [admission()]
    changes.new_stays = [stay()]
    changes.deposit_moves = [DepositMove(ZY1, balance=Money(PAID))]
    changes.new_lots = [lot(LOT, PAID)]
    await committing.commit(changes)
    return committing


def rivals(institution: InstitutionId) -> dict[str, tuple[Changeset, Changeset, type[Exception]]]:
    """For each guarded aggregate two changesets of which only one can be, and the other's end."""
    claim = Claim(application="app", key="k", input_hash="h", plan_no=PlanNo("ER1"))
    take = [DepositMove(ZY1, balance=Money(-6_000))]
    hold = [DepositMove(ZY1, held=Money(6_000))]
    back = [LotMove(LOT, returning=Money(6_000))]
    used = [LotMove(LOT, applied=Money(6_000))]
    change = replace(stay(), person_type="21", version=2)
    key = (AttemptKey("K1"), PlanNo("ER1"), FETCH)
    period = ("daily_list", "2026-11-22")
    plan = errand(institution)
    return {
        "plan": (begun(plan, "K1")[1], begun(plan, "K2")[1], StaleVersion),
        "stay": (
            Changeset(changed_stays=[change]),
            Changeset(changed_stays=[change]),
            StaleVersion,
        ),
        "balance": (
            Changeset(deposit_moves=take), Changeset(deposit_moves=hold), DepositShort,
        ),
        "lot": (Changeset(lot_moves=back), Changeset(lot_moves=used), LotExceeded),
        "idempotency": (Changeset(claim=claim), Changeset(claim=claim), KeyTaken),
        "attempt": (Changeset(keys=[key]), Changeset(keys=[key]), KeyTaken),
        "schedule": (
            Changeset(schedule_run=period), Changeset(schedule_run=period), KeyTaken,
        ),
        "settlement": (
            opening(settling(institution, "ST1")),
            opening(settling(institution, "ST2")),
            KeyTaken,
        ),
        "number": (
            opening(errand(institution, "ER2")), opening(errand(institution, "ER2")), KeyTaken,
        ),
    }  # fmt: skip


RIVALS = tuple(rivals(InstitutionId("any")))


@pytest.mark.parametrize("first_commits", [True, False], ids=["commits", "rolls back"])
@pytest.mark.parametrize("aggregate", RIVALS)
async def test_the_second_waits_for_the_first_and_is_judged_by_its_end(
    seeded: PostgresStore,
    engine: AsyncEngine,
    institution: InstitutionId,
    aggregate: str,
    first_commits: bool,
) -> None:
    first, second, refusal = rivals(institution)[aggregate]
    async with engine.connect() as connection:
        number = await begin_changeset(connection, institution)
        writing = Writing(connection, institution, number)
        await write_changeset(writing, first, PlanCodec(KINDS))
        commit = asyncio.create_task(seeded.commit(second))
        done, _ = await asyncio.wait([commit], timeout=0.1)
        assert not done, "it should be waiting"
        await (connection.commit() if first_commits else connection.rollback())
    if first_commits:
        with pytest.raises(refusal):
            await commit
    else:
        await commit


async def test_a_balance_is_given_out_to_the_last_fen_and_no_further(
    seeded: PostgresStore,
) -> None:
    taken = [DepositMove(ZY1, balance=Money(-250), held=Money(0)) for _ in range(50)]
    answers = await asyncio.gather(
        *(seeded.commit(Changeset(deposit_moves=[move])) for move in taken), return_exceptions=True
    )
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"NoneType": 40, "DepositShort": 10}
    account = await seeded.account(ZY1)
    assert account is not None
    assert account.deposit.balance == Money(0)


async def test_many_accounts_in_any_order_never_lock_each_other_out(
    seeded: PostgresStore, engine: AsyncEngine
) -> None:
    places = [AdmissionNo(f"ZY{n}") for n in range(6)]
    many = [
        Changeset(deposit_moves=[DepositMove(place, balance=Money(1)) for place in order])
        for order in (places, places[::-1], places[3:] + places[:3])
        for _ in range(20)
    ]
    deadlocks = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    async with engine.connect() as connection:
        before = (await connection.execute(deadlocks)).scalar_one()
    await asyncio.gather(*(seeded.commit(changes) for changes in many))
    async with engine.connect() as connection:
        await connection.execute(text("SELECT pg_stat_force_next_flush()"))
        assert (await connection.execute(deadlocks)).scalar_one() == before


@pytest.mark.parametrize("committer", COMMITTERS)
async def test_two_processes_share_keys_balances_and_versions_without_a_loss(
    store: PostgresStore,
    engine: AsyncEngine,
    institution: InstitutionId,
    committer: str,
) -> None:
    changes = opening(errand(institution))
    changes.admissions = [admission()]
    changes.deposit_moves = [DepositMove(ZY1, balance=Money(PAID))]
    changes.new_lots = [lot(LOT, PAID)]
    await store.commit(changes)
    url = engine.url.render_as_string(hide_password=False)
    told = await race_two_processes(url, institution, committer)

    def done(what: str) -> int:
        return sum(a == "done" for t in told for name, a in t.items() if name.startswith(what))

    assert done("key") == ROUNDS
    for n in range(ROUNDS):
        claim = await store.claim("app", f"k{n}")
        assert claim is not None
        winners = [name for name, t in zip("AB", told, strict=True) if t[f"key {n}"] == "done"]
        assert winners == [claim.input_hash]
    account = await store.account(ZY1)
    assert account is not None
    assert done("balance") == PAID // TAKEN
    assert account.deposit.balance == Money(PAID - TAKEN * done("balance"))
    assert done("lot") == PAID // TAKEN
    assert account.lot(LOT).returning == Money(TAKEN * done("lot"))
    plan = await store.plan(PlanNo("ER1"))
    assert plan is not None
    assert plan.version == 1 + done("version")
    refusals = {answer for t in told for answer in t.values()}
    assert refusals == {"done", "KeyTaken", "DepositShort", "LotExceeded", "StaleVersion"}


async def race_two_processes(
    url: str, institution: InstitutionId, committer: str
) -> list[dict[str, str]]:
    module = "tests.adapters.postgres.racing_process"
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, url, institution, committer, name,
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        for name in "AB"
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    outputs = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    return [json.loads(output) for output, _ in outputs]
