"""费用明细 and 日清单, and how far the charges have come at the insurer."""

from collections.abc import Iterable
from datetime import date

from application.billing.pull_charges import Pulled
from domain.billing.charge import CHARGE_CLASSES, Charge, ChargeState
from domain.billing.daily_list import DailyList
from domain.billing.upload import ChargeBatchPlan, ChargeWithdrawalPlan
from domain.money import total
from domain.plan.plan import Plan
from interfaces.rest.views.plans import Instant, PlanView, View, plan_fields
from interfaces.rest.waiting import Waiting


class ChargeView(View):
    """One bill line; quantity and price are exact decimals as text."""

    charge_no: str
    line_no: str
    charged_at: Instant
    business_date: date
    item_code: str
    item_name: str
    insurance_code: str
    charge_class: str
    charge_class_name: str
    quantity: str
    unit_price_yuan: str
    amount_fen: int
    department_name: str
    doctor_name: str
    order_no: str  # 医嘱号
    returned_charge_no: str
    state: ChargeState
    batch_no: str | None
    settled_by: str | None


class ChargesView(View):
    """Charges in the order they were made; `total_fen` leaves withdrawn ones out."""

    admission_no: str
    items: list[ChargeView]
    total_fen: int


class ClassSumView(View):
    """One charge class of a day."""

    charge_class: str
    charge_class_name: str
    amount_fen: int


class DailyListView(View):
    """日清单 of one business date."""

    admission_no: str
    date: date
    items: list[ChargeView]
    by_class: list[ClassSumView]
    total_fen: int
    total_so_far_fen: int


class PulledView(View):
    """What a pull found: `void_but_uploaded` are to be withdrawn at the insurer."""

    admission_no: str
    listed: int
    void_but_uploaded: list[str]


class BatchView(PlanView):
    """One upload; a refused one falls into halves until the guilty line is alone."""

    lines: int
    amount_fen: int


class UploadView(View):
    """Every upload of the stay; a person decides about the refused charges."""

    admission_no: str
    batches: list[BatchView]
    refused_charges: list[str]


class ChargeWithdrawalView(PlanView):
    """费用明细作废 of one line at the insurer."""

    charge_no: str
    line_no: str
    amount_fen: int
    reason: str
    operator: str


def charge_view(charge: Charge) -> ChargeView:
    """One line."""
    return ChargeView(
        charge_no=charge.no,
        line_no=charge.line_no,
        charged_at=charge.charged_at,
        business_date=charge.business_date,
        item_code=charge.item_code,
        item_name=charge.item_name,
        insurance_code=charge.insurance_code,
        charge_class=charge.charge_class,
        charge_class_name=CHARGE_CLASSES[charge.charge_class],
        quantity=f"{charge.quantity:f}",
        unit_price_yuan=f"{charge.unit_price:f}",
        amount_fen=charge.amount.fen,
        department_name=charge.department_name,
        doctor_name=charge.doctor_name,
        order_no=charge.order_no,
        returned_charge_no=charge.returned_charge_no,
        state=charge.state,
        batch_no=charge.batch_no,
        settled_by=charge.settled_by,
    )


def charges_view(admission_no: str, charges: Iterable[Charge]) -> ChargesView:
    """Lines with their sum."""
    listed = list(charges)
    return ChargesView(
        admission_no=admission_no,
        items=[charge_view(charge) for charge in listed],
        total_fen=total(charge.amount for charge in listed if charge.billable).fen,
    )


def daily_list_view(listed: DailyList) -> DailyListView:
    """A day's list."""
    return DailyListView(
        admission_no=listed.admission_no,
        date=listed.day,
        items=[charge_view(charge) for charge in listed.charges],
        by_class=[
            ClassSumView(charge_class=code, charge_class_name=name, amount_fen=amount.fen)
            for code, name, amount in listed.by_class
        ],
        total_fen=listed.total.fen,
        total_so_far_fen=listed.total_so_far.fen,
    )


def pulled_view(admission_no: str, pulled: Pulled) -> PulledView:
    """What a pull found."""
    return PulledView(
        admission_no=admission_no,
        listed=pulled.listed,
        void_but_uploaded=[charge.no for charge in pulled.void_but_uploaded],
    )


def upload_view(
    admission_no: str, batches: Iterable[tuple[Plan, Waiting | None]], charges: Iterable[Charge]
) -> UploadView:
    """The uploads of a stay, and the charges the insurer refuses."""
    return UploadView(
        admission_no=admission_no,
        batches=[
            BatchView(
                **plan_fields(plan, waiting), lines=len(plan.line_nos), amount_fen=plan.amount.fen
            )
            for plan, waiting in batches
            if isinstance(plan, ChargeBatchPlan)
        ],
        refused_charges=[c.no for c in charges if c.state is ChargeState.GUILTY],
    )


def withdrawal_view(plan: ChargeWithdrawalPlan, waiting: Waiting | None) -> ChargeWithdrawalView:
    """One withdrawal as it stands."""
    return ChargeWithdrawalView(
        **plan_fields(plan, waiting),
        charge_no=plan.charge_no,
        line_no=plan.line_no,
        amount_fen=plan.amount.fen,
        reason=plan.reason,
        operator=plan.operator,
    )
