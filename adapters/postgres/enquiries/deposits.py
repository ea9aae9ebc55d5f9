"""The payments a deposit is made of (预交金明细)."""

from sqlalchemy import select

from adapters.postgres.database import Database
from adapters.postgres.tables import deposit_lot
from domain.deposits.lot import Lot
from domain.identifiers import AdmissionNo, InstitutionId

_COLUMNS = [column for column in deposit_lot.c if column.name != "institution_id"]


async def deposit_lots(
    database: Database, institution: InstitutionId, admission_no: AdmissionNo
) -> tuple[Lot, ...]:
    """The lots of a stay, oldest first."""
    statement = (
        select(*_COLUMNS)
        .where(
            deposit_lot.c.institution_id == institution,
            deposit_lot.c.admission_no == admission_no,
        )
        .order_by(deposit_lot.c.paid_at, deposit_lot.c.no)
    )
    return tuple(
        Lot(**{column.name: getattr(row, column.name) for column in _COLUMNS})
        for row in await database.read(statement)
    )
