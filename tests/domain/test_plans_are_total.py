"""Whatever legally happens to a plan, it knows exactly one next action, and never raises.

Random legal histories: any move the lifecycles allow, with any answer an outside system could give,
sane or not. `Books.check` runs after every commit besides.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.billing.upload import WITHDRAW_CHARGE, ChargeWithdrawalPlan
from domain.deposits.plan import COLLECT, OrderOpened
from domain.errors import Conflict
from domain.identifiers import ChargeNo, PlanNo
from domain.insurance.breakdown import Breakdown
from domain.insurance.person import Coverage, Entitlement, InsuredPerson
from domain.insurance.profile import InsuranceProfile
from domain.insurance.registration import CHANGE_REGISTRATION, RegistrationChangePlan
from domain.kinds import PLAN_KINDS
from domain.money import Money
from domain.payments.payment import Product
from domain.plan.action import Action, AskAgain, AskAPerson, Call, Finish, Wait
from domain.plan.attempt import ATTEMPT_LIFECYCLE, AttemptState
from domain.plan.plan import Plan, steps_of
from domain.plan.step import StepState
from domain.settlement.his_record import LockedBill
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import POST_TO_HIS, ChargesComplete
from tests.domain.books import (
    Accepts,
    Books,
    Dies,
    NeverLeft,
    Refuses,
    Unknown,
    insured_stay,
    self_pay_stay,
)
from tests.domain.discharge import at_pivot, at_posting, posted
from tests.domain.patients import AT, HOSPITAL, STAY, deposit_plan, discharge_answers, settlement
from tests.domain.test_cancellation import ANSWERS, cancel
from tests.domain.test_charges import batch
from tests.domain.test_refunds import opened
from tests.domain.test_registration import ANSWERS as REGISTRATION_ANSWERS
from tests.domain.test_registration import PERSON, registration, withdrawal

AMOUNT = st.integers(0, 20_000).map(Money)
ANY_AMOUNT = st.integers(-3_000, 20_000).map(Money)
BREAKDOWN = st.builds(
    Breakdown,
    **dict.fromkeys(
        (
            "total",
            "own_expense",
            "over_limit",
            "pre_self_pay",
            "in_scope",
            "basic_fund",
            "fund_total",
            "personal_account",
            "cash",
        ),
        ANY_AMOUNT,
    ),
    personal_total=st.none() | ANY_AMOUNT,
    hospital_borne=st.none() | ANY_AMOUNT,
    registration_no=st.just("M1"),
    settlement_id=st.just("S1"),
)
COVERAGE = st.builds(
    Coverage, st.just("310"), st.just("11"), st.booleans(), AMOUNT, st.just(""), st.booleans()
)
PEOPLE = st.builds(
    InsuredPerson,
    st.just("PN1"),
    st.just("测试甲"),
    st.just("01"),
    st.just("N1"),
    st.just("1"),
    st.none(),
    st.lists(COVERAGE, max_size=2).map(tuple),
)
# What differs from one answer to the next; every other effect answers as on a good day.
ANSWER: dict[str, st.SearchStrategy[object]] = {
    "lock_bill": AMOUNT.map(
        lambda total: LockedBill(
            bill_no="B1", total=total, deposit_balance=Money(0), charge_count=1
        )
    ),
    "pre_settle": BREAKDOWN,
    "settle_insurance": BREAKDOWN,
    "identify": PEOPLE | st.just(PERSON),
    "check_entitlement": st.lists(st.booleans().map(partial(Entitlement, "310100"))).map(tuple),
}
GOOD_DAY: dict[str, object] = (
    discharge_answers() | ANSWERS | REGISTRATION_ANSWERS | {"upload_batch": ()}
)

OFTEN = 5  # how much likelier the loop moves a plan than a person or the clock does

Start = Callable[[], Books]


def self_pay() -> Books:
    books = self_pay_stay(15000)
    books.open(settlement(insured=False, posted_by="caller"))
    return books


def insured(**facts: Any) -> Books:
    books = insured_stay(6000, cash=1000)
    books.open(settlement(**facts))
    return books


def cancelling(books: Books) -> Books:
    cancel(books)
    return books


def one_plan(plan: Plan, books: Books | None = None) -> Books:
    books = books or insured_stay(100)
    books.open(plan)
    return books


def charge_withdrawal() -> Plan:
    return ChargeWithdrawalPlan(
        **_named("CW1", WITHDRAW_CHARGE),
        charge_no=ChargeNo("C1"),
        line_no="1",
        amount=Money(1),
        reason="",
        operator="",
    )


def _named(no: str, effect: str) -> dict[str, Any]:
    return {
        "no": PlanNo(no),
        "institution": HOSPITAL,
        "admission_no": STAY,
        "opened_at": AT,
        "steps": steps_of(effect),
    }


STARTS: dict[str, Start] = {
    "settlement": partial(insured, difference_limit=0),
    "settlement waiting to be agreed to": partial(insured, confirmed_by=""),
    "settlement where the fund sum includes the account": partial(
        insured,
        profile=InsuranceProfile(
            discharge_before_pre_settlement=False, fund_includes_personal_account=True
        ),
    ),
    "settlement at its pivot": lambda: at_pivot(insured_stay(4400), difference_limit=0),
    "settlement after its pivot": lambda: at_posting(insured_stay(4400), posted_by="caller"),
    "settlement of a self-pay stay, the HIS leading": self_pay,
    "cancellation before the post": lambda: cancelling(at_posting(insured_stay(4400))),
    "cancellation after the post": lambda: cancelling(posted(insured_stay(4400))),
    "result and refund": lambda: posted(insured_stay(3000, 2000, cash=1000)),
    "deposit": lambda: one_plan(deposit_plan("DP9", 700)),
    "deposit by payment code": lambda: one_plan(deposit_plan("DP9", 700, Product.PAYMENT_CODE)),
    "refund": opened,
    "registration": registration,
    "registration_withdrawal": lambda: withdrawal("1"),
    "registration_change": lambda: one_plan(
        RegistrationChangePlan(**_named("RC1", CHANGE_REGISTRATION)),
        insured_stay(),
    ),
    "charge_batch": lambda: one_plan(batch(5)),
    "charge_withdrawal": lambda: one_plan(charge_withdrawal()),
}


def test_every_kind_of_plan_is_walked_through() -> None:
    walked = {plan.kind for start in STARTS.values() for plan in start().plans.values()}
    assert walked == set(PLAN_KINDS)
    assert {kind.__name__ for kind in Plan.__subclasses__()} >= {
        kind.__name__ for kind in PLAN_KINDS.values()
    }


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_plan_always_knows_its_one_next_action(start: Start, data: st.DataObject) -> None:
    books = start()
    go_well(books, data.draw(st.integers(0, 8), label="calls that go well"))
    for _ in range(data.draw(st.integers(1, 20), label="moves")):
        moves = [move for plan in books.plans.values() for move in moves_of(books, plan, data)]
        moves.append(partial(later, books, data))
        data.draw(st.sampled_from(moves), label="move")()
        for plan in books.plans.values():
            require_sound(plan, plan.next_action(books.now, books.account))


def go_well(books: Books, calls: int) -> None:
    """The first so many calls of the youngest plan, answered as on a good day."""
    plan = list(books.plans.values())[-1]
    for _ in range(calls):
        action = books.next(plan.no)
        if isinstance(action, Call):
            books.begin(plan.no, action.effect)
            good = books.paid(700) if action.effect == COLLECT else GOOD_DAY.get(action.effect)
            books.conclude(plan.no, action.effect, good)


def require_sound(plan: Plan, action: Action) -> None:
    if not plan.live:
        assert action == Finish()
    elif isinstance(action, Call):
        assert plan.step(action.effect).state in (
            StepState.WAITING,
            StepState.PLANNED,
            StepState.REFUSED,
            StepState.DEAD,
        )
    elif isinstance(action, AskAgain):
        assert not plan.step(action.effect).live.ended
    elif isinstance(action, AskAPerson):
        assert action.code
    else:
        assert isinstance(action, Wait)  # a live plan never has nothing left to do
        assert action.reason
    if isinstance(plan, SettlementPlan) and plan.priced:
        assert sum(share.amount.fen for share in plan.shares) == plan.bill_total.fen
        assert plan.held.fen >= 0


# --- legal moves -------------------------------------------------------------------------------


def moves_of(books: Books, plan: Plan, data: st.DataObject) -> list[Callable[[], None]]:
    """What may happen next to this plan: the loop, the outside world, a person."""
    if not plan.live or (isinstance(plan, SettlementPlan) and plan.withdrawal_no):
        return []
    moves: list[Callable[[], None]] = []
    action = books.next(plan.no)
    if isinstance(action, Call):
        moves += [partial(books.begin, plan.no, action.effect)] * OFTEN
    for step in plan.steps:
        if step.last is not None and not step.last.ended and step.last.state != "planned":
            moves += [partial(conclude, books, plan, step.effect, data)] * OFTEN
        if step.state in (StepState.REFUSED, StepState.DEAD):
            moves.append(partial(retry, books, plan, step.effect))
    if isinstance(plan, SettlementPlan):
        moves.append(lambda: books.commit(plan.confirm("patient")))
        moves.append(lambda: books.commit(plan.accept_difference("cashier")))
        if not any(s.state in (StepState.CALLING, StepState.IN_DOUBT) for s in plan.steps):
            moves.append(partial(stop, books, plan))
    return moves


def retry(books: Books, plan: Plan, effect: str) -> None:
    books.commit(plan.retry(effect))


def conclude(books: Books, plan: Plan, effect: str, data: st.DataObject) -> None:
    """Any outcome that the attempt's state allows; an outcome is never refused by a guard."""
    state = plan.step(effect).live.state
    legal = [action for of, action in ATTEMPT_LIFECYCLE.moves if of is state]
    legal += ["die"] if state is AttemptState.CALLING else []
    legal += ["confirm"] * len(legal)
    outcomes: dict[str, object] = {
        "unreachable": NeverLeft(),
        "lose": Unknown(),
        "accept": Accepts(OrderOpened("code") if effect == COLLECT else None),
        "refuse": Refuses("code", "no"),
        "die": Dies("code"),
    }
    happened = data.draw(st.sampled_from(legal), label=effect)
    books.conclude(plan.no, effect, outcomes.get(happened) or answer(books, plan, effect, data))


def answer(books: Books, plan: Plan, effect: str, data: st.DataObject) -> object:
    if effect == COLLECT:
        return books.paid(700)
    if effect == "upload_charges" and isinstance(plan, SettlementPlan):
        uploaded = data.draw(AMOUNT, label="uploaded")
        rest = plan.bill_total - uploaded
        excluded = rest if not rest.negative else data.draw(AMOUNT, label="excluded")
        return ChargesComplete(uploaded=uploaded, excluded=excluded)
    drawn = ANSWER.get(effect)
    return data.draw(drawn, label=effect) if drawn is not None else GOOD_DAY.get(effect)


def stop(books: Books, plan: SettlementPlan) -> None:
    if plan.step(POST_TO_HIS).state is StepState.PENDING:
        with pytest.raises(Conflict):
            cancel(books, plan.no)
        return
    if any(step.state is StepState.DONE for step in plan.steps):
        cancel(books, plan.no)
    else:
        books.commit(plan.undone(None, books.now))


def later(books: Books, data: st.DataObject) -> None:
    books.now += timedelta(seconds=data.draw(st.integers(0, 4000), label="seconds"))
    if data.draw(st.booleans(), label="top up"):
        books.top_up(f"DP{len(books.plans) + 100}", data.draw(st.integers(1, 9000), label="fen"))
