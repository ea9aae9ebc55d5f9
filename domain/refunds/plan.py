"""Giving back (part of) one lot of a deposit: the HIS takes it off its balance, then it goes."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from domain.deposits.account import DepositMove
from domain.deposits.lot import Lot, LotMove
from domain.deposits.surplus import surplus_order
from domain.errors import LotExceeded
from domain.identifiers import AdmissionNo, AttemptKey, InstitutionId, PlanNo
from domain.ledger import accounts
from domain.ledger.journal import booked
from domain.money import Money, least
from domain.plan.plan import NOTHING_ELSE, Consequences, Plan, PlanState, steps_of
from domain.visits.patient_account import PatientAccount

AGREE_WITH_HIS = "agree_with_his"
RETURN_MONEY = "return_money"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPlan(Plan):
    """原路退回 of one lot, or a window slip for cash. It is paid or a person has it."""

    kind: ClassVar[str] = "refund"

    lot_no: PlanNo
    amount: Money
    channel: str
    payment_key: AttemptKey
    payment_amount: Money
    reason: str
    settlement_no: PlanNo | None = None  # set when this is the surplus of a settlement
    operator: str = ""
    terminal: str = ""
    channel_number: str = ""
    agreed_at: datetime | None = None  # by the HIS
    sent_at: datetime | None = None  # to the channel, first
    returned_at: datetime | None = None

    @property
    def at_window(self) -> bool:
        """Whether a cashier pays it out (窗口退款单)."""
        return self.channel in ("cash", "window")

    def opening(self) -> Consequences:
        """What is committed with the plan itself: the fen are promised to nobody else."""
        return Consequences(
            deposit_moves=(DepositMove(self.admission_no, held=self.amount),),
            lot_moves=(LotMove(self.lot_no, returning=self.amount),),
        )

    def on_begun(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        if effect == RETURN_MONEY and self.sent_at is None:
            return replace(self, sent_at=at), NOTHING_ELSE
        return self, NOTHING_ELSE

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        if effect == AGREE_WITH_HIS:
            journals = booked(
                "refund_agreed",
                self.no,
                at,
                (accounts.deposit(self.admission_no), self.amount),
                (accounts.REFUND_PAYABLE, -self.amount),
            )
            move = DepositMove(self.admission_no, balance=-self.amount, held=-self.amount)
            return replace(self, agreed_at=at), Consequences(
                deposit_moves=(move,), journals=journals
            )
        source = accounts.cash(self.terminal) if self.at_window else accounts.clearing(self.channel)
        journals = booked(
            "refund_paid",
            self.no,
            at,
            (accounts.REFUND_PAYABLE, self.amount),
            (source, -self.amount),
        )
        move_lot = LotMove(self.lot_no, returning=-self.amount, returned=self.amount)
        number = getattr(answer, "their_number", "")
        plan = replace(self, channel_number=number, returned_at=at)
        return plan.ended(PlanState.FINISHED, at), Consequences(
            lot_moves=(move_lot,), journals=journals
        )

    def on_refused(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        if effect != AGREE_WITH_HIS:
            return self, NOTHING_ELSE  # owed and booked as owed; a person finds another route
        back = Consequences(
            deposit_moves=(DepositMove(self.admission_no, held=-self.amount),),
            lot_moves=(LotMove(self.lot_no, returning=-self.amount),),
        )
        why = self.evidence(AGREE_WITH_HIS)
        return self.ended(PlanState.CLOSED, at, why.code or why.text), back


def refund_of(
    lot: Lot,
    amount: Money,
    *,
    no: PlanNo,
    institution: InstitutionId,
    at: datetime,
    reason: str,
    settlement_no: PlanNo | None = None,
    operator: str = "",
) -> RefundPlan:
    """The refund of part of a lot; LotExceeded when less than that is left of it."""
    if amount > lot.left:
        raise LotExceeded(
            f"{amount.fen} fen asked back, {lot.left.fen} fen left of {lot.no}", field="amount_fen"
        )
    return RefundPlan(
        no=no,
        institution=institution,
        admission_no=AdmissionNo(lot.admission_no),
        opened_at=at,
        steps=steps_of(AGREE_WITH_HIS, RETURN_MONEY),
        lot_no=lot.no,
        amount=amount,
        channel=lot.channel,
        payment_key=AttemptKey(lot.channel_order_no),
        payment_amount=lot.paid,
        reason=reason,
        settlement_no=settlement_no,
        operator=operator,
    )


def surplus_refunds(
    lots: tuple[Lot, ...],
    surplus: Money,
    *,
    settlement_no: PlanNo,
    institution: InstitutionId,
    at: datetime,
) -> tuple[RefundPlan, ...]:
    """多余押金: one refund per lot in surplus order, numbered after the settlement."""
    refunds: list[RefundPlan] = []
    for lot in surplus_order(lots):
        part = least(lot.left, surplus)
        if not part:
            break
        surplus -= part
        number = PlanNo(f"RF{settlement_no[2:]}{len(refunds) + 1:02d}")
        refunds.append(
            refund_of(
                lot,
                part,
                no=number,
                institution=institution,
                at=at,
                reason="出院结算多余预交金退回",
                settlement_no=settlement_no,
            )
        )
    return tuple(refunds)
