"""What Alembic runs for every command. The schema itself is in versions/, the target in tables/."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from adapters.postgres.engine import make_engine
from adapters.postgres.tables import metadata


def upgrade(connection: Connection) -> None:
    """Runs the command on a connection; its transaction holds all of it."""
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


async def upgrade_at(url: str) -> None:
    """For the command line: `alembic -x url=postgresql+asyncpg://… upgrade head`."""
    engine = make_engine(url, application_name="medsettle migrations")
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(upgrade_at(context.get_x_argument(as_dictionary=True)["url"]))
else:
    upgrade(given)
