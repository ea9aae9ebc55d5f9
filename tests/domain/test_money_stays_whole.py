"""One stay through random top-ups, settlements, cancellations, re-settlements and refunds.

`Books.check` compares deposit, lots and ledger after every commit; here the bills are added.
"""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from domain.deposits.plan import SAVE_TO_HIS
from domain.errors import LotExceeded
from domain.identifiers import PlanNo
from domain.insurance.breakdown import Breakdown
from domain.money import Money, total
from domain.plan.action import AskAPerson, Call, Wait
from domain.plan.plan import Plan
from domain.plan.step import StepState
from domain.refunds.plan import AGREE_WITH_HIS, RETURN_MONEY, RefundPlan, refund_of
from domain.settlement.his_record import LockedBill
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import PRE_SETTLE, SETTLE_INSURANCE, ChargesComplete
from domain.visits.admission import AdmissionState
from tests.domain.books import Books, Dies, Refuses
from tests.domain.patients import HOSPITAL, discharge_answers, settlement
from tests.domain.test_cancellation import ANSWERS, cancel

FEN = st.integers(1, 9000)
BILLS = st.tuples(
    st.booleans(),  # insured
    FEN,  # excluded
    st.integers(100, 9000),  # uploaded
    st.integers(0, 50),  # cash
    st.integers(-50, 50),  # by how much the settlement moves it
    st.sampled_from([0, 0, 7, -7]),  # the insurer's own mistake
)


def breakdown(uploaded: int, account: int, cash: int, odd: int = 0) -> Breakdown:
    """A settlement of so many fen; `odd` fen are the insurer's own mistake."""
    return Breakdown(
        total=Money(uploaded),
        own_expense=Money(0),
        over_limit=Money(0),
        pre_self_pay=Money(0),
        in_scope=Money(uploaded),
        fund_total=Money(uploaded - account - cash + odd),
        personal_total=Money(account + cash),
        personal_account=Money(account),
        cash=Money(cash),
        hospital_borne=Money(0),
        registration_no="M1",
        settlement_id="S1",
    )


class OneStay(RuleBasedStateMachine):
    """What can happen to one patient's money, each step with a good or a bad end."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.bills: dict[str, dict[str, object]] = {}

    # --- reading -------------------------------------------------------------------------------

    def settlements(self) -> list[SettlementPlan]:
        return [p for p in self.books.plans.values() if isinstance(p, SettlementPlan)]

    def standing(self) -> list[SettlementPlan]:
        """Settlements nobody has taken back."""
        return [p for p in self.settlements() if not (p.withdrawal_no or p.cancelled_at)]

    def under_way(self) -> list[Plan]:
        """Plans that want a call now."""
        return [p for p in self.books.plans.values() if isinstance(self.books.next(p.no), Call)]

    def answer(self, plan: Plan, effect: str) -> object:
        of_bill = self.bills.get(plan.no, {})
        smooth = discharge_answers() | ANSWERS | {AGREE_WITH_HIS: Money(0), RETURN_MONEY: None}
        return (smooth | {SAVE_TO_HIS: "YJ1"} | of_bill)[effect]

    def call(self, plan: Plan, answer: object = None) -> None:
        action = self.books.next(plan.no)
        assert isinstance(action, Call)
        self.books.begin(plan.no, action.effect)
        outcome = answer or self.answer(plan, action.effect)
        self.books.conclude(plan.no, action.effect, outcome)

    # --- what can happen -----------------------------------------------------------------------

    @initialize(fen=st.lists(FEN, min_size=1, max_size=3), bill=BILLS)
    def admit(self, fen: list[int], bill: tuple[bool, int, int, int, int, int]) -> None:
        for amount in fen:
            self.top_up(amount, "wechat_pay")
        self.settle(bill)

    @rule(fen=FEN, channel=st.sampled_from(["wechat_pay", "cash"]))
    def top_up(self, fen: int, channel: str) -> None:
        self.books.top_up(f"DP{len(self.books.plans) + 1}", fen, channel)

    @rule()
    def bring_what_is_missing(self) -> None:
        for plan in self.settlements():
            if self.books.next(plan.no) == Wait(None, "deposit_short"):
                self.top_up(plan.cover(self.books.account).short.fen + 5, "wechat_pay")

    @precondition(lambda self: self.books.admission.state is not AdmissionState.DISCHARGED)
    @precondition(lambda self: not any(plan.live for plan in self.settlements()))
    @rule(bill=BILLS)
    def settle(self, bill: tuple[bool, int, int, int, int, int]) -> None:
        insured, excluded, uploaded, cash, moved, odd = bill
        number = len(self.settlements()) + 1
        whole = uploaded + excluded
        self.bills[f"SL{number}"] = {
            "lock_bill": LockedBill(
                bill_no=f"B{number}", total=Money(whole), deposit_balance=Money(0), charge_count=1
            ),
            "upload_charges": ChargesComplete(
                uploaded=Money(uploaded if insured else 0),
                excluded=Money(excluded if insured else whole),
            ),
            PRE_SETTLE: breakdown(uploaded, 30, cash),
            SETTLE_INSURANCE: breakdown(uploaded, 30, max(cash + moved, 0), odd),
        }
        self.books.open(settlement(f"SL{number}", insured=insured, difference_limit=20))

    @precondition(lambda self: self.under_way())
    @rule(data=st.data(), calls=st.integers(2, 12))
    def go_on(self, data: st.DataObject, calls: int) -> None:
        plan = data.draw(st.sampled_from(self.under_way()))
        for _ in range(calls):
            self.bring_what_is_missing()
            if isinstance(self.books.next(plan.no), Call):
                self.call(self.books.plans[plan.no])

    @precondition(lambda self: self.under_way())
    @rule(data=st.data(), ending=st.sampled_from([Refuses(), Dies()]))
    def fail(self, data: st.DataObject, ending: object) -> None:
        self.call(data.draw(st.sampled_from(self.under_way())), ending)

    @rule()
    def people_decide(self) -> None:
        """Accept what was settled differently, try again what was refused."""
        for plan in [*self.books.plans.values()]:
            action = self.books.next(plan.no)
            if not isinstance(action, AskAPerson):
                continue
            if action.code == "settled_differently" and isinstance(plan, SettlementPlan):
                self.books.commit(plan.accept_difference("cashier"))
                continue
            failed = (StepState.REFUSED, StepState.DEAD)
            effect = next(step.effect for step in plan.steps if step.state in failed)
            self.books.commit(plan.retry(effect))

    @precondition(lambda self: self.standing())
    @rule(reopen=st.booleans(), at_once=st.booleans())
    def take_back(self, reopen: bool, at_once: bool) -> None:
        plan = self.standing()[0]
        if any(step.state is StepState.DONE for step in plan.steps):
            undoing = cancel(self.books, plan.no, reopen=reopen)
            if at_once:
                self.books.run(undoing.no, ANSWERS)
        else:
            self.books.commit(plan.undone(None, self.books.now))

    @precondition(lambda self: self.books.lots)
    @rule(data=st.data(), fen=FEN)
    def give_back(self, data: st.DataObject, fen: int) -> None:
        lot = data.draw(st.sampled_from(sorted(self.books.lots.values(), key=lambda x: x.no)))
        number = PlanNo(f"RF{len(self.books.plans)}-")
        try:
            plan = refund_of(
                lot, Money(fen), no=number, institution=HOSPITAL, at=self.books.now, reason=""
            )
        except LotExceeded:
            assert fen > lot.left.fen
            return
        if plan.amount > self.books.deposit.available:
            return  # the use case refuses it, and so would the guard
        named = replace(plan, terminal="W1")
        self.books.open(named, plan.opening())

    # --- what must hold ------------------------------------------------------------------------

    @invariant()
    def shares_sum_to_the_bill(self) -> None:
        for plan in self.settlements():
            if plan.priced:
                assert total(share.amount for share in plan.shares) == plan.bill_total

    @invariant()
    def exactly_the_posted_bills_are_settled(self) -> None:
        ledger = self.books.ledger
        for plan in self.settlements():
            undoing = self.books.plans.get(plan.withdrawal_no or "")
            undone = undoing is not None and undoing.is_done("cancel_at_his")
            counts = plan.posted_at is not None and not undone
            assert ledger.get(f"his_settled:{plan.bill_no}", 0) == -counts * plan.bill_total.fen
        assert len([a for a in ledger if a.startswith("his_settled")]) <= 1

    @invariant()
    def what_the_lots_have_paid_is_what_the_settlement_took(self) -> None:
        applied = total(lot.applied for lot in self.books.lots.values())
        ledger = self.books.ledger
        settled = sum(fen for account, fen in ledger.items() if account.startswith("his_settled"))
        if not settled:
            assert applied == Money(0)

    def teardown(self) -> None:
        """Everything goes well from here; then nothing is left open, and cancelled is as before."""
        for _ in range(500):
            self.people_decide()
            if not (waiting := self.under_way()):
                break
            self.call(waiting[0])
        for plan in self.standing():
            if plan.is_done("lock_bill"):
                stopped = cancel(self.books, plan.no)
                self.books.run(stopped.no, ANSWERS)
        assert not [p for p in self.books.plans.values() if isinstance(p, RefundPlan) and p.live]
        paid = total(lot.paid - lot.returned for lot in self.books.lots.values())
        assert self.books.deposit.balance == paid
        assert self.books.deposit.held == Money(0)
        kinds = {account.split(":")[0] for account in self.books.ledger}
        assert kinds <= {"clearing", "cash", "deposit"}


OneStay.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestOneStay = OneStay.TestCase
