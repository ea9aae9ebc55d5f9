"""The insured stay: an admission as registered with the insurer (医保入院登记)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.identifiers import AdmissionNo
from domain.insurance.person import CredentialKind
from domain.money import Money
from domain.visits.admission import Admission


class StayState(StrEnum):
    """Where the registration stands at the insurer."""

    REGISTERED = "registered"  # 已入院登记
    DISCHARGED = "discharged"  # 已出院登记
    WITHDRAWN = "withdrawn"  # 登记已撤销


@dataclass(frozen=True, slots=True)
class RegisteredAs:
    """What the insurer was told of the stay; a difference from the HIS is a change to report."""

    department_code: str
    department_name: str
    bed_no: str
    doctor_code: str
    doctor_name: str
    main_diagnosis_code: str
    main_diagnosis_name: str

    @staticmethod
    def of(admission: Admission) -> "RegisteredAs":
        """The same facts as the HIS has them now."""
        main = min(admission.diagnoses, key=lambda diagnosis: diagnosis.order)
        return RegisteredAs(
            admission.department_code,
            admission.department_name,
            admission.bed_no,
            admission.attending_doctor_code,
            admission.attending_doctor_name,
            main.code,
            main.name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuredStay:
    """What every later call to the insurer needs. The e-credential's token is never kept."""

    admission_no: AdmissionNo
    registration_no: str  # 就诊ID mdtrt_id
    person_no: str
    name: str = field(repr=False)
    certificate_type: str
    certificate_no: str = field(repr=False)
    gender: str
    insurance_type: str
    person_type: str
    insured_place: str
    medical_type: str
    credential: CredentialKind
    credential_no: str = field(repr=False)  # empty for an e-credential
    card_serial: str = field(default="", repr=False)  # 卡识别码 of a social card
    account_balance: Money
    registered_as: RegisteredAs
    registered_at: datetime
    state: StayState = StayState.REGISTERED
    version: int = 0  # 0: not stored yet

    @staticmethod
    def card_number(kind: CredentialKind, number: str) -> str:
        """What of a credential may be kept: a card's number, never an e-credential's token."""
        return "" if kind is CredentialKind.E_CREDENTIAL else number

    @property
    def live(self) -> bool:
        """Whether the insurer still holds the registration."""
        return self.state is not StayState.WITHDRAWN
