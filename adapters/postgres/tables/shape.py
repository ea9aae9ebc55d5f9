"""The metadata, and the short forms the tables are written in."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.schema import SchemaItem

from adapters.postgres.columns import Fen, Instant, JsonText

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)


def institution_table(name: str, key: Iterable[str], *items: SchemaItem) -> Table:
    """A table of every institution's rows; the institution comes first in its key."""
    institution = Column("institution_id", Text, nullable=False)
    return Table(name, metadata, institution, *items, PrimaryKeyConstraint("institution_id", *key))


def string(name: str, *, null: bool = False, default: str | None = None) -> Column[str]:
    """Text."""
    default_text = None if default is None else text(f"'{default}'")
    return Column(name, Text, nullable=null, server_default=default_text)


def instant(name: str, *, null: bool = False) -> Column[object]:
    """Business time, unless its table says otherwise."""
    return Column(name, Instant, nullable=null)


def recorded_at() -> Column[object]:
    """When the row was written, by the database's own clock."""
    return Column("recorded_at", Instant, nullable=False, server_default=text("now()"))


def fen(name: str, *, null: bool = False) -> Column[object]:
    """An amount."""
    return Column(name, Fen, nullable=null)


def number(name: str, *, big: bool = False, default: int | None = None) -> Column[int]:
    """A whole number."""
    default_text = None if default is None else text(str(default))
    kind = BigInteger if big else Integer
    return Column(name, kind, nullable=False, server_default=default_text)


def json_text(name: str) -> Column[str]:
    """JSON the codec reads and writes."""
    return Column(name, JsonText, nullable=False)


def sequence(name: str, *, always: bool = True) -> Column[int]:
    """A number the database counts up."""
    return Column(name, BigInteger, Identity(always=always), nullable=False)


def one_of(column: str, enumeration: type[StrEnum]) -> CheckConstraint:
    """The constraint that a column holds a word of an enumeration."""
    listed = ", ".join(f"'{word.value}'" for word in enumeration)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
