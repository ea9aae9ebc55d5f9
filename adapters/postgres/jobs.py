"""The job table as a worker sees it: leases on the database's time, fences that never repeat."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.columns import in_utc
from adapters.postgres.database import Database
from domain.identifiers import InstitutionId
from ports.store import ClaimedJob, Job, Jobs

_TAKE = text("""
    UPDATE job SET leased_until = now() + :lease, worker = :worker,
        fence = nextval('job_fence'), attempts = attempts + 1
    WHERE institution_id = :institution AND key IN (
        SELECT key FROM job
        WHERE institution_id = :institution AND due <= :now
            AND (leased_until IS NULL OR leased_until < now())
        ORDER BY due, key LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING key, kind, subject, due, fence, wakes, attempts""")
_END = text("""
    DELETE FROM job
    WHERE institution_id = :institution AND key = :key AND fence = :fence AND wakes = :wakes
    RETURNING key""")
# Woken while it ran: due as the waking commit said, whatever the worker asks.
_RELEASE = text("""
    UPDATE job SET leased_until = NULL, worker = '', last_error = :error,
        due = CASE WHEN wakes = :wakes THEN coalesce(:next_due, due) ELSE due END,
        attempts = CASE WHEN :error = '' THEN 0 ELSE attempts END
    WHERE institution_id = :institution AND key = :key AND fence = :fence""")


class PostgresJobs(Jobs):
    """The jobs of one institution."""

    def __init__(
        self,
        engine: AsyncEngine,
        institution: InstitutionId,
        *,
        lease: timedelta = timedelta(seconds=60),
    ) -> None:
        """`lease`: how long a worker may be silent before another takes its job over."""
        self._database = Database(engine)
        self._institution = institution
        self._lease = lease

    async def take(self, worker: str, now: datetime, limit: int) -> tuple[ClaimedJob, ...]:
        rows = await self._database.write(
            _TAKE,
            institution=self._institution,
            worker=worker,
            now=in_utc(now),
            lease=self._lease,
            limit=limit,
        )
        taken = [
            ClaimedJob(
                job=Job(key=row.key, kind=row.kind, subject=row.subject, due=row.due),
                fence=row.fence,
                wakes=row.wakes,
                attempts=row.attempts,
            )
            for row in rows
        ]
        return tuple(sorted(taken, key=lambda claimed: (claimed.job.due, claimed.job.key)))

    async def finish(self, claimed: ClaimedJob, next_due: datetime | None, error: str = "") -> None:
        held = {
            "institution": self._institution,
            "key": claimed.job.key,
            "fence": claimed.fence,
            "wakes": claimed.wakes,
        }
        if next_due is None and await self._database.write(_END, **held):
            return
        await self._database.write(
            _RELEASE, **held, next_due=next_due and in_utc(next_due), error=error
        )
