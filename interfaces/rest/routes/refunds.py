"""退押金 at somebody's request, and window slips paid out. A surplus comes by itself."""

from fastapi import APIRouter, Response

from domain.identifiers import AdmissionNo, PlanNo
from domain.money import Money
from domain.plan.plan import Plan
from domain.refunds.plan import RefundPlan
from interfaces.rest.answers import OF_READ, of_write
from interfaces.rest.fields import Fen, Input, Name, Number, PathNumber, Reason, example
from interfaces.rest.idempotency import Writing
from interfaces.rest.loading import plan_of, waiting_of
from interfaces.rest.uses import Given, Uses
from interfaces.rest.views.refunds import RefundView, refund_view

router = APIRouter(prefix="/v1/refunds", tags=["refunds"])


class Refund(Input):
    """How much of which payment goes back, why, and who says so."""

    model_config = example(
        {
            "admission_no": "ZY0001",
            "deposit_no": "DP20260102030405ABCDEFGH",
            "amount_fen": 5000,
            "reason": "患者申请退款",
            "operator": "C001",
        }
    )

    admission_no: Number
    deposit_no: Number
    amount_fen: Fen
    reason: Reason
    operator: Name


class PayOut(Input):
    """At which window, by whom."""

    model_config = example({"terminal": "W01", "operator": "C001"})

    terminal: Name
    operator: Name


@router.post("", operation_id="openRefund", status_code=201, responses=of_write(RefundView, 201))
async def open_refund(body: Refund, uses: Given, write: Writing) -> Response:
    """202: the channel is giving it back, or it waits at the window."""
    return await write(
        lambda claim: uses.refund(
            AdmissionNo(body.admission_no),
            PlanNo(body.deposit_no),
            Money(body.amount_fen),
            body.reason,
            body.operator,
            claim,
        ),
        lambda plan: _shown(uses, plan),
        created=True,
    )


@router.get("/{no:number}", operation_id="getRefund", responses=OF_READ)
async def get_refund(no: PathNumber, uses: Given) -> RefundView:
    """One refund."""
    return await _shown(uses, await plan_of(uses, no, RefundPlan))


@router.post(
    "/{no:number}:pay-out", operation_id="payOutRefund", responses=of_write(RefundView, 200)
)
async def pay_out(no: PathNumber, body: PayOut, uses: Given, write: Writing) -> Response:
    """窗口退款: the cashier has handed the cash out."""
    return await write(
        lambda claim: uses.pay_out(PlanNo(no), body.terminal, body.operator, claim),
        lambda plan: _shown(uses, plan),
    )


async def _shown(uses: Uses, plan: Plan) -> RefundView:
    refund = await plan_of(uses, plan.no, RefundPlan)
    return refund_view(refund, await waiting_of(uses, refund))
