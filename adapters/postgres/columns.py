"""Money, instants, words of an enumeration and JSON text as columns.

Each gives back exactly what the domain put in, and refuses what the domain never makes.
"""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Text, TypeDecorator, cast
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import UserDefinedType

from domain.money import Money


class Fen(TypeDecorator[Money]):
    """Money, as a bigint of fen."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        return None if value is None else value.fen

    def process_result_value(self, value: int | None, dialect: Dialect) -> Money | None:
        return None if value is None else Money(value)


class Instant(TypeDecorator[datetime]):
    """A point in time, as timestamptz; UTC when read. asyncpg would guess a naive one's zone."""

    impl = TIMESTAMP(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else in_utc(value)


class Word(TypeDecorator[StrEnum]):
    """A member of an enumeration, as text. An unknown word raises when it is read."""

    impl = Text
    cache_ok = True

    def __init__(self, enumeration: type[StrEnum]) -> None:
        super().__init__()
        self.enumeration = enumeration

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enumeration(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.enumeration(value)


class JsonText(UserDefinedType[str]):
    """A jsonb column whose value is JSON text on our side: the codec reads and writes it whole."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "JSONB"

    def column_expression(self, column: ColumnElement[str]) -> ColumnElement[str]:
        # As jsonb it would arrive parsed: SQLAlchemy installs json.loads on every connection.
        return cast(column, Text)


def in_utc(at: datetime) -> datetime:
    """The same instant in UTC; a naive datetime is no instant and is refused."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(UTC)
