"""An admission (入院): the HIS's record of a stay, as last read from it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.identifiers import AdmissionNo


class AdmissionState(StrEnum):
    """Where the stay stands in the HIS."""

    ADMITTED = "admitted"  # 在院
    DISCHARGE_ORDERED = "discharge_ordered"  # 已开出院医嘱
    DISCHARGED = "discharged"  # 已出院结算
    CANCELLED = "cancelled"  # 已退院


class FeeCategory(StrEnum):
    """费别."""

    SELF_PAY = "self_pay"
    INSURED = "insured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """诊断; order 1 is the main one."""

    order: int
    code: str  # ICD-10 医保版
    name: str
    department_code: str
    doctor_code: str
    doctor_name: str
    diagnosed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The stay: who, where, since when. The patient's numbers never appear in a repr."""

    no: AdmissionNo
    patient_no: str
    medical_record_no: str
    patient_name: str
    gender: str
    birth_date: date
    fee_category: FeeCategory
    state: AdmissionState
    department_code: str
    department_name: str
    ward_code: str
    ward_name: str
    bed_no: str
    attending_doctor_code: str
    attending_doctor_name: str
    admitted_at: datetime
    discharged_at: datetime | None = None
    medical_type: str = "21"  # 医疗类别: 普通住院
    diagnoses: tuple[Diagnosis, ...] = ()
    id_card_no: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        return f"Admission({self.no!r}, {self.state.value})"

    @property
    def closed(self) -> bool:
        """Whether no more money may be taken for this stay."""
        return self.state in (AdmissionState.DISCHARGED, AdmissionState.CANCELLED)

    @property
    def masked_name(self) -> str:
        """张*三: what a screen others can see may show."""
        name = self.patient_name
        return name[0] + "*" * (len(name) - 2) + name[-1] if len(name) > 2 else name[:1] + "*"  # noqa: PLR2004
