"""What every plan shows alike: where it stands, what it waits for, steps with evidence."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from domain.plan.attempt import Attempt, AttemptState, Proof
from domain.plan.plan import Plan, PlanState
from domain.plan.step import Step, StepState
from interfaces.rest.waiting import Waiting

Instant = Annotated[datetime, AfterValidator(lambda at: at.astimezone(UTC))]


class View(BaseModel):
    """An answer. Every field is always there, so that `null` and absent are never two things."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class EvidenceView(View):
    """Why an attempt is believed to have ended."""

    proof: Proof
    at: Instant
    their_number: str
    code: str
    text: str


class AttemptView(View):
    """One numbered try: `key` is our number at the other side."""

    key: str
    state: AttemptState
    planned_at: Instant
    called_at: Instant | None
    ask_at: Instant | None
    asks: int
    evidence: EvidenceView | None


class StepView(View):
    """One call with a lifecycle."""

    action: str
    state: StepState
    skipped_because: str
    attempts: list[AttemptView]


class WaitingView(View):
    """What a live plan rests on; `code` is stable, `text_zh` is for patient and cashier."""

    code: str
    reason: str
    text_zh: str
    until: Instant | None


class PlanView(View):
    """A plan of any kind."""

    no: str
    admission_no: str
    state: PlanState
    waiting_for: WaitingView | None
    opened_at: Instant
    ended_at: Instant | None
    ended_because: str
    steps: list[StepView]


def plan_fields(plan: Plan, waiting: Waiting | None) -> dict[str, Any]:
    """The fields of PlanView, for the views that extend it."""
    return {
        "no": plan.no,
        "admission_no": plan.admission_no,
        "state": plan.state,
        "waiting_for": waiting
        and WaitingView(
            code=waiting.code,
            reason=waiting.reason,
            text_zh=waiting.text_zh,
            until=waiting.until,
        ),
        "opened_at": plan.opened_at,
        "ended_at": plan.ended_at,
        "ended_because": plan.ended_because,
        "steps": [_step(step) for step in plan.steps],
    }


def _step(step: Step) -> StepView:
    return StepView(
        action=step.effect,
        state=step.state,
        skipped_because=step.skipped,
        attempts=[attempt_view(attempt) for attempt in step.attempts],
    )


def attempt_view(attempt: Attempt) -> AttemptView:
    """One attempt with its evidence."""
    why = attempt.evidence
    return AttemptView(
        key=attempt.key,
        state=attempt.state,
        planned_at=attempt.planned_at,
        called_at=attempt.called_at,
        ask_at=attempt.ask_at,
        asks=attempt.asks,
        evidence=why
        and EvidenceView(
            proof=why.proof,
            at=why.at,
            their_number=why.their_number,
            code=why.code,
            text=why.text,
        ),
    )
