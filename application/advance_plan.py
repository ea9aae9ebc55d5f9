"""The one loop: whatever wakes a plan (caller, notification, due job, person) comes through here.

Intent, call, outcome: the intent is committed before a byte leaves, the call runs with no
transaction open, and the outcome is committed together with everything it causes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from application.commit import advance_job, changes_of
from application.effect import (
    EMPTY_HAND,
    Context,
    Done,
    Effect,
    Hand,
    Outcome,
    ProvenDead,
    RefusedThere,
    StillPending,
    StillUnknown,
)
from domain.errors import DepositShort, LotExceeded, NotFound, StaleVersion
from domain.identifiers import AttemptKey, PlanNo
from domain.plan.action import AskAgain, Call, Wait
from domain.plan.attempt import CALL_LIMIT, AttemptState, Evidence, Proof, next_ask
from domain.plan.plan import NOTHING_ELSE, Consequences, Plan
from domain.visits.patient_account import PatientAccount
from ports.clock import Clock
from ports.errors import OutcomeUnknown, Refused, Unavailable
from ports.store import Changeset, Claim, KeyTaken, Store

ROUNDS_MAX = 100  # one call of the loop; a plan has at most a few dozen calls and questions
COMMIT_TRIES_MAX = 20  # lost races against other writers before giving up
# The stay moved on between our look and our commit: look again and decide again.
LOST_RACE = (StaleVersion, DepositShort, LotExceeded)


class AdvancePlan:
    """Takes a plan as far as it goes now."""

    def __init__(self, store: Store, clock: Clock, effects: Mapping[str, Effect]) -> None:
        self._store = store
        self._clock = clock
        self._effects = effects

    async def __call__(self, no: PlanNo, hand: Hand = EMPTY_HAND, *, ask_now: bool = False) -> Plan:
        """The plan where it rests: ended, waiting for a time, an event or a person.

        `ask_now`: somebody waits for the answer, so one question is asked before it is due.
        """
        for _ in range(ROUNDS_MAX):
            plan, account = await self._load(no)
            now = self._clock.now()
            action = plan.next_action(now, account)
            if isinstance(action, Call):
                await self._call(plan, account, action.effect, hand)
            elif isinstance(action, AskAgain) and (
                action.at <= now or (ask_now and _askable(plan, action.effect))
            ):
                ask_now = False
                await self._ask(plan, account, action.effect)
            else:
                return plan
        raise RuntimeError(f"{no} still wants to act after {ROUNDS_MAX} rounds")

    async def due(self, plan: Plan) -> datetime | None:
        """When the plan wants to be woken; None when only an event or a person can go on."""
        _, account = await self._load(plan.no)
        action = plan.next_action(self._clock.now(), account)
        if isinstance(action, AskAgain):
            return action.at
        return action.until if isinstance(action, Wait) else None

    async def _load(self, no: PlanNo) -> tuple[Plan, PatientAccount]:
        plan = await self._store.plan(no)
        if plan is None:
            raise NotFound(f"there is no plan {no}")
        account = await self._store.account(plan.admission_no)
        if account is None:
            raise NotFound(f"there is no account of {plan.admission_no}")
        return plan, account

    # --- intent and call -----------------------------------------------------------------------

    async def _call(self, plan: Plan, account: PatientAccount, name: str, hand: Hand) -> None:
        effect = self._effects[name]
        unsent = plan.step(name).last
        resumed = unsent is not None and unsent.state is AttemptState.PLANNED
        key = unsent.key if unsent and resumed else await effect.new_key(plan)
        now = self._clock.now()
        begun, caused = plan.begin(name, key, now).on_begun(name, now, account)
        changes = await changes_of(self._store, begun, caused, now, next_due=now + CALL_LIMIT)
        if not resumed:
            changes.keys.append((key, plan.no, name))
        try:
            await self._store.commit(changes)
        except LOST_RACE:
            return
        except KeyTaken as taken:
            if taken.what != "attempt":
                raise
            return  # somebody else has begun this very attempt
        outcome = await self._outcome_of_call(effect, begun, account, hand)
        await self.conclude(plan.no, name, key, outcome)

    async def _outcome_of_call(
        self, effect: Effect, plan: Plan, account: PatientAccount, hand: Hand
    ) -> Outcome | Unavailable:
        attempt = plan.step(effect.name).live
        context = Context(plan, attempt, account, self._clock.now(), hand)
        try:
            return await effect.call(context)
        except Refused as refused:
            return RefusedThere(refused.code, refused.text, Proof.ANSWER)
        except Unavailable as unavailable:
            if effect.resend:
                return unavailable
            return ProvenDead(Proof.NEVER_SENT, unavailable.text, "outside_unavailable")
        except OutcomeUnknown as unknown:
            return StillUnknown(unknown.text)

    async def _ask(self, plan: Plan, account: PatientAccount, name: str) -> None:
        attempt = plan.step(name).live
        context = Context(plan, attempt, account, self._clock.now())
        outcome = await self._effects[name].ask(context)
        await self.conclude(plan.no, name, attempt.key, outcome)

    # --- outcome -------------------------------------------------------------------------------

    async def conclude(
        self,
        no: PlanNo,
        name: str,
        key: AttemptKey,
        outcome: Outcome | Unavailable,
        *,
        prepare: Callable[[Any], Plan] | None = None,
        claim: Claim | None = None,
    ) -> None:
        """Commits what became of one attempt; whoever comes second finds it concluded.

        `prepare` notes on the plan who says so, and `claim` is the key he says it under; both are
        in the same commit as the outcome.
        """
        for _ in range(COMMIT_TRIES_MAX):
            plan, account = await self._load(no)
            last = plan.step(name).last
            if last is None or last.key != key or last.ended:
                return
            now = self._clock.now()
            noted = prepare(plan) if prepare else plan
            concluded, caused, next_due = _take_in(noted, name, outcome, now, account)
            changes = await changes_of(self._store, concluded, caused, now, next_due=next_due)
            changes.claim = claim
            try:
                await self._store.commit(changes)
            except LOST_RACE:
                continue
            except KeyTaken as taken:
                if taken.what != "plan":
                    raise
                continue  # the orders it causes exist: somebody has concluded it meanwhile
            return
        raise RuntimeError(f"{no} {name}: the outcome lost {COMMIT_TRIES_MAX} races")

    async def wake(self, no: PlanNo) -> None:
        """Makes the plan due now, for the worker."""
        await self._store.commit(Changeset(jobs=[advance_job(no, self._clock.now())]))


def _handover(plan: Plan, now: datetime) -> datetime | None:
    """When another process takes a live plan over: whoever concluded a step goes on with the next
    one at once, and is lost only if nothing more has come from him for as long as a call may last.
    """
    return now + CALL_LIMIT if plan.live else None


def _askable(plan: Plan, name: str) -> bool:
    """Not while a call is in flight: its own answer comes first."""
    return plan.step(name).live.state in (AttemptState.PENDING, AttemptState.IN_DOUBT)


def _take_in(
    plan: Plan, name: str, outcome: Outcome | Unavailable, now: datetime, account: PatientAccount
) -> tuple[Plan, Consequences, datetime | None]:
    """The plan with the outcome in it, what that causes, and when to look again."""
    if isinstance(outcome, Unavailable):
        again = next_ask(plan.step(name).live.asks, now)
        plan = plan.asked(name, again).moved(name, "unreachable", now, ask_at=again)
        return plan, NOTHING_ELSE, again
    if isinstance(outcome, StillPending):
        if plan.step(name).live.state is AttemptState.PENDING:
            plan = plan.asked(name, outcome.ask_at)
        else:
            plan = plan.moved(name, "accept", now, ask_at=outcome.ask_at)
        return plan.on_accepted(name, outcome.answer), NOTHING_ELSE, outcome.ask_at
    if isinstance(outcome, StillUnknown):
        return _still_unknown(plan, name, now)
    if isinstance(outcome, Done):
        evidence = Evidence(outcome.proof, now, outcome.their_number, outcome.text)
        plan = plan.moved(name, "confirm", now, evidence=evidence)
        plan, caused = plan.on_confirmed(name, outcome.answer, now, account)
        return plan, caused, _handover(plan, now)
    evidence = Evidence(outcome.proof, now, "", outcome.text, outcome.code)
    if isinstance(outcome, RefusedThere):
        plan = plan.moved(name, "refuse", now, evidence=evidence)
        plan, caused = plan.on_refused(name, now, account)
        return plan, caused, _handover(plan, now)
    if plan.step(name).live.state is AttemptState.CALLING:
        # A call that never left, or whose process was lost, dies through the state it is in.
        never_sent = evidence.proof is Proof.NEVER_SENT
        plan = plan.moved(name, "unreachable" if never_sent else "lose", now, ask_at=now)
    plan = plan.moved(name, "die", now, evidence=evidence)
    plan, caused = plan.on_died(name, now, account)
    return plan, caused, _handover(plan, now)


def _still_unknown(
    plan: Plan, name: str, now: datetime
) -> tuple[Plan, Consequences, datetime | None]:
    live = plan.step(name).live
    again = next_ask(live.asks, now)
    if live.state is AttemptState.CALLING:
        plan = plan.moved(name, "lose", now, ask_at=again)
    return plan.asked(name, again), NOTHING_ELSE, again
