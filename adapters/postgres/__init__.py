"""What the core remembers, in PostgreSQL: store, jobs, exchanges, enquiries, audit, schema."""

from adapters.postgres.engine import make_engine
from adapters.postgres.exchanges import PostgresExchanges
from adapters.postgres.failures import ConstraintViolated, SerialsExhausted
from adapters.postgres.jobs import PostgresJobs
from adapters.postgres.schema import migrate
from adapters.postgres.store import PostgresStore

__all__ = [
    "ConstraintViolated",
    "PostgresExchanges",
    "PostgresJobs",
    "PostgresStore",
    "SerialsExhausted",
    "make_engine",
    "migrate",
]
