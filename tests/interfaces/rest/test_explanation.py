"""A settlement explains who pays how much and why, on the example of insurance.md §2.8."""

from dataclasses import replace
from datetime import UTC, datetime

from domain.identifiers import AdmissionNo, InstitutionId, PlanNo
from domain.insurance.breakdown import Breakdown, FundPart
from domain.insurance.profile import InsuranceProfile
from domain.money import ZERO, Money
from domain.settlement.cover import cover_of
from domain.settlement.explain import explain
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import (
    settlement_steps,
)
from domain.visits.institution import InstitutionRules

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
PROFILE = InsuranceProfile()

# 128.50 = 10.00 + 0.00 + 8.50 + 110.00; fund 66.00; personal 62.50 = account 40.00 + cash 22.50.
# With 10.00 of charges that have no insurance code the bill is 138.50 and the patient pays 32.50.
EXAMPLE = Breakdown(
    total=Money(12850),
    own_expense=Money(1000),
    over_limit=Money(0),
    pre_self_pay=Money(850),
    in_scope=Money(11000),
    deductible=Money(2000),
    basic_fund=Money(6000),
    major_illness_fund=Money(600),
    fund_total=Money(6600),
    personal_total=Money(6250),
    personal_account=Money(4000),
    mutual_aid=Money(500),
    cash=Money(2250),
    hospital_borne=Money(0),
    parts=(FundPart("310100", Money(6600)), FundPart("310200", Money(4000))),
    registration_no="M1",
)
INSURED = SettlementPlan(
    no=PlanNo("SL20261122000000AAAAAAAA"),
    institution=InstitutionId("H00000000001"),
    admission_no=AdmissionNo("ZY1"),
    opened_at=NOW,
    steps=settlement_steps(True, PROFILE),
    insured=True,
    profile=PROFILE,
    rules=InstitutionRules(),
    point="window",
    bill_no="B1",
    bill_total=Money(13850),
    charge_count=12,
    uploaded=Money(12850),
    excluded=Money(1000),
    pre_settled=EXAMPLE,
)
SELF_PAY = replace(
    INSURED, insured=False, pre_settled=None, uploaded=ZERO, excluded=Money(13850), steps=()
)


def test_an_insured_bill_is_explained_to_the_fen() -> None:
    sentences = explain(INSURED, cover_of(Money(3250), Money(5000)))
    assert [sentence.zh for sentence in sentences] == [
        "本次住院费用共 138.50 元（12 笔）。",
        "以下为医保预结算金额，以正式结算为准。",
        "医保认定的 128.50 元中：全自费 10.00 元，超限价 0.00 元，先行自付 8.50 元，"
        "政策范围内 110.00 元（起付线 20.00 元）。",
        "医保基金支付 66.00 元（基本统筹 60.00 元，居民大病 6.00 元）。",
        "个人账户支付 40.00 元（含共济 5.00 元）。",
        "患者应付 32.50 元，从住院预交金中支付：医保结算个人现金部分 22.50 元，"
        "未纳入医保的费用 10.00 元。",
        "预交金可用 50.00 元，多余 17.50 元退还患者。",
    ]
    assert [sentence.en for sentence in sentences] == [
        "The stay comes to 138.50 yuan (12 charges).",
        "These are pre-settlement figures; the settlement itself decides.",
        "Of 128.50 yuan the insurer counts 10.00 as wholly self-paid, 0.00 as above the price "
        "limit, 8.50 as paid by the patient first, and 110.00 as covered (deductible 20.00).",
        "The insurance funds pay 66.00 yuan (basic fund 60.00, major-illness insurance 6.00).",
        "The personal account pays 40.00 yuan (5.00 of it mutual aid).",
        "The patient pays 32.50 yuan out of the deposit: 22.50 is what the insurer leaves to him, "
        "10.00 are charges that were not the insurer's.",
        "The deposit holds 50.00 yuan: 17.50 yuan go back to the patient.",
    ]


def test_a_self_pay_bill_is_the_patients_alone() -> None:
    sentences = explain(SELF_PAY, cover_of(Money(13850), Money(10000)))
    assert [sentence.zh for sentence in sentences] == [
        "本次住院费用共 138.50 元（12 笔）。",
        "自费患者，全部费用由患者承担。",
        "患者应付 138.50 元，从住院预交金中支付。",
        "预交金可用 100.00 元，还差 38.50 元，请补缴。",
    ]


def test_seven_fen_between_pre_settlement_and_settlement_are_told() -> None:
    settled = replace(EXAMPLE, cash=Money(2257), personal_total=Money(6257), basic_fund=Money(5993))
    settled = replace(settled, fund_total=Money(6593))
    sentences = explain(replace(INSURED, settled=settled), None)
    assert sentences[-1].zh == "正式结算与预结算相比，患者部分相差 0.07 元，以正式结算为准。"
    assert sentences[-1].en == (
        "The settlement moved the patient's part by 0.07 yuan from the pre-settlement."
    )
    assert "以下为医保预结算金额，以正式结算为准。" not in [sentence.zh for sentence in sentences]


def test_a_fen_nobody_bears_is_not_hidden() -> None:
    odd = replace(INSURED, settled=replace(EXAMPLE, basic_fund=Money(5999), fund_total=Money(6599)))
    odd = replace(odd, breaches=("B: 12850 ≠ 12849",))
    told = [sentence.zh for sentence in explain(odd, None)]
    assert told[-2:] == [
        "另有 0.01 元无法归属，已挂账待人工核查。",
        "医保返回金额不平衡：B: 12850 ≠ 12849（单位：分）。",
    ]


def test_an_exact_deposit_and_a_cancelled_settlement_are_told() -> None:
    exact = explain(INSURED, cover_of(Money(3250), Money(3250)))
    assert exact[-1].zh == "预交金 32.50 元，正好结清。"
    assert explain(replace(INSURED, cancelled_at=NOW), None)[-1].zh == "该结算已撤销。"


def test_nothing_is_explained_before_it_is_priced() -> None:
    told = explain(replace(INSURED, pre_settled=None), None)
    assert [sentence.en for sentence in told] == ["The bill is not priced yet."]
