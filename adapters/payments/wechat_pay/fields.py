"""Strict reading of an answer's fields: a missing or misshapen one makes the outcome unknown."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from domain.money import Money
from ports.errors import OutcomeUnknown

UNREADABLE = "answer_unreadable"
MISMATCH = "answer_mismatch"

JsonObject = Mapping[str, object]


def json_object(body: bytes) -> JsonObject:
    """The body as a JSON object."""
    try:
        content = json.loads(body)
    except ValueError as error:  # bad JSON and bad UTF-8 alike
        raise OutcomeUnknown(f"not JSON: {error}", code=UNREADABLE) from error
    if not isinstance(content, dict):
        raise OutcomeUnknown("not a JSON object", code=UNREADABLE)
    return content


def text(content: JsonObject, name: str) -> str:
    """A text field that must be there and not be empty."""
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise OutcomeUnknown(f"{name!r} is missing or not text: {value!r}", code=UNREADABLE)
    return value


def optional_text(content: JsonObject, name: str) -> str:
    """A text field that may be missing; then it is empty."""
    return text(content, name) if content.get(name) else ""


def inner(content: JsonObject, name: str) -> JsonObject:
    """An object inside the object."""
    value = content.get(name)
    if not isinstance(value, dict):
        raise OutcomeUnknown(f"{name!r} is missing or not an object", code=UNREADABLE)
    return value


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


def expect(content: JsonObject, name: str, ours: str) -> None:
    """The answer must speak of what was asked: our number, our merchant, our application."""
    theirs = content.get(name)
    if theirs != ours:
        raise OutcomeUnknown(f"the answer speaks of {name} {theirs!r}, not {ours!r}", code=MISMATCH)
