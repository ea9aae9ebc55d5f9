"""Results of reconciliations (对账结果) of a business day."""

from datetime import date
from itertools import groupby

from sqlalchemy import text

from adapters.postgres.database import Database
from domain.identifiers import InstitutionId
from domain.money import Money
from domain.reconciliation.difference import Difference, DifferenceKind, Reconciliation

_LAST_RUNS = text("""
    SELECT r.system, r.day, r.at, r.ours_count, r.ours_total, r.theirs_count, r.theirs_total,
        d.kind, d.key, d.ours, d.theirs
    FROM (
        SELECT DISTINCT ON (system) * FROM reconciliation
        WHERE institution_id = :institution AND day = :day
        ORDER BY system, changeset_no DESC) r
    LEFT JOIN difference d ON d.institution_id = r.institution_id AND d.day = r.day
        AND d.system = r.system AND d.changeset_no = r.changeset_no
    ORDER BY r.system, d.position""")


async def reconciliations(
    database: Database, institution: InstitutionId, day: date
) -> tuple[Reconciliation, ...]:
    """The last result of each system for that day, by system."""
    rows = await database.read(_LAST_RUNS, institution=institution, day=day)
    results = []
    for _, lines in groupby(rows, key=lambda row: row.system):
        found = list(lines)
        run = found[0]
        results.append(
            Reconciliation(
                system=run.system,
                day=run.day,
                at=run.at,
                ours_count=run.ours_count,
                ours_total=Money(run.ours_total),
                theirs_count=run.theirs_count,
                theirs_total=Money(run.theirs_total),
                differences=tuple(
                    Difference(
                        DifferenceKind(line.kind), line.key, _fen(line.ours), _fen(line.theirs)
                    )
                    for line in found
                    if line.kind is not None
                ),
            )
        )
    return tuple(results)


def _fen(value: int | None) -> Money | None:
    return None if value is None else Money(value)
