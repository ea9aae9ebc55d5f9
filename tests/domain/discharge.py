"""A settlement taken to where a test begins."""

from typing import Any

from domain.plan.action import Call, Finish
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import SETTLE_INSURANCE
from tests.domain.books import Books
from tests.domain.patients import SETTLED, discharge_answers, self_pay_answers, settlement


def plan_of(books: Books, no: str = "SL1") -> SettlementPlan:
    plan = books.plans[no]
    assert isinstance(plan, SettlementPlan)
    return plan


def at_pivot(books: Books, **facts: Any) -> Books:
    """Everything before 2304 done."""
    books.open(settlement(**facts))
    assert books.run("SL1", discharge_answers(), until=SETTLE_INSURANCE) == Call(SETTLE_INSURANCE)
    return books


def at_posting(books: Books, settled: object = SETTLED, **facts: Any) -> Books:
    """2304 done and the HIS post not begun."""
    at_pivot(books, **facts)
    books.begin("SL1", SETTLE_INSURANCE)
    books.conclude("SL1", SETTLE_INSURANCE, settled)
    return books


def posted(books: Books, *, insured: bool = True, no: str = "SL1", bill_no: str = "B1") -> Books:
    """The whole settlement, without what is born of it."""
    books.open(settlement(no, insured=insured))
    answers = discharge_answers(bill_no) if insured else self_pay_answers(bill_no)
    assert books.run(no, answers) == Finish()
    return books
