"""Strict reading of an answer's fields: a missing or misshapen one makes the outcome unknown."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from domain.money import Money
from domain.reconciliation.business_day import BEIJING
from ports.errors import OutcomeUnknown

UNREADABLE = "answer_unreadable"
MISMATCH = "answer_mismatch"
INCONSISTENT = "statement_inconsistent"

JsonObject = Mapping[str, object]


def json_object(body: bytes | str) -> JsonObject:
    """The body as a JSON object. A number with a point is a Decimal: no float ever is money."""
    try:
        content = json.loads(body, parse_float=Decimal)
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


def yuan(content: JsonObject, name: str) -> Money:
    """An amount in yuan, text or number, exact to the fen."""
    value = content.get(name)
    if type(value) not in (str, int, Decimal):
        raise OutcomeUnknown(f"{name!r} is no amount in yuan: {value!r}", code=UNREADABLE)
    try:
        return Money.from_yuan(str(value))
    except ValueError as error:
        raise OutcomeUnknown(f"{name!r}: {error}", code=UNREADABLE) from error


def beijing(content: JsonObject, name: str, form: str = "%Y-%m-%d %H:%M:%S") -> datetime:
    """A time written without its zone, which is Beijing's; returned in UTC."""
    value = text(content, name)
    try:
        return datetime.strptime(value, form).replace(tzinfo=BEIJING).astimezone(UTC)
    except ValueError as error:
        raise OutcomeUnknown(f"{name!r} is not a time: {value!r}", code=UNREADABLE) from error


def expect(content: JsonObject, name: str, ours: str) -> None:
    """The answer must speak of what was asked: our number, our merchant, our application."""
    theirs = content.get(name)
    if theirs != ours:
        raise OutcomeUnknown(f"the answer speaks of {name} {theirs!r}, not {ours!r}", code=MISMATCH)
