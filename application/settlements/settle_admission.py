"""Opens a settlement of a stay, and the decisions people take about one under way."""

from collections.abc import Callable
from dataclasses import dataclass

from application.advance_plan import AdvancePlan
from application.commit import advance_job
from application.visits.refresh_admission import RefreshAdmission
from domain.errors import Conflict, NotFound, NotRegistered, PlanAlreadyLive, StaleVersion
from domain.identifiers import AdmissionNo, InstitutionId, PlanNo
from domain.insurance.profile import InsuranceProfile
from domain.plan.action import AskAPerson
from domain.plan.attempt import CALL_LIMIT
from domain.plan.plan import Plan
from domain.plan.step import StepState
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import (
    settlement_steps,
)
from domain.visits.admission import FeeCategory
from domain.visits.institution import InstitutionRules
from ports.clock import Clock, Numbers
from ports.insurer import Insurer
from ports.store import Changeset, Claim, KeyTaken, Store

RACES_MAX = 50  # concurrent clicks on one settlement before giving up


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSettlement:
    """Who wants which stay settled, where."""

    admission_no: AdmissionNo
    point: str  # window, phone, kiosk, bedside, doctor
    operator: str = ""
    posted_by: str = "platform"
    confirmed: bool = False  # agree in advance to whatever the pre-settlement says


class SettleAdmission:
    """出院结算: commits the intent, then goes as far as it can, usually to the pre-settlement."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        numbers: Numbers,
        institution: InstitutionId,
        rules: InstitutionRules,
        insurer: Insurer,
        refresh: RefreshAdmission,
        advance: AdvancePlan,
    ) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._institution = institution
        self._rules = rules
        self._insurer = insurer
        self._refresh = refresh
        self._advance = advance

    async def __call__(self, command: OpenSettlement, claim: Claim | None = None) -> Plan:
        """The settlement where it rests. PlanAlreadyLive when the stay has one under way."""
        account = await self._refresh.open_stay(command.admission_no)
        insured = account.admission.fee_category is FeeCategory.INSURED
        if insured and account.stay is None:
            raise NotRegistered(
                f"{command.admission_no} is insured but not registered", field="admission_no"
            )
        plan = await self._plan(command, insured)
        changes = Changeset(
            new_plans=[plan],
            jobs=[advance_job(plan.no, self._clock.now() + CALL_LIMIT)],
            claim=claim.of(plan.no) if claim else None,
        )
        try:
            await self._store.commit(changes)
        except KeyTaken as taken:
            if taken.what != "live_settlement":
                raise
            live = await self._store.live_settlement(command.admission_no)
            number = live.no if live else "another"
            raise PlanAlreadyLive(
                f"{command.admission_no} is being settled by {number}", field="admission_no"
            ) from taken
        return await self._advance(plan.no)

    async def _plan(self, command: OpenSettlement, insured: bool) -> SettlementPlan:
        now = self._clock.now()
        profile = self._insurer.profile if insured else InsuranceProfile(region="self_pay")
        earlier = await self._store.plans(command.admission_no, SettlementPlan.kind)
        cancelled = [p for p in earlier if isinstance(p, SettlementPlan) and p.cancelled_at]
        return SettlementPlan(
            no=self._numbers.plan_no("SL", now),
            institution=self._institution,
            admission_no=command.admission_no,
            opened_at=now,
            steps=settlement_steps(insured, profile),
            insured=insured,
            profile=profile,
            rules=self._rules,
            point=command.point,
            operator=command.operator,
            posted_by=command.posted_by,
            confirmed_by=command.operator or command.point if command.confirmed else "",
            resettles=cancelled[-1].no if cancelled else None,
        )


class DecideSettlement:
    """What people say to a settlement under way: agree, accept a difference, try again."""

    def __init__(self, store: Store, clock: Clock, advance: AdvancePlan) -> None:
        self._store = store
        self._clock = clock
        self._advance = advance

    async def confirm(self, no: PlanNo, by: str, claim: Claim | None = None) -> Plan:
        """确认结算 for the figures shown. Refused before there are any; repeating is harmless."""

        def decide(plan: SettlementPlan) -> SettlementPlan:
            if plan.live and (not plan.priced or plan.his_confirmed_at is None):
                raise Conflict(f"{no} is not priced and confirmed by the HIS yet")
            return plan.confirm(by) if plan.live else plan

        return await self._change(no, decide, claim)

    async def accept_difference(self, no: PlanNo, by: str, claim: Claim | None = None) -> Plan:
        """接受差额: go on although the insurer settled differently from its pre-settlement."""

        def decide(plan: SettlementPlan) -> SettlementPlan:
            if plan.live and not plan.difference:
                raise Conflict(f"{no} was settled as pre-settled: there is nothing to accept")
            return plan.accept_difference(by) if plan.live else plan

        return await self._change(no, decide, claim)

    async def resume(self, no: PlanNo, by: str, claim: Claim | None = None) -> Plan:
        """重试 the refused step a person was asked about, once its cause is mended."""
        now = self._clock.now()
        found = await self._settlement(no)
        account = await self._store.account(found.admission_no)
        if account is None:
            raise NotFound(f"there is no account of {found.admission_no}")
        action = found.next_action(now, account)
        if not isinstance(action, AskAPerson):
            return await self._advance(no)
        refused = [step.effect for step in found.steps if step.state is StepState.REFUSED]
        if not refused:
            raise Conflict(f"{no} waits for another decision: {action.code}")
        return await self._change(no, lambda plan: plan.retry(refused[0]), claim)

    async def _change(
        self,
        no: PlanNo,
        decide: Callable[[SettlementPlan], SettlementPlan],
        claim: Claim | None,
    ) -> Plan:
        for _ in range(RACES_MAX):
            plan = await self._settlement(no)
            decided = decide(plan)
            changes = Changeset(claim=claim.of(no) if claim else None)
            if decided != plan:
                changes.changed_plans.append(decided.next_version())
                changes.jobs.append(advance_job(no, self._clock.now() + CALL_LIMIT))
            try:
                await self._store.commit(changes)
            except StaleVersion:
                continue
            return await self._advance(no)
        raise Conflict(f"{no} is being changed by too many at once")

    async def _settlement(self, no: PlanNo) -> SettlementPlan:
        plan = await self._store.plan(no)
        if not isinstance(plan, SettlementPlan):
            raise NotFound(f"there is no settlement {no}", field="settlement_no")
        return plan
