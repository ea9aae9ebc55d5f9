"""The plans of an institution, each with all that the audit compares it with."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.books import ACCOUNT, account_of
from adapters.postgres.codec import PlanCodec
from adapters.postgres.plan_history import StepChange, changes_codec
from domain.errors import MedsettleError
from domain.identifiers import AdmissionNo, InstitutionId
from domain.plan.plan import Plan
from domain.visits.patient_account import PatientAccount

BATCH = 500

_PLANS = text("""
    SELECT p.no, p.kind, p.admission_no, p.state, p.version, CAST(p.body AS text) AS body,
        EXISTS (SELECT FROM job j WHERE j.institution_id = p.institution_id
            AND j.kind = 'advance' AND j.key = 'advance:' || p.no) AS has_job
    FROM plan p
    WHERE p.institution_id = :institution AND p.no > :after
    ORDER BY p.no LIMIT :batch""")
_HISTORY = text("""
    SELECT h.plan_no, h.version, h.state, CAST(h.changes AS text) AS changes, c.recorded_at
    FROM plan_journal h LEFT JOIN changeset c USING (institution_id, changeset_no)
    WHERE institution_id = :institution AND h.plan_no = ANY(CAST(:numbers AS text[]))
    ORDER BY h.plan_no, h.version""")


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One committed version of a plan."""

    version: int
    state: str
    recorded_at: datetime | None
    changes: tuple[StepChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One plan. `plan` is None when its body cannot be read, and `unreadable` says why."""

    no: str
    state: str
    version: int
    plan: Plan | None
    unreadable: str
    has_job: bool
    account: PatientAccount | None  # read for live plans only
    history: tuple[HistoryLine, ...]
    now: datetime  # by the database, as the times of the history are


async def read_cases(
    connection: AsyncConnection, institution: InstitutionId, codec: PlanCodec
) -> AsyncIterator[Case]:
    """Every plan by number, some at a time."""
    now = (await connection.execute(text("SELECT now()"))).scalar_one()
    after = ""
    while True:
        page = {"institution": institution, "after": after, "batch": BATCH}
        rows = (await connection.execute(_PLANS, page)).all()
        history = await _history(connection, institution, [row.no for row in rows])
        for row in rows:
            plan, unreadable = _read(codec, row)
            account = None
            if plan is not None and plan.live:
                account = await _account(connection, institution, plan.admission_no)
            yield Case(
                no=row.no,
                state=row.state,
                version=row.version,
                plan=plan,
                unreadable=unreadable,
                has_job=row.has_job,
                account=account,
                history=history.get(row.no, ()),
                now=now,
            )
        if len(rows) < BATCH:
            return
        after = rows[-1].no


def _read(codec: PlanCodec, row: Row[Any]) -> tuple[Plan | None, str]:
    try:
        return codec.decode(row.kind, row.body), ""
    except ValidationError as error:
        wrong = {".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)}
        return None, ", ".join(sorted(wrong))
    except (MedsettleError, LookupError, TypeError) as error:
        return None, repr(error)


async def _history(
    connection: AsyncConnection, institution: InstitutionId, numbers: Sequence[str]
) -> dict[str, tuple[HistoryLine, ...]]:
    of_these = {"institution": institution, "numbers": list(numbers)}
    rows = await connection.execute(_HISTORY, of_these)
    return {
        no: tuple(
            HistoryLine(
                line.version, line.state, line.recorded_at, changes_codec.decode(line.changes)
            )
            for line in lines
        )
        for no, lines in groupby(rows, key=lambda row: row.plan_no)
    }


async def _account(
    connection: AsyncConnection, institution: InstitutionId, no: AdmissionNo
) -> PatientAccount | None:
    row = (await connection.execute(ACCOUNT, {"institution": institution, "no": no})).first()
    return account_of(no, row) if row else None
