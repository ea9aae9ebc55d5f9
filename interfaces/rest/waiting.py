"""What a plan waits for: one closed set of codes, each with words for patient and cashier.

The codes come from `Plan.next_action`. What an outside system gives as the reason of a refusal is
its own business and open-ended: it is told as `<effect>_refused`, with its words in `reason`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.deposits.plan import COLLECT
from domain.plan.action import AskAgain, AskAPerson, Call, Finish
from domain.plan.plan import Plan
from domain.plan.step import StepState
from domain.refunds.plan import RETURN_MONEY, RefundPlan
from domain.settlement.steps import (
    POST_TO_HIS,
)
from domain.visits.patient_account import PatientAccount

# Refusals that the core itself words; every other one is the other side's.
OUR_REFUSALS = frozenset({"line_refused", "cancelled_by_his", "not_registered"})


@dataclass(frozen=True, slots=True)
class Words:
    """For patient and cashier, and for whoever reads the API."""

    text_zh: str
    reason: str


WORDS: Mapping[str, Words] = {
    # somebody outside has to act
    "confirmation": Words("请确认结算金额", "somebody has to agree to the figures shown"),
    "deposit_short": Words("预交金不足，请补缴", "the deposit does not cover what is due"),
    "payment": Words("请在有效期内完成支付", "the patient has not paid yet"),
    "pay_out": Words("请到窗口领取退款", "a cashier has to pay the refund out"),
    "posting": Words("等待医院系统入账", "the HIS has to say that it posted"),
    # nothing to do but wait
    "withdrawing": Words("结算正在撤销", "a cancellation is undoing it"),
    "outside_unreachable": Words("对方系统暂时无法连接，系统将自动重试", "to be sent again"),
    "calling": Words("正在办理，请稍候", "a call is under way"),
    "pending": Words("对方系统正在处理，请稍候", "the other side is working on it"),
    "in_doubt": Words(
        "正在核实办理结果，请勿重复操作", "what became of the call is being found out"
    ),
    "due": Words("即将办理，请稍候", "it goes on by itself"),
    # a person has to decide
    "totals_disagree": Words("医院账单与医保上传费用不一致，请联系窗口", "the totals disagree"),
    "settled_differently": Words("医保结算与预结算金额不一致，请确认", "accept it, or cancel"),
    "posting_silent": Words("医院系统未确认入账，请联系窗口", "the HIS did not say that it posted"),
    "not_insured": Words("未查到有效参保信息，请到医保窗口咨询", "no coverage in force"),
    "not_entitled": Words("当前不能享受医保待遇，请到医保窗口咨询", "no fund grants a benefit"),
    "attempts_exhausted": Words("多次办理未成功，请联系窗口", "it failed too often"),
    "line_refused": Words("医保拒收部分费用，请联系窗口处理", "the insurer refuses a charge"),
    "cancelled_by_his": Words("医院系统已取消入账，请联系窗口", "the HIS will not post"),
    "not_registered": Words("尚未办理医保入院登记", "the stay is not registered with the insurer"),
    # somebody said no, by effect
    "collect_refused": Words("支付未成功，请重新支付", "the channel refused the payment"),
    "save_to_his_refused": Words("预交金入账失败，款项已收到，请联系窗口", "the HIS refused it"),
    "agree_with_his_refused": Words("医院系统不同意退款，请联系窗口", "the HIS refused it"),
    "return_money_refused": Words("原路退款失败，请到窗口办理", "another route is needed"),
    "identify_refused": Words("医保身份读取失败，请重新读卡或扫码", "the insurer refused it"),
    "check_entitlement_refused": Words("医保待遇检查未通过", "the insurer refused it"),
    "register_admission_refused": Words("医保入院登记未成功，请联系窗口", "the insurer refused it"),
    "withdraw_charges_refused": Words("医保费用撤销未成功，请联系窗口", "the insurer refused it"),
    "withdraw_registration_refused": Words(
        "医保登记撤销未成功，请联系窗口", "the insurer refused it"
    ),
    "change_registration_refused": Words(
        "医保住院信息变更未成功，请联系窗口", "the insurer refused it"
    ),
    "upload_batch_refused": Words("医保费用上传未成功，请联系窗口", "the insurer refused it"),
    "withdraw_charge_refused": Words("医保费用撤销未成功，请联系窗口", "the insurer refused it"),
    "lock_bill_refused": Words("医院账单暂不能结算，请联系窗口", "the HIS refused it"),
    "upload_charges_refused": Words("费用上传未完成，请联系窗口", "the charges are not complete"),
    "register_discharge_refused": Words("医保出院登记未成功，请联系窗口", "the insurer refused it"),
    "pre_settle_refused": Words("医保预结算未成功，请联系窗口", "the insurer refused it"),
    "confirm_with_his_refused": Words("医院系统未确认预结算结果，请联系窗口", "the HIS refused it"),
    "settle_insurance_refused": Words("医保结算未成功，请联系窗口", "the insurer refused it"),
    "post_to_his_refused": Words("医院结算入账未成功，请联系窗口", "the HIS refused it"),
    "lock_for_cancellation_refused": Words("医院系统不允许撤销，请联系窗口", "the HIS refused it"),
    "cancel_insurance_refused": Words("医保结算撤销未成功，请联系窗口", "the insurer refused it"),
    "cancel_at_his_refused": Words("医院结算撤销未成功，请联系窗口", "the HIS refused it"),
    "undo_discharge_refused": Words("医保出院登记作废未成功，请联系窗口", "the insurer refused it"),
    "unlock_bill_refused": Words("医院账单解锁未成功，请联系窗口", "the HIS refused it"),
    "ask_his_result_refused": Words("结算结果查询未成功，请联系窗口", "the HIS refused it"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a live plan rests, and until when if a time is known."""

    code: str
    reason: str
    text_zh: str
    until: datetime | None


def waiting_for(plan: Plan, now: datetime, account: PatientAccount) -> Waiting | None:
    """What the plan waits for now; None when it has ended."""
    action = plan.next_action(now, account)
    if isinstance(action, Finish):
        return None
    if isinstance(action, Call):
        return _waiting("due")
    if isinstance(action, AskAgain):
        return _waiting(_under_way(plan, action.effect), until=action.at)
    if isinstance(action, AskAPerson):
        return _waiting(_decision(plan, action), action.reason)
    return _waiting(action.reason, until=action.until)


def _under_way(plan: Plan, effect: str) -> str:
    state = plan.step(effect).state
    if state is not StepState.PENDING:
        return state.value
    if isinstance(plan, RefundPlan) and effect == RETURN_MONEY and plan.at_window:
        return "pay_out"
    return {COLLECT: "payment", POST_TO_HIS: "posting"}.get(effect, "pending")


def _decision(plan: Plan, asked: AskAPerson) -> str:
    step = next(step for step in plan.steps if not step.settled)
    if step.state is not StepState.REFUSED or asked.code in OUR_REFUSALS:
        return asked.code
    return f"{step.effect}_refused"


def _waiting(code: str, reason: str = "", until: datetime | None = None) -> Waiting:
    words = WORDS[code]
    return Waiting(code, reason or words.reason, words.text_zh, until)
