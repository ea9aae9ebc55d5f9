"""Statements that stand alone, each its own transaction: readings, and writes of one row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.failures import (
    Remedy,
    refusal,
    remedy,
    violated_constraint,
)
from domain.errors import StorageUnavailable

Rows = Sequence[Row[Any]]


class Database:
    """Autocommit on a pool: no BEGIN and no COMMIT to wait for."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, statement: Executable, **parameters: object) -> Rows:
        """All rows. Asked once more when a connection turns out dead: a pool cannot know before."""
        try:
            return await self._run_once(statement, parameters)
        except StorageUnavailable as unavailable:
            cause = unavailable.__cause__
            if not (isinstance(cause, DBAPIError) and cause.connection_invalidated):
                raise
        return await self._run_once(statement, parameters)

    async def write(self, statement: Executable, **parameters: object) -> Rows:
        """The rows it returns, if any. Never repeated here: it may have happened."""
        return await self._run_once(statement, parameters)

    async def _run_once(self, statement: Executable, parameters: dict[str, object]) -> Rows:
        try:
            return await self._run(statement, parameters)
        except (DBAPIError, OSError, PoolTimeout) as error:
            if constraint := violated_constraint(error):
                # The database's text quotes the row, so it does not travel along.
                raise refusal(constraint) from None
            if remedy(error) is Remedy.NONE:
                raise
            raise StorageUnavailable("the database cannot be asked") from error

    async def _run(self, statement: Executable, parameters: dict[str, object]) -> Rows:
        async with self._engine.connect() as connection:
            result = await connection.execute(statement, parameters)
            return result.all() if result.returns_rows else ()
