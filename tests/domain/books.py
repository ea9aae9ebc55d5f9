"""Books without a database: what plans cause is committed here whole or not at all, then checked.

The loop of `Books.run` is the smallest one that honours the contract of `domain/plan`: intent,
call, outcome. What the outside world says is told by the test.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.billing.charge import ChargesMarked
from domain.deposits.account import DepositAccount
from domain.deposits.lot import Lot
from domain.deposits.plan import COLLECT, SAVE_TO_HIS, DepositPlan
from domain.identifiers import AttemptKey, PlanNo
from domain.insurance.stay import InsuredStay
from domain.ledger.journal import Journal
from domain.messages.message import Message
from domain.money import Money, total
from domain.payments.payment import PaymentState, PaymentView, Product
from domain.plan.action import Action, Call
from domain.plan.attempt import Attempt, AttemptState, Evidence, Proof
from domain.plan.plan import NOTHING_ELSE, Consequences, Plan
from domain.plan.step import Step
from domain.refunds.plan import AGREE_WITH_HIS, RefundPlan
from domain.settlement.plan import SettlementPlan
from domain.visits.admission import Admission, FeeCategory
from domain.visits.patient_account import PatientAccount
from tests.domain.patients import AT, STAY, a_stay, an_admission, deposit_plan


@dataclass(frozen=True)
class Refuses:
    """The other side says no."""

    code: str = ""
    text: str = "no"
    proof: Proof = Proof.ANSWER


@dataclass(frozen=True)
class Dies:
    """It is proven that it did not happen and cannot any more."""

    code: str = ""
    text: str = "nothing there"
    proof: Proof = Proof.QUERY


@dataclass(frozen=True)
class Accepts:
    """It is under way."""

    answer: object = None
    asked_again_after: timedelta = timedelta(seconds=5)


@dataclass(frozen=True)
class Unknown:
    """No answer came."""


@dataclass(frozen=True)
class NeverLeft:
    """Nobody could be reached."""


@dataclass
class Books:
    """One patient's account, his plans, the ledger; and everything that was called."""

    admission: Admission = field(default_factory=an_admission)
    stay: InsuredStay | None = None
    deposit: DepositAccount = field(default_factory=lambda: DepositAccount(STAY))
    lots: dict[str, Lot] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    journals: list[Journal] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    marks: list[ChargesMarked] = field(default_factory=list)
    settled_by: PlanNo | None = None  # who has settled the stay's charges
    called: list[str] = field(default_factory=list)
    wakes: int = 0
    now: datetime = AT

    @property
    def account(self) -> PatientAccount:
        return PatientAccount(
            admission=self.admission,
            deposit=self.deposit,
            lots=tuple(self.lots.values()),
            stay=self.stay,
        )

    @property
    def ledger(self) -> dict[str, int]:
        """The trial balance in fen, without accounts that are even."""
        balance: Counter[str] = Counter()
        for journal in self.journals:
            for entry in journal.entries:
                balance[entry.account] += entry.amount.fen
        return {account: fen for account, fen in sorted(balance.items()) if fen}

    # --- the loop ------------------------------------------------------------------------------

    def next(self, no: str) -> Action:
        return self.plans[no].next_action(self.now, self.account)

    def run(self, no: str, answers: Mapping[str, object], *, until: str = "") -> Action:
        """Plays a plan as far as it goes, or up to the call of `until`; returns where it rests."""
        action = self.next(no)
        while isinstance(action, Call) and action.effect != until:
            self.begin(no, action.effect)
            self.conclude(no, action.effect, answers[action.effect])
            action = self.next(no)
        return action

    def begin(self, no: str, effect: str) -> None:
        """Commits the intent, under a fresh key unless the last attempt never left."""
        plan = self.plans[no]
        step = plan.step(effect)
        unsent = step.last is not None and step.last.state is AttemptState.PLANNED
        key = step.last.key if unsent and step.last else f"{no}.{effect}.{len(step.attempts) + 1}"
        plan, caused = plan.begin(effect, AttemptKey(key), self.now).on_begun(
            effect, self.now, self.account
        )
        self.commit(plan, caused)
        self.called.append(effect)

    def conclude(self, no: str, effect: str, answer: object) -> None:
        """Commits what became of the live attempt."""
        plan, now = self.plans[no], self.now
        if isinstance(answer, NeverLeft):
            later = now + timedelta(seconds=1)
            self.commit(plan.moved(effect, "unreachable", now, ask_at=later))
        elif isinstance(answer, Unknown):
            self.commit(plan.moved(effect, "lose", now, ask_at=now + timedelta(seconds=1)))
        elif isinstance(answer, Accepts):
            pending = plan.moved(effect, "accept", now, ask_at=now + answer.asked_again_after)
            self.commit(pending.on_accepted(effect, answer.answer))
        elif isinstance(answer, Refuses):
            why = Evidence(answer.proof, now, text=answer.text, code=answer.code)
            plan = plan.moved(effect, "refuse", now, evidence=why)
            self.commit(*plan.on_refused(effect, now, self.account))
        elif isinstance(answer, Dies):
            if plan.step(effect).live.state is AttemptState.CALLING:
                plan = plan.moved(effect, "lose", now, ask_at=now)
            why = Evidence(answer.proof, now, text=answer.text, code=answer.code)
            plan = plan.moved(effect, "die", now, evidence=why)
            self.commit(*plan.on_died(effect, now, self.account))
        else:
            plan = plan.moved(effect, "confirm", now, evidence=Evidence(Proof.ANSWER, now))
            self.commit(*plan.on_confirmed(effect, answer, now, self.account))

    # --- the store -----------------------------------------------------------------------------

    def commit(self, plan: Plan | None, caused: Consequences = NOTHING_ELSE) -> None:
        """All of it or nothing: the constructors of account and lots are the guards."""
        deposit = replace(
            self.deposit,
            balance=self.deposit.balance + total(move.balance for move in caused.deposit_moves),
            held=self.deposit.held + total(move.held for move in caused.deposit_moves),
        )
        self.lots = self._lots_after(caused)
        self.deposit = deposit
        if plan is not None:
            self.plans[plan.no] = plan.next_version()
        self.plans |= {order.no: order for order in caused.orders}
        self.journals += caused.journals
        self.messages |= {message.no: message for message in caused.messages}
        self.wakes += caused.wakes
        self._keep_records(caused)
        if caused.settles_charges:
            assert plan is not None
            self.settled_by = plan.no
        if caused.cancels is not None:
            original = self.plans[caused.cancels]
            assert plan is not None
            assert isinstance(original, SettlementPlan)
            self.plans[original.no] = original.undone(plan.no, self.now).next_version()
            self.settled_by = None
        self.now += timedelta(seconds=1)
        self.check()

    def _lots_after(self, caused: Consequences) -> dict[str, Lot]:
        lots = self.lots | {lot.no: lot for lot in caused.lots}
        for no in {move.no for move in caused.lot_moves}:
            moves = [move for move in caused.lot_moves if move.no == no]
            lots[no] = replace(
                lots[no],
                applied=lots[no].applied + total(move.applied for move in moves),
                returning=lots[no].returning + total(move.returning for move in moves),
                returned=lots[no].returned + total(move.returned for move in moves),
            )
        return lots

    def _keep_records(self, caused: Consequences) -> None:
        for record in caused.records:
            if isinstance(record, InsuredStay):
                self.stay = replace(record, version=record.version + 1)
            elif isinstance(record, Admission):
                self.admission = record
            else:
                self.marks.append(record)

    def check(self) -> None:
        """What must hold after every commit, whatever the plans do."""
        refunds = [p for p in self.plans.values() if isinstance(p, RefundPlan) and p.live]
        agreed = [p for p in refunds if p.is_done(AGREE_WITH_HIS)]
        held = [p.held for p in self.plans.values() if isinstance(p, SettlementPlan)]
        not_agreed = total(p.amount for p in refunds) - total(p.amount for p in agreed)
        payable = total(p.amount for p in agreed)
        left = total(x.paid - x.applied - x.returned for x in self.lots.values())
        assert self.deposit.held == total(held) + not_agreed
        assert self.deposit.balance == left - payable
        assert total(x.returning for x in self.lots.values()) == total(p.amount for p in refunds)
        ledger = self.ledger
        assert sum(ledger.values()) == 0
        assert ledger.get(f"deposit:{self.admission.no}", 0) == -self.deposit.balance.fen
        assert ledger.get("refund_payable", 0) == -payable.fen
        collected = [p for p in self.plans.values() if isinstance(p, DepositPlan)]
        unsaved = total(p.amount for p in collected if p.paid_at and not p.saved_at)
        assert ledger.get("unapplied", 0) == -unsaved.fen

    # --- ways in -------------------------------------------------------------------------------

    def open(self, plan: Plan, caused: Consequences = NOTHING_ELSE) -> str:
        self.commit(plan, caused)
        return plan.no

    def top_up(self, no: str, fen: int, channel: str = "wechat_pay") -> str:
        """A deposit that is paid and saved."""
        if channel == "cash":
            self.take_cash(no, fen)
        else:
            self.open(deposit_plan(no, fen, Product.NATIVE, at=self.now))
            self.begin(no, COLLECT)
            self.conclude(no, COLLECT, self.paid(fen))
        self.run(no, {SAVE_TO_HIS: f"HIS-{no}"})
        return no

    def take_cash(self, no: str, fen: int, terminal: str = "W1") -> str:
        """The notes are in the cashier's hand when the plan begins."""
        plan = deposit_plan(no, fen, Product.CASH, terminal=terminal, at=self.now)
        attempt = Attempt(
            key=AttemptKey(f"{no}01"),
            state=AttemptState.DONE,
            planned_at=self.now,
            evidence=Evidence(Proof.PERSON, self.now),
        )
        steps = (Step(COLLECT, (attempt,)), Step(SAVE_TO_HIS))
        return self.open(*plan.collected(steps, self.paid(fen), self.now))

    def paid(self, fen: int) -> PaymentView:
        return PaymentView(
            state=PaymentState.PAID, amount=Money(fen), their_number="4200001", paid_at=self.now
        )

    def money(self) -> tuple[object, ...]:
        """Everything a cancellation must bring back."""
        return self.deposit, self.lots, self.ledger, self.settled_by


def insured_stay(*fen: int, cash: int = 0) -> Books:
    """An insured stay with deposits through WeChat Pay, oldest first, and then one in cash."""
    return _with_deposits(Books(stay=a_stay()), fen, cash)


def self_pay_stay(*fen: int, cash: int = 0) -> Books:
    """The same for a patient without insurance."""
    admission = an_admission(fee_category=FeeCategory.SELF_PAY)
    return _with_deposits(Books(admission=admission), fen, cash)


def _with_deposits(books: Books, fen: tuple[int, ...], cash: int) -> Books:
    for number, amount in enumerate(fen, start=1):
        books.top_up(f"DP{number}", amount)
    if cash:
        books.top_up("DPcash", cash, "cash")
    books.called.clear()
    return books
