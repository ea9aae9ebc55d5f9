"""A step of a plan: one effect at one outside system, with its numbered attempts."""

from dataclasses import dataclass, replace
from enum import StrEnum

from domain.plan.attempt import FAILED, Attempt, AttemptState


class StepState(StrEnum):
    """Derived from the attempts, never stored on its own."""

    WAITING = "waiting"  # nothing was tried yet
    SKIPPED = "skipped"  # not needed, and why is written
    PLANNED = "planned"
    CALLING = "calling"
    PENDING = "pending"
    IN_DOUBT = "in_doubt"
    DONE = "done"
    REFUSED = "refused"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Step:
    """One effect. At most one of its attempts is not proven dead."""

    effect: str
    attempts: tuple[Attempt, ...] = ()
    skipped: str = ""

    def __post_init__(self) -> None:
        if any(attempt.state not in FAILED for attempt in self.attempts[:-1]):
            raise ValueError(f"{self.effect}: a new attempt while an older one is not dead")

    @property
    def state(self) -> StepState:
        """Where the step stands, read from its last attempt."""
        if self.skipped:
            return StepState.SKIPPED
        if not self.attempts:
            return StepState.WAITING
        return StepState(self.attempts[-1].state.value)

    @property
    def settled(self) -> bool:
        """Whether the plan may go on behind it."""
        return self.state in (StepState.DONE, StepState.SKIPPED)

    @property
    def last(self) -> Attempt | None:
        """The newest attempt, the only one that can be alive."""
        return self.attempts[-1] if self.attempts else None

    @property
    def live(self) -> Attempt:
        """The attempt that is not ended; LookupError when there is none."""
        if self.last is None or self.last.ended:
            raise LookupError(f"{self.effect} has no live attempt")
        return self.last

    def with_last(self, attempt: Attempt) -> "Step":
        """The step with its newest attempt replaced by a later state of itself."""
        return replace(self, attempts=(*self.attempts[:-1], attempt))

    def tried(self, attempt: Attempt) -> "Step":
        """The step with one more attempt."""
        return replace(self, attempts=(*self.attempts, attempt))

    def skip(self, reason: str) -> "Step":
        """The step as not needed; only before anything was tried."""
        if self.attempts and self.attempts[-1].state is not AttemptState.DEAD:
            raise ValueError(f"{self.effect} was already tried")
        return replace(self, skipped=reason)
