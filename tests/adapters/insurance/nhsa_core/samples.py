"""Answers in the shapes the reference describes (§2.2, §2.7, §2.8), with made-up people.

The inpatient figures are those of the real Chongqing settlement printed in §2.8.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from domain.billing.charge import Charge
from domain.identifiers import AdmissionNo, ChargeNo
from domain.insurance.person import CredentialKind
from domain.insurance.stay import InsuredStay, RegisteredAs
from domain.money import Money
from domain.visits.admission import Admission, AdmissionState, Diagnosis, FeeCategory

AT = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)  # 11:04:05 in Beijing

INSURANCE: dict[str, object] = {
    "balc": 170.04,
    "insutype": "310",
    "psn_type": "11",
    "psn_insu_stas": "1",
    "cvlserv_flag": "0",
    "insuplc_admdvs": "009900",
}
PERSON: dict[str, object] = {
    "baseinfo": {
        "psn_no": "0001",
        "psn_cert_type": "01",
        "certno": "000000198503150016",
        "psn_name": "测试甲",
        "gend": "1",
        "naty": "01",
        "brdy": "1985-03-15",
        "age": 39.8,
    },
    "insuinfo": [INSURANCE],
    "idetinfo": [],
}

SETTLEMENT: dict[str, object] = {
    "mdtrt_id": "MD0001",
    "psn_no": "0001",
    "setl_id": "SL0001",
    "setl_time": "2025-01-02 11:04:05",
    "medins_setl_id": "H00000000001202501021104050001",
    "medfee_sumamt": 23442.46,
    "fulamt_ownpay_amt": 2533.97,
    "overlmt_selfpay": 1396.89,
    "preselfpay_amt": 703.44,
    "inscp_scp_amt": 18808.16,
    "act_pay_dedc": 880,
    "hifp_pay": 18785.39,
    "cvlserv_pay": 0,
    "hifes_pay": 0,
    "hifmi_pay": 0,
    "hifob_pay": 0,
    "maf_pay": 0,
    "oth_pay": 0,
    "fund_pay_sumamt": 18785.39,
    "psn_part_amt": 4152.06,
    "acct_pay": 170.04,
    "psn_cash_pay": 3982.02,
    "hosp_part_amt": 505.01,
    "balc": 0,
    "acct_mulaid_pay": 0,
    "clr_optins": "009900",
    "clr_type": "21",
}
PARTS: list[dict[str, object]] = [
    {"fund_pay_type": "310100", "fund_payamt": 18785.39, "fund_pay_type_name": "统筹"},
    {"fund_pay_type": "310200", "fund_payamt": 170.04},
    {"fund_pay_type": "999996", "fund_payamt": 505.01, "crt_payb_lmt_amt": None},
]

ADMISSION = Admission(
    no=AdmissionNo("ZY0001"),
    patient_no="P0001",
    medical_record_no="BA0001",
    patient_name="测试甲",
    gender="1",
    birth_date=date(1985, 3, 15),
    fee_category=FeeCategory.INSURED,
    state=AdmissionState.ADMITTED,
    department_code="D01",
    department_name="普外科",
    ward_code="W01",
    ward_name="普外科病区",
    bed_no="12",
    attending_doctor_code="D000000000001",
    attending_doctor_name="测试医生",
    admitted_at=AT,
    discharged_at=AT,
    diagnoses=tuple(
        Diagnosis(
            order=order,
            code=code,
            name=name,
            department_code="D01",
            doctor_code="D000000000001",
            doctor_name="测试医生",
            diagnosed_at=AT,
        )
        for order, code, name in ((2, "I10.x00", "高血压"), (1, "K80.200", "胆囊结石"))
    ),
)

STAY = InsuredStay(
    admission_no=AdmissionNo("ZY0001"),
    registration_no="MD0001",
    person_no="0001",
    name="测试甲",
    certificate_type="01",
    certificate_no="000000198503150016",
    gender="1",
    insurance_type="310",
    person_type="11",
    insured_place="009901",
    medical_type="21",
    credential=CredentialKind.ID_CARD,
    credential_no="000000198503150016",
    account_balance=Money(170_04),
    registered_as=RegisteredAs.of(ADMISSION),
    registered_at=AT,
)


def charge(line_no: str = "1001", quantity: str = "7", unit_price: str = "11.4860") -> Charge:
    """One line; 80.40 unless told."""
    return Charge(
        no=ChargeNo("FY1"),
        admission_no=AdmissionNo("ZY0001"),
        charged_at=AT,
        business_date=date(2025, 1, 2),
        item_code="X001",
        item_name="测试药品",
        insurance_code="XJ01DCT061B001010100001",
        charge_class="09",
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_price),
        amount=Money(80_40 if Decimal(quantity) > 0 else -80_40),
        department_code="D01",
        department_name="普外科",
        doctor_code="D000000000001",
        doctor_name="测试医生",
        line_no=line_no,
    )


def priced(line_no: object = "1001") -> dict[str, object]:
    """2301's row for that line."""
    return {
        "feedetl_sn": line_no,
        "det_item_fee_sumamt": 80.4,
        "cnt": 7,
        "pric": 11.486,
        "fulamt_ownpay_amt": None,
        "overlmt_amt": 0,
        "preselfpay_amt": "0.40",
        "inscp_scp_amt": "80",
        "chrgitm_lv": "01",
    }
