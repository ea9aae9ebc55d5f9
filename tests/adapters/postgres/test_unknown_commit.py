"""A COMMIT whose answer is lost is found out by the changeset's own number, on a real wire."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.postgres import PostgresStore, make_engine, migrate
from adapters.postgres.codec import PlanCodec
from adapters.postgres.committer import SimpleCommitter
from domain.deposits.account import DepositMove
from domain.errors import DepositShort, StaleVersion, StorageUnavailable
from domain.identifiers import AdmissionNo, InstitutionId
from domain.money import Money
from ports.store import Changeset, Claim, KeyTaken
from tests.adapters.postgres.committers import COMMITTERS
from tests.adapters.postgres.errands import KINDS, admission, begun, errand, journal, opening
from tests.adapters.postgres.lossy_proxy import Break, LossyProxy, lossy_proxy

ZY1 = AdmissionNo("ZY1")
Wire = Callable[[Break], AbstractAsyncContextManager[tuple[LossyProxy, PostgresStore]]]


@pytest.fixture(params=COMMITTERS)
def wire(
    request: pytest.FixtureRequest,
    postgres_server: EmbeddedPostgres,
    engine: AsyncEngine,
    institution: InstitutionId,
) -> Wire:
    """Opens a store behind a wire that breaks at the first COMMIT."""

    @asynccontextmanager
    async def opened(breaks: Break) -> AsyncIterator[tuple[LossyProxy, PostgresStore]]:
        async with lossy_proxy(postgres_server.address, breaks) as proxy:
            broken = make_engine(proxy.url(str(engine.url.database)), pool_size=2)
            committer = COMMITTERS[request.param](broken, institution, PlanCodec(KINDS))
            yield proxy, PostgresStore(broken, institution, KINDS, committer)
            await broken.dispose()

    return opened


@pytest.mark.parametrize("breaks", Break)
async def test_a_changeset_happens_once_wherever_the_wire_breaks(
    wire: Wire, store: PostgresStore, institution: InstitutionId, breaks: Break
) -> None:
    plan = errand(institution)
    await store.commit(opening(plan))
    changed, changes = begun(plan, "K1")
    changes.claim = Claim(application="app", key="k", input_hash="h", plan_no=plan.no)
    changes.deposit_moves = [DepositMove(ZY1, balance=Money(100))]
    changes.journals = [journal(plan.no, 100)]
    changes.admissions = [admission()]
    async with wire(breaks) as (proxy, behind):
        await behind.commit(changes)
        assert proxy.fired == 1
    assert await store.plan(plan.no) == changed
    assert len(await store.journals(plan.no)) == 1
    account = await store.account(ZY1)
    assert account is not None
    assert account.deposit.balance == Money(100)


@pytest.mark.parametrize("breaks", Break)
async def test_a_balance_moves_once_though_nothing_else_in_the_changeset_has_a_key(
    wire: Wire, store: PostgresStore, breaks: Break
) -> None:
    changes = Changeset(admissions=[admission()])
    changes.deposit_moves = [DepositMove(ZY1, balance=Money(100))]
    async with wire(breaks) as (proxy, behind):
        await behind.commit(changes)
        assert proxy.fired == 1
    account = await store.account(ZY1)
    assert account is not None
    assert account.deposit.balance == Money(100)


@pytest.mark.parametrize("breaks", Break)
async def test_a_refusal_is_a_refusal_also_behind_a_broken_wire(
    wire: Wire, store: PostgresStore, institution: InstitutionId, breaks: Break
) -> None:
    plan = errand(institution)
    await store.commit(opening(plan))
    mine, my_changes = begun(plan, "K1")
    _, same_version = begun(plan, "K2")
    taken_key = Changeset(keys=[("K1", plan.no, "fetch")])  # type: ignore[list-item]
    short = Changeset(deposit_moves=[DepositMove(ZY1, balance=Money(-1))])
    async with wire(breaks) as (proxy, behind):
        await behind.commit(my_changes)
        with pytest.raises(StaleVersion):
            await behind.commit(same_version)
        with pytest.raises(KeyTaken):
            await behind.commit(taken_key)
        with pytest.raises(DepositShort):
            await behind.commit(short)
        assert proxy.fired == 1
    assert await store.plan(plan.no) == mine


async def test_two_different_changesets_are_not_taken_for_one_another(
    wire: Wire, store: PostgresStore, institution: InstitutionId
) -> None:
    plan = errand(institution)
    async with wire(Break.AFTER) as (proxy, behind):
        await behind.commit(opening(plan))
        with pytest.raises(KeyTaken) as taken:
            await behind.commit(opening(plan))
        assert taken.value.what == "plan"
        assert proxy.fired == 1


async def test_a_backend_killed_inside_commit_has_not_committed_and_is_tried_again(
    database_url: str, institution: InstitutionId
) -> None:
    await migrate(database_url)
    engine = make_engine(database_url, pool_size=2)
    kill_once = (
        "CREATE SEQUENCE kills",
        """CREATE FUNCTION kill_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('kills') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
            RETURN NULL; END $$""",
        """CREATE CONSTRAINT TRIGGER kill_once AFTER INSERT ON plan
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kill_once()""",
    )
    try:
        async with engine.begin() as connection:
            for statement in kill_once:
                await connection.execute(text(statement))
        store = PostgresStore(engine, institution, KINDS)
        plan = errand(institution)
        await store.commit(opening(plan))
        assert await store.plan(plan.no) == plan
        async with engine.connect() as connection:
            fired = (await connection.execute(text("SELECT last_value FROM kills"))).scalar_one()
        assert fired == 2
    finally:
        await engine.dispose()


async def test_a_commit_that_can_never_be_finished_ends_in_a_clear_error(
    postgres_server: EmbeddedPostgres, engine: AsyncEngine, institution: InstitutionId
) -> None:
    async with lossy_proxy(postgres_server.address, Break.BEFORE, times=1_000) as proxy:
        broken = make_engine(proxy.url(str(engine.url.database)), pool_size=2)
        committer = SimpleCommitter(broken, institution, PlanCodec(KINDS), patience_seconds=0.3)
        with pytest.raises(StorageUnavailable):
            await committer.commit(opening(errand(institution)))
        await broken.dispose()
        assert proxy.fired > 1


async def test_a_slow_commit_is_not_cut_short_by_the_statement_timeout(
    database_url: str, institution: InstitutionId
) -> None:
    await migrate(database_url)
    engine = make_engine(database_url, pool_size=2, statement_timeout_seconds=1)
    slow = (
        """CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM pg_sleep(1.3); RETURN NULL; END $$""",
        """CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON plan
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()""",
    )
    try:
        async with engine.begin() as connection:
            for statement in slow:
                await connection.execute(text(statement))
        committer = SimpleCommitter(engine, institution, PlanCodec(KINDS), patience_seconds=0)
        await committer.commit(opening(errand(institution)))
    finally:
        await engine.dispose()


async def test_a_reading_survives_the_death_of_its_pooled_connection(
    migrated_url: str, engine: AsyncEngine, institution: InstitutionId
) -> None:
    mine = make_engine(migrated_url, pool_size=4, application_name=f"mine {institution}")
    store = PostgresStore(mine, institution, KINDS)
    kill = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = :name"
    )
    try:
        await asyncio.gather(*(store.plans(ZY1) for _ in range(8)))
        async with engine.connect() as connection:
            killed = await connection.execute(kill, {"name": f"mine {institution}"})
            assert killed.scalar_one() == 4
        await asyncio.sleep(0.05)
        assert await asyncio.gather(*(store.plans(ZY1) for _ in range(8))) == [()] * 8
    finally:
        await mine.dispose()


async def test_a_database_that_is_not_there_is_told_as_such(institution: InstitutionId) -> None:
    nowhere = make_engine("postgresql+asyncpg://nobody:x@127.0.0.1:1/none")
    store = PostgresStore(nowhere, institution, KINDS)
    with pytest.raises(StorageUnavailable):
        await store.plans(ZY1)
    with pytest.raises(StorageUnavailable):
        await store.use_nonce("key", "nonce")
    await nowhere.dispose()
