"""One field of a HIS's answer, read exactly or refused as unreadable by its name. Apart from the
translation, so that this can be read as a list of correspondences.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from domain.identifiers import AdmissionNo
from ports.errors import OutcomeUnknown

Value = TypeVar("Value")

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
QUANTITY = re.compile(r"-?\d{1,12}(\.\d{1,4})?", re.ASCII)
UNIT_PRICE = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)


def unreadable(field: str, text: str) -> OutcomeUnknown:
    """The failure of an answer that cannot be understood. `text` must not hold personal data."""
    return OutcomeUnknown(f"his: {field} {text}", code="unreadable")


def required(value: str, field: str) -> str:
    """A text that must not be empty."""
    if not value:
        raise unreadable(field, "is empty")
    return value


def known(meanings: Mapping[int, Value], number: int, field: str) -> Value:
    """What an enum's number stands for; unspecified and future ones are unreadable."""
    if number not in meanings:
        raise unreadable(field, f"has the unknown value {number}")
    return meanings[number]


def same_stay(told: str, asked: AdmissionNo, field: str) -> None:
    """Refuses an answer about another stay than the one that was asked for."""
    if told != asked:
        raise unreadable(field, f"is {told!r}, asked was {asked!r}")


def calendar_date(value: str, field: str) -> date:
    """A date written YYYY-MM-DD. The value stays out of the text: it may be a birth date."""
    try:
        if DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError as error:
        raise unreadable(field, "is not a day of the calendar") from error
    raise unreadable(field, "is not a date written YYYY-MM-DD")


def decimal(form: re.Pattern[str], value: str, field: str) -> Decimal:
    """An exact decimal of the given form; no exponent, no sign or place the contract has not."""
    if form.fullmatch(value) is None:
        raise unreadable(field, f"{value!r} is not such a decimal")
    return Decimal(value)


def instant(message: Message, name: str, where: str) -> datetime:
    """A timestamp that must be set, in UTC."""
    found = instant_if_set(message, name, where)
    if found is None:
        raise unreadable(f"{where} {name}", "is not set")
    return found


def instant_if_set(message: Message, name: str, where: str) -> datetime | None:
    """A timestamp in UTC; None when it is not set."""
    if not message.HasField(name):
        return None
    stamp: Timestamp = getattr(message, name)
    try:
        return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise unreadable(f"{where} {name}", "is out of range") from error
