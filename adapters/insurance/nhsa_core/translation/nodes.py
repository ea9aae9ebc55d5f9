"""Reads the nodes of an answer strictly: what is missing or unknown is named, never guessed.

Numbers come bare or quoted, empty fields as null, "", or the words null and NULL (§1.3, §2.2).
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

from domain.money import ZERO, Money
from ports.errors import OutcomeUnknown

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
EMPTY = frozenset({"", "null", "NULL"})
DATE = "%Y-%m-%d"
DATETIME = "%Y-%m-%d %H:%M:%S"
DATE_LENGTH, DATETIME_LENGTH = 10, 19
QUOTED_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
ONE_FEN = Decimal("0.01")
FEN_PER_YUAN = 100
SHOWN = 40  # characters of a strange value that go into the text of the failure


def unreadable(name: str, value: object) -> OutcomeUnknown:
    """An answer that cannot be taken as one: it may have happened."""
    shown = str(value)[:SHOWN]
    return OutcomeUnknown(f"the answer's {name} is not readable: {shown!r}", code="unreadable")


def parse_json(content: str | bytes) -> object:
    """JSON whose fractions are Decimal; ValueError for anything else, NaN included."""
    try:
        parsed: object = json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except (RecursionError, InvalidOperation) as error:
        raise ValueError("nested too deeply, or a number beyond all measure") from error
    return parsed


def beijing(moment: datetime) -> str:
    """A datetime as the wire writes it."""
    return moment.astimezone(BEIJING).strftime(DATETIME)


def beijing_day(moment: datetime) -> str:
    """The Beijing day of a moment as the wire writes it."""
    return moment.astimezone(BEIJING).strftime(DATE)


def money_of(name: str, value: object) -> Money:
    """An amount in yuan, exactly; a fraction of a fen is refused."""
    if isinstance(value, str) and QUOTED_NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise unreadable(name, value)
    given = Decimal(value)
    try:
        yuan = given.quantize(ONE_FEN)
    except InvalidOperation as error:
        raise unreadable(name, value) from error
    if yuan != given:
        raise unreadable(name, value)
    return Money(int(yuan * FEN_PER_YUAN))


@dataclass(frozen=True, slots=True)
class Node:
    """One row of an answer. `name` is said when something in it cannot be read."""

    name: str
    members: Mapping[str, object] = field(repr=False)

    def node(self, name: str) -> "Node":
        """A node of one row; absent is an error."""
        value = self.members.get(name)
        if not isinstance(value, dict):
            raise unreadable(f"{self.name}.{name}", type(value).__name__)
        return Node(name, value)

    def nodes(self, name: str) -> tuple["Node", ...]:
        """A node of several rows; one row may come bare, none as null."""
        return nodes_of(name, self.members.get(name))

    def text(self, name: str) -> str:
        """A field's text; empty when there is none."""
        value = self.members.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise unreadable(f"{self.name}.{name}", type(value).__name__)
        text = str(value).strip()
        return "" if text in EMPTY else text

    def need(self, name: str) -> str:
        """A field's text, which must be there."""
        text = self.text(name)
        if not text:
            raise unreadable(f"{self.name}.{name}", self.members.get(name))
        return text

    def code(self, name: str, known: Collection[str]) -> str:
        """A dictionary code, which must be one of those known."""
        text = self.text(name)
        if text not in known:
            raise unreadable(f"{self.name}.{name}", text)
        return text

    def flag(self, name: str) -> bool:
        """是否 1/0."""
        return self.code(name, ("0", "1")) == "1"

    def money(self, *names: str) -> Money | None:
        """The first of these fields that is given; None when none is."""
        for name in names:
            value = self.members.get(name)
            if value is not None and not (isinstance(value, str) and value.strip() in EMPTY):
                return money_of(f"{self.name}.{name}", value)
        return None

    def need_money(self, *names: str) -> Money:
        """An amount that must be there."""
        amount = self.money(*names)
        if amount is None:
            raise unreadable(f"{self.name}.{names[0]}", None)
        return amount

    def money_or_zero(self, name: str) -> Money:
        """An amount of an optional field: an absent one bears nothing."""
        amount = self.money(name)
        return ZERO if amount is None else amount

    def day(self, name: str) -> date | None:
        """A date; some answers carry a time behind it."""
        text = self.text(name)[:DATE_LENGTH]
        return self._parsed(name, text, DATE).date() if text else None

    def moment(self, name: str) -> datetime | None:
        """A Beijing datetime as an instant; some write a T or a fraction of the second."""
        text = self.text(name)[:DATETIME_LENGTH].replace("T", " ")
        return self._parsed(name, text, DATETIME) if text else None

    def _parsed(self, name: str, text: str, layout: str) -> datetime:
        try:
            return datetime.strptime(text, layout).replace(tzinfo=BEIJING)
        except ValueError as error:
            raise unreadable(f"{self.name}.{name}", text) from error


def nodes_of(name: str, value: object) -> tuple[Node, ...]:
    """Rows of an array, of a lone object, or none."""
    if value is None:
        return ()
    return tuple(_row(name, row) for row in (value if isinstance(value, list) else [value]))


def _row(name: str, value: object) -> Node:
    if not isinstance(value, dict):
        raise unreadable(name, type(value).__name__)
    return Node(name, value)


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")
