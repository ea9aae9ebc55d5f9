"""What a fault does to the lines of a statement: short, doubled, off by a fen, a stranger's."""

import random
from collections.abc import Sequence
from typing import Any, Protocol, Self, TypeVar

from simulators.faults import Fault

_ONE_LINE_KINDS = ("statement_short", "statement_extra", "statement_off_by_one_fen")
KINDS = (
    *_ONE_LINE_KINDS,
    *("statement_late", "statement_doubled", "statement_empty", "statement_wrong_total"),
)


class NoSuchLine(Exception):
    """The fault names a number that is not in this statement."""


class Line(Protocol):
    """What a fault needs to know of a statement line."""

    def shifted(self, fen: int) -> Self:
        """The same line with its amount off by `fen`."""

    def speaks_of(self, number: str) -> bool:
        """Whether it is the line of that merchant number."""

    def stranger(self, number: str) -> Self:
        """A line like it that belongs to nothing in the books."""


L = TypeVar("L", bound=Line)


def altered(
    lines: list[L],
    fault: Fault | None,
    source: random.Random,
    numbers: tuple[str, ...] = ("out_refund_no", "out_trade_no"),
) -> list[L]:
    """The lines as the fault leaves them; `numbers` are the arguments that may name one."""
    kind = fault.kind if fault else ""
    if kind == "statement_empty":
        return []
    if kind == "statement_doubled":
        return [line for line in lines for _ in range(2)]
    if fault is not None and kind in _ONE_LINE_KINDS:
        return _with_one_line_wrong(lines, fault, source, numbers)
    return lines


def _with_one_line_wrong(
    lines: list[L], fault: Fault, source: random.Random, numbers: tuple[str, ...]
) -> list[L]:
    position = _position(lines, fault.args, source, numbers)
    if fault.kind == "statement_extra":
        number = "".join(source.choices("0123456789", k=16))
        return [*lines, lines[position].stranger(f"UNKNOWN{number}")]
    before, after = lines[:position], lines[position + 1 :]
    if fault.kind == "statement_short":
        return [*before, *after]
    return [*before, lines[position].shifted(int(fault.args.get("fen", 1))), *after]


def _position(
    lines: Sequence[Line], args: dict[str, Any], source: random.Random, numbers: tuple[str, ...]
) -> int:
    number = next((args[name] for name in numbers if args.get(name)), None)
    if number is None:
        return source.randrange(len(lines))
    for position, line in enumerate(lines):
        if line.speaks_of(str(number)):
            return position
    raise NoSuchLine(f"fault names {number}, which is not in this statement")
