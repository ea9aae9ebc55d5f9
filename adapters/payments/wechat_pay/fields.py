"""WeChat Pay's own ways to write an amount and a time, read as strictly as every other field."""

from datetime import UTC, datetime

from adapters.wire.answer_fields import UNREADABLE, JsonObject, text
from domain.money import Money
from ports.errors import OutcomeUnknown


def fen(content: JsonObject, name: str) -> Money:
    """An amount in fen. `1.0` and `"1"` are not amounts: no float ever becomes money."""
    value = content.get(name)
    if type(value) is not int:
        raise OutcomeUnknown(f"{name!r} is not a whole number of fen: {value!r}", code=UNREADABLE)
    return Money(value)


def fen_text(content: JsonObject, name: str) -> Money:
    """An amount in fen written as digits, as in the v2 XML."""
    value = text(content, name)
    if not (value.isascii() and value.isdigit()):
        raise OutcomeUnknown(f"{name!r} is not a whole number of fen: {value!r}", code=UNREADABLE)
    return Money(int(value))


def instant(content: JsonObject, name: str) -> datetime:
    """An RFC 3339 time, which must carry its offset; returned in UTC."""
    value = text(content, name)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise OutcomeUnknown(f"{name!r} is not a time: {value!r}", code=UNREADABLE) from error
    if moment.tzinfo is None:
        raise OutcomeUnknown(f"{name!r} has no time zone: {value!r}", code=UNREADABLE)
    return moment.astimezone(UTC)
