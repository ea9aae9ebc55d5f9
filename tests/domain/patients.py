"""A synthetic patient, his stay, and the figures of one bill that can be checked by hand.

The bill is 150.00: 128.50 of it went to the insurer (insurance.md §2.8, the synthetic example: fund
66.00, account 40.00, cash 22.50), 21.50 never did. So 44.00 come out of the deposit.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.deposits.plan import COLLECT, SAVE_TO_HIS, DepositPlan
from domain.identifiers import AdmissionNo, InstitutionId, PlanNo
from domain.insurance.breakdown import Breakdown, FundPart
from domain.insurance.person import CredentialKind
from domain.insurance.profile import InsuranceProfile
from domain.insurance.stay import InsuredStay, RegisteredAs
from domain.money import Money
from domain.payments.payment import Product
from domain.plan.plan import steps_of
from domain.settlement.his_record import LockedBill, Posted, Posting
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import ChargesComplete, settlement_steps
from domain.visits.admission import Admission, AdmissionState, Diagnosis, FeeCategory
from domain.visits.institution import InstitutionRules

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
HOSPITAL = InstitutionId("H00000000001")
STAY = AdmissionNo("ZY1")

PRE_SETTLED = Breakdown(
    total=Money(12850),
    own_expense=Money(1000),
    over_limit=Money(0),
    pre_self_pay=Money(850),
    in_scope=Money(11000),
    basic_fund=Money(6600),
    fund_total=Money(6600),
    personal_total=Money(6250),
    personal_account=Money(4000),
    cash=Money(2250),
    hospital_borne=Money(0),
    parts=(FundPart("310100", Money(6600)), FundPart("310200", Money(4000))),
    registration_no="M1",
)
SETTLED = replace(PRE_SETTLED, settlement_id="S1")


def settled_away(fen: int) -> Breakdown:
    """The same bill with `fen` more for the patient and less from the fund; no identity broken."""
    more = Money(fen)
    return replace(
        SETTLED,
        basic_fund=SETTLED.basic_fund - more,
        fund_total=SETTLED.fund_total - more,
        personal_total=Money(6250) + more,
        cash=SETTLED.cash + more,
        parts=(FundPart("310100", Money(6600) - more), FundPart("310200", Money(4000))),
    )


def an_admission(**facts: Any) -> Admission:
    diagnosis = Diagnosis(
        order=1,
        code="I10.x00",
        name="高血压",
        department_code="D1",
        doctor_code="Y1",
        doctor_name="测试医生",
        diagnosed_at=AT - timedelta(days=3),
    )
    known: dict[str, Any] = {
        "no": STAY,
        "patient_no": "P1",
        "medical_record_no": "M1",
        "patient_name": "测试甲",
        "gender": "1",
        "birth_date": date(1960, 2, 29),
        "fee_category": FeeCategory.INSURED,
        "state": AdmissionState.DISCHARGE_ORDERED,
        "department_code": "D1",
        "department_name": "内科",
        "ward_code": "W1",
        "ward_name": "一病区",
        "bed_no": "12",
        "attending_doctor_code": "Y1",
        "attending_doctor_name": "测试医生",
        "admitted_at": AT - timedelta(days=3),
        "diagnoses": (diagnosis,),
    }
    return Admission(**(known | facts))


def a_stay(**facts: Any) -> InsuredStay:
    """The admission as it was registered with the insurer."""
    known: dict[str, Any] = {
        "admission_no": STAY,
        "registration_no": "M1",
        "person_no": "PN1",
        "name": "测试甲",
        "certificate_type": "01",
        "certificate_no": "000000196002290000",
        "gender": "1",
        "insurance_type": "310",
        "person_type": "11",
        "insured_place": "000000",
        "medical_type": "21",
        "credential": CredentialKind.ID_CARD,
        "credential_no": "000000196002290000",
        "account_balance": Money(12_345),
        "registered_as": RegisteredAs.of(an_admission()),
        "registered_at": AT,
        "version": 1,
    }
    return InsuredStay(**(known | facts))


def deposit_plan(
    no: str,
    fen: int,
    product: Product = Product.NATIVE,
    *,
    terminal: str = "",
    at: datetime = AT,
) -> DepositPlan:
    return DepositPlan(
        no=PlanNo(no),
        institution=HOSPITAL,
        admission_no=STAY,
        opened_at=at,
        steps=steps_of(COLLECT, SAVE_TO_HIS),
        amount=Money(fen),
        channel="cash" if product is Product.CASH else "wechat_pay",
        product=product,
        expires_at=at + timedelta(minutes=15),
        terminal=terminal,
    )


def settlement(
    no: str = "SL1",
    *,
    insured: bool = True,
    profile: InsuranceProfile = InsuranceProfile(),  # noqa: B008 - frozen
    difference_limit: int = 100,
    **facts: Any,
) -> SettlementPlan:
    """A settlement as it is opened, agreed to in advance unless `confirmed_by` says otherwise."""
    known: dict[str, Any] = {"point": "window", "confirmed_by": "cashier"}
    return SettlementPlan(
        no=PlanNo(no),
        institution=HOSPITAL,
        admission_no=STAY,
        opened_at=AT,
        steps=settlement_steps(insured, profile),
        insured=insured,
        profile=profile,
        rules=InstitutionRules(difference_limit=Money(difference_limit)),
        **(known | facts),
    )


def his_result(total: int = 15000, applied: int = 4400) -> Posting:
    return Posting(
        found=True,
        cancelled=False,
        receipt_no="PJ1",
        bill_no="B1",
        total=Money(total),
        deposit_applied=Money(applied),
        deposit_balance=Money(0),
        at=AT,
        result_text="结算成功",
        his_deposit_no="",
        guidance=("请到出院带药窗口",),
    )


def discharge_answers(bill_no: str = "B1", **other: object) -> dict[str, object]:
    """What everybody answers when an insured discharge goes smoothly; `other` by effect."""
    return {
        "lock_bill": LockedBill(
            bill_no=bill_no, total=Money(15000), deposit_balance=Money(6000), charge_count=3
        ),
        "upload_charges": ChargesComplete(uploaded=Money(12850), excluded=Money(2150)),
        "change_registration": None,
        "register_discharge": None,
        "pre_settle": PRE_SETTLED,
        "confirm_with_his": AT,
        "settle_insurance": SETTLED,
        "post_to_his": Posted(receipt_no="PJ1", posted_at=AT, deposit_balance=Money(1600)),
        "ask_his_result": his_result(),
    } | other


def self_pay_answers(bill_no: str = "B1", **other: object) -> dict[str, object]:
    """The same for a patient who pays all of it."""
    charges = ChargesComplete(uploaded=Money(0), excluded=Money(15000))
    return discharge_answers(bill_no, upload_charges=charges, **other)
