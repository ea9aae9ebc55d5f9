"""One changeset being written: whose, under which number, on which connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.identifiers import InstitutionId

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Writing:
    """A transaction of one institution's changeset."""

    connection: AsyncConnection
    institution: InstitutionId
    changeset_no: int

    async def count(self, statement: Executable, row: Row) -> int:
        """Runs a statement for one row; how many rows it changed."""
        done = await self.connection.execute(statement, self._ours(row))
        return done.rowcount

    async def write(self, statement: Executable, rows: Sequence[Row]) -> None:
        """Runs a statement for each row; nothing for none."""
        if rows:
            await self.connection.execute(statement, [self._ours(row) for row in rows])

    def _ours(self, row: Row) -> dict[str, Any]:
        return {"institution_id": self.institution, **row}
