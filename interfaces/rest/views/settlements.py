"""结算 and 结算撤销: who bears the bill, how far it is, what came of it, and why."""

from dataclasses import dataclass

from domain.money import ZERO, Money
from domain.plan.plan import PlanState
from domain.plan.shares import Payer
from domain.refunds.plan import RefundPlan
from domain.settlement.cancellation import CancellationPlan
from domain.settlement.cover import Cover, cover_of
from domain.settlement.explain import explain
from domain.settlement.plan import SettlementPlan
from domain.settlement.result import ResultPlan
from domain.visits.patient_account import PatientAccount
from interfaces.rest.views.figures import FiguresView, figures_view
from interfaces.rest.views.plans import Instant, PlanView, View, plan_fields
from interfaces.rest.views.refunds import RefundView, refund_view
from interfaces.rest.waiting import Waiting


class BillView(View):
    """待结算账单 as the HIS locked it, and what of it the insurer has. `list_path`: its 清单."""

    bill_no: str
    total_fen: int
    charge_count: int
    list_path: str
    uploaded_fen: int
    excluded_fen: int


class ShareView(View):
    """One payer's part and the step that brings it in. The shares sum to the bill."""

    payer: Payer
    amount_fen: int
    funded_by: str


class CoverView(View):
    """押金与应付的差额. `topped_up`: 自费补缴, what came in since the bill was locked."""

    due_fen: int
    deposit_fen: int
    short_fen: int
    surplus_fen: int
    topped_up_fen: int


class ResultView(View):
    """结算结果: the HIS's own word with guidance for leaving. `agrees`: its money is ours."""

    no: str
    receipt_no: str
    result_text: str
    guidance: list[str]
    his_total_fen: int
    his_deposit_applied_fen: int
    his_deposit_balance_fen: int
    agrees: bool


class ExplanationView(View):
    """Who pays how much and why, sentence by sentence."""

    zh: list[str]
    en: list[str]


class CancellationView(PlanView):
    """结算撤销; `reversal` is the insurer's negative settlement."""

    settlement_no: str
    reason: str
    operator: str
    was_posted: bool
    returned_to_deposit_fen: int
    reversal: FiguresView | None
    red_receipt_no: str
    his_cancelled_at: Instant | None


class SettlementView(PlanView):
    """One settlement with everything that belongs to it."""

    insured: bool
    point: str
    operator: str
    posted_by: str
    confirmed_by: str
    difference_accepted_by: str
    resettles: str | None
    bill: BillView | None
    shares: list[ShareView]
    pre_settled: FiguresView | None
    his_confirmed_at: Instant | None
    settled: FiguresView | None
    breaches: list[str]
    due_fen: int | None
    cover: CoverView | None
    difference_fen: int
    receipt_no: str
    posted_at: Instant | None
    result: ResultView | None
    refunds: list[RefundView]
    cancellation: CancellationView | None
    cancelled_at: Instant | None
    explanation: ExplanationView


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What belongs to a settlement and is kept elsewhere, with what each of it waits for."""

    account: PatientAccount
    waiting: Waiting | None
    result: ResultPlan | None
    refunds: tuple[tuple[RefundPlan, Waiting | None], ...]
    cancellation: tuple[CancellationPlan, Waiting | None] | None


def settlement_view(plan: SettlementPlan, around: Around) -> SettlementView:
    """A settlement as it stands."""
    cover = _cover(plan, around.account)
    sentences = explain(plan, cover)
    return SettlementView(
        **plan_fields(plan, around.waiting),
        insured=plan.insured,
        point=plan.point,
        operator=plan.operator,
        posted_by=plan.posted_by,
        confirmed_by=plan.confirmed_by,
        difference_accepted_by=plan.difference_accepted_by,
        resettles=plan.resettles,
        bill=_bill(plan),
        shares=[
            ShareView(payer=share.payer, amount_fen=share.amount.fen, funded_by=share.funded_by)
            for share in plan.shares
        ],
        pre_settled=plan.pre_settled and figures_view(plan.pre_settled),
        his_confirmed_at=plan.his_confirmed_at,
        settled=plan.settled and figures_view(plan.settled),
        breaches=list(plan.breaches),
        due_fen=plan.due.fen if plan.priced else None,
        cover=cover and _cover_view(cover, plan.his_deposit_balance),
        difference_fen=plan.difference.fen,
        receipt_no=plan.receipt_no,
        posted_at=plan.posted_at,
        result=_result(around.result),
        refunds=[refund_view(refund, waiting) for refund, waiting in around.refunds],
        cancellation=around.cancellation and cancellation_view(*around.cancellation),
        cancelled_at=plan.cancelled_at,
        explanation=ExplanationView(zh=[s.zh for s in sentences], en=[s.en for s in sentences]),
    )


def _cover(plan: SettlementPlan, account: PatientAccount) -> Cover | None:
    """Live: the deposit as it is now. Posted: as it was then. Given up: none."""
    if not plan.priced:
        return None
    if plan.posted_at is not None:
        return cover_of(plan.applied, plan.applied + plan.surplus)
    return plan.cover(account) if plan.live else None


def _cover_view(cover: Cover, at_lock: Money) -> CoverView:
    return CoverView(
        due_fen=cover.due.fen,
        deposit_fen=cover.deposit.fen,
        short_fen=cover.short.fen,
        surplus_fen=cover.surplus.fen,
        topped_up_fen=max(cover.deposit - at_lock, ZERO).fen,
    )


def _bill(plan: SettlementPlan) -> BillView | None:
    if not plan.bill_no:
        return None
    return BillView(
        bill_no=plan.bill_no,
        total_fen=plan.bill_total.fen,
        charge_count=plan.charge_count,
        list_path=f"/v1/admissions/{plan.admission_no}/charges",
        uploaded_fen=plan.uploaded.fen,
        excluded_fen=plan.excluded.fen,
    )


def _result(plan: ResultPlan | None) -> ResultView | None:
    if plan is None or plan.state is not PlanState.FINISHED:
        return None
    return ResultView(
        no=plan.no,
        receipt_no=plan.receipt_no,
        result_text=plan.result_text,
        guidance=list(plan.guidance),
        his_total_fen=plan.his_total.fen,
        his_deposit_applied_fen=plan.his_deposit_applied.fen,
        his_deposit_balance_fen=plan.his_deposit_balance.fen,
        agrees=plan.agrees,
    )


def cancellation_view(plan: CancellationPlan, waiting: Waiting | None) -> CancellationView:
    """A cancellation as it stands."""
    return CancellationView(
        **plan_fields(plan, waiting),
        settlement_no=plan.settlement_no,
        reason=plan.reason,
        operator=plan.operator,
        was_posted=plan.was_posted,
        returned_to_deposit_fen=plan.applied.fen if plan.his_cancelled_at else 0,
        reversal=plan.reversal and figures_view(plan.reversal),
        red_receipt_no=plan.red_receipt_no,
        his_cancelled_at=plan.his_cancelled_at,
    )
