"""Journals: signed entries that sum to zero. Debit is positive, credit negative."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.money import ZERO, Money, total


@dataclass(frozen=True, slots=True)
class Entry:
    """One signed amount on one account. Accounts are `name` or `name:detail` (see accounts.py)."""

    account: str
    amount: Money

    def __post_init__(self) -> None:
        if self.amount == ZERO:
            raise ValueError(f"an empty entry on {self.account}")


@dataclass(frozen=True, slots=True)
class Journal:
    """One balanced booking: what happened, to which plan, when."""

    what: str  # deposit_received, insurance_settled, …
    plan_no: str
    at: datetime
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if total(entry.amount for entry in self.entries) != ZERO:
            raise ValueError(f"{self.what} of {self.plan_no} does not balance")
        if len(self.entries) < 2:  # noqa: PLR2004 - one entry alone cannot balance
            raise ValueError(f"{self.what} of {self.plan_no} has fewer than two entries")


def booked(
    what: str, plan_no: str, at: datetime, *entries: tuple[str, Money]
) -> tuple[Journal, ...]:
    """One journal of the non-empty entries; none at all when every amount is zero."""
    kept = tuple(Entry(account, amount) for account, amount in entries if amount)
    return (Journal(what, plan_no, at, kept),) if kept else ()


def counter(
    journals: Iterable[Journal], what: str, plan_no: str, at: datetime
) -> tuple[Journal, ...]:
    """The counter-entries of some journals, in one journal each."""
    return tuple(
        Journal(what, plan_no, at, tuple(Entry(e.account, -e.amount) for e in journal.entries))
        for journal in journals
    )
