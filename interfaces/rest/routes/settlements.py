"""出院结算, the decisions people take about it, and its cancellation."""

from typing import Literal

from fastapi import APIRouter, Response

from application.settlements.settle_admission import OpenSettlement
from domain.identifiers import AdmissionNo, PlanNo
from domain.plan.plan import Plan
from domain.refunds.plan import RefundPlan
from domain.settlement.cancellation import CancellationPlan
from domain.settlement.plan import SettlementPlan
from domain.settlement.result import ResultPlan
from interfaces.rest.answers import OF_READ, of_write
from interfaces.rest.fields import (
    Input,
    Name,
    Number,
    OptionalName,
    PathNumber,
    Reason,
    Yes,
    example,
)
from interfaces.rest.idempotency import Writing
from interfaces.rest.loading import account_of, plan_of, waiting_of
from interfaces.rest.uses import Given, Uses
from interfaces.rest.views.settlements import (
    Around,
    CancellationView,
    SettlementView,
    cancellation_view,
    settlement_view,
)
from interfaces.rest.waiting import waiting_for

router = APIRouter(prefix="/v1", tags=["settlements"])


class Settle(Input):
    """Which stay, where. `confirmed` agrees in advance to whatever the pre-settlement says."""

    model_config = example({"admission_no": "ZY0001", "point": "window", "operator": "C001"})

    admission_no: Number
    point: Literal["window", "phone", "kiosk", "bedside", "doctor"]
    operator: OptionalName = ""
    posted_by: Literal["platform", "caller"] = "platform"
    confirmed: Yes = False

    def command(self) -> OpenSettlement:
        """What the use case is asked."""
        return OpenSettlement(
            admission_no=AdmissionNo(self.admission_no),
            point=self.point,
            operator=self.operator,
            posted_by=self.posted_by,
            confirmed=self.confirmed,
        )


class Decided(Input):
    """Who decides."""

    model_config = example({"by": "C001"})

    by: Name


class Cancel(Input):
    """Why, who says so, and whether the stay goes on afterwards (2405 at the insurer)."""

    model_config = example({"reason": "费用有误，重新结算", "operator": "C001", "reopen": True})

    reason: Reason
    operator: Name
    reopen: Yes = True


@router.post(
    "/settlements",
    operation_id="openSettlement",
    status_code=201,
    responses=of_write(SettlementView, 201),
)
async def open_settlement(body: Settle, uses: Given, write: Writing) -> Response:
    """Goes as far as it can, usually to the figures somebody has to confirm: see `waiting_for`."""
    return await write(
        lambda claim: uses.settle(body.command(), claim),
        lambda plan: _shown(uses, plan.no),
        created=True,
    )


@router.get("/settlements/{no:number}", operation_id="getSettlement", responses=OF_READ)
async def get_settlement(no: PathNumber, uses: Given) -> SettlementView:
    """Who bears the bill and why, how far it is, what it waits for, what came of it."""
    return await _shown(uses, no)


@router.post(
    "/settlements/{no:number}:confirm",
    operation_id="confirmSettlement",
    responses=of_write(SettlementView, 200),
)
async def confirm(no: PathNumber, body: Decided, uses: Given, write: Writing) -> Response:
    """确认结算 for the figures shown."""
    return await write(
        lambda claim: uses.decide.confirm(PlanNo(no), body.by, claim),
        lambda plan: _shown(uses, plan.no),
    )


@router.post(
    "/settlements/{no:number}:accept-difference",
    operation_id="acceptDifference",
    responses=of_write(SettlementView, 200),
)
async def accept_difference(no: PathNumber, body: Decided, uses: Given, write: Writing) -> Response:
    """接受差额: goes on although the insurer settled differently from its pre-settlement."""
    return await write(
        lambda claim: uses.decide.accept_difference(PlanNo(no), body.by, claim),
        lambda plan: _shown(uses, plan.no),
    )


@router.post(
    "/settlements/{no:number}:resume",
    operation_id="resumeSettlement",
    responses=of_write(SettlementView, 200),
)
async def resume(no: PathNumber, body: Decided, uses: Given, write: Writing) -> Response:
    """重试 the refused step, once its cause is mended."""
    return await write(
        lambda claim: uses.decide.resume(PlanNo(no), body.by, claim),
        lambda plan: _shown(uses, plan.no),
    )


@router.post(
    "/settlements/{no:number}:cancel",
    operation_id="cancelSettlement",
    responses=of_write(SettlementView, 200),
)
async def cancel(no: PathNumber, body: Cancel, uses: Given, write: Writing) -> Response:
    """结算撤销. Answers the settlement with its `cancellation`; 202 while that is under way."""
    return await write(
        lambda claim: uses.cancel(
            PlanNo(no), body.reason, body.operator, reopen=body.reopen, claim=claim
        ),
        lambda plan: _shown(uses, _settlement_no(plan)),
    )


@router.get("/cancellations/{no:number}", operation_id="getCancellation", responses=OF_READ)
async def get_cancellation(no: PathNumber, uses: Given) -> CancellationView:
    """One cancellation."""
    plan = await plan_of(uses, no, CancellationPlan)
    return cancellation_view(plan, await waiting_of(uses, plan))


def _settlement_no(plan: Plan) -> PlanNo:
    return plan.settlement_no if isinstance(plan, CancellationPlan) else plan.no


async def _shown(uses: Uses, no: str) -> SettlementView:
    plan = await plan_of(uses, no, SettlementPlan)
    account = await account_of(uses, plan.admission_no)
    now = uses.clock.now()
    refunds = await uses.store.plans(plan.admission_no, RefundPlan.kind)
    results = await uses.store.plans(plan.admission_no, ResultPlan.kind)
    undoing = await uses.store.plan(plan.withdrawal_no) if plan.withdrawal_no else None
    around = Around(
        account=account,
        waiting=waiting_for(plan, now, account),
        result=next(
            (r for r in results if isinstance(r, ResultPlan) and r.settlement_no == no), None
        ),
        refunds=tuple(
            (refund, waiting_for(refund, now, account))
            for refund in refunds
            if isinstance(refund, RefundPlan) and refund.settlement_no == no
        ),
        cancellation=(undoing, waiting_for(undoing, now, account))
        if isinstance(undoing, CancellationPlan)
        else None,
    )
    return settlement_view(plan, around)
