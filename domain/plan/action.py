"""What a plan wants next. `Plan.next_action` always returns exactly one of these."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Call:
    """Commit the intent of this effect, then call."""

    effect: str


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Find out, at `at` or later, what became of this effect's live attempt."""

    effect: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`; None means an event from outside wakes the plan."""

    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class AskAPerson:
    """Only a person can go on: `code` is stable, `reason` is for reading."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left to do."""


Action = Call | AskAgain | Wait | AskAPerson | Finish
