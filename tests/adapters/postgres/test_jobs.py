"""Leases, fences and wakes of the job table, with several workers at once."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import PostgresJobs, PostgresStore
from domain.identifiers import InstitutionId
from ports.store import Changeset, Job
from tests.adapters.postgres.errands import AT

MINUTE = timedelta(minutes=1)


@pytest.fixture
def jobs(engine: AsyncEngine, institution: InstitutionId) -> PostgresJobs:
    return PostgresJobs(engine, institution)


def job(key: str, due: datetime = AT) -> Job:
    return Job(key=key, kind="advance", subject=f"plan {key}", due=due)


async def wake(store: PostgresStore, *due: Job) -> None:
    await store.commit(Changeset(jobs=list(due)))


async def expire_leases(engine: AsyncEngine, institution: InstitutionId) -> None:
    """As if the workers had been silent for so long, by the database's clock."""
    statement = text(
        "UPDATE job SET leased_until = now() - interval '1 second' WHERE institution_id = :i"
    )
    async with engine.begin() as connection:
        await connection.execute(statement, {"i": institution})


async def test_due_jobs_are_taken_oldest_first_up_to_the_limit(
    store: PostgresStore, jobs: PostgresJobs
) -> None:
    await wake(store, job("late", AT), job("early", AT - MINUTE), job("future", AT + MINUTE))
    (first,) = await jobs.take("w1", AT, 1)
    assert first.job == job("early", AT - MINUTE)
    assert (first.wakes, first.attempts) == (0, 1)
    assert [claimed.job.key for claimed in await jobs.take("w1", AT, 9)] == ["late"]
    assert await jobs.take("w1", AT, 9) == ()
    assert [claimed.job.key for claimed in await jobs.take("w1", AT + MINUTE, 9)] == ["future"]


async def test_no_job_is_taken_by_two_workers(store: PostgresStore, jobs: PostgresJobs) -> None:
    await wake(store, *(job(f"j{n:03}") for n in range(100)))
    takes = await asyncio.gather(*(jobs.take(f"w{n}", AT, 7) for n in range(20)))
    keys = [claimed.job.key for taken in takes for claimed in taken]
    fences = [claimed.fence for taken in takes for claimed in taken]
    assert len(keys) == len(set(keys)) == len(set(fences))
    rest = await jobs.take("last", AT, 1_000)
    assert len(keys) + len(rest) == 100


async def test_jobs_of_another_institution_are_not_seen(
    store: PostgresStore, engine: AsyncEngine
) -> None:
    await wake(store, job("j1"))
    assert await PostgresJobs(engine, InstitutionId("H-other")).take("w", AT, 9) == ()


async def test_a_finished_job_is_gone(store: PostgresStore, jobs: PostgresJobs) -> None:
    await wake(store, job("j1"))
    (claimed,) = await jobs.take("w1", AT, 9)
    await jobs.finish(claimed, None)
    assert await jobs.take("w1", AT + MINUTE, 9) == ()


async def test_a_rescheduled_job_comes_back_when_it_is_due(
    store: PostgresStore, jobs: PostgresJobs
) -> None:
    await wake(store, job("j1"))
    (claimed,) = await jobs.take("w1", AT, 9)
    await jobs.finish(claimed, AT + MINUTE)
    assert await jobs.take("w1", AT, 9) == ()
    (again,) = await jobs.take("w2", AT + MINUTE, 9)
    assert (again.job.due, again.attempts) == (AT + MINUTE, 1)
    assert again.fence > claimed.fence


async def test_failed_tries_are_counted_and_their_error_kept(
    store: PostgresStore, jobs: PostgresJobs, engine: AsyncEngine, institution: InstitutionId
) -> None:
    await wake(store, job("j1"))
    for attempts in (1, 2, 3):
        (claimed,) = await jobs.take("w1", AT, 9)
        assert claimed.attempts == attempts
        await jobs.finish(claimed, AT, error=f"failure {attempts}")
    query = text("SELECT last_error, leased_until FROM job WHERE institution_id = :i")
    async with engine.connect() as connection:
        row = (await connection.execute(query, {"i": institution})).one()
    assert tuple(row) == ("failure 3", None)


@pytest.mark.parametrize("next_due", [None, AT + 9 * MINUTE])
async def test_a_job_woken_while_it_runs_stays_due(
    store: PostgresStore, jobs: PostgresJobs, next_due: datetime | None
) -> None:
    await wake(store, job("j1"))
    (claimed,) = await jobs.take("w1", AT, 9)
    await wake(store, job("j1", AT + MINUTE))
    assert await jobs.take("w2", AT + MINUTE, 9) == (), "it is still in w1's hands"
    await jobs.finish(claimed, next_due)
    (again,) = await jobs.take("w2", AT + MINUTE, 9)
    assert (again.job.due, again.wakes) == (AT + MINUTE, 1)


async def test_the_latest_commit_decides_when_a_job_is_due(
    store: PostgresStore, jobs: PostgresJobs
) -> None:
    await wake(store, job("j1", AT))
    await wake(store, job("j1", AT + MINUTE))
    assert await jobs.take("w1", AT, 9) == ()
    (claimed,) = await jobs.take("w1", AT + MINUTE, 9)
    assert claimed.wakes == 1


async def test_a_silent_worker_loses_its_job_and_cannot_finish_it(
    store: PostgresStore, jobs: PostgresJobs, engine: AsyncEngine, institution: InstitutionId
) -> None:
    await wake(store, job("j1"))
    (lost,) = await jobs.take("w1", AT, 9)
    await expire_leases(engine, institution)
    (mine,) = await jobs.take("w2", AT, 9)
    assert mine.fence > lost.fence
    await jobs.finish(lost, None)
    await jobs.finish(lost, AT - MINUTE)
    assert await jobs.take("w3", AT, 9) == (), "w2 still has it"
    await jobs.finish(mine, AT + MINUTE)
    (again,) = await jobs.take("w3", AT + MINUTE, 9)
    assert again.job.due == AT + MINUTE


async def test_a_job_born_again_does_not_know_the_fence_of_its_former_life(
    store: PostgresStore, jobs: PostgresJobs, engine: AsyncEngine, institution: InstitutionId
) -> None:
    await wake(store, job("j1"))
    (stalled,) = await jobs.take("w1", AT, 9)
    await expire_leases(engine, institution)
    (other,) = await jobs.take("w2", AT, 9)
    await jobs.finish(other, None)
    await wake(store, job("j1"))
    (newborn,) = await jobs.take("w3", AT, 9)
    await jobs.finish(stalled, None)
    await jobs.finish(newborn, AT)
    assert len(await jobs.take("w3", AT, 9)) == 1, "it was not ended by the stalled worker"


async def test_a_lease_runs_on_the_database_clock_not_on_business_time(
    store: PostgresStore, engine: AsyncEngine, institution: InstitutionId
) -> None:
    jobs = PostgresJobs(engine, institution, lease=timedelta(milliseconds=200))
    await wake(store, job("j1"))
    await jobs.take("w1", AT, 9)
    assert await jobs.take("w2", AT + timedelta(days=365), 9) == ()
    await asyncio.sleep(0.3)
    assert len(await jobs.take("w2", AT, 9)) == 1


async def test_a_wake_racing_with_the_end_of_its_job_is_never_lost(
    store: PostgresStore, jobs: PostgresJobs
) -> None:
    for n in range(20):
        key = f"j{n}"
        await wake(store, job(key))
        (claimed,) = await jobs.take("w1", AT, 9)
        await asyncio.gather(jobs.finish(claimed, None), wake(store, job(key)))
        (again,) = await jobs.take("w2", AT, 9)
        assert again.job.key == key
        await jobs.finish(again, None)
