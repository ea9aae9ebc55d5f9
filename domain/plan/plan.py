"""The plan: ordered steps that know what is next. Each kind of plan adds its facts and its order.

The machinery knows no money and no outside system. A kind overrides `pause_before` (what must be
true before a step may be called), `after_refusal`, and the three `on_…` methods, which return the
plan with its facts taken in and what else must be committed with it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self

from domain.deposits.account import DepositMove
from domain.deposits.lot import Lot, LotMove
from domain.errors import IllegalTransition, PlanFinished
from domain.identifiers import AdmissionNo, AttemptKey, InstitutionId, PlanNo
from domain.ledger.journal import Journal
from domain.messages.message import Message
from domain.plan.action import Action, AskAgain, AskAPerson, Call, Finish, Wait
from domain.plan.attempt import CALL_LIMIT, Attempt, AttemptState, Evidence
from domain.plan.step import Step, StepState
from domain.visits.patient_account import PatientAccount
from domain.visits.record import Record


class PlanState(StrEnum):
    """Where a plan stands, for queries and for the constraint of one live plan."""

    OPEN = "open"
    FINISHED = "finished"  # every step done
    CLOSED = "closed"  # ended without its effect: refused, expired, withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What is committed together with a plan's change; nothing of it may happen alone."""

    journals: tuple[Journal, ...] = ()
    deposit_moves: tuple[DepositMove, ...] = ()
    lots: tuple[Lot, ...] = ()
    lot_moves: tuple[LotMove, ...] = ()
    records: tuple[Record, ...] = ()
    orders: "tuple[Plan, ...]" = ()  # plans born of this one
    cancels: PlanNo | None = None  # the settlement this one has undone
    settles_charges: bool = False  # the stay's open charges are settled by this plan
    messages: tuple[Message, ...] = ()
    wakes: bool = False  # other plans of the same admission may go on now


NOTHING_ELSE = Consequences()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was promised, how far it is, and what is next. Immutable: a change is a new version."""

    kind: ClassVar[str]
    attempts_max: ClassVar[int] = 5  # new keys after proven deaths, before a person is asked

    no: PlanNo
    institution: InstitutionId
    admission_no: AdmissionNo
    opened_at: datetime
    steps: tuple[Step, ...]
    version: int = 1
    state: PlanState = PlanState.OPEN
    ended_at: datetime | None = None
    ended_because: str = ""
    retrying: str = ""  # the refused or dead effect a person decided to try again

    # --- reading -------------------------------------------------------------------------------

    def step(self, effect: str) -> Step:
        """The step of that effect; LookupError when this plan has none."""
        for step in self.steps:
            if step.effect == effect:
                return step
        raise LookupError(f"{self.kind} {self.no} has no step {effect}")

    def is_done(self, effect: str) -> bool:
        """Whether that effect has happened."""
        return any(s.effect == effect and s.state is StepState.DONE for s in self.steps)

    def evidence(self, effect: str) -> Evidence:
        """Why we believe that effect's last attempt ended; LookupError while it has not."""
        last = self.step(effect).last
        if last is None or last.evidence is None:
            raise LookupError(f"{effect} has no evidence yet")
        return last.evidence

    @property
    def live(self) -> bool:
        """Whether the plan has not ended."""
        return self.state is PlanState.OPEN

    def next_action(self, now: datetime, account: PatientAccount) -> Action:
        """Exactly one action, whatever the state: total by construction."""
        if not self.live:
            return Finish()
        for step in self.steps:
            if step.settled:
                continue
            return self._action_on(step, now, account)
        return Finish()

    def _action_on(self, step: Step, now: datetime, account: PatientAccount) -> Action:
        last = step.last
        if last is None or last.state is AttemptState.DEAD:
            return self._new_attempt(step, now, account)
        if last.state is AttemptState.REFUSED:
            if self.retrying == step.effect:
                return self._new_attempt(step, now, account)
            return self.after_refusal(step, now, account)
        if last.state is AttemptState.PLANNED:
            if last.ask_at is not None and last.ask_at > now:
                return Wait(last.ask_at, "outside_unreachable")
            return Call(step.effect)
        if last.state is AttemptState.CALLING:
            lost_at = (last.called_at or last.planned_at) + CALL_LIMIT
            return AskAgain(step.effect, lost_at)
        return AskAgain(step.effect, last.ask_at or now)

    def _new_attempt(self, step: Step, now: datetime, account: PatientAccount) -> Action:
        deaths = sum(attempt.state is AttemptState.DEAD for attempt in step.attempts)
        if deaths >= self.attempts_max and self.retrying != step.effect:
            return AskAPerson("attempts_exhausted", f"{step.effect} died {deaths} times")
        return self.pause_before(step, now, account) or Call(step.effect)

    # --- what a kind decides -------------------------------------------------------------------

    def pause_before(self, step: Step, now: datetime, account: PatientAccount) -> Action | None:
        """Why this step may not be called yet; None when it may."""
        return None

    def after_refusal(self, step: Step, now: datetime, account: PatientAccount) -> Action:
        """What follows a definite no. By default a person decides."""
        evidence = self.evidence(step.effect)
        return AskAPerson(f"{step.effect}_refused", evidence.text)

    def on_begun(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        """What is committed with the intent of `effect`, e.g. a hold on the deposit."""
        return self, NOTHING_ELSE

    def on_accepted(self, effect: str, answer: Any) -> Self:
        """Takes in what a pending answer already tells, e.g. the code the patient scans."""
        return self

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        """Takes the answer's facts in; returns the plan and what is committed with it."""
        return self, NOTHING_ELSE

    def on_refused(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        """What a definite no undoes, e.g. a hold given back."""
        return self, NOTHING_ELSE

    def on_died(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        """What a proven death undoes. By default nothing: a new attempt may follow."""
        return self, NOTHING_ELSE

    # --- changing ------------------------------------------------------------------------------

    def begin(self, effect: str, key: AttemptKey, at: datetime) -> Self:
        """The intent: a new attempt under `key`, or the unsent one under its old key."""
        self._require_live()
        step = self.step(effect)
        last = step.last
        if last is not None and last.state is AttemptState.PLANNED:
            return self.with_step(step.with_last(last.move("call", at)))
        if last is not None and last.state not in (AttemptState.DEAD, AttemptState.REFUSED):
            raise IllegalTransition(f"{effect} has an attempt that is not proven dead")
        planned = Attempt(key=key, state=AttemptState.PLANNED, planned_at=at)
        return replace(self, retrying="").with_step(step.tried(planned.move("call", at)))

    def moved(
        self,
        effect: str,
        action: str,
        at: datetime,
        *,
        evidence: Evidence | None = None,
        ask_at: datetime | None = None,
    ) -> Self:
        """The plan after a lifecycle action on `effect`'s live attempt."""
        step = self.step(effect)
        return self.with_step(
            step.with_last(step.live.move(action, at, evidence=evidence, ask_at=ask_at))
        )

    def asked(self, effect: str, ask_at: datetime) -> Self:
        """The plan after a question that settled nothing."""
        step = self.step(effect)
        return self.with_step(step.with_last(step.live.asked(ask_at)))

    def skipped(self, effect: str, reason: str) -> Self:
        """The plan without that step, and why."""
        return self.with_step(self.step(effect).skip(reason))

    def retry(self, effect: str) -> Self:
        """A person's decision to try a refused or dead effect again, under a new key."""
        self._require_live()
        if self.step(effect).state not in (StepState.REFUSED, StepState.DEAD):
            raise IllegalTransition(f"{effect} neither was refused nor died")
        return replace(self, retrying=effect)

    def ended(self, state: PlanState, at: datetime, because: str = "") -> Self:
        """The plan at its end. Ending twice is refused."""
        self._require_live()
        return replace(self, state=state, ended_at=at, ended_because=because)

    def next_version(self) -> Self:
        """The same plan, one version on; made once per commit by the committing use case."""
        return replace(self, version=self.version + 1)

    def _require_live(self) -> None:
        if not self.live:
            raise PlanFinished(f"{self.kind} {self.no} has ended already")

    def with_step(self, changed: Step) -> Self:
        """The plan with one step replaced by a later state of itself."""
        steps = tuple(changed if s.effect == changed.effect else s for s in self.steps)
        return replace(self, steps=steps)


def steps_of(*effects: str) -> tuple[Step, ...]:
    """Fresh steps in the order of the effects."""
    return tuple(Step(effect) for effect in effects)
