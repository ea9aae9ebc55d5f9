"""A settlement says in Chinese and English who pays how much and why, in the same amounts."""

import re
from dataclasses import replace

from domain.money import Money
from domain.settlement.explain import explain
from domain.settlement.steps import POST_TO_HIS, SETTLE_INSURANCE
from tests.domain.books import Books, insured_stay, self_pay_stay
from tests.domain.discharge import at_pivot, at_posting, plan_of, posted
from tests.domain.patients import (
    SETTLED,
    discharge_answers,
    self_pay_answers,
    settled_away,
    settlement,
)


def said(books: Books) -> tuple[str, str]:
    plan = plan_of(books)
    sentences = explain(plan, plan.cover(books.account) if plan.live else None)
    for sentence in sentences:
        amounts = [sorted(re.findall(r"-?\d+\.\d\d", text)) for text in (sentence.zh, sentence.en)]
        assert amounts[0] == amounts[1], sentence
    return "".join(s.zh for s in sentences), " ".join(s.en for s in sentences)


def test_before_it_is_priced_it_says_only_that() -> None:
    books = insured_stay(6000)
    books.open(settlement())
    assert said(books) == ("账单尚未计算完成。", "The bill is not priced yet.")


def test_a_pre_settlement_names_every_payer_and_that_it_is_provisional() -> None:
    chinese, english = said(at_pivot(insured_stay(6000)))
    for amount in ("150.00", "66.00", "40.00", "44.00", "22.50", "21.50", "16.00"):
        assert amount in chinese
        assert amount in english
    assert "以正式结算为准" in chinese
    assert "pre-settlement figures" in english
    assert "基本统筹 66.00 元" in chinese


def test_a_short_deposit_says_what_is_missing() -> None:
    books = insured_stay(4000)
    books.open(settlement())
    books.run("SL1", discharge_answers())
    chinese, english = said(books)
    assert "还差 4.00 元，请补缴" in chinese
    assert "4.00 yuan are missing" in english


def test_a_deposit_that_fits_says_so() -> None:
    assert "covers it exactly" in said(at_pivot(insured_stay(4400)))[1]


def test_the_settled_figures_are_final_and_a_difference_is_said() -> None:
    chinese, english = said(at_posting(insured_stay(6000), settled_away(7)))
    assert "预结算金额" not in chinese
    assert "相差 0.07 元" in chinese
    assert "moved the patient's part by 0.07 yuan" in english


def test_what_nobody_bears_and_what_contradicts_itself_is_said() -> None:
    chinese, english = said(at_posting(insured_stay(6000), replace(SETTLED, cash=Money(2257))))
    assert "-0.07 元无法归属" in chinese
    assert "contradict each other: C: 6250 ≠ 6257" in english


def test_a_self_pay_patient_is_told_that_all_of_it_is_his() -> None:
    books = self_pay_stay(20000)
    books.open(settlement(insured=False))
    books.run("SL1", self_pay_answers(), until=POST_TO_HIS)
    chinese, english = said(books)
    assert "自费患者" in chinese
    assert "150.00 yuan out of the deposit" in english
    assert "医保" not in chinese


def test_mutual_aid_is_said_to_lie_inside_the_account() -> None:
    books = insured_stay(6000)
    books.open(settlement())
    aided = replace(SETTLED, mutual_aid=Money(1500))
    books.run("SL1", discharge_answers(settle_insurance=aided), until=POST_TO_HIS)
    assert SETTLE_INSURANCE in books.called
    assert "个人账户支付 40.00 元（含共济 15.00 元）" in said(books)[0]


def test_a_cancelled_settlement_says_it_is() -> None:
    books = posted(insured_stay(4400))
    plan = plan_of(books).undone(None, books.now)
    assert explain(plan, None)[-1].en == "This settlement has been cancelled."
