"""What one commit changed in a plan: the lines of plan_journal, written and read in one form."""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.postgres.codec import Codec
from domain.plan.attempt import Attempt, AttemptState, Evidence
from domain.plan.step import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """One attempt that was made, moved or asked about; or, as attempt 0, a step left out."""

    effect: str
    attempt: int
    key: str = ""
    before: AttemptState | None = None
    after: AttemptState | None = None
    asks: int = 0
    evidence: Evidence | None = None
    skipped: str = ""


steps_codec: Codec[tuple[Step, ...]] = Codec(tuple[Step, ...])
changes_codec: Codec[tuple[StepChange, ...]] = Codec(tuple[StepChange, ...])


def step_changes(before: tuple[Step, ...], after: tuple[Step, ...]) -> tuple[StepChange, ...]:
    """Everything that differs between two versions of a plan's steps, in the plan's order."""
    known = {step.effect: step for step in before}
    return tuple(
        change
        for step in after
        for change in _changes_of(known.get(step.effect, Step(step.effect)), step)
    )


def _changes_of(old: Step, new: Step) -> Iterator[StepChange]:
    for index, attempt in enumerate(new.attempts):
        earlier = old.attempts[index] if index < len(old.attempts) else None
        if attempt != earlier:
            yield _moved(new.effect, index + 1, earlier, attempt)
    if new.skipped != old.skipped:
        yield StepChange(effect=new.effect, attempt=0, skipped=new.skipped)


def _moved(effect: str, number: int, old: Attempt | None, new: Attempt) -> StepChange:
    return StepChange(
        effect=effect,
        attempt=number,
        key=new.key,
        before=old.state if old else None,
        after=new.state,
        asks=new.asks,
        evidence=new.evidence,
    )
