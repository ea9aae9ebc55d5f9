"""A stay of a made-up patient, brought to where a test begins; and its bill, known to the fen."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.billing.charge import Charge
from domain.identifiers import AdmissionNo, ChargeNo
from domain.insurance.breakdown import Breakdown
from domain.insurance.person import InsuredPerson
from domain.insurance.stay import InsuredStay, RegisteredAs
from domain.money import Money, total
from domain.visits.admission import Admission, AdmissionState, Diagnosis, FeeCategory
from ports.insurer import Insurer, SettlementOrder, SettlementRow
from tests.conformance.insurer.world import InsurerWorld, Patient

BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime.now(UTC).replace(microsecond=0)
ADMITTED, CHARGED, DISCHARGED = NOW - timedelta(days=2), NOW - timedelta(days=1), NOW
ADMISSION_NO = AdmissionNo("ZY0000000001")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the shared catalogue and how a line of it must be split, in fen."""

    code: str
    name: str
    insurance_code: str
    charge_class: str
    unit_price: str
    quantity: str
    amount: int
    own_expense: int = 0
    over_limit: int = 0
    pre_self_pay: int = 0

    @property
    def in_scope(self) -> int:
        return self.amount - self.own_expense - self.over_limit - self.pre_self_pay


# 7 × 11.4860 = 80.402; M002 is capped at 150.00, of which 30 % is paid first; S001 5 %; H003 丙.
ITEMS = (
    Item("X001", "注射用头孢呋辛钠0.75g", "XJ01DCT061B001010100001", "09", "11.4860", "7", 80_40),
    Item(
        "M002", "可吸收止血夹", "C02090114000003000", "08", "168.00", "1", 168_00,
        over_limit=18_00, pre_self_pay=45_00,
    ),
    Item(
        "S001", "腹腔镜胆囊切除术", "003315050040000-331505004", "06", "2860.00", "1", 2860_00,
        pre_self_pay=143_00,
    ),
    Item(
        "H003", "基因检测(自选)", "002507000990000-250700099", "04", "1280.00", "1", 1280_00,
        own_expense=1280_00,
    ),
)  # fmt: skip
BILL = Money(4388_40)


def admission(patient: Patient) -> Admission:
    """The HIS's record of the stay."""
    diagnosis = Diagnosis(
        order=1,
        code="K80.200",
        name="胆囊结石",
        department_code="D01",
        doctor_code="D000000000001",
        doctor_name="测试医生",
        diagnosed_at=ADMITTED,
    )
    return Admission(
        no=ADMISSION_NO,
        patient_no="P0001",
        medical_record_no="BA0001",
        patient_name=patient.name,
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
        admitted_at=ADMITTED,
        discharged_at=DISCHARGED,
        diagnoses=(diagnosis,),
    )


def charge(item: Item, line_no: str) -> Charge:
    """One line of that item."""
    return Charge(
        no=ChargeNo(f"FY{line_no}"),
        admission_no=ADMISSION_NO,
        charged_at=CHARGED,
        business_date=CHARGED.astimezone(BEIJING).date(),
        item_code=item.code,
        item_name=item.name,
        insurance_code=item.insurance_code,
        charge_class=item.charge_class,
        quantity=Decimal(item.quantity),
        unit_price=Decimal(item.unit_price),
        amount=Money(item.amount),
        department_code="D01",
        department_name="普外科",
        doctor_code="D000000000001",
        doctor_name="测试医生",
        order_no="YZ0001",
        line_no=line_no,
    )


def bill() -> tuple[Charge, ...]:
    """One line of each item; BILL in all."""
    lines = tuple(charge(item, f"{1000 + number}") for number, item in enumerate(ITEMS))
    assert total(line.amount for line in lines) == BILL
    return lines


async def identified(world: InsurerWorld) -> InsuredPerson:
    """The patient as the insurer knows him."""
    patient, insurer = world.in_force, world.insurer
    return await insurer.identify(await insurer.message_no(), patient.id_card, patient.name)


def stay_of(world: InsurerWorld, person: InsuredPerson, registration_no: str) -> InsuredStay:
    """What the platform keeps of a registration."""
    patient, coverage = world.in_force, person.active_coverage()
    assert coverage is not None
    return InsuredStay(
        admission_no=ADMISSION_NO,
        registration_no=registration_no,
        person_no=person.person_no,
        name=person.name,
        certificate_type=person.certificate_type,
        certificate_no=person.certificate_no,
        gender=person.gender,
        insurance_type=coverage.insurance_type,
        person_type=coverage.person_type,
        insured_place=coverage.insured_place,
        medical_type="21",
        credential=patient.id_card.kind,
        credential_no=patient.id_card.number,
        account_balance=coverage.account_balance,
        registered_as=RegisteredAs.of(admission(patient)),
        registered_at=NOW,
    )


async def registered(world: InsurerWorld) -> InsuredStay:
    """The patient is identified and his admission registered."""
    insurer, patient = world.insurer, world.in_force
    person = await identified(world)
    number = await insurer.register_admission(
        await insurer.message_no(), person, patient.id_card, admission(patient)
    )
    return stay_of(world, person, number)


async def uploaded(world: InsurerWorld) -> InsuredStay:
    """The whole bill lies at the insurer."""
    stay = await registered(world)
    await world.insurer.upload_charges(await world.insurer.message_no(), stay, bill())
    return stay


async def discharged(world: InsurerWorld) -> InsuredStay:
    """The patient has left, with the bill uploaded."""
    stay = await uploaded(world)
    await world.insurer.register_discharge(
        await world.insurer.message_no(), stay, admission(world.in_force)
    )
    return stay


def order(stay: InsuredStay, pre_settled: Breakdown | None = None) -> SettlementOrder:
    """The whole bill, with the personal account."""
    return SettlementOrder(
        stay=stay,
        total=BILL,
        discharged_at=DISCHARGED,
        use_personal_account=True,
        pre_settled=pre_settled,
    )


async def settlement_order(world: InsurerWorld) -> SettlementOrder:
    """All that the pivot needs, pre-settlement included."""
    stay = await discharged(world)
    asked = order(stay)
    pre_settled = await world.insurer.pre_settle(await world.insurer.message_no(), asked)
    return replace(asked, pre_settled=pre_settled)


async def settle(insurer: Insurer, asked: SettlementOrder) -> Breakdown:
    """The pivot, under a fresh number."""
    return await insurer.settle(await insurer.message_no(), asked)


def statement_row(
    stay: InsuredStay, one: Breakdown, *, cancellation: bool = False
) -> SettlementRow:
    """One line of our books, with what the insurer said of it and nothing else."""
    return SettlementRow(
        settlement_id=one.settlement_id,
        registration_no=stay.registration_no,
        person_no=stay.person_no,
        total=one.total,
        fund=one.fund_total,
        personal_account=one.personal_account,
        cash=one.cash,
        cancellation=cancellation,
        insurance_type=stay.insurance_type,
        clearing_type=one.clearing_type,
        clearing_office=one.clearing_office,
    )


def day_of(one: Breakdown) -> date:
    """The Beijing day of the insurer's own time."""
    assert one.settled_at is not None
    return one.settled_at.astimezone(BEIJING).date()
