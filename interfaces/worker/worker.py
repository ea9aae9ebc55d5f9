"""The worker: takes due jobs, runs each by its kind, starts the daily schedules.

Several workers may run on one database: jobs are leased, schedules are claimed once a period. A job
that fails keeps its error and comes back later; it is never dropped.
"""

import asyncio
from datetime import timedelta

import structlog

from application.daily_schedules import DailySchedules
from application.run_job import RunJob
from ports.clock import Clock
from ports.store import ClaimedJob, Jobs

BATCH_MAX = 20
IDLE_SECONDS = 0.2  # between looks when nothing was due
SCHEDULE_SECONDS = 0.5
FAILED_AGAIN_SECONDS = (5, 15, 60, 300, 900)

log = structlog.get_logger("worker")


class Worker:
    """One worker process's loop."""

    def __init__(
        self, name: str, jobs: Jobs, clock: Clock, run_job: RunJob, schedules: DailySchedules
    ) -> None:
        self._name = name
        self._jobs = jobs
        self._clock = clock
        self._run_job = run_job
        self._schedules = schedules

    async def run(self, stopping: asyncio.Event) -> None:
        """Works until told to stop; then finishes what it holds."""
        await asyncio.gather(self._work(stopping), self._schedule(stopping))

    async def _work(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                claimed = await self._jobs.take(self._name, self._clock.now(), BATCH_MAX)
            except Exception:  # the database is away: the worker outlives it
                log.exception("jobs_unreadable")
                claimed = ()
            if claimed:
                await asyncio.gather(*(self._one(job) for job in claimed))
            else:
                await _pause(stopping, IDLE_SECONDS)

    async def _one(self, claimed: ClaimedJob) -> None:
        job = claimed.job
        try:
            due, error = await self._run_job(job), ""
        except Exception as failed:  # one job's failure must not stop the others; it is kept
            log.exception("job_failed", kind=job.kind, key=job.key, attempts=claimed.attempts)
            wait = FAILED_AGAIN_SECONDS[min(claimed.attempts, len(FAILED_AGAIN_SECONDS)) - 1]
            due = self._clock.now() + timedelta(seconds=wait)
            error = f"{type(failed).__name__}: {failed}"
        try:
            await self._jobs.finish(claimed, due, error)
        except Exception:  # the lease runs out and the job comes back by itself
            log.exception("job_unfinished", key=job.key)

    async def _schedule(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self._schedules(self._clock.now())
            except Exception:  # tried again at the next look; the period is not claimed
                log.exception("schedules_failed")
            await _pause(stopping, SCHEDULE_SECONDS)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
