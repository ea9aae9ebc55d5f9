"""What a settlement's outcomes cause: bookings, used-up lots, orders of their own, messages."""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.deposits.account import DepositMove
from domain.deposits.lot import Lot, LotMove
from domain.deposits.surplus import apply_to_lots
from domain.identifiers import AdmissionNo, InstitutionId, PlanNo
from domain.ledger import accounts
from domain.ledger.journal import Journal, booked
from domain.messages.message import Message, MessageKind
from domain.money import ZERO, Money, total
from domain.plan.plan import Consequences, steps_of
from domain.plan.shares import Payer, Share, share_of
from domain.refunds.plan import RefundPlan, surplus_refunds
from domain.settlement.cover import Cover
from domain.settlement.result import ASK_HIS_RESULT, ResultPlan
from domain.visits.admission import AdmissionState
from domain.visits.patient_account import PatientAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class FundedBill:
    """A bill and who bears it: all that bookings and messages need of a settlement."""

    settlement_no: PlanNo
    institution: InstitutionId
    admission_no: AdmissionNo
    bill_no: str
    bill_total: Money
    shares: tuple[Share, ...]

    @property
    def due(self) -> Money:
        """What comes out of the deposit."""
        return share_of(self.shares, Payer.DEPOSIT)

    @property
    def by_insurer(self) -> Money:
        """What the insurer's settlement brings: funds, account, hospital-borne."""
        return total(
            share_of(self.shares, payer)
            for payer in (Payer.POOLED_FUND, Payer.PERSONAL_ACCOUNT, Payer.HOSPITAL_BORNE)
        )


def insurance_settled(bill: FundedBill, at: datetime) -> tuple[Journal, ...]:
    """应收 from the insurer, against the bill until the HIS has posted it."""
    return booked("insurance_settled", bill.settlement_no, at, *_insurer_entries(bill))


def insurance_cancelled(
    bill: FundedBill, cancellation_no: PlanNo, at: datetime
) -> tuple[Journal, ...]:
    """The counter-entries of `insurance_settled`."""
    entries = ((account, -amount) for account, amount in _insurer_entries(bill))
    return booked("insurance_cancelled", cancellation_no, at, *entries)


def _insurer_entries(bill: FundedBill) -> tuple[tuple[str, Money], ...]:
    shares = bill.shares
    return (
        (accounts.RECEIVABLE_FUND, share_of(shares, Payer.POOLED_FUND)),
        (accounts.RECEIVABLE_PERSONAL_ACCOUNT, share_of(shares, Payer.PERSONAL_ACCOUNT)),
        (accounts.HOSPITAL_BORNE, share_of(shares, Payer.HOSPITAL_BORNE)),
        (accounts.unposted(bill.bill_no), -bill.by_insurer),
    )


def posting_entries(bill: FundedBill) -> tuple[tuple[str, Money], ...]:
    """The HIS post: clears what was unposted, uses the deposit, settles the bill."""
    return (
        (accounts.unposted(bill.bill_no), bill.by_insurer),
        (accounts.deposit(bill.admission_no), bill.due),
        (accounts.suspense("unexplained"), share_of(bill.shares, Payer.UNEXPLAINED)),
        (accounts.his_settled(bill.bill_no), -bill.bill_total),
    )


def posted(bill: FundedBill, held: Money, at: datetime, account: PatientAccount) -> Consequences:
    """结算入账: the deposit is used, the surplus goes back, the HIS's result is asked for."""
    applied = apply_to_lots(account.lots, bill.due) if bill.due else ()
    move = DepositMove(bill.admission_no, balance=-bill.due, held=-held)
    surplus = account.deposit.available + held - bill.due
    refunds = surplus_refunds(
        _after(account.lots, applied),
        surplus,
        settlement_no=bill.settlement_no,
        institution=bill.institution,
        at=at,
    )
    openings = [refund.opening() for refund in refunds]
    result = ResultPlan(
        no=PlanNo(f"RS{bill.settlement_no[2:]}"),
        institution=bill.institution,
        admission_no=bill.admission_no,
        opened_at=at,
        steps=steps_of(ASK_HIS_RESULT),
        settlement_no=bill.settlement_no,
        total=bill.bill_total,
        due=bill.due,
    )
    return Consequences(
        journals=booked("his_posted", bill.settlement_no, at, *posting_entries(bill)),
        deposit_moves=(move, *(m for opening in openings for m in opening.deposit_moves)),
        lot_moves=(*applied, *(m for opening in openings for m in opening.lot_moves)),
        records=(replace(account.admission, state=AdmissionState.DISCHARGED),),
        orders=(result, *refunds),
        settles_charges=True,
        messages=_surplus_message(bill, refunds, at),
    )


def _after(lots: tuple[Lot, ...], moves: tuple[LotMove, ...]) -> tuple[Lot, ...]:
    applied = {move.no: move.applied for move in moves}
    return tuple(replace(lot, applied=lot.applied + applied.get(lot.no, ZERO)) for lot in lots)


def _surplus_message(
    bill: FundedBill, refunds: tuple[RefundPlan, ...], at: datetime
) -> tuple[Message, ...]:
    """押金退款计算推送: how much goes back by itself and how much waits at the window."""
    if not refunds:
        return ()
    at_window = total(refund.amount for refund in refunds if refund.at_window)
    routed = total(refund.amount for refund in refunds if not refund.at_window)
    return (
        Message(
            no=f"{bill.settlement_no}-surplus",
            kind=MessageKind.SURPLUS,
            admission_no=bill.admission_no,
            at=at,
            words={
                "surplus": (at_window + routed).yuan(),
                "routed": routed.yuan(),
                "window": at_window.yuan(),
                "advice": "请到窗口办理押金退款" if at_window else "将原路退回，请留意到账",
            },
            path=f"/v1/settlements/{bill.settlement_no}",
        ),
    )


def pending_messages(
    bill: FundedBill, cover: Cover, insured: bool, at: datetime
) -> tuple[Message, ...]:
    """预结算结果、清单与欠费推送 and 待结算消息推送, once the HIS has confirmed the figures."""
    words = {
        "total": bill.bill_total.yuan(),
        "fund": share_of(bill.shares, Payer.POOLED_FUND).yuan(),
        "account": share_of(bill.shares, Payer.PERSONAL_ACCOUNT).yuan(),
        "due": cover.due.yuan(),
        "deposit": cover.deposit.yuan(),
        "short": cover.short.yuan(),
    }
    path = f"/v1/settlements/{bill.settlement_no}"
    kinds = [MessageKind.PENDING_SETTLEMENT]
    if insured:
        kinds.insert(0, MessageKind.PRE_SETTLED)
    return tuple(
        Message(
            no=f"{bill.settlement_no}-{kind.value}",
            kind=kind,
            admission_no=bill.admission_no,
            at=at,
            words=words,
            path=path,
        )
        for kind in kinds
    )
