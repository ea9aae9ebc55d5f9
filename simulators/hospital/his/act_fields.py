"""Reading the JSON of a control act: a wrong, missing or unknown field is refused by its name."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from simulators.control import BadAct
from simulators.hospital.his.price_list import exact


class ActFields:
    """The fields of one JSON object, of which only `known` ones may occur."""

    def __init__(self, body: dict[str, Any], *known: str) -> None:
        unknown = body.keys() - set(known)
        if unknown:
            raise BadAct(f"unknown field {sorted(unknown)[0]!r}; known are {sorted(known)}")
        self._body = body

    def has(self, name: str) -> bool:
        """Whether the field was given."""
        return name in self._body

    def text(self, name: str, default: str | None = None) -> str:
        """A text field; required when it has no default."""
        value = self._body.get(name, default)
        if not isinstance(value, str) or (default is None and not value):
            raise BadAct(f"{name!r} must be text")
        return value

    def whole(self, name: str) -> int:
        """An integer field."""
        value = self._body.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadAct(f"{name!r} must be an integer")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """A true or false field."""
        value = self._body.get(name, default)
        if not isinstance(value, bool):
            raise BadAct(f"{name!r} must be true or false")
        return value

    def decimal(self, name: str, places: int, default: str | None = None) -> Decimal:
        """A decimal written as text (or an integer), never as a JSON fraction."""
        try:
            return exact(name, self._body.get(name, default), places)
        except ValueError as error:
            raise BadAct(str(error)) from error

    def day(self, name: str) -> date:
        """A date written YYYY-MM-DD."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError as error:
            raise BadAct(f"{name!r} must be a date (YYYY-MM-DD)") from error

    def instant(self, name: str, default: datetime) -> datetime:
        """An ISO 8601 instant with its offset."""
        if name not in self._body:
            return default
        try:
            instant = datetime.fromisoformat(self.text(name))
        except ValueError as error:
            raise BadAct(f"{name!r} must be an instant (ISO 8601)") from error
        if instant.tzinfo is None:
            raise BadAct(f"{name!r} must carry its offset from UTC")
        return instant.astimezone(UTC)

    def objects(self, name: str) -> list[dict[str, Any]]:
        """A non-empty list of JSON objects."""
        value = self._body.get(name)
        if not isinstance(value, list) or not value:
            raise BadAct(f"{name!r} must be a list with at least one object")
        if not all(isinstance(entry, dict) for entry in value):
            raise BadAct(f"{name!r} must hold objects only")
        return value
