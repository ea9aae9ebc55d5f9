"""One changeset being written: whose, under which number, on which connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Row
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.identifiers import InstitutionId

Values = Mapping[str, Any]  # of one row, by column


@dataclass(frozen=True, slots=True)
class Writing:
    """A transaction of one institution's changeset."""

    connection: AsyncConnection
    institution: InstitutionId
    changeset_no: int

    async def count(self, statement: Executable, row: Values) -> int:
        """Runs a statement for one row; how many rows it changed."""
        done = await self.connection.execute(statement, self._ours(row))
        return done.rowcount

    async def returned(self, statement: Executable, row: Values) -> Row[Any] | None:
        """Runs a statement for one row; what it gives back of it."""
        return (await self.connection.execute(statement, self._ours(row))).first()

    async def write(self, statement: Executable, rows: Sequence[Values]) -> None:
        """Runs a statement for each row; nothing for none."""
        if rows:
            await self.connection.execute(statement, [self._ours(row) for row in rows])

    def _ours(self, row: Values) -> dict[str, Any]:
        return {"institution_id": self.institution, **row}
