"""A charge: one bill line of the HIS, and how far it has come at the insurer."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from domain.identifiers import AdmissionNo, ChargeNo, PlanNo
from domain.money import Money


class ChargeState(StrEnum):
    """费用上传状态."""

    PULLED = "pulled"  # stored, not yet uploaded
    UPLOADING = "uploading"  # in a batch on its way; no other batch may take it
    UPLOADED = "uploaded"  # the insurer has it
    EXCLUDED = "excluded"  # no insurance code, or decided to be self-pay by a person
    GUILTY = "guilty"  # the insurer refuses its batch because of it; a person decides
    WITHDRAWN = "withdrawn"  # taken back at the insurer (or never uploaded) and void in the HIS


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """费用明细. quantity and unit_price are exact decimals; amount is their product in fen."""

    no: ChargeNo
    admission_no: AdmissionNo
    charged_at: datetime
    business_date: date  # in Asia/Shanghai
    item_code: str
    item_name: str
    insurance_code: str  # 医疗目录编码; empty = none
    charge_class: str  # 医疗收费项目类别 01..14
    quantity: Decimal
    unit_price: Decimal
    amount: Money
    department_code: str
    department_name: str
    doctor_code: str
    doctor_name: str
    order_no: str = ""
    returned_charge_no: str = ""
    returned_line_no: str = ""  # its line number, known when it goes to the insurer
    line_no: str = ""  # feedetl_sn, ours: digits, unique for ever
    state: ChargeState = ChargeState.PULLED
    batch_no: PlanNo | None = None
    settled_by: PlanNo | None = None

    @property
    def billable(self) -> bool:
        """Whether it still belongs to the bill."""
        return self.state is not ChargeState.WITHDRAWN


@dataclass(frozen=True, slots=True)
class ChargesMarked:
    """Charges of one admission whose state changed. Guarded when `expected` is given: all of the
    lines must be in that state, or the whole changeset is stale."""

    admission_no: AdmissionNo
    line_nos: tuple[str, ...]
    state: ChargeState
    batch_no: PlanNo | None = None
    remark: str = ""
    expected: ChargeState | None = None


# 医疗收费项目类别 med_chrgitm_type, reference/insurance.md §5.3
CHARGE_CLASSES = {
    "01": "床位费",
    "02": "诊察费",
    "03": "检查费",
    "04": "化验费",
    "05": "治疗费",
    "06": "手术费",
    "07": "护理费",
    "08": "卫生材料费",
    "09": "西药费",
    "10": "中药饮片费",
    "11": "中成药费",
    "12": "一般诊疗费",
    "13": "挂号费",
    "14": "其他费",
}
