"""Reads the nodes of a request's `input` into rows of text, refusing what the centre would refuse.

Every check names the field, because the centre gives no other help.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from simulators.clock import BEIJING
from simulators.insurance.nhsa_core.amounts import fen_of
from simulators.insurance.nhsa_core.dictionaries import DICTIONARIES
from simulators.insurance.nhsa_core.input_fields import INPUT_NODES
from simulators.insurance.nhsa_core.refusals import (
    Refusal,
    badly_written,
    missing_field,
    unknown_code,
)

# Every listed field is present; an empty one is "".
Row = dict[str, str]

EMPTY = frozenset({"", "null", "NULL"})  # Hunan samples send the word for an empty field
DATE = "%Y-%m-%d"
DATETIME = "%Y-%m-%d %H:%M:%S"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SPEC = re.compile(r"(?P<name>\w+):(?P<kind>[SNDTX])(?P<size>\d*)\.?(?P<places>\d*)(?P<need>[!+]?)")


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One line of the interface's table."""

    name: str
    kind: str
    size: int
    places: int
    need: str


@cache
def rules_of(infno: str, node: str) -> tuple[FieldRule, ...]:
    """The table of one input node."""
    rules = []
    for word in INPUT_NODES[infno, node].split():
        match = _SPEC.fullmatch(word)
        if match is None:
            raise ValueError(f"{infno} {node}: {word!r} is not a field rule")
        rules.append(
            FieldRule(
                match["name"],
                match["kind"],
                int(match["size"] or 0),
                int(match["places"] or 0),
                match["need"],
            )
        )
    return tuple(rules)


def one_row(infno: str, node: str, given: dict[str, Any], edition: str) -> Row:
    """A node of one row, which is a JSON object."""
    value = given.get(node)
    if not isinstance(value, dict):
        raise missing_field(node)
    return _checked(rules_of(infno, node), value, edition)


def many_rows(infno: str, node: str, given: dict[str, Any], edition: str) -> list[Row]:
    """A node of several rows, which is a JSON array and not empty."""
    value = given.get(node)
    if not isinstance(value, list) or not value:
        raise missing_field(node)
    if not all(isinstance(one, dict) for one in value):
        raise badly_written(node, "数组元素必须为对象")
    return [_checked(rules_of(infno, node), one, edition) for one in value]


def number(row: Row, name: str) -> Decimal:
    """A number that the rules have let through; an empty one is 0."""
    return Decimal(row[name] or "0")


def fen(row: Row, name: str) -> int:
    """An amount that the rules have let through, in fen."""
    return fen_of(number(row, name))


def moment(text: str) -> datetime:
    """A Beijing date or datetime; a date is its first second."""
    pattern = DATETIME if " " in text else DATE
    return datetime.strptime(text, pattern).replace(tzinfo=BEIJING)


def _checked(rules: tuple[FieldRule, ...], given: dict[str, Any], edition: str) -> Row:
    row: Row = {}
    for rule in rules:
        text = _text(given.get(rule.name), rule.name)
        needed = rule.need == "!" or (rule.need == "+" and edition == "hunan")
        if not text and needed:
            raise missing_field(rule.name)
        if text:
            _check(rule, text)
        row[rule.name] = text
    return row


def _text(value: object, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise badly_written(name, str(value))
    return "" if value in EMPTY else value


def _check(rule: FieldRule, text: str) -> None:
    if rule.name in DICTIONARIES:
        if text not in DICTIONARIES[rule.name]:
            raise unknown_code(rule.name, text)
    elif rule.kind == "S":
        if len(text) > rule.size:
            raise Refusal(f"字段[{rule.name}]长度超过{rule.size}")
    elif rule.kind == "N":
        _check_number(rule, text)
    else:
        _check_time(rule, text)


def _check_number(rule: FieldRule, text: str) -> None:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise badly_written(rule.name, text) from error
    if not _NUMBER.fullmatch(text) or value != round(value, rule.places):
        raise badly_written(rule.name, text)
    if abs(value) >= 10 ** (rule.size - rule.places):
        raise badly_written(rule.name, text)


def _check_time(rule: FieldRule, text: str) -> None:
    patterns = {"D": (DATE,), "T": (DATETIME,), "X": (DATE, DATETIME)}[rule.kind]
    for pattern in patterns:
        try:
            read = datetime.strptime(text, pattern).replace(tzinfo=BEIJING)
        except ValueError:
            continue
        if read.strftime(pattern) == text:
            return
    raise badly_written(rule.name, text)
