"""Undoes a settlement from wherever it stands (结算撤销), by an order of its own."""

from application.advance_plan import AdvancePlan
from application.commit import advance_job
from application.visits.refresh_admission import RefreshAdmission
from domain.errors import Conflict, NotFound, PlanFinished, StaleVersion
from domain.identifiers import InstitutionId, PlanNo
from domain.plan.attempt import CALL_LIMIT
from domain.plan.plan import Plan
from domain.plan.step import StepState
from domain.settlement.cancellation import cancellation_of
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import (
    POST_TO_HIS,
)
from ports.clock import Clock, Numbers
from ports.store import Changeset, Claim, Store

# While one of these is the state of a step, nobody knows what would have to be undone.
UNDECIDED = (StepState.CALLING, StepState.IN_DOUBT)
RACES_MAX = 50


class CancelSettlement:
    """Stops the settlement and opens its cancellation in one commit."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        numbers: Numbers,
        institution: InstitutionId,
        refresh: RefreshAdmission,
        advance: AdvancePlan,
    ) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._institution = institution
        self._refresh = refresh
        self._advance = advance

    async def __call__(
        self,
        no: PlanNo,
        reason: str,
        operator: str,
        *,
        reopen: bool = True,
        claim: Claim | None = None,
    ) -> Plan:
        """The cancellation, or the settlement itself when nothing of it has to be undone.

        Asking again for a settlement that is being or has been cancelled returns its cancellation.
        """
        for _ in range(RACES_MAX):
            plan = await self._settlement(no)
            await self._refresh(plan.admission_no)
            if plan.cancelled_at is not None and plan.withdrawal_no is None:
                return plan
            if plan.withdrawal_no is not None:
                return await self._advance(plan.withdrawal_no)
            self._require_decided(plan)
            changes, number = self._changes(plan, reason, operator, reopen)
            changes.claim = claim.of(number) if claim else None
            try:
                await self._store.commit(changes)
            except StaleVersion:
                continue
            return await self._advance(number)
        raise Conflict(f"{no} is being changed by too many at once")

    async def _settlement(self, no: PlanNo) -> SettlementPlan:
        plan = await self._store.plan(no)
        if not isinstance(plan, SettlementPlan):
            raise NotFound(f"there is no settlement {no}", field="settlement_no")
        return plan

    def _require_decided(self, plan: SettlementPlan) -> None:
        if not plan.live and not plan.is_done(POST_TO_HIS):
            raise PlanFinished(f"{plan.no} has ended without settling anything")
        undecided = [step.effect for step in plan.steps if step.state in UNDECIDED]
        if undecided:
            raise Conflict(f"{plan.no}: what became of {undecided[0]} is being found out")

    def _changes(
        self, plan: SettlementPlan, reason: str, operator: str, reopen: bool
    ) -> tuple[Changeset, PlanNo]:
        now = self._clock.now()
        cancellation = cancellation_of(
            plan,
            no=self._numbers.plan_no("SX", now),
            institution=self._institution,
            at=now,
            reason=reason,
            operator=operator,
            reopen=reopen,
        )
        if not cancellation.steps:
            undone = plan.undone(None, now)
            return Changeset(changed_plans=[undone.next_version()]), plan.no
        stopped = plan.withdrawn_by(cancellation.no)
        changes = Changeset(
            changed_plans=[stopped.next_version()],
            new_plans=[cancellation],
            jobs=[advance_job(cancellation.no, now + CALL_LIMIT)],
        )
        return changes, cancellation.no
