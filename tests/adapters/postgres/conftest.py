"""One migrated database for the session; each test is an institution of its own in it."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.postgres import PostgresStore, make_engine, migrate
from adapters.postgres.codec import PlanCodec
from domain.identifiers import InstitutionId
from tests.adapters.postgres.committers import COMMITTERS
from tests.adapters.postgres.errands import KINDS


@pytest.fixture(scope="session")
async def migrated_url(postgres_server: EmbeddedPostgres) -> AsyncIterator[str]:
    name = f"store_{uuid.uuid4().hex}"
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
        await migrate(address.url(name))
        yield address.url(name)
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(migrated_url, pool_size=32)
    yield engine
    await engine.dispose()


@pytest.fixture
def institution() -> InstitutionId:
    return InstitutionId(f"H{uuid.uuid4().hex[:11]}")


@pytest.fixture
def store(engine: AsyncEngine, institution: InstitutionId) -> PostgresStore:
    return PostgresStore(engine, institution, KINDS)


@pytest.fixture(params=COMMITTERS)
def committing(
    request: pytest.FixtureRequest, engine: AsyncEngine, institution: InstitutionId
) -> PostgresStore:
    """A store with each of the committers; what passes with one must pass with all."""
    committer = COMMITTERS[request.param](engine, institution, PlanCodec(KINDS))
    return PostgresStore(engine, institution, KINDS, committer)
