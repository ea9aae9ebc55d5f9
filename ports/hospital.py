"""The hospital information system (HIS): bill, deposit balance and final record are its own.

Promises: every write carries our number and may be repeated with it; only Refused (its `code` is
the HIS's reason), Unavailable and OutcomeUnknown come out; `find` answers for any of our numbers.
"""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from domain.billing.charge import Charge
from domain.identifiers import AdmissionNo, PlanNo
from domain.insurance.breakdown import Breakdown
from domain.money import Money
from domain.plan.shares import Share
from domain.settlement.his_record import LockedBill as LockedBill
from domain.settlement.his_record import Posted as Posted
from domain.settlement.his_record import Posting as Posting
from domain.visits.admission import Admission


class LockPurpose(StrEnum):
    """What a bill is locked for."""

    SETTLE = "settle"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFigures:
    """What the HIS is shown before, and posts after, the insurer's settlement."""

    settlement_no: PlanNo
    admission_no: AdmissionNo
    bill_no: str
    total: Money
    shares: tuple[Share, ...]
    insurance: Breakdown | None
    due: Money  # what comes out of the deposit


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositSaved:
    """预交金入账."""

    his_deposit_no: str
    deposit_balance: Money


class NumberUse(StrEnum):
    """What a number of ours was used for at the HIS."""

    LOCK = "lock"
    SETTLEMENT = "settlement"
    CANCELLATION = "cancellation"
    DEPOSIT = "deposit"
    DEPOSIT_RETURN = "deposit_return"


@dataclass(frozen=True, slots=True, kw_only=True)
class HisDeposit:
    """One line of the HIS's deposit journal; negative for a return."""

    number: str
    his_deposit_no: str
    admission_no: AdmissionNo
    amount: Money
    channel: str
    at: datetime
    returned_deposit_no: str

    @property
    def taken_by_his(self) -> bool:
        """Whether it never passed through us: then it goes by the HIS's own number."""
        return self.number == self.his_deposit_no and not self.returned_deposit_no


@dataclass(frozen=True, slots=True, kw_only=True)
class HisSettlement:
    """One line of the HIS's settlement journal; negative for a cancellation."""

    number: str
    admission_no: AdmissionNo
    bill_no: str
    receipt_no: str
    total: Money
    deposit_applied: Money
    at: datetime
    cancelled_settlement_no: str


class Hospital(Protocol):
    """院内 HIS."""

    @abstractmethod
    async def admission(self, no: AdmissionNo) -> Admission | None:
        """The stay as it is now; None when the HIS knows no such number."""

    @abstractmethod
    async def charges(self, no: AdmissionNo, day: date | None) -> tuple[Charge, ...]:
        """Charges of one business date, or of the whole stay; void ones come as WITHDRAWN."""

    @abstractmethod
    async def pending_charges(self, no: AdmissionNo) -> tuple[tuple[Charge, ...], Money]:
        """待结算费用: charges no settlement covers, and their total by the HIS's own sum."""

    @abstractmethod
    async def lock(
        self, number: PlanNo, no: AdmissionNo, purpose: LockPurpose, original: PlanNo | None = None
    ) -> LockedBill:
        """Stops charges on the bill (not deposits)."""

    @abstractmethod
    async def unlock(self, number: PlanNo, no: AdmissionNo, bill_no: str) -> None:
        """Gives the bill back."""

    @abstractmethod
    async def confirm_pre_settlement(self, figures: BillFigures) -> datetime:
        """预结算结果回传确认; returns when the HIS confirmed."""

    @abstractmethod
    async def post_settlement(self, figures: BillFigures, operator: str) -> Posted:
        """结算入账; answers with the receipt number."""

    @abstractmethod
    async def cancel_settlement(
        self, number: PlanNo, settlement_no: PlanNo, no: AdmissionNo, reason: str
    ) -> Posted:
        """结算撤销; `receipt_no` is the red-letter receipt's."""

    @abstractmethod
    async def save_deposit(
        self,
        number: PlanNo,
        no: AdmissionNo,
        amount: Money,
        channel: str,
        their_number: str,
        paid_at: datetime,
    ) -> DepositSaved:
        """预交金入账."""

    @abstractmethod
    async def return_deposit(
        self, number: PlanNo, deposit_no: PlanNo, no: AdmissionNo, amount: Money, reason: str
    ) -> Money:
        """退预交金: takes an amount of one deposit off the balance; returns the balance left."""

    @abstractmethod
    async def find(self, number: str, use: NumberUse) -> Posting:
        """QueryPosting: what became of one of our numbers. Has no effect."""

    @abstractmethod
    async def deposits(
        self, *, no: AdmissionNo | None = None, day: date | None = None
    ) -> tuple[HisDeposit, ...]:
        """预交金流水 of one admission or of one business date."""

    @abstractmethod
    async def settlements(self, day: date) -> tuple[HisSettlement, ...]:
        """结算流水 of one business date."""
