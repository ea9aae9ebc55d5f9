"""A small kind of plan, and what the tests of the store build of it and around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from domain.billing.charge import Charge
from domain.deposits.lot import Lot
from domain.identifiers import AdmissionNo, AttemptKey, ChargeNo, InstitutionId, PlanNo
from domain.insurance.person import CredentialKind
from domain.insurance.stay import InsuredStay, RegisteredAs
from domain.ledger.journal import Entry, Journal
from domain.money import Money
from domain.plan.plan import Plan, steps_of
from domain.visits.admission import Admission, AdmissionState, Diagnosis, FeeCategory
from ports.store import Changeset, Job

AT = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
FETCH, CARRY = "fetch", "carry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand(Plan):
    """The smallest plan with two steps, a sum and a secret."""

    kind: ClassVar[str] = "errand"

    amount: Money = Money(1)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling(Errand):
    """An errand of the kind of which one stay has at most one live."""

    kind: ClassVar[str] = "settlement"


KINDS: Mapping[str, type[Plan]] = {"errand": Errand, "settlement": Settling}


def errand(
    institution: InstitutionId, no: str = "ER1", admission_no: str = "ZY1", **facts: object
) -> Errand:
    return Errand(**_facts(institution, no, admission_no), **facts)  # type: ignore[arg-type]


def settling(institution: InstitutionId, no: str, admission_no: str = "ZY1") -> Settling:
    return Settling(**_facts(institution, no, admission_no))  # type: ignore[arg-type]


def _facts(institution: InstitutionId, no: str, admission_no: str) -> dict[str, object]:
    return {
        "no": PlanNo(no),
        "institution": institution,
        "admission_no": AdmissionNo(admission_no),
        "opened_at": AT,
        "steps": steps_of(FETCH, CARRY),
    }


def begun(plan: Errand, key: str, effect: str = FETCH) -> tuple[Errand, Changeset]:
    """The plan one version on with its intent, and the changeset of that."""
    after = plan.begin(effect, AttemptKey(key), AT).next_version()
    return after, Changeset(changed_plans=[after], keys=[(AttemptKey(key), plan.no, effect)])


def opening(plan: Plan) -> Changeset:
    """A new plan with the job that takes it on."""
    job = Job(key=f"advance:{plan.no}", kind="advance", subject=plan.no, due=AT)
    return Changeset(new_plans=[plan], jobs=[job])


def admission(no: str = "ZY1", state: AdmissionState = AdmissionState.ADMITTED) -> Admission:
    return Admission(
        no=AdmissionNo(no),
        patient_no="P1",
        medical_record_no="M1",
        patient_name="测试病人",
        gender="1",
        birth_date=date(1960, 2, 29),
        fee_category=FeeCategory.INSURED,
        state=state,
        department_code="D1",
        department_name="内科",
        ward_code="W1",
        ward_name="一病区",
        bed_no="12",
        attending_doctor_code="Y1",
        attending_doctor_name="测试医生",
        admitted_at=AT - timedelta(days=3),
        diagnoses=(
            Diagnosis(
                order=1,
                code="I10.x00",
                name="高血压",
                department_code="D1",
                doctor_code="Y1",
                doctor_name="测试医生",
                diagnosed_at=AT - timedelta(days=3),
            ),
        ),
        id_card_no="000000190001010000",
        phone="00000000000",
    )


def stay(admission_no: str = "ZY1", registration_no: str = "R1") -> InsuredStay:
    return InsuredStay(
        admission_no=AdmissionNo(admission_no),
        registration_no=registration_no,
        person_no="PN1",
        name="测试病人",
        certificate_type="01",
        certificate_no="000000190001010000",
        gender="1",
        insurance_type="310",
        person_type="11",
        insured_place="000000",
        medical_type="21",
        credential=CredentialKind.ID_CARD,
        credential_no="000000190001010000",
        account_balance=Money(12_345),
        registered_as=RegisteredAs.of(admission(admission_no)),
        registered_at=AT,
        version=1,
    )


def lot(no: str = "DP1", fen: int = 10_000, admission_no: str = "ZY1") -> Lot:
    return Lot(
        no=PlanNo(no),
        admission_no=AdmissionNo(admission_no),
        channel="wechat_pay",
        channel_order_no=f"{no}collect1",
        paid=Money(fen),
        paid_at=AT,
    )


def charge(no: str, line_no: str, admission_no: str = "ZY1") -> Charge:
    return Charge(
        no=ChargeNo(no),
        admission_no=AdmissionNo(admission_no),
        charged_at=AT,
        business_date=date(2026, 11, 22),
        item_code="I1",
        item_name="注射",
        insurance_code="X1",
        charge_class="05",
        quantity=Decimal("1.50"),
        unit_price=Decimal("3.3333"),
        amount=Money(500),
        department_code="D1",
        department_name="内科",
        doctor_code="Y1",
        doctor_name="测试医生",
        line_no=line_no,
    )


def journal(plan_no: str, fen: int, admission_no: str = "ZY1") -> Journal:
    entries = (
        Entry("clearing:wechat_pay", Money(fen)),
        Entry(f"deposit:{admission_no}", Money(-fen)),
    )
    return Journal("deposit_saved", plan_no, AT, entries)


def unbalanced(plan_no: str) -> Journal:
    """What no constructor makes: one fen missing on one side."""
    wrong = journal(plan_no, 100)
    taken, owed = wrong.entries
    object.__setattr__(wrong, "entries", (taken, replace(owed, amount=Money(-99))))
    return wrong
