"""A deposit top-up (预交金充值): collect the money, then put it on the HIS's deposit."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from domain.deposits.account import DepositMove
from domain.deposits.lot import Lot
from domain.identifiers import AttemptKey
from domain.ledger import accounts
from domain.ledger.journal import booked
from domain.messages.message import Message, MessageKind
from domain.money import Money
from domain.payments.payment import PaymentView, Product
from domain.plan.plan import NOTHING_ELSE, Consequences, Plan, PlanState
from domain.plan.step import Step
from domain.visits.patient_account import PatientAccount

COLLECT = "collect"
SAVE_TO_HIS = "save_to_his"


@dataclass(frozen=True, slots=True)
class OrderOpened:
    """A channel's pending answer: what the patient needs in order to pay."""

    code_url: str = ""
    in_app: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPlan(Plan):
    """One payment into a deposit. It ends CLOSED when the channel ended the order unpaid."""

    kind: ClassVar[str] = "deposit"
    attempts_max: ClassVar[int] = 1  # a closed order is not opened again; the patient starts anew

    amount: Money
    channel: str
    product: Product
    expires_at: datetime
    openid: str = ""
    terminal: str = ""
    operator: str = ""
    code_url: str = ""
    in_app: dict[str, str] = field(default_factory=dict)
    paid_at: datetime | None = None
    channel_number: str = ""
    his_deposit_no: str = ""
    saved_at: datetime | None = None

    @property
    def payment_key(self) -> AttemptKey | None:
        """The number the channel knows the order by."""
        last = self.step(COLLECT).last
        return last.key if last else None

    @property
    def source(self) -> str:
        """The ledger account the money comes in on."""
        if self.product is Product.CASH:
            return accounts.cash(self.terminal)
        return accounts.clearing(self.channel)

    def on_accepted(self, effect: str, answer: Any) -> Self:
        if isinstance(answer, OrderOpened):
            return replace(self, code_url=answer.code_url, in_app=answer.in_app)
        return self

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        if effect == COLLECT:
            return self.on_collected(answer, at)
        return self._saved(str(answer), at)

    def collected(
        self, steps: tuple[Step, ...], view: PaymentView, at: datetime
    ) -> tuple[Self, Consequences]:
        """A top-up whose money is in the cashier's hand when the plan begins."""
        begun = replace(self, steps=steps)
        return begun.on_collected(view, at)

    def on_collected(self, view: PaymentView, at: datetime) -> tuple[Self, Consequences]:
        """The money is ours: on its way to the HIS's deposit, on nobody's account yet."""
        journals = booked(
            "payment_received",
            self.no,
            at,
            (self.source, self.amount),
            (accounts.UNAPPLIED, -self.amount),
        )
        plan = replace(
            self,
            paid_at=view.paid_at or at,
            channel_number=view.their_number,
            code_url="",
            in_app={},
        )
        return plan, Consequences(journals=journals)

    def _saved(self, his_deposit_no: str, at: datetime) -> tuple[Self, Consequences]:
        lot = Lot(
            no=self.no,
            admission_no=self.admission_no,
            channel=self.channel,
            channel_order_no=self.payment_key or "",
            paid=self.amount,
            paid_at=self.paid_at or at,
        )
        journals = booked(
            "deposit_saved",
            self.no,
            at,
            (accounts.UNAPPLIED, self.amount),
            (accounts.deposit(self.admission_no), -self.amount),
        )
        message = Message(
            no=f"{self.no}-received",
            kind=MessageKind.DEPOSIT_RECEIVED,
            admission_no=self.admission_no,
            at=at,
            words={"amount": self.amount.yuan(), "channel": self.channel, "number": self.no},
            path=f"/v1/admissions/{self.admission_no}",
        )
        plan = replace(self, his_deposit_no=his_deposit_no, saved_at=at).ended(
            PlanState.FINISHED, at
        )
        return plan, Consequences(
            deposit_moves=(DepositMove(self.admission_no, balance=self.amount),),
            lots=(lot,),
            journals=journals,
            messages=(message,),
            wakes=True,
        )

    def on_refused(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        if effect != COLLECT:
            return self, NOTHING_ELSE  # the money is ours: a person gets it onto the deposit
        why = self.evidence(COLLECT)
        return self.ended(PlanState.CLOSED, at, why.code or why.text), NOTHING_ELSE

    def on_died(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        return self.on_refused(effect, at, account)
