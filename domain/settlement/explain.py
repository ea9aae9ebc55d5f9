"""A settlement explains itself: who pays how much of the bill, and why, in Chinese and English."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.insurance.breakdown import Breakdown
from domain.money import Money
from domain.plan.shares import Payer, share_of
from domain.settlement.cover import Cover
from domain.settlement.plan import SettlementPlan

FUNDS = (
    ("basic_fund", "基本统筹", "basic fund"),
    ("civil_servant_fund", "公务员补助", "civil-servant subsidy"),
    ("enterprise_fund", "企业补充", "enterprise supplement"),
    ("major_illness_fund", "居民大病", "major-illness insurance"),
    ("large_amount_fund", "职工大额", "large-amount subsidy"),
    ("medical_aid_fund", "医疗救助", "medical aid"),
    ("disabled_fund", "伤残保障", "disability security"),
    ("other_fund", "其他基金", "other funds"),
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One statement in both languages."""

    zh: str
    en: str


def explain(plan: SettlementPlan, cover: Cover | None) -> tuple[Sentence, ...]:
    """The sentences in the order a cashier would say them; one alone while nothing is priced.

    `cover` is the deposit as it stands against the bill; None once it does not matter any more.
    """
    if not plan.priced:
        return (Sentence("账单尚未计算完成。", "The bill is not priced yet."),)
    sentences = [_bill(plan)]
    if plan.insured and plan.breakdown is not None:
        sentences.extend(_insurer_part(plan, plan.breakdown))
    else:
        sentences.append(
            Sentence("自费患者，全部费用由患者承担。", "A self-pay stay: nobody else bears it.")
        )
    sentences.append(_patient_part(plan))
    sentences.extend(_irregular(plan))
    sentences.extend(_deposit(plan, cover))
    return tuple(sentences)


def _bill(plan: SettlementPlan) -> Sentence:
    total, count = plan.bill_total.yuan(), plan.charge_count
    return Sentence(
        f"本次住院费用共 {total} 元（{count} 笔）。",
        f"The stay comes to {total} yuan ({count} charges).",
    )


def _insurer_part(plan: SettlementPlan, found: Breakdown) -> Iterator[Sentence]:
    if plan.settled is None:
        yield Sentence(
            "以下为医保预结算金额，以正式结算为准。",
            "These are pre-settlement figures; the settlement itself decides.",
        )
    yield Sentence(
        f"医保认定的 {found.total.yuan()} 元中：全自费 {found.own_expense.yuan()} 元，"
        f"超限价 {found.over_limit.yuan()} 元，先行自付 {found.pre_self_pay.yuan()} 元，"
        f"政策范围内 {found.in_scope.yuan()} 元（起付线 {found.deductible.yuan()} 元）。",
        f"Of {found.total.yuan()} yuan the insurer counts {found.own_expense.yuan()} as wholly "
        f"self-paid, {found.over_limit.yuan()} as above the price limit, "
        f"{found.pre_self_pay.yuan()} as paid by the patient first, and {found.in_scope.yuan()} "
        f"as covered (deductible {found.deductible.yuan()}).",
    )
    yield from _funds(plan, found)
    account = share_of(plan.shares, Payer.PERSONAL_ACCOUNT)
    if account:
        aid = found.mutual_aid
        yield Sentence(
            f"个人账户支付 {account.yuan()} 元"
            + (f"（含共济 {aid.yuan()} 元）。" if aid else "。"),
            f"The personal account pays {account.yuan()} yuan"
            + (f" ({aid.yuan()} of it mutual aid)." if aid else "."),
        )
    hospital = share_of(plan.shares, Payer.HOSPITAL_BORNE)
    if hospital:
        yield Sentence(
            f"医院承担 {hospital.yuan()} 元，不向患者收取。",
            f"The hospital itself bears {hospital.yuan()} yuan.",
        )


def _funds(plan: SettlementPlan, found: Breakdown) -> Iterator[Sentence]:
    pooled = share_of(plan.shares, Payer.POOLED_FUND)
    if not pooled:
        yield Sentence("医保基金不支付。", "The insurance funds pay nothing.")
        return
    paid: list[tuple[str, str, Money]] = [
        (zh, en, getattr(found, name)) for name, zh, en in FUNDS if getattr(found, name)
    ]
    of_zh = "，".join(f"{zh} {amount.yuan()} 元" for zh, _, amount in paid)
    of_en = ", ".join(f"{en} {amount.yuan()}" for _, en, amount in paid)
    yield Sentence(
        f"医保基金支付 {pooled.yuan()} 元" + (f"（{of_zh}）。" if of_zh else "。"),
        f"The insurance funds pay {pooled.yuan()} yuan" + (f" ({of_en})." if of_en else "."),
    )


def _patient_part(plan: SettlementPlan) -> Sentence:
    due = plan.due.yuan()
    if not plan.insured or plan.breakdown is None:
        return Sentence(
            f"患者应付 {due} 元，从住院预交金中支付。",
            f"The patient pays {due} yuan out of the deposit.",
        )
    cash, excluded = plan.breakdown.cash.yuan(), plan.excluded.yuan()
    return Sentence(
        f"患者应付 {due} 元，从住院预交金中支付：医保结算个人现金部分 {cash} 元，"
        f"未纳入医保的费用 {excluded} 元。",
        f"The patient pays {due} yuan out of the deposit: {cash} is what the insurer leaves to "
        f"him, {excluded} are charges that were not the insurer's.",
    )


def _irregular(plan: SettlementPlan) -> Iterator[Sentence]:
    unexplained = share_of(plan.shares, Payer.UNEXPLAINED)
    if unexplained:
        yield Sentence(
            f"另有 {unexplained.yuan()} 元无法归属，已挂账待人工核查。",
            f"{unexplained.yuan()} yuan nobody is known to bear; a person looks into it.",
        )
    if plan.breaches:
        broken = "; ".join(plan.breaches)
        yield Sentence(
            f"医保返回金额不平衡：{broken}（单位：分）。",
            f"The insurer's own figures contradict each other: {broken} (in fen).",
        )
    if plan.difference:
        more = plan.difference.yuan()
        yield Sentence(
            f"正式结算与预结算相比，患者部分相差 {more} 元，以正式结算为准。",
            f"The settlement moved the patient's part by {more} yuan from the pre-settlement.",
        )


def _deposit(plan: SettlementPlan, cover: Cover | None) -> Iterator[Sentence]:
    if plan.cancelled_at is not None:
        yield Sentence("该结算已撤销。", "This settlement has been cancelled.")
        return
    if cover is None:
        return
    has, short, surplus = cover.deposit.yuan(), cover.short, cover.surplus
    if short:
        yield Sentence(
            f"预交金可用 {has} 元，还差 {short.yuan()} 元，请补缴。",
            f"The deposit holds {has} yuan: {short.yuan()} yuan are missing.",
        )
    elif surplus:
        yield Sentence(
            f"预交金可用 {has} 元，多余 {surplus.yuan()} 元退还患者。",
            f"The deposit holds {has} yuan: {surplus.yuan()} yuan go back to the patient.",
        )
    else:
        yield Sentence(
            f"预交金 {has} 元，正好结清。", f"The deposit of {has} yuan covers it exactly."
        )
