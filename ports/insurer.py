"""The insurer's core system (两定接口) as the plans need it.

Promises every adapter keeps: each call raises Refused, Unavailable or OutcomeUnknown and nothing
else; an answer whose signature or form is wrong is OutcomeUnknown; amounts come back as exact
Money; a message number is used for one request only. `message_no` is the number this request goes
by (报文ID), allocated and stored before the call.
"""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from domain.billing.charge import Charge
from domain.identifiers import AttemptKey
from domain.insurance.breakdown import Breakdown, PricedLine
from domain.insurance.person import Credential, Entitlement, InsuredPerson
from domain.insurance.profile import InsuranceProfile
from domain.insurance.stay import InsuredStay
from domain.money import Money
from domain.visits.admission import Admission


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementOrder:
    """What a pre-settlement and a settlement are asked with."""

    stay: InsuredStay
    total: Money  # of the uploaded lines; the insurer refuses another
    discharged_at: datetime
    use_personal_account: bool
    pre_settled: Breakdown | None = None  # given with the settlement itself
    invoice_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRegistration:
    """A stay the insurer holds for a person (在院信息)."""

    registration_no: str
    admission_no: str
    began_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRow:
    """One settlement or cancellation as our books have it, for the insurer's comparison."""

    settlement_id: str
    registration_no: str
    person_no: str
    total: Money
    fund: Money
    personal_account: Money
    cash: Money
    cancellation: bool
    insurance_type: str
    clearing_type: str
    clearing_office: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRow:
    """One row of the insurer's answer to a detailed comparison (对明细账结果)."""

    balanced: bool
    settlement_id: str  # empty: the row exists only at the insurer
    registration_no: str
    person_no: str
    message_no: str  # the original message number, usable in a reversal
    cancellation: bool
    total: Money | None
    fund: Money | None
    personal_account: Money | None
    remark: str


class Insurer(Protocol):
    """医保核心. One instance serves one institution under one regional profile."""

    @property
    @abstractmethod
    def profile(self) -> InsuranceProfile:
        """What of the region matters to the plans."""

    @abstractmethod
    async def message_no(self) -> AttemptKey:
        """A fresh message number; given out once for ever across all processes."""

    @abstractmethod
    async def identify(
        self, message_no: AttemptKey, credential: Credential, name: str
    ) -> InsuredPerson:
        """人员信息获取 1101. Has no effect; may be repeated with a new number."""

    @abstractmethod
    async def check_entitlement(
        self,
        message_no: AttemptKey,
        person_no: str,
        insurance_type: str,
        medical_type: str,
        began_at: datetime,
    ) -> tuple[Entitlement, ...]:
        """待遇享受检查 2001. Has no effect."""

    @abstractmethod
    async def register_admission(
        self,
        message_no: AttemptKey,
        person: InsuredPerson,
        credential: Credential,
        admission: Admission,
    ) -> str:
        """入院办理 2401; returns the registration number (就诊ID)."""

    @abstractmethod
    async def find_registrations(
        self, person_no: str, began: date, ended: date
    ) -> tuple[FoundRegistration, ...]:
        """在院信息查询 5303. Has no effect."""

    @abstractmethod
    async def change_registration(
        self, message_no: AttemptKey, stay: InsuredStay, admission: Admission
    ) -> None:
        """住院信息变更 2403. Repeating it is harmless."""

    @abstractmethod
    async def withdraw_registration(self, message_no: AttemptKey, stay: InsuredStay) -> None:
        """入院撤销 2404. "Not there" is success."""

    @abstractmethod
    async def upload_charges(
        self, message_no: AttemptKey, stay: InsuredStay, charges: tuple[Charge, ...]
    ) -> tuple[PricedLine, ...]:
        """费用明细上传 2301, one batch. A line uploaded before raises AlreadyUploaded."""

    @abstractmethod
    async def withdraw_charges(
        self, message_no: AttemptKey, stay: InsuredStay, line_nos: tuple[str, ...]
    ) -> None:
        """费用明细撤销 2302. "Not there" is success."""

    @abstractmethod
    async def register_discharge(
        self, message_no: AttemptKey, stay: InsuredStay, admission: Admission
    ) -> None:
        """出院办理 2402."""

    @abstractmethod
    async def undo_discharge(self, message_no: AttemptKey, stay: InsuredStay) -> None:
        """出院撤销 2405. "Not there" is success."""

    @abstractmethod
    async def is_discharged(self, stay: InsuredStay) -> bool:
        """Whether the insurer has the discharge (5201). Has no effect."""

    @abstractmethod
    async def pre_settle(self, message_no: AttemptKey, order: SettlementOrder) -> Breakdown:
        """住院预结算 2303. Has no effect."""

    @abstractmethod
    async def settle(self, message_no: AttemptKey, order: SettlementOrder) -> Breakdown:
        """住院结算 2304. The pivot. Its message number is the only handle to an unknown outcome."""

    @abstractmethod
    async def cancel_settlement(
        self, message_no: AttemptKey, stay: InsuredStay, settlement_id: str
    ) -> Breakdown:
        """住院结算撤销 2305; every amount negative. AlreadyCancelled when it was undone before."""

    @abstractmethod
    async def reverse(self, person_no: str, original: AttemptKey, operation: str) -> bool:
        """冲正 2601 of a lost `settle` or `register_admission` by its message number.

        True: undone. False: the insurer says there was nothing under that number.
        """

    @abstractmethod
    async def find_settlement(self, stay: InsuredStay, settlement_id: str) -> Breakdown | None:
        """结算信息查询 5203; None when the insurer knows no such settlement."""

    @abstractmethod
    async def compare_totals(self, day: date, rows: tuple[SettlementRow, ...]) -> tuple[str, ...]:
        """对总账 3201 per insurance and clearing type; the remarks of those that disagree."""

    @abstractmethod
    async def compare_rows(
        self, day: date, rows: tuple[SettlementRow, ...]
    ) -> tuple[ComparedRow, ...]:
        """对明细账 3202 by file; every row the insurer compared, with its verdict."""
