"""One attempt of a step: the key it goes by at the other side, its lifecycle, its evidence.

                 unreachable
            ┌───────────────────┐
            v                   │
  PLANNED ──call──> CALLING ────┤
     │                 ├──accept──> PENDING ──┐ confirm / refuse / die / lose
     │                 ├──lose────> IN_DOUBT ─┤ confirm / refuse / die / accept
     │                 ├──confirm─> DONE <────┤
     │                 └──refuse──> REFUSED <─┤
     └──die──────────────────────> DEAD <─────┘

DONE, REFUSED and DEAD are for ever. REFUSED and DEAD need evidence. A new attempt with a new key is
possible only after the last one is REFUSED or DEAD; an unreachable one is sent again as it is.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.identifiers import AttemptKey
from domain.lifecycle import Lifecycle


class AttemptState(StrEnum):
    """Where one attempt stands."""

    PLANNED = "planned"
    CALLING = "calling"
    PENDING = "pending"
    IN_DOUBT = "in_doubt"
    DONE = "done"
    REFUSED = "refused"
    DEAD = "dead"


_S = AttemptState
ATTEMPT_LIFECYCLE: Lifecycle[AttemptState] = Lifecycle(
    {
        (_S.PLANNED, "call"): _S.CALLING,
        (_S.PLANNED, "die"): _S.DEAD,
        (_S.CALLING, "unreachable"): _S.PLANNED,
        (_S.CALLING, "accept"): _S.PENDING,
        (_S.CALLING, "lose"): _S.IN_DOUBT,
        (_S.CALLING, "confirm"): _S.DONE,
        (_S.CALLING, "refuse"): _S.REFUSED,
        (_S.PENDING, "confirm"): _S.DONE,
        (_S.PENDING, "refuse"): _S.REFUSED,
        (_S.PENDING, "die"): _S.DEAD,
        (_S.PENDING, "lose"): _S.IN_DOUBT,
        (_S.IN_DOUBT, "accept"): _S.PENDING,
        (_S.IN_DOUBT, "confirm"): _S.DONE,
        (_S.IN_DOUBT, "refuse"): _S.REFUSED,
        (_S.IN_DOUBT, "die"): _S.DEAD,
    }
)
ENDED = frozenset({_S.DONE, _S.REFUSED, _S.DEAD})
FAILED = frozenset({_S.REFUSED, _S.DEAD})

# A call that has not come back after this long has lost its process: every port's own deadline is
# shorter. Only then may somebody else ask what became of it.
CALL_LIMIT = timedelta(seconds=20)
# How long to wait before asking again, by how often was asked already (reliability, rule 3).
ASK_AFTER_SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800)


class Proof(StrEnum):
    """What kind of thing taught us an attempt's end."""

    ANSWER = "answer"  # the reply to the call itself
    QUERY = "query"  # a query by our own number
    NOTICE = "notice"  # a verified notification
    CLOSED = "closed"  # the other side closed or reversed it at our request
    STATEMENT = "statement"  # a line of the other side's statement, or its absence
    REPEATABLE = "repeatable"  # the call has no effect there, so it may simply be made again
    NEVER_SENT = "never_sent"
    PERSON = "person"  # a person looked and decided


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why we believe it: kind, when, the other side's own number, and its words."""

    proof: Proof
    at: datetime
    their_number: str = ""
    text: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One numbered try of a step under one key."""

    key: AttemptKey
    state: AttemptState
    planned_at: datetime
    called_at: datetime | None = None
    ask_at: datetime | None = None  # PENDING, IN_DOUBT: when to ask; PLANNED: when to send again
    asks: int = 0
    evidence: Evidence | None = None

    def __post_init__(self) -> None:
        if self.state in ENDED and self.evidence is None:
            raise ValueError(f"an attempt is not {self.state} without evidence")

    @property
    def ended(self) -> bool:
        """Whether nothing can change it any more."""
        return self.state in ENDED

    def move(
        self,
        action: str,
        at: datetime,
        *,
        evidence: Evidence | None = None,
        ask_at: datetime | None = None,
    ) -> "Attempt":
        """The attempt after `action`; IllegalTransition when the lifecycle forbids it."""
        state = ATTEMPT_LIFECYCLE.after(self.state, action)
        return replace(
            self,
            state=state,
            called_at=at if action == "call" else self.called_at,
            ask_at=None if state in ENDED else ask_at,
            evidence=evidence or self.evidence,
        )

    def asked(self, ask_at: datetime) -> "Attempt":
        """The attempt after a question that settled nothing; `ask_at` is the next time."""
        return replace(self, asks=self.asks + 1, ask_at=ask_at)


def next_ask(asks: int, now: datetime) -> datetime:
    """When to ask again after `asks` questions without a definite answer."""
    seconds = ASK_AFTER_SECONDS[min(asks, len(ASK_AFTER_SECONDS) - 1)]
    return now + timedelta(seconds=seconds)
