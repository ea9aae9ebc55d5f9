"""What every test may ask for: the requirement marks, and PostgreSQL."""

import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from adapters.embedded_postgres import EmbeddedPostgres

pytest_plugins = ["tests.requirements_plugin"]


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One server for the session; each xdist worker has its own."""
    folder = tmp_path_factory.mktemp("postgres")
    with EmbeddedPostgres(folder, max_connections=200) as server:
        yield server


@pytest.fixture
async def database_url(postgres_server: EmbeddedPostgres) -> AsyncIterator[str]:
    """The SQLAlchemy URL of an empty database that is the test's own."""
    name = f"test_{uuid.uuid4().hex}"
    address = postgres_server.address
    connection = await asyncpg.connect(
        host=str(address.socket_folder),
        port=address.port,
        user=address.user,
        password=address.password,
        database=address.database,
    )
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        yield address.url(name)
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()
