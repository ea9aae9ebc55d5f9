"""预交金: a top-up, and the payment that brings it in."""

from domain.deposits.plan import COLLECT, DepositPlan
from domain.payments.payment import Product
from domain.plan.step import StepState
from interfaces.rest.views.plans import (
    AttemptView,
    Instant,
    PlanView,
    View,
    attempt_view,
    plan_fields,
)
from interfaces.rest.waiting import Waiting


class DepositView(PlanView):
    """One top-up. The patient scans `code_url`; the wallet's page is given `in_app`."""

    amount_fen: int
    channel: str
    product: Product
    terminal: str
    operator: str
    expires_at: Instant
    code_url: str
    in_app: dict[str, str]
    payment_no: str | None
    paid_at: Instant | None
    channel_number: str
    his_deposit_no: str
    saved_at: Instant | None


class DepositsView(View):
    """The top-ups of a stay, oldest first."""

    items: list[DepositView]


class PaymentView(View):
    """The collect step of a top-up, as the channel knows it."""

    deposit_no: str
    payment_no: str | None
    channel: str
    product: Product
    amount_fen: int
    state: StepState
    code_url: str
    in_app: dict[str, str]
    expires_at: Instant
    paid_at: Instant | None
    channel_number: str
    attempts: list[AttemptView]


def deposit_view(plan: DepositPlan, waiting: Waiting | None) -> DepositView:
    """A top-up as it stands."""
    return DepositView(
        **plan_fields(plan, waiting),
        amount_fen=plan.amount.fen,
        channel=plan.channel,
        product=plan.product,
        terminal=plan.terminal,
        operator=plan.operator,
        expires_at=plan.expires_at,
        code_url=plan.code_url,
        in_app=plan.in_app,
        payment_no=plan.payment_key,
        paid_at=plan.paid_at,
        channel_number=plan.channel_number,
        his_deposit_no=plan.his_deposit_no,
        saved_at=plan.saved_at,
    )


def payment_view(plan: DepositPlan) -> PaymentView:
    """Its payment as it stands."""
    collect = plan.step(COLLECT)
    return PaymentView(
        deposit_no=plan.no,
        payment_no=plan.payment_key,
        channel=plan.channel,
        product=plan.product,
        amount_fen=plan.amount.fen,
        state=collect.state,
        code_url=plan.code_url,
        in_app=plan.in_app,
        expires_at=plan.expires_at,
        paid_at=plan.paid_at,
        channel_number=plan.channel_number,
        attempts=[attempt_view(attempt) for attempt in collect.attempts],
    )
