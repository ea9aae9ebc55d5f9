"""Where a client finds the server."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a connection; `url()` puts them together for SQLAlchemy."""

    socket_folder: Path
    port: int
    user: str
    password: str = field(repr=False)
    database: str

    def url(self, database: str | None = None) -> str:
        """The SQLAlchemy URL of this database, or of another one on the same server."""
        return (
            f"postgresql+asyncpg://{self.user}:{self.password}@/{database or self.database}"
            f"?host={self.socket_folder}&port={self.port}"
        )
