"""medsettle.his.v1 messages to domain values and back. Pure; what cannot be read exactly is
OutcomeUnknown with code `unreadable` and the field's name, never the patient's value.
"""

from datetime import datetime, tzinfo

from adapters.hospital.his_grpc.fields import (
    QUANTITY,
    UNIT_PRICE,
    calendar_date,
    decimal,
    instant,
    instant_if_set,
    known,
    required,
    same_stay,
    unreadable,
)
from contracts.medsettle.his.v1 import his_pb2 as wire
from domain.billing.charge import CHARGE_CLASSES, Charge, ChargeState
from domain.identifiers import AdmissionNo, ChargeNo
from domain.insurance.breakdown import Breakdown
from domain.money import ZERO, Money
from domain.plan.shares import Payer, Share, share_of
from domain.visits.admission import Admission, AdmissionState, Diagnosis, FeeCategory
from ports.hospital import (
    BillFigures,
    DepositSaved,
    HisDeposit,
    HisSettlement,
    LockedBill,
    LockPurpose,
    NumberUse,
    Posted,
    Posting,
)

LOCK_PURPOSES = {
    LockPurpose.SETTLE: wire.LOCK_PURPOSE_SETTLE,
    LockPurpose.CANCEL: wire.LOCK_PURPOSE_CANCEL,
}
POSTING_KINDS = {
    NumberUse.LOCK: wire.POSTING_KIND_LOCK,
    NumberUse.SETTLEMENT: wire.POSTING_KIND_SETTLEMENT,
    NumberUse.CANCELLATION: wire.POSTING_KIND_CANCELLATION,
    NumberUse.DEPOSIT: wire.POSTING_KIND_DEPOSIT,
    NumberUse.DEPOSIT_RETURN: wire.POSTING_KIND_DEPOSIT_RETURN,
}
ADMISSION_STATES: dict[int, AdmissionState] = {
    wire.ADMISSION_STATE_ADMITTED: AdmissionState.ADMITTED,
    wire.ADMISSION_STATE_DISCHARGE_ORDERED: AdmissionState.DISCHARGE_ORDERED,
    wire.ADMISSION_STATE_DISCHARGED: AdmissionState.DISCHARGED,
    wire.ADMISSION_STATE_CANCELLED: AdmissionState.CANCELLED,
}
FEE_CATEGORIES: dict[int, FeeCategory] = {
    wire.FEE_CATEGORY_SELF_PAY: FeeCategory.SELF_PAY,
    wire.FEE_CATEGORY_INSURED: FeeCategory.INSURED,
}
FOUND_CANCELLED: dict[int, tuple[bool, bool]] = {
    wire.POSTING_STATE_NOT_FOUND: (False, False),
    wire.POSTING_STATE_POSTED: (True, False),
    wire.POSTING_STATE_CANCELLED: (True, True),
}

AMOUNT_SLACK_FEN = 1


# ------------------------------------------------------------------------------------- to the HIS


def shares(borne: tuple[Share, ...]) -> list[wire.Share]:
    """One row a payer, as the contract names the payer alone and not the step that funds it."""
    payers = dict.fromkeys(share.payer for share in borne)
    return [
        wire.Share(payer=payer.value, amount_fen=share_of(borne, payer).fen) for payer in payers
    ]


def insurance_result(figures: BillFigures) -> wire.InsuranceResult | None:
    """The insurer's figures; None for a self-pay bill.

    The pooled fund comes from the shares: whether the insurer's own sum counts the personal
    account in is the region's, and the core has applied that when it made the shares.
    """
    insurer: Breakdown | None = figures.insurance
    if insurer is None:
        return None
    return wire.InsuranceResult(
        registration_no=insurer.registration_no,
        settlement_id=insurer.settlement_id,
        pooled_fund_fen=share_of(figures.shares, Payer.POOLED_FUND).fen,
        personal_account_fen=insurer.personal_account.fen,
        cash_fen=insurer.cash.fen,
        hospital_borne_fen=(insurer.hospital_borne or ZERO).fen,
    )


# ----------------------------------------------------------------------------------- from the HIS


def admission(told: wire.Admission, no: AdmissionNo) -> Admission:
    """住院登记信息 of the stay that was asked for."""
    same_stay(told.admission_no, no, "admission.admission_no")
    return Admission(
        no=no,
        patient_no=told.patient_no,
        medical_record_no=told.medical_record_no,
        patient_name=told.patient_name,
        gender=told.gender,
        birth_date=calendar_date(told.birth_date, "admission.birth_date"),
        fee_category=known(FEE_CATEGORIES, told.fee_category, "admission.fee_category"),
        state=known(ADMISSION_STATES, told.state, "admission.state"),
        department_code=told.department_code,
        department_name=told.department_name,
        ward_code=told.ward_code,
        ward_name=told.ward_name,
        bed_no=told.bed_no,
        attending_doctor_code=told.attending_doctor_code,
        attending_doctor_name=told.attending_doctor_name,
        admitted_at=instant(told, "admitted_at", "admission"),
        discharged_at=instant_if_set(told, "discharged_at", "admission"),
        medical_type=told.medical_type,
        diagnoses=tuple(_diagnosis(each) for each in told.diagnoses),
        id_card_no=told.id_card_no,
        phone=told.phone,
    )


def charge(told: wire.Charge, no: AdmissionNo, zone: tzinfo) -> Charge:
    """费用明细 of the stay that was asked for; the HIS owns its amount, to a fen of rounding."""
    where = f"charge {told.charge_no!r}"
    required(told.charge_no, "charge.charge_no")
    same_stay(told.admission_no, no, f"{where} admission_no")
    if told.charge_class not in CHARGE_CLASSES:
        raise unreadable(f"{where} charge_class", f"{told.charge_class!r} is not one of 01..14")
    charged_at = instant(told, "charged_at", where)
    quantity = decimal(QUANTITY, told.quantity, f"{where} quantity")
    unit_price = decimal(UNIT_PRICE, told.unit_price, f"{where} unit_price")
    if abs(told.amount_fen - quantity * unit_price * 100) > AMOUNT_SLACK_FEN:
        raise unreadable(
            f"{where} amount_fen", f"{told.amount_fen} is not {quantity} x {unit_price} yuan"
        )
    return Charge(
        no=ChargeNo(told.charge_no),
        admission_no=no,
        charged_at=charged_at,
        business_date=charged_at.astimezone(zone).date(),
        item_code=told.item_code,
        item_name=told.item_name,
        insurance_code=told.insurance_code,
        charge_class=told.charge_class,
        quantity=quantity,
        unit_price=unit_price,
        amount=Money(told.amount_fen),
        department_code=told.department_code,
        department_name=told.department_name,
        doctor_code=told.doctor_code,
        doctor_name=told.doctor_name,
        order_no=told.order_no,
        returned_charge_no=told.returned_charge_no,
        state=ChargeState.WITHDRAWN if told.cancelled else ChargeState.PULLED,
    )


def locked_bill(told: wire.LockResponse) -> LockedBill:
    """锁定账单's answer."""
    return LockedBill(
        bill_no=required(told.bill_no, "bill_no"),
        total=Money(told.total_fen),
        deposit_balance=Money(told.deposit_balance_fen),
        charge_count=told.charge_count,
    )


def confirmed_at(told: wire.ConfirmPreSettlementResponse) -> datetime:
    """预结算结果回传确认's answer."""
    return instant(told, "confirmed_at", "pre-settlement")


def posted(told: wire.PostSettlementResponse) -> Posted:
    """结算入账's answer."""
    return Posted(
        receipt_no=required(told.receipt_no, "receipt_no"),
        posted_at=instant(told, "posted_at", "posting"),
        deposit_balance=Money(told.deposit_balance_fen),
    )


def cancelled(told: wire.CancelSettlementResponse) -> Posted:
    """结算撤销's answer; the receipt is the red-letter one."""
    return Posted(
        receipt_no=required(told.red_receipt_no, "red_receipt_no"),
        posted_at=instant(told, "cancelled_at", "cancellation"),
        deposit_balance=Money(told.deposit_balance_fen),
    )


def deposit_saved(told: wire.SaveDepositResponse) -> DepositSaved:
    """预交金入账's answer."""
    return DepositSaved(
        his_deposit_no=required(told.his_deposit_no, "his_deposit_no"),
        deposit_balance=Money(told.deposit_balance_fen),
    )


def posting(told: wire.QueryPostingResponse) -> Posting:
    """What became of a number."""
    found, undone = known(FOUND_CANCELLED, told.state, "state")
    return Posting(
        found=found,
        cancelled=undone,
        receipt_no=told.receipt_no,
        bill_no=told.bill_no,
        total=Money(told.total_fen),
        deposit_applied=Money(told.deposit_applied_fen),
        deposit_balance=Money(told.deposit_balance_fen),
        at=instant_if_set(told, "acted_at", "posting"),
        result_text=told.result_text,
        his_deposit_no=told.his_deposit_no,
        guidance=tuple(told.leaving_guidance),
    )


def his_deposit(told: wire.Deposit) -> HisDeposit:
    """预交金流水: one line."""
    return HisDeposit(
        number=required(told.number, "deposit.number"),
        his_deposit_no=told.his_deposit_no,
        admission_no=AdmissionNo(told.admission_no),
        amount=Money(told.amount_fen),
        channel=told.channel,
        at=instant(told, "acted_at", f"deposit {told.number!r}"),
        returned_deposit_no=told.returned_deposit_no,
    )


def his_settlement(told: wire.PostedSettlement) -> HisSettlement:
    """结算流水: one line."""
    return HisSettlement(
        number=required(told.number, "settlement.number"),
        admission_no=AdmissionNo(told.admission_no),
        bill_no=told.bill_no,
        receipt_no=told.receipt_no,
        total=Money(told.total_fen),
        deposit_applied=Money(told.deposit_applied_fen),
        at=instant(told, "acted_at", f"settlement {told.number!r}"),
        cancelled_settlement_no=told.cancelled_settlement_no,
    )


def _diagnosis(told: wire.Diagnosis) -> Diagnosis:
    return Diagnosis(
        order=told.order,
        code=told.code,
        name=told.name,
        department_code=told.department_code,
        doctor_code=told.doctor_code,
        doctor_name=told.doctor_name,
        diagnosed_at=instant(told, "diagnosed_at", f"diagnosis {told.order}"),
    )
