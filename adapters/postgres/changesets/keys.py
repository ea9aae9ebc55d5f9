"""The numbers a changeset uses up: its own, its idempotency key, its attempt keys, its period."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.changesets.writing import Writing
from adapters.postgres.tables import attempt_key, changeset, idempotency, schedule_run
from domain.identifiers import InstitutionId
from ports.store import Changeset, KeyTaken

_BEGIN = insert(changeset).returning(changeset.c.changeset_no)
_BEGIN_AGAIN = insert(changeset).on_conflict_do_nothing().returning(changeset.c.changeset_no)
_CLAIM = insert(idempotency).on_conflict_do_nothing()
_ATTEMPT = insert(attempt_key).on_conflict_do_nothing()
_PERIOD = insert(schedule_run).on_conflict_do_nothing()


async def begin_changeset(connection: AsyncConnection, institution: InstitutionId) -> int:
    """The first statement of a changeset's transaction; returns the number it goes by."""
    begun = await connection.execute(_BEGIN, {"institution_id": institution})
    return int(begun.scalar_one())


async def begin_again(connection: AsyncConnection, institution: InstitutionId, number: int) -> bool:
    """The same for a changeset whose COMMIT was not answered; False: it had been committed.

    While the lost transaction is still at work in the server this waits for its end.
    """
    row = {"institution_id": institution, "changeset_no": number}
    return (await connection.execute(_BEGIN_AGAIN, row)).first() is not None


async def claim_keys(writing: Writing, changes: Changeset) -> None:
    """Claims what must be unique for ever; KeyTaken when somebody else was first."""
    if claim := changes.claim:
        row = {
            "application": claim.application,
            "key": claim.key,
            "input_hash": claim.input_hash,
            "plan_no": claim.plan_no,
            "status": claim.status,
            "answer": claim.answer,
        }
        if not await writing.count(_CLAIM, row):
            raise KeyTaken("idempotency")
    for key, plan_no, effect in sorted(changes.keys):
        if not await writing.count(_ATTEMPT, {"key": key, "plan_no": plan_no, "effect": effect}):
            raise KeyTaken("attempt")
    if changes.schedule_run:
        schedule, period = changes.schedule_run
        row = {"schedule": schedule, "period": period, "changeset_no": writing.changeset_no}
        if not await writing.count(_PERIOD, row):
            raise KeyTaken("schedule")
