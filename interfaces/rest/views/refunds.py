"""退款: money on its way back, along its route or at a window."""

from typing import Literal

from domain.refunds.plan import RETURN_MONEY, RefundPlan
from interfaces.rest.views.plans import Instant, PlanView, plan_fields
from interfaces.rest.waiting import Waiting


class RefundView(PlanView):
    """One refund of (part of) one top-up; with `settlement_no` it is that one's surplus."""

    deposit_no: str
    amount_fen: int
    channel: str
    returned_at: Instant | None
    returned_through: Literal["channel", "window"]
    reason: str
    settlement_no: str | None
    payment_no: str
    refund_no: str | None
    channel_number: str
    operator: str
    terminal: str
    agreed_at: Instant | None
    sent_at: Instant | None


def refund_view(plan: RefundPlan, waiting: Waiting | None) -> RefundView:
    """A refund as it stands."""
    last = plan.step(RETURN_MONEY).last
    return RefundView(
        **plan_fields(plan, waiting),
        deposit_no=plan.lot_no,
        amount_fen=plan.amount.fen,
        channel=plan.channel,
        returned_at=plan.returned_at,
        returned_through="window" if plan.at_window else "channel",
        reason=plan.reason,
        settlement_no=plan.settlement_no,
        payment_no=plan.payment_key,
        refund_no=last.key if last else None,
        channel_number=plan.channel_number,
        operator=plan.operator,
        terminal=plan.terminal,
        agreed_at=plan.agreed_at,
        sent_at=plan.sent_at,
    )
