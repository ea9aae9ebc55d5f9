"""患者账户: the stay, its insurance, its deposit with the lots it came in."""

from typing import Literal

from domain.deposits.arrears import Arrears
from domain.deposits.lot import Lot
from domain.plan.plan import Plan
from domain.visits.admission import AdmissionState, FeeCategory
from domain.visits.patient_account import PatientAccount
from interfaces.rest.views.plans import Instant, View
from interfaces.rest.views.registrations import InsuranceView, insurance_view


class DepositAccountView(View):
    """预交金余额; `held` is promised to a settlement or a refund under way."""

    balance_fen: int
    held_fen: int
    available_fen: int


class LotView(View):
    """One payment and what has become of it."""

    deposit_no: str
    channel: str
    payment_no: str
    paid_fen: int
    paid_at: Instant
    applied_fen: int
    returning_fen: int
    returned_fen: int
    left_fen: int
    returned_through: Literal["channel", "window"]


class AdmissionView(View):
    """A patient's account during a stay. The name is masked."""

    admission_no: str
    patient_name: str
    gender: str
    fee_category: FeeCategory
    state: AdmissionState
    department_name: str
    ward_name: str
    bed_no: str
    attending_doctor_name: str
    admitted_at: Instant
    discharged_at: Instant | None
    read_from_his: bool  # false: the HIS could not be reached, this is what it said last
    openid_bound: bool
    insurance: InsuranceView | None
    deposit: DepositAccountView
    lots: list[LotView]
    live_settlement_no: str | None


class ArrearsView(View):
    """欠费; nothing is asked for when `suggested_fen` is 0."""

    admission_no: str
    deposit_fen: int
    charged_fen: int
    expected_patient_part_fen: int
    minimum_balance_fen: int
    suggested_fen: int


def admission_view(
    account: PatientAccount, live: Plan | None, *, read_from_his: bool
) -> AdmissionView:
    """The account as it stands."""
    stay, deposit = account.admission, account.deposit
    return AdmissionView(
        admission_no=stay.no,
        patient_name=stay.masked_name,
        gender=stay.gender,
        fee_category=stay.fee_category,
        state=stay.state,
        department_name=stay.department_name,
        ward_name=stay.ward_name,
        bed_no=stay.bed_no,
        attending_doctor_name=stay.attending_doctor_name,
        admitted_at=stay.admitted_at,
        discharged_at=stay.discharged_at,
        read_from_his=read_from_his,
        openid_bound=bool(account.openid),
        insurance=account.stay and insurance_view(account.stay),
        deposit=DepositAccountView(
            balance_fen=deposit.balance.fen,
            held_fen=deposit.held.fen,
            available_fen=deposit.available.fen,
        ),
        lots=[_lot(lot) for lot in account.lots],
        live_settlement_no=live.no if live else None,
    )


def _lot(lot: Lot) -> LotView:
    return LotView(
        deposit_no=lot.no,
        channel=lot.channel,
        payment_no=lot.channel_order_no,
        paid_fen=lot.paid.fen,
        paid_at=lot.paid_at,
        applied_fen=lot.applied.fen,
        returning_fen=lot.returning.fen,
        returned_fen=lot.returned.fen,
        left_fen=lot.left.fen,
        returned_through="channel" if lot.through_platform else "window",
    )


def arrears_view(admission_no: str, found: Arrears) -> ArrearsView:
    """Arrears with how they come about."""
    return ArrearsView(
        admission_no=admission_no,
        deposit_fen=found.deposit.fen,
        charged_fen=found.charged.fen,
        expected_patient_part_fen=found.expected_patient_part.fen,
        minimum_balance_fen=found.minimum_balance.fen,
        suggested_fen=found.suggested.fen,
    )
