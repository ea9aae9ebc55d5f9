"""Every check over one snapshot of one institution's books."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.audit.cases import read_cases
from adapters.postgres.audit.plan_checks import PlanChecks
from adapters.postgres.audit.table_checks import TABLE_CHECKS, TableCheck
from adapters.postgres.codec import PlanCodec
from domain.identifiers import InstitutionId
from domain.money import Money
from ports.enquiries import AuditCheck

FINDINGS_MAX = 100  # of one check; who has more has one cause

_HELD = text("SELECT admission_no, held FROM deposit_account WHERE institution_id = :institution")


async def audit(
    engine: AsyncEngine,
    institution: InstitutionId,
    codec: PlanCodec,
    in_doubt_limit: timedelta,
) -> tuple[AuditCheck, ...]:
    """Every check, sound or not. Reads every plan: not for each minute of a large hospital."""
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with snapshot.connect() as connection:
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        tables = [await _check(connection, institution, check) for check in TABLE_CHECKS]
        plans = PlanChecks(in_doubt_limit)
        async for case in read_cases(connection, institution, codec):
            plans.look_at(case)
        held = await connection.execute(_HELD, {"institution": institution})
        accounts = {row.admission_no: Money(row.held) for row in held}
    return (*tables, *plans.results(FINDINGS_MAX), plans.holds(accounts, FINDINGS_MAX))


async def _check(
    connection: AsyncConnection, institution: InstitutionId, check: TableCheck
) -> AuditCheck:
    parameters = {"institution": institution}
    measured = await connection.execute(text(check.measured), parameters)
    limited = text(f"{check.findings} LIMIT {FINDINGS_MAX}")
    found = await connection.execute(limited, parameters)
    return AuditCheck(
        name=check.name,
        measured=int(measured.scalar_one()),
        findings=tuple(row.finding for row in found),
    )
