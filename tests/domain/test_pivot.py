"""The attempts of a settlement: one key alive at a time, a new one only after evidence."""

from datetime import timedelta

import pytest

from domain.errors import IllegalTransition
from domain.identifiers import AttemptKey
from domain.money import Money
from domain.plan.action import AskAgain, AskAPerson, Call, Finish, Wait
from domain.plan.attempt import CALL_LIMIT
from domain.plan.plan import PlanState
from domain.settlement.steps import SETTLE_INSURANCE
from tests.domain.books import Accepts, Dies, NeverLeft, Refuses, Unknown, insured_stay
from tests.domain.discharge import at_pivot, at_posting, plan_of
from tests.domain.patients import discharge_answers, settlement


def test_a_refused_pivot_gives_the_hold_back_and_can_be_tried_again() -> None:
    books = at_pivot(insured_stay(6000))
    before = books.money()
    books.begin("SL1", SETTLE_INSURANCE)
    books.conclude("SL1", SETTLE_INSURANCE, Refuses("-1", "待遇已冻结"))
    assert books.money() == before
    assert books.next("SL1") == AskAPerson("-1", "待遇已冻结")
    books.commit(plan_of(books).retry(SETTLE_INSURANCE))
    assert books.run("SL1", discharge_answers()) == Finish()
    keys = [attempt.key for attempt in plan_of(books).step(SETTLE_INSURANCE).attempts]
    assert len(set(keys)) == 2


def test_a_lost_pivot_keeps_its_hold_and_its_key_until_something_is_proven() -> None:
    books = at_pivot(insured_stay(6000))
    books.begin("SL1", SETTLE_INSURANCE)
    books.conclude("SL1", SETTLE_INSURANCE, Unknown())
    action = books.next("SL1")
    assert isinstance(action, AskAgain)
    assert action.effect == SETTLE_INSURANCE
    assert books.deposit.held == Money(4400)
    with pytest.raises(IllegalTransition) as refused:
        plan_of(books).begin(SETTLE_INSURANCE, AttemptKey("other"), books.now)
    assert refused.value.code == "illegal_transition"


def test_a_pivot_proven_dead_gives_the_hold_back_and_allows_a_new_attempt() -> None:
    books = at_pivot(insured_stay(6000))
    before = books.money()
    books.begin("SL1", SETTLE_INSURANCE)
    books.conclude("SL1", SETTLE_INSURANCE, Unknown())
    books.conclude("SL1", SETTLE_INSURANCE, Dies("reversed"))
    assert books.money() == before
    assert books.next("SL1") == Call(SETTLE_INSURANCE)
    books.begin("SL1", SETTLE_INSURANCE)
    assert books.deposit.held == Money(4400)
    first, second = plan_of(books).step(SETTLE_INSURANCE).attempts
    assert first.key != second.key


def test_a_call_that_never_left_is_sent_again_under_its_key() -> None:
    books = at_pivot(insured_stay(6000))
    books.begin("SL1", SETTLE_INSURANCE)
    books.conclude("SL1", SETTLE_INSURANCE, NeverLeft())
    (attempt,) = plan_of(books).step(SETTLE_INSURANCE).attempts
    assert attempt.ask_at is not None
    early = attempt.ask_at - timedelta(microseconds=1)
    assert plan_of(books).next_action(early, books.account) == Wait(
        attempt.ask_at, "outside_unreachable"
    )
    books.now = attempt.ask_at
    assert books.run("SL1", discharge_answers()) == Finish()
    assert [a.key for a in plan_of(books).step(SETTLE_INSURANCE).attempts] == [attempt.key]


def test_a_call_whose_process_is_gone_is_asked_about_after_its_limit_only() -> None:
    books = at_pivot(insured_stay(6000))
    called_at = books.now
    books.begin("SL1", SETTLE_INSURANCE)
    assert books.next("SL1") == AskAgain(SETTLE_INSURANCE, called_at + CALL_LIMIT)


def test_after_five_proven_deaths_a_person_decides_and_may_try_again() -> None:
    books = at_pivot(insured_stay(6000))
    for _ in range(5):
        books.begin("SL1", SETTLE_INSURANCE)
        books.conclude("SL1", SETTLE_INSURANCE, Dies())
    action = books.next("SL1")
    assert isinstance(action, AskAPerson)
    assert action.code == "attempts_exhausted"
    books.commit(plan_of(books).retry(SETTLE_INSURANCE))
    assert books.run("SL1", discharge_answers()) == Finish()


def test_only_what_was_refused_or_has_died_can_be_tried_again() -> None:
    books = at_posting(insured_stay(6000))
    with pytest.raises(IllegalTransition) as refused:
        plan_of(books).retry(SETTLE_INSURANCE)
    assert refused.value.code == "illegal_transition"


def test_what_has_happened_is_never_called_again() -> None:
    books = at_posting(insured_stay(6000))
    with pytest.raises(IllegalTransition) as refused:
        plan_of(books).begin(SETTLE_INSURANCE, AttemptKey("other"), books.now)
    assert refused.value.code == "illegal_transition"


def test_an_upload_under_way_is_asked_about_when_it_said() -> None:
    books = insured_stay(6000)
    books.open(settlement())
    action = books.run("SL1", discharge_answers(upload_charges=Accepts()))
    assert isinstance(action, AskAgain)
    assert action.effect == "upload_charges"
    assert action.at > books.now


def test_a_line_the_insurer_refuses_is_put_to_a_person() -> None:
    books = insured_stay(6000)
    books.open(settlement())
    refusal = Refuses("line_refused", "the insurer refuses: C7 床位费")
    action = books.run("SL1", discharge_answers(upload_charges=refusal))
    assert action == AskAPerson("line_refused", "the insurer refuses: C7 床位费")
    assert plan_of(books).state is PlanState.OPEN
    books.commit(plan_of(books).retry("upload_charges"))
    assert books.run("SL1", discharge_answers()) == Finish()
