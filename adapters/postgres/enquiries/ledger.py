"""The ledger at a glance: how much is booked, and the trial balance (试算平衡)."""

from sqlalchemy import text

from adapters.postgres.database import Database
from domain.identifiers import InstitutionId
from domain.money import Money, total
from ports.enquiries import AccountBalance, LedgerSummary

_BALANCES = text("""
    SELECT account, CAST(sum(amount) AS bigint) AS balance, count(*) AS entries,
        (SELECT count(*) FROM ledger_journal WHERE institution_id = :institution) AS journals
    FROM ledger_entry WHERE institution_id = :institution GROUP BY account""")


async def ledger_summary(database: Database, institution: InstitutionId) -> LedgerSummary:
    """The whole ledger of an institution; accounts by name."""
    rows = await database.read(_BALANCES, institution=institution)
    balances = [AccountBalance(account=row.account, balance=Money(row.balance)) for row in rows]
    return LedgerSummary(
        journals=rows[0].journals if rows else 0,
        entries=sum(row.entries for row in rows),
        sum=total(account.balance for account in balances),
        balances=tuple(sorted(balances, key=lambda account: account.account)),
    )
