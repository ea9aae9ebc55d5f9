"""Every check over one snapshot of one institution's books."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.audit.cases import read_cases
from adapters.postgres.audit.plan_checks import AccountSums, PlanChecks
from adapters.postgres.audit.table_checks import TABLE_CHECKS, TableCheck
from adapters.postgres.codec import PlanCodec
from domain.identifiers import InstitutionId
from domain.money import Money
from ports.enquiries import AuditCheck

FINDINGS_MAX = 100  # of one check; who has more has one cause

_ACCOUNTS = text("""
    SELECT admission_no, coalesce(a.balance, 0) AS balance, coalesce(a.held, 0) AS held,
        CAST(coalesce(l.remaining, 0) AS bigint) AS remaining
    FROM (SELECT * FROM deposit_account WHERE institution_id = :institution) a
    FULL JOIN (
        SELECT admission_no, sum(paid - applied - "returning" - returned) AS remaining
        FROM deposit_lot WHERE institution_id = :institution GROUP BY admission_no) l
    USING (admission_no)""")

_TRANSIT = text("""
    SELECT account, CAST(sum(amount) AS bigint) AS balance FROM ledger_entry
    WHERE institution_id = :institution AND account IN ('unapplied', 'refund_payable')
    GROUP BY account""")


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
        return await audit_on(connection, institution, codec, in_doubt_limit)


async def audit_on(
    connection: AsyncConnection,
    institution: InstitutionId,
    codec: PlanCodec,
    in_doubt_limit: timedelta,
) -> tuple[AuditCheck, ...]:
    """The same over what an open transaction sees."""
    tables = [await _check(connection, institution, check) for check in TABLE_CHECKS]
    plans = PlanChecks(in_doubt_limit)
    async for case in read_cases(connection, institution, codec):
        plans.look_at(case)
    rows = await connection.execute(_ACCOUNTS, {"institution": institution})
    accounts = {
        row.admission_no: AccountSums(Money(row.balance), Money(row.held), Money(row.remaining))
        for row in rows
    }
    entries = await connection.execute(_TRANSIT, {"institution": institution})
    transit = {row.account: Money(row.balance) for row in entries}
    return (
        *tables,
        *plans.results(FINDINGS_MAX),
        *plans.accounts(accounts, FINDINGS_MAX),
        plans.transit(transit),
    )


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
