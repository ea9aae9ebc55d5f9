"""The record of calls, as a live screen follows it."""

from sqlalchemy import select

from adapters.postgres.database import Database
from adapters.postgres.tables import exchange
from domain.identifiers import InstitutionId
from ports.enquiries import RecordedExchange
from ports.exchanges import Exchange

_COLUMNS = [column for column in exchange.c if column.name not in ("institution_id", "sequence")]


async def exchanges_after(
    database: Database, institution: InstitutionId, sequence: int, limit: int
) -> tuple[RecordedExchange, ...]:
    """Exchanges recorded after that place, in order; 0 begins with the first.

    Two calls that end in the same instant may become visible out of order, so a follower that must
    miss none asks again from a few places back.
    """
    statement = (
        select(exchange.c.sequence, *_COLUMNS)
        .where(exchange.c.institution_id == institution, exchange.c.sequence > sequence)
        .order_by(exchange.c.sequence)
        .limit(limit)
    )
    return tuple(
        RecordedExchange(
            sequence=row.sequence,
            exchange=Exchange(**{c.name: getattr(row, c.name) for c in _COLUMNS}),
        )
        for row in await database.read(statement)
    )
