"""Where every call that crossed our wires is kept."""

import logging
from dataclasses import asdict

from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import tables
from adapters.postgres.database import Database
from adapters.postgres.failures import ConstraintViolated
from domain.errors import StorageUnavailable
from domain.identifiers import InstitutionId
from ports.exchanges import Exchange, Exchanges

_LOG = logging.getLogger(__name__)


class PostgresExchanges(Exchanges):
    """The exchanges of one institution."""

    def __init__(self, engine: AsyncEngine, institution: InstitutionId) -> None:
        self._database = Database(engine)
        self._institution = institution

    async def record(self, exchange: Exchange) -> None:
        """Keeps one exchange. What cannot be kept is logged: the call itself has been made."""
        try:
            await self._database.write(
                insert(tables.exchange), institution_id=self._institution, **asdict(exchange)
            )
        except (SQLAlchemyError, StorageUnavailable, ConstraintViolated):
            _LOG.exception(
                "an exchange with %s (%s %s) could not be recorded",
                exchange.system,
                exchange.operation,
                exchange.key,
            )
