"""Gives back (part of) one payment of a deposit, and pays window refunds out."""

from dataclasses import replace

from application.advance_plan import AdvancePlan
from application.commit import add_consequences, advance_job
from application.effect import Done
from application.visits.refresh_admission import RefreshAdmission
from domain.errors import Conflict, DepositShort, NotFound
from domain.identifiers import AdmissionNo, InstitutionId, PlanNo
from domain.money import Money
from domain.plan.attempt import CALL_LIMIT, Proof
from domain.plan.plan import Plan
from domain.plan.step import StepState
from domain.refunds.plan import RETURN_MONEY, RefundPlan, refund_of
from domain.visits.institution import InstitutionRules
from ports.clock import Clock, Numbers
from ports.store import Changeset, Claim, Store


class RefundDeposit:
    """退押金 at somebody's request; the surplus of a settlement comes by itself."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        numbers: Numbers,
        institution: InstitutionId,
        rules: InstitutionRules,
        refresh: RefreshAdmission,
        advance: AdvancePlan,
    ) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._institution = institution
        self._rules = rules
        self._refresh = refresh
        self._advance = advance

    async def __call__(
        self,
        admission_no: AdmissionNo,
        deposit_no: PlanNo,
        amount: Money,
        reason: str,
        operator: str,
        claim: Claim | None = None,
    ) -> Plan:
        """The refund. LotExceeded above what is left of that payment, DepositShort when held."""
        self._rules.require_payable(amount)
        account = await self._refresh(admission_no)
        try:
            lot = account.lot(deposit_no)
        except LookupError as unknown:
            raise NotFound(str(unknown), field="deposit_no") from unknown
        now = self._clock.now()
        plan = refund_of(
            lot,
            amount,
            no=self._numbers.plan_no("RF", now),
            institution=self._institution,
            at=now,
            reason=reason,
            operator=operator,
        )
        if amount > account.deposit.available:
            raise DepositShort(
                f"{account.deposit.available.fen} fen of the deposit are free", field="amount_fen"
            )
        changes = Changeset(
            new_plans=[plan],
            jobs=[advance_job(plan.no, now + CALL_LIMIT)],
            claim=claim.of(plan.no) if claim else None,
        )
        add_consequences(changes, plan.opening(), now)
        await self._store.commit(changes)
        return await self._advance(plan.no)


class PayOutRefund:
    """窗口退款: a cashier has handed out the cash of a slip."""

    def __init__(self, store: Store, clock: Clock, advance: AdvancePlan) -> None:
        self._store = store
        self._clock = clock
        self._advance = advance

    async def __call__(
        self, no: PlanNo, terminal: str, operator: str, claim: Claim | None = None
    ) -> Plan:
        """The refund, paid. Refused unless it is a slip that waits to be paid out."""
        plan = await self._advance(no)
        if not isinstance(plan, RefundPlan):
            raise NotFound(f"there is no refund {no}", field="refund_no")
        if not plan.at_window:
            raise Conflict(f"{no} goes back through {plan.channel}, not at a window")
        if plan.step(RETURN_MONEY).state is not StepState.PENDING:
            raise Conflict(f"{no} does not wait at the window")
        text = f"paid out by {operator} at {terminal}"
        await self._advance.conclude(
            no,
            RETURN_MONEY,
            plan.step(RETURN_MONEY).live.key,
            Done(text=text, proof=Proof.PERSON),
            prepare=lambda slip: replace(slip, terminal=terminal, operator=operator),
            claim=claim.of(no) if claim else None,
        )
        return await self._advance(no)
