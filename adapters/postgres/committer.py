"""The simple committer: one changeset, one transaction. Its order and guards are every committer's.

A COMMIT whose answer is lost is found out by writing again: the changeset's number is its first
row, and a number that is already there means that it was committed, by us.
"""

import asyncio
import time
from abc import abstractmethod
from typing import Protocol

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.changesets.keys import begin_again, begin_changeset, claim_keys
from adapters.postgres.changesets.money import move_deposits, write_journals, write_lots
from adapters.postgres.changesets.plans import insert_plans, update_plans, write_stays
from adapters.postgres.changesets.visits import write_admissions, write_charges
from adapters.postgres.changesets.work import write_jobs, write_messages, write_reconciliations
from adapters.postgres.changesets.writing import Writing
from adapters.postgres.codec import PlanCodec
from adapters.postgres.failures import (
    Remedy,
    refusal,
    remedy,
    violated_constraint,
)
from domain.errors import StorageUnavailable
from domain.identifiers import InstitutionId
from ports.store import Changeset

# A deadlock's victim goes again behind the other one; who loses that often has another problem.
AT_ONCE_MAX = 10
PAUSE_SECONDS = 0.1


class Committer(Protocol):
    """Judges changesets and writes those that pass."""

    @abstractmethod
    async def commit(self, changes: Changeset) -> None:
        """As `Store.commit`."""


class SimpleCommitter(Committer):
    """One transaction per changeset."""

    def __init__(
        self,
        engine: AsyncEngine,
        institution: InstitutionId,
        codec: PlanCodec,
        *,
        patience_seconds: float = 20.0,
    ) -> None:
        """`patience_seconds`: how long a database that is away is waited for."""
        self._engine = engine
        self._institution = institution
        self._codec = codec
        self._patience_seconds = patience_seconds

    async def commit(self, changes: Changeset) -> None:
        """Writes all of it or nothing, and knows which when it returns or raises a refusal."""
        attempt = _Attempt(self._patience_seconds)
        while True:
            try:
                await self._write(changes, attempt)
                return
            except (DBAPIError, OSError, PoolTimeout) as error:
                if constraint := violated_constraint(error):
                    # The database's text quotes the row, so it does not travel along.
                    raise refusal(constraint) from None
                await attempt.pause(error)

    async def _write(self, changes: Changeset, attempt: "_Attempt") -> None:
        async with self._engine.begin() as connection:
            if attempt.number is None:
                attempt.number = await begin_changeset(connection, self._institution)
            elif not await begin_again(connection, self._institution, attempt.number):
                return
            writing = Writing(connection, self._institution, attempt.number)
            await write_changeset(writing, changes, self._codec)


class _Attempt:
    """What is remembered from one try of a commit to the next."""

    def __init__(self, patience_seconds: float) -> None:
        self.number: int | None = None
        self._at_once = 0
        self._give_up_at = time.monotonic() + patience_seconds

    async def pause(self, error: DBAPIError | OSError | PoolTimeout) -> None:
        """Returns when the commit may be tried again; raises when it may not."""
        match remedy(error):
            case Remedy.AGAIN_AT_ONCE if self._at_once < AT_ONCE_MAX:
                self._at_once += 1
            case Remedy.AGAIN_AFTER_A_PAUSE if time.monotonic() < self._give_up_at:
                await asyncio.sleep(PAUSE_SECONDS)
            case Remedy.AGAIN_AFTER_A_PAUSE:
                raise StorageUnavailable("a commit could not be finished") from error
            case _:
                raise error


async def write_changeset(writing: Writing, changes: Changeset, codec: PlanCodec) -> None:
    """Every statement of a changeset, in the one order (see changesets/)."""
    await claim_keys(writing, changes)
    await insert_plans(writing, changes, codec)
    await update_plans(writing, changes, codec)
    await write_stays(writing, changes)
    await move_deposits(writing, changes)
    await write_lots(writing, changes)
    await write_admissions(writing, changes)
    await write_charges(writing, changes)
    await write_journals(writing, changes)
    await write_messages(writing, changes)
    await write_reconciliations(writing, changes)
    await write_jobs(writing, changes)
