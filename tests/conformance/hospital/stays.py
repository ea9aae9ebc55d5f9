"""Stays brought to where a test begins, through the port and the world alone."""

import secrets
from datetime import UTC, datetime

from domain.identifiers import AdmissionNo, PlanNo
from domain.insurance.breakdown import Breakdown
from domain.money import ZERO, Money
from domain.plan.shares import Payer, Share
from ports.hospital import BillFigures, LockedBill, LockPurpose, Posted
from tests.conformance.hospital.world import HospitalWorld

BILL = Money(123_456)
DEPOSIT = Money(200_000)
OPERATOR = "收费员00"


def number(prefix: str) -> PlanNo:
    """A fresh number of ours."""
    return PlanNo(f"{prefix}{datetime.now(UTC):%Y%m%d%H%M%S}{secrets.token_hex(4).upper()}")


async def save(world: HospitalWorld, no: AdmissionNo, amount: Money) -> PlanNo:
    """A deposit of ours, saved; its number."""
    deposit_no = number("YJ")
    await world.hospital.save_deposit(
        deposit_no, no, amount, "wechat_pay", "4200000000202601010000000001", datetime.now(UTC)
    )
    return deposit_no


async def ready_to_settle(world: HospitalWorld, *, insured: bool = False) -> AdmissionNo:
    """A stay with a bill of BILL, a deposit of DEPOSIT, and its discharge ordered."""
    no = await world.admit(insured=insured)
    await world.charge(no, BILL - Money(10_000))
    await world.charge(no, Money(10_000))
    await save(world, no, DEPOSIT)
    await world.order_discharge(no)
    return no


def self_pay_figures(settlement_no: PlanNo, no: AdmissionNo, bill: LockedBill) -> BillFigures:
    """The whole bill out of the deposit."""
    return BillFigures(
        settlement_no=settlement_no,
        admission_no=no,
        bill_no=bill.bill_no,
        total=bill.total,
        shares=(Share(Payer.DEPOSIT, bill.total, "post_to_his"),),
        insurance=None,
        due=bill.total,
    )


def insured_figures(
    settlement_no: PlanNo, no: AdmissionNo, bill: LockedBill, settlement_id: str
) -> BillFigures:
    """Funds 800.00, personal account 100.00, the rest out of the deposit."""
    fund, account = Money(80_000), Money(10_000)
    cash = bill.total - fund - account
    return BillFigures(
        settlement_no=settlement_no,
        admission_no=no,
        bill_no=bill.bill_no,
        total=bill.total,
        shares=(
            Share(Payer.POOLED_FUND, fund, "settle_insurance"),
            Share(Payer.PERSONAL_ACCOUNT, account, "settle_insurance"),
            Share(Payer.DEPOSIT, cash, "post_to_his"),
        ),
        insurance=Breakdown(
            total=bill.total,
            own_expense=ZERO,
            over_limit=ZERO,
            pre_self_pay=ZERO,
            in_scope=bill.total,
            basic_fund=fund,
            fund_total=fund,
            personal_total=account + cash,
            personal_account=account,
            cash=cash,
            hospital_borne=ZERO,
            registration_no="MDTRT0001",
            settlement_id=settlement_id,
        ),
        due=cash,
    )


async def lock(world: HospitalWorld, settlement_no: PlanNo, no: AdmissionNo) -> LockedBill:
    """The bill locked to be settled."""
    return await world.hospital.lock(settlement_no, no, LockPurpose.SETTLE)


async def settle(world: HospitalWorld, no: AdmissionNo) -> tuple[PlanNo, Posted]:
    """The bill locked and posted out of the deposit."""
    settlement_no = number("JS")
    bill = await lock(world, settlement_no, no)
    figures = self_pay_figures(settlement_no, no, bill)
    return settlement_no, await world.hospital.post_settlement(figures, OPERATOR)


async def cancel(world: HospitalWorld, settlement_no: PlanNo, no: AdmissionNo) -> PlanNo:
    """The settlement undone; the cancellation's number."""
    cancellation_no = number("CX")
    await world.hospital.lock(cancellation_no, no, LockPurpose.CANCEL, settlement_no)
    await world.hospital.cancel_settlement(cancellation_no, settlement_no, no, "测试撤销")
    return cancellation_no
