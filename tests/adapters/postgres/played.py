"""Books with a history: real plans played through the store, for the audit to look at."""

from dataclasses import dataclass
from typing import Any

from adapters.postgres import PostgresStore
from application.commit import add_consequences, advance_job, changes_of
from domain.deposits.plan import COLLECT, SAVE_TO_HIS, DepositPlan
from domain.identifiers import AdmissionNo, AttemptKey, InstitutionId, PlanNo
from domain.insurance.profile import InsuranceProfile
from domain.money import Money
from domain.payments.payment import PaymentState, PaymentView, Product
from domain.plan.attempt import Evidence, Proof
from domain.plan.plan import Plan, steps_of
from domain.refunds.plan import AGREE_WITH_HIS, RETURN_MONEY, refund_of
from domain.settlement.his_record import LockedBill, Posted
from domain.settlement.plan import (
    CONFIRM_WITH_HIS,
    LOCK_BILL,
    POST_TO_HIS,
    UPLOAD_CHARGES,
    ChargesComplete,
    SettlementPlan,
)
from domain.settlement.steps import settlement_steps
from domain.visits.institution import InstitutionRules
from domain.visits.patient_account import PatientAccount
from ports.store import Changeset
from tests.adapters.postgres.errands import AT, admission


@dataclass(frozen=True, slots=True)
class Player:
    """Takes plans from commit to commit, as the application's loop does."""

    store: PostgresStore
    institution: InstitutionId

    async def account(self, no: str) -> PatientAccount:
        account = await self.store.account(AdmissionNo(no))
        assert account is not None
        return account

    async def begin(self, plan: Plan, effect: str) -> Plan:
        """The intent."""
        account = await self.account(plan.admission_no)
        key = AttemptKey(f"{plan.no}.{effect}")
        begun, caused = plan.begin(effect, key, AT).on_begun(effect, AT, account)
        changes = await changes_of(self.store, begun, caused, AT, next_due=AT)
        changes.keys.append((key, plan.no, effect))
        return await self._committed(plan.no, changes)

    async def confirm(self, plan: Plan, effect: str, answer: Any = None) -> Plan:
        """The intent and its good end."""
        plan = await self.begin(plan, effect)
        account = await self.account(plan.admission_no)
        done = plan.moved(effect, "confirm", AT, evidence=Evidence(Proof.ANSWER, AT, "their-1"))
        done, caused = done.on_confirmed(effect, answer, AT, account)
        return await self._committed(
            plan.no, await changes_of(self.store, done, caused, AT, next_due=AT)
        )

    async def _committed(self, no: PlanNo, changes: Changeset) -> Plan:
        await self.store.commit(changes)
        plan = await self.store.plan(no)
        assert plan is not None
        return plan

    async def open_deposit(self, no: str, stay: str, fen: int) -> Plan:
        plan = DepositPlan(
            no=PlanNo(no),
            institution=self.institution,
            admission_no=AdmissionNo(stay),
            opened_at=AT,
            steps=steps_of(COLLECT, SAVE_TO_HIS),
            amount=Money(fen),
            channel="wechat_pay",
            product=Product.NATIVE,
            expires_at=AT,
        )
        return await self._committed(
            plan.no, Changeset(new_plans=[plan], jobs=[advance_job(plan.no, AT)])
        )

    async def deposit(self, no: str, stay: str, fen: int) -> Plan:
        """A deposit paid and saved."""
        return await self.confirm(await self.paid_deposit(no, stay, fen), SAVE_TO_HIS, "his-1")

    async def paid_deposit(self, no: str, stay: str, fen: int) -> Plan:
        """A deposit paid and not yet saved."""
        plan = await self.open_deposit(no, stay, fen)
        paid = PaymentView(state=PaymentState.PAID, amount=Money(fen), paid_at=AT)
        return await self.confirm(plan, COLLECT, paid)

    async def open_refund(self, no: str, stay: str, lot_no: str, fen: int) -> Plan:
        plan = refund_of(
            (await self.account(stay)).lot(lot_no),
            Money(fen),
            no=PlanNo(no),
            institution=self.institution,
            at=AT,
            reason="test",
        )
        changes = Changeset(new_plans=[plan], jobs=[advance_job(plan.no, AT)])
        add_consequences(changes, plan.opening(), AT)
        return await self._committed(plan.no, changes)

    async def settlement(self, no: str, stay: str, fen: int) -> Plan:
        """A self-pay settlement, agreed to, before its posting."""
        plan: Plan = SettlementPlan(
            no=PlanNo(no),
            institution=self.institution,
            admission_no=AdmissionNo(stay),
            opened_at=AT,
            steps=settlement_steps(insured=False, profile=InsuranceProfile()),
            insured=False,
            profile=InsuranceProfile(),
            rules=InstitutionRules(),
            point="window",
        )
        plan = await self._committed(
            plan.no, Changeset(new_plans=[plan], jobs=[advance_job(plan.no, AT)])
        )
        bill = LockedBill(
            bill_no=f"B{no}", total=Money(fen), deposit_balance=Money(0), charge_count=1
        )
        plan = await self.confirm(plan, LOCK_BILL, bill)
        charges = ChargesComplete(uploaded=Money(0), excluded=Money(fen))
        plan = await self.confirm(plan, UPLOAD_CHARGES, charges)
        return await self.confirm(plan, CONFIRM_WITH_HIS, AT)


async def play(store: PostgresStore, institution: InstitutionId) -> None:
    """Deposits, refunds and settlements, some ended and some at each stage of their way."""
    player = Player(store, institution)
    await store.commit(Changeset(admissions=[admission(no) for no in ("ZY1", "ZY2", "ZY3")]))
    await player.deposit("DP1", "ZY1", 10_000)
    await player.begin(await player.open_deposit("DP2", "ZY1", 500), COLLECT)
    await player.paid_deposit("DP5", "ZY1", 40)
    await player.open_refund("RF1", "ZY1", "DP1", 2_000)
    agreed = await player.open_refund("RF2", "ZY1", "DP1", 300)
    await player.confirm(agreed, AGREE_WITH_HIS)
    paid = await player.open_refund("RF3", "ZY1", "DP1", 70)
    await player.confirm(await player.confirm(paid, AGREE_WITH_HIS), RETURN_MONEY)
    await player.deposit("DP3", "ZY2", 8_000)
    posted = Posted(receipt_no="R1", posted_at=AT, deposit_balance=Money(2_000))
    await player.confirm(await player.settlement("ST2", "ZY2", 6_000), POST_TO_HIS, posted)
    await player.deposit("DP4", "ZY3", 9_000)
    await player.begin(await player.settlement("ST3", "ZY3", 7_000), POST_TO_HIS)
