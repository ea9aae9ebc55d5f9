"""The settlement of an inpatient bill on the core route (出院结算, DESIGN §3).

Insured: lock the bill → upload the rest → report changes → register discharge → pre-settle → the
HIS confirms → the patient confirms and the deposit covers → SETTLE AT THE INSURER, the pivot →
post to the HIS. Self-pay: the same without the insurer; the pivot is the HIS post.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from domain.deposits.account import DepositMove
from domain.identifiers import PlanNo
from domain.insurance.breakdown import Breakdown
from domain.insurance.profile import InsuranceProfile
from domain.insurance.stay import RegisteredAs, StayState
from domain.money import ZERO, Money
from domain.plan.action import Action, AskAPerson, Wait
from domain.plan.plan import Consequences, Plan, PlanState
from domain.plan.shares import Share
from domain.plan.step import Step
from domain.settlement import outcome
from domain.settlement.cover import Cover, bearers, cover_of, due
from domain.settlement.his_record import LockedBill, Posted
from domain.settlement.steps import (
    CHANGE_REGISTRATION,
    CONFIRM_WITH_HIS,
    LOCK_BILL,
    POST_TO_HIS,
    PRE_SETTLE,
    REGISTER_DISCHARGE,
    SETTLE_INSURANCE,
    UPLOAD_CHARGES,
    ChargesComplete,
)
from domain.visits.institution import InstitutionRules
from domain.visits.patient_account import PatientAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementPlan(Plan):
    """结算. What it knows grows step by step; nothing it knows is ever changed afterwards."""

    kind: ClassVar[str] = "settlement"

    insured: bool
    profile: InsuranceProfile
    rules: InstitutionRules
    point: str  # window, phone, kiosk, bedside, doctor
    operator: str = ""
    posted_by: str = "platform"  # or `caller`: a HIS that leads posts by itself
    resettles: PlanNo | None = None  # the cancelled settlement this one replaces
    bill_no: str = ""
    bill_total: Money = ZERO
    charge_count: int = 0
    his_deposit_balance: Money = ZERO
    uploaded: Money = ZERO
    excluded: Money = ZERO
    pre_settled: Breakdown | None = None
    pre_settled_at: datetime | None = None
    his_confirmed_at: datetime | None = None
    confirmed_by: str = ""  # who agreed to settle for these figures
    settled: Breakdown | None = None
    breaches: tuple[str, ...] = ()  # identities the settled figures break
    difference_accepted_by: str = ""
    held: Money = ZERO
    applied: Money = ZERO
    surplus: Money = ZERO
    receipt_no: str = ""
    posted_at: datetime | None = None
    withdrawal_no: PlanNo | None = None  # the cancellation that stops or has undone it
    cancelled_at: datetime | None = None

    # --- figures -------------------------------------------------------------------------------

    @property
    def breakdown(self) -> Breakdown | None:
        """The figures that count now: the settled ones as soon as they exist."""
        return self.settled or self.pre_settled

    @property
    def priced(self) -> bool:
        """Whether it is known who bears what."""
        return bool(self.bill_no) and (not self.insured or self.breakdown is not None)

    @property
    def due(self) -> Money:
        """What comes out of the deposit."""
        return due(self.bill_total, self.breakdown if self.insured else None, self.excluded)

    @property
    def shares(self) -> tuple[Share, ...]:
        """Who bears the bill; empty until it is priced."""
        if not self.priced:
            return ()
        breakdown = self.breakdown if self.insured else None
        step = SETTLE_INSURANCE if self.insured else POST_TO_HIS
        return bearers(self.bill_total, breakdown, self.excluded, self.profile, step, POST_TO_HIS)

    @property
    def funded_bill(self) -> outcome.FundedBill:
        """The bill and its bearers, for bookings and messages."""
        return outcome.FundedBill(
            settlement_no=self.no,
            institution=self.institution,
            admission_no=self.admission_no,
            bill_no=self.bill_no,
            bill_total=self.bill_total,
            shares=self.shares,
        )

    def cover(self, account: PatientAccount) -> Cover:
        """The deposit, with what this plan itself holds of it, against what is owed."""
        return cover_of(self.due, account.deposit.available + self.held)

    @property
    def difference(self) -> Money:
        """Settled minus pre-settled patient's part (正数 = the patient pays more)."""
        if self.settled is None or self.pre_settled is None:
            return ZERO
        return self.settled.cash - self.pre_settled.cash

    @property
    def past_pivot(self) -> bool:
        """Whether from here on it goes forward until somebody decides otherwise."""
        return self.is_done(SETTLE_INSURANCE if self.insured else POST_TO_HIS)

    # --- what may happen next ------------------------------------------------------------------

    def next_action(self, now: datetime, account: PatientAccount) -> Action:
        """Nothing while a cancellation is undoing it; otherwise what the steps say."""
        if self.live and self.withdrawal_no is not None:
            return Wait(None, "withdrawing")
        return Plan.next_action(self, now, account)

    def pause_before(self, step: Step, now: datetime, account: PatientAccount) -> Action | None:
        if step.effect in (REGISTER_DISCHARGE, PRE_SETTLE, CHANGE_REGISTRATION, CONFIRM_WITH_HIS):
            return self._totals_agree()
        if step.effect == POST_TO_HIS and self.posted_by == "caller" and step.attempts:
            return AskAPerson("posting_silent", "the HIS did not say in time that it posted")
        pivot = SETTLE_INSURANCE if self.insured else POST_TO_HIS
        if step.effect == pivot:
            return self._agreed_and_covered(account)
        if step.effect == POST_TO_HIS:
            return self._difference_bearable(account)
        return None

    def _totals_agree(self) -> Action | None:
        if self.uploaded + self.excluded == self.bill_total:
            return None
        return AskAPerson(
            "totals_disagree",
            f"HIS bill {self.bill_total.yuan()}, uploaded {self.uploaded.yuan()}, "
            f"excluded {self.excluded.yuan()}",
        )

    def _agreed_and_covered(self, account: PatientAccount) -> Action | None:
        if not self.confirmed_by:
            return Wait(None, "confirmation")
        if self.cover(account).short:
            return Wait(None, "deposit_short")
        return None

    def _difference_bearable(self, account: PatientAccount) -> Action | None:
        over = abs(self.difference.fen) > self.rules.difference_limit.fen
        if over and not self.difference_accepted_by:
            return AskAPerson(
                "settled_differently",
                f"the patient's part is {self.difference.yuan()} yuan from the pre-settlement: "
                "accept it, or cancel the insurance settlement",
            )
        if self.cover(account).short:
            return Wait(None, "deposit_short")
        return None

    def after_refusal(self, step: Step, now: datetime, account: PatientAccount) -> Action:
        why = self.evidence(step.effect)
        return AskAPerson(why.code or f"{step.effect}_refused", why.text)

    # --- people --------------------------------------------------------------------------------

    def confirm(self, by: str) -> Self:
        """Somebody agrees to settle for the figures shown. Agreeing again changes nothing."""
        return self if self.confirmed_by else replace(self, confirmed_by=by)

    def accept_difference(self, by: str) -> Self:
        """Somebody accepts that the insurer settled differently from its pre-settlement."""
        return replace(self, difference_accepted_by=by)

    def withdrawn_by(self, cancellation: PlanNo) -> Self:
        """Stopped: from now on only that cancellation acts for it."""
        return replace(self, withdrawal_no=cancellation)

    def undone(self, cancellation: PlanNo | None, at: datetime) -> Self:
        """A cancellation has undone it, or nothing had to be; a live one ends with this."""
        plan = replace(self, withdrawal_no=cancellation, cancelled_at=at, held=ZERO)
        return plan.ended(PlanState.CLOSED, at, "withdrawn") if plan.live else plan

    # --- taking outcomes in --------------------------------------------------------------------

    def on_begun(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        if effect not in (SETTLE_INSURANCE, POST_TO_HIS):
            return self, Consequences()
        more = self.due - self.held
        if not more:
            return self, Consequences()
        move = DepositMove(self.admission_no, held=more)
        return replace(self, held=self.due), Consequences(deposit_moves=(move,))

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        plan = self
        if effect == LOCK_BILL:
            plan = self._locked(answer)
        elif effect == UPLOAD_CHARGES:
            plan = self._uploaded(answer, account)
        elif effect == CHANGE_REGISTRATION and account.stay is not None:
            stay = replace(account.stay, registered_as=RegisteredAs.of(account.admission))
            return self, Consequences(records=(stay,))
        elif effect == REGISTER_DISCHARGE and account.stay is not None:
            stay = replace(account.stay, state=StayState.DISCHARGED)
            return self, Consequences(records=(stay,))
        elif effect == PRE_SETTLE:
            plan = replace(self, pre_settled=answer, pre_settled_at=at)
        elif effect == CONFIRM_WITH_HIS:
            plan = replace(self, his_confirmed_at=answer)
            return plan, Consequences(
                messages=outcome.pending_messages(
                    plan.funded_bill, plan.cover(account), plan.insured, at
                )
            )
        elif effect == SETTLE_INSURANCE:
            return self._settled(answer, at)
        elif effect == POST_TO_HIS:
            return self._posted(answer, at, account)
        return plan, Consequences()

    def on_refused(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        pivot = SETTLE_INSURANCE if self.insured else POST_TO_HIS
        if effect != pivot or not self.held:
            return self, Consequences()
        move = DepositMove(self.admission_no, held=-self.held)
        return replace(self, held=ZERO), Consequences(deposit_moves=(move,))

    def on_died(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        return self.on_refused(effect, at, account)

    def _locked(self, bill: LockedBill) -> Self:
        return replace(
            self,
            bill_no=bill.bill_no,
            bill_total=bill.total,
            charge_count=bill.charge_count,
            his_deposit_balance=bill.deposit_balance,
        )

    def _uploaded(self, charges: ChargesComplete, account: PatientAccount) -> Self:
        plan = replace(self, uploaded=charges.uploaded, excluded=charges.excluded)
        if not self.insured or account.stay is None:
            return plan
        if account.stay.registered_as == RegisteredAs.of(account.admission):
            plan = plan.skipped(CHANGE_REGISTRATION, "unchanged")
        if account.stay.state is StayState.DISCHARGED:
            plan = plan.skipped(REGISTER_DISCHARGE, "discharged already")
        return plan

    def _settled(self, breakdown: Breakdown, at: datetime) -> tuple[Self, Consequences]:
        plan = replace(self, settled=breakdown, breaches=breakdown.breaches(self.profile))
        journals = outcome.insurance_settled(plan.funded_bill, at)
        # Too much held is given back here; too little is held with the intent of the posting,
        # because this outcome has happened and must never be refused for want of cover.
        excess = plan.held - plan.due
        if not excess.positive:
            return plan, Consequences(journals=journals)
        move = DepositMove(self.admission_no, held=-excess)
        return replace(plan, held=plan.due), Consequences(journals=journals, deposit_moves=(move,))

    def _posted(
        self, posted: Posted, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        plan = replace(
            self,
            receipt_no=posted.receipt_no,
            posted_at=posted.posted_at,
            applied=self.due,
            surplus=account.deposit.available + self.held - self.due,
            held=ZERO,
        )
        consequences = outcome.posted(plan.funded_bill, self.held, at, account)
        return plan.ended(PlanState.FINISHED, at), consequences
