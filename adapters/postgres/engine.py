"""The connection pool to PostgreSQL, with the settings every session of ours must have."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

SESSION = {
    "timezone": "UTC",
    # Few statements, run very often, many of them with arrays: planning each anew costs more than
    # a plan that does not know the values (group-commit.md §3).
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    # A session that holds locks and says nothing has lost its process.
    "idle_in_transaction_session_timeout": "15s",
}


def make_engine(
    url: str,
    *,
    pool_size: int = 16,
    statement_timeout_seconds: int = 15,
    connect_timeout_seconds: int = 5,
    application_name: str = "medsettle",
) -> AsyncEngine:
    """An engine for one database. Dispose of it at the end.

    The statement timeout is the server's: its word on a statement is definite, and it never cuts
    a COMMIT short. The command_timeout of asyncpg would, its outcome unknown: so it stays off.
    """
    settings = SESSION | {
        "application_name": application_name,
        "statement_timeout": f"{statement_timeout_seconds}s",
    }
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # patients are in them, and errors are logged
        pool_use_lifo=True,  # the rest of the pool may go cold
        connect_args={
            "server_settings": settings,
            "timeout": connect_timeout_seconds,
            "command_timeout": None,
            "prepared_statement_cache_size": 400,
        },
    )
