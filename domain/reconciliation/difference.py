"""A reconciliation of one business day with one outside system, and the differences it found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.money import ZERO, Money, total


class DifferenceKind(StrEnum):
    """What is wrong with one line."""

    MISSING_HERE = "missing_here"  # 长款: they have it, we do not
    MISSING_THERE = "missing_there"  # 短款: we have it, they do not
    AMOUNT = "amount"  # 金额不符
    DOUBLED = "doubled"  # their statement lists it more than once


@dataclass(frozen=True, slots=True)
class Line:
    """One comparable line: a number both sides know and a signed amount."""

    key: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding."""

    kind: DifferenceKind
    key: str
    ours: Money | None
    theirs: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """对账结果 of one system and business day."""

    system: str
    day: date
    at: datetime
    ours_count: int
    ours_total: Money
    theirs_count: int
    theirs_total: Money
    differences: tuple[Difference, ...]

    @property
    def balanced(self) -> bool:
        """平账."""
        return not self.differences


def reconcile(
    system: str, day: date, at: datetime, ours: Iterable[Line], theirs: Iterable[Line]
) -> Reconciliation:
    """Compares two sides line by line; exactly the lines that disagree become differences."""
    mine, other = list(ours), list(theirs)
    ours_by_key, doubled_here = _by_key(mine)
    theirs_by_key, doubled_there = _by_key(other)
    if doubled_here:
        raise ValueError(f"our own books list {sorted(doubled_here)[0]} twice")
    found = [
        Difference(DifferenceKind.DOUBLED, key, ours_by_key.get(key), theirs_by_key[key])
        for key in sorted(doubled_there)
    ]
    for key in sorted(ours_by_key.keys() | theirs_by_key.keys()):
        us, them = ours_by_key.get(key), theirs_by_key.get(key)
        if us is None:
            found.append(Difference(DifferenceKind.MISSING_HERE, key, None, them))
        elif them is None:
            found.append(Difference(DifferenceKind.MISSING_THERE, key, us, None))
        elif us != them:
            found.append(Difference(DifferenceKind.AMOUNT, key, us, them))
    return Reconciliation(
        system=system,
        day=day,
        at=at,
        ours_count=len(mine),
        ours_total=total(line.amount for line in mine) if mine else ZERO,
        theirs_count=len(other),
        theirs_total=total(line.amount for line in other) if other else ZERO,
        differences=tuple(found),
    )


def _by_key(lines: Iterable[Line]) -> tuple[Mapping[str, Money], set[str]]:
    amounts: dict[str, Money] = {}
    doubled: set[str] = set()
    for line in lines:
        if line.key in amounts:
            doubled.add(line.key)
        amounts.setdefault(line.key, line.amount)
    return amounts, doubled
