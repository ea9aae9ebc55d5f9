"""Received notifications (收件箱), raw, with what verification said of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from adapters.postgres.database import Database
from adapters.postgres.tables import inbox
from domain.identifiers import InstitutionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notification as it came."""

    sequence: int
    received_at: datetime  # by the database's clock
    system: str
    headers: Mapping[str, str]
    body: bytes
    verdict: str
    key: str


async def notices_after(
    database: Database, institution: InstitutionId, sequence: int, limit: int
) -> tuple[Notice, ...]:
    """Notifications received after that place, in order; 0 begins with the first."""
    statement = (
        select(inbox)
        .where(inbox.c.institution_id == institution, inbox.c.sequence > sequence)
        .order_by(inbox.c.sequence)
        .limit(limit)
    )
    return tuple(
        Notice(
            sequence=row.sequence,
            received_at=row.recorded_at,
            system=row.system,
            headers=json.loads(row.headers),
            body=row.body,
            verdict=row.verdict,
            key=row.key,
        )
        for row in await database.read(statement)
    )
