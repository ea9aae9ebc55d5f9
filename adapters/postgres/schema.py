"""Brings a database to a revision of the schema, from code and from any working directory."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from adapters.postgres.engine import make_engine

SCRIPTS = Path(__file__).with_name("migrations")
LOCK = 0x6D65_6473_6574_746C  # "medsettl": one replica migrates at a time


async def migrate(url: str, revision: str = "head") -> None:
    """Upgrades to a revision, all of it or nothing. Replicas may call it at the same time."""
    await _run(url, lambda config: command.upgrade(config, revision))


async def unmake(url: str, revision: str = "base") -> None:
    """Goes down to a revision. What the tables above it held is gone."""
    await _run(url, lambda config: command.downgrade(config, revision))


async def _run(url: str, act: Callable[[Config], None]) -> None:
    engine = make_engine(url, application_name="medsettle migrations")
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            await connection.run_sync(lambda bound: act(_configuration(bound)))
    finally:
        await engine.dispose()


def _configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
