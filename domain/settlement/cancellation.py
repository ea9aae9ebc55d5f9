"""Undoing a settlement (结算撤销): an order of its own, linked to the settlement it undoes.

Posted already: the HIS is asked first → the insurer cancels, the pivot → the HIS cancels → if the
stay reopens, discharge is undone at the insurer. Not posted yet: backwards from where it stands.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from domain.deposits.account import DepositMove
from domain.deposits.surplus import unapply_from_lots
from domain.errors import Conflict
from domain.identifiers import InstitutionId, PlanNo
from domain.insurance.breakdown import Breakdown
from domain.insurance.stay import StayState
from domain.ledger.journal import booked
from domain.messages.message import Message, MessageKind
from domain.money import Money
from domain.plan.plan import NOTHING_ELSE, Consequences, Plan, PlanState, steps_of
from domain.plan.shares import Share
from domain.plan.step import StepState
from domain.settlement import outcome, steps
from domain.settlement.his_record import Posted
from domain.settlement.plan import SettlementPlan
from domain.visits.admission import AdmissionState
from domain.visits.patient_account import PatientAccount

LOCK_FOR_CANCELLATION = "lock_for_cancellation"
CANCEL_INSURANCE = "cancel_insurance"
CANCEL_AT_HIS = "cancel_at_his"
UNDO_DISCHARGE = "undo_discharge"
UNLOCK_BILL = "unlock_bill"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationPlan(Plan):
    """结算撤销 or, before the HIS posted, 结算中止."""

    kind: ClassVar[str] = "cancellation"

    settlement_no: PlanNo
    reason: str
    operator: str
    bill_no: str
    bill_total: Money
    shares: tuple[Share, ...]  # of the settlement undone
    settled: Breakdown | None
    was_posted: bool
    held: Money  # what the settlement holds of the deposit when it is stopped
    applied: Money
    reversal: Breakdown | None = None  # the insurer's negative settlement
    red_receipt_no: str = ""
    his_cancelled_at: datetime | None = None

    @property
    def funded_bill(self) -> outcome.FundedBill:
        """The bill of the settlement undone, for the counter-entries."""
        return outcome.FundedBill(
            settlement_no=self.settlement_no,
            institution=self.institution,
            admission_no=self.admission_no,
            bill_no=self.bill_no,
            bill_total=self.bill_total,
            shares=self.shares,
        )

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        plan, caused = self, NOTHING_ELSE
        if effect == CANCEL_INSURANCE:
            plan = replace(self, reversal=answer)
            caused = Consequences(
                journals=outcome.insurance_cancelled(self.funded_bill, self.no, at)
            )
        elif effect == CANCEL_AT_HIS:
            plan, caused = self._cancelled_at_his(answer, at, account)
        elif effect == UNDO_DISCHARGE and account.stay is not None:
            stay = replace(account.stay, state=StayState.REGISTERED)
            caused = Consequences(records=(stay,))
        if plan.steps[-1].effect == effect:
            return plan.finished(caused, at)
        return plan, caused

    def _cancelled_at_his(
        self, posted: Posted, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        entries = ((name, -amount) for name, amount in outcome.posting_entries(self.funded_bill))
        moves = unapply_from_lots(account.lots, self.applied) if self.applied else ()
        message = Message(
            no=f"{self.no}-cancelled",
            kind=MessageKind.CANCELLED,
            admission_no=self.admission_no,
            at=at,
            words={"total": self.bill_total.yuan(), "back": self.applied.yuan()},
            path=f"/v1/settlements/{self.settlement_no}",
        )
        return replace(
            self, red_receipt_no=posted.receipt_no, his_cancelled_at=posted.posted_at
        ), Consequences(
            journals=booked("his_cancelled", self.no, at, *entries),
            deposit_moves=(DepositMove(self.admission_no, balance=self.applied),),
            lot_moves=moves,
            records=(replace(account.admission, state=AdmissionState.DISCHARGE_ORDERED),),
            messages=(message,),
        )

    def finished(self, caused: Consequences, at: datetime) -> tuple[Self, Consequences]:
        """The settlement is undone; what it still held of the deposit is free again."""
        release = (
            (DepositMove(self.admission_no, held=-self.held),)
            if self.held and not self.was_posted
            else ()
        )
        return self.ended(PlanState.FINISHED, at), replace(
            caused,
            deposit_moves=(*caused.deposit_moves, *release),
            cancels=self.settlement_no,
        )


def cancellation_of(
    plan: SettlementPlan,
    *,
    no: PlanNo,
    institution: InstitutionId,
    at: datetime,
    reason: str,
    operator: str,
    reopen: bool,
) -> CancellationPlan:
    """The order that undoes a settlement from wherever it stands.

    Conflict while the HIS may be posting it by itself: that would be applied under our hands.
    """
    if plan.step(steps.POST_TO_HIS).state is StepState.PENDING:
        raise Conflict(f"{plan.no}: the HIS posts it and has to say first that it will not")
    return CancellationPlan(
        no=no,
        institution=institution,
        admission_no=plan.admission_no,
        opened_at=at,
        steps=steps_of(*_effects(plan, reopen)),
        settlement_no=plan.no,
        reason=reason,
        operator=operator,
        bill_no=plan.bill_no,
        bill_total=plan.bill_total,
        shares=plan.shares,
        settled=plan.settled,
        was_posted=plan.is_done(steps.POST_TO_HIS),
        held=plan.held,
        applied=plan.applied,
    )


def _effects(plan: SettlementPlan, reopen: bool) -> tuple[str, ...]:
    settled = plan.is_done(steps.SETTLE_INSURANCE)
    discharged = plan.insured and plan.is_done(steps.REGISTER_DISCHARGE)
    if plan.is_done(steps.POST_TO_HIS):
        effects = [LOCK_FOR_CANCELLATION, CANCEL_AT_HIS]
        if settled:
            effects.insert(1, CANCEL_INSURANCE)
        if reopen and plan.insured:
            effects.append(UNDO_DISCHARGE)
        return tuple(effects)
    effects = [CANCEL_INSURANCE] if settled else []
    if discharged:
        effects.append(UNDO_DISCHARGE)
    if plan.is_done(steps.LOCK_BILL):
        effects.append(UNLOCK_BILL)
    return tuple(effects)
