"""A PostgreSQL server of our own, for a machine that was given no database URL."""

from adapters.embedded_postgres.address import Address
from adapters.embedded_postgres.errors import (
    EmbeddedPostgresError,
    FolderInUse,
    NoPostgresInstalled,
    ServerDidNotStart,
    WrongPostgresVersion,
)
from adapters.embedded_postgres.server import EmbeddedPostgres

__all__ = [
    "Address",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "FolderInUse",
    "NoPostgresInstalled",
    "ServerDidNotStart",
    "WrongPostgresVersion",
]
