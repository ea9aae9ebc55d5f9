"""The effects of a refund: the HIS takes it off the deposit, then the money goes."""

from collections.abc import Mapping
from datetime import timedelta

from application.effect import (
    Context,
    Done,
    Effect,
    Outcome,
    RefusedThere,
    StillPending,
    StillUnknown,
    channel_key,
    repeated,
)
from domain.identifiers import AttemptKey
from domain.payments.payment import RefundOrder, RefundState, RefundView
from domain.plan.attempt import Proof, next_ask
from domain.plan.plan import Plan
from domain.refunds.plan import AGREE_WITH_HIS, RETURN_MONEY, RefundPlan
from ports.errors import CallFailed, Refused
from ports.hospital import Hospital, NumberUse
from ports.payment_channels import PaymentChannel

WINDOW_PATIENCE = timedelta(days=1)  # how often a window slip nobody fetched is looked at


class AgreeWithHis(Effect):
    """退预交金 at the HIS: its balance is smaller before any money leaves."""

    name = AGREE_WITH_HIS

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def call(self, context: Context) -> Done:
        plan: RefundPlan = context.plan
        balance = await self._hospital.return_deposit(
            plan.no, plan.lot_no, plan.admission_no, plan.amount, plan.reason
        )
        return Done(balance)

    async def ask(self, context: Context) -> Outcome:
        plan: RefundPlan = context.plan
        try:
            posting = await self._hospital.find(plan.no, NumberUse.DEPOSIT_RETURN)
        except CallFailed as failed:
            return StillUnknown(failed.text)
        if posting.found:
            return Done(posting.deposit_balance, proof=Proof.QUERY)
        return await repeated(lambda: self.call(context))


class ReturnMoney(Effect):
    """原路退回 at the channel, or a slip for the window."""

    name = RETURN_MONEY

    def __init__(self, channels: Mapping[str, PaymentChannel]) -> None:
        self._channels = channels

    async def new_key(self, plan: Plan) -> AttemptKey:
        return channel_key(plan, self.name)

    async def call(self, context: Context) -> Done | StillPending:
        plan: RefundPlan = context.plan
        if plan.at_window:
            return StillPending(context.now + WINDOW_PATIENCE)  # until a cashier has paid it out
        order = RefundOrder(
            key=context.attempt.key,
            payment_key=plan.payment_key,
            amount=plan.amount,
            payment_amount=plan.payment_amount,
            reason=plan.reason,
        )
        outcome = _of_view(await self._channels[plan.channel].refund(order), context)
        if isinstance(outcome, RefusedThere):
            raise Refused(outcome.text, code=outcome.code)
        return outcome

    async def ask(self, context: Context) -> Outcome:
        plan: RefundPlan = context.plan
        if plan.at_window:
            return StillPending(context.now + WINDOW_PATIENCE)
        channel = self._channels[plan.channel]
        try:
            view = await channel.query_refund(context.attempt.key, plan.payment_key)
        except CallFailed as failed:
            return StillUnknown(failed.text)
        if view.state is RefundState.NOT_FOUND:
            return await repeated(lambda: self.call(context))
        return _of_view(view, context)


def refund_outcome(view: RefundView, plan: RefundPlan) -> Done | RefusedThere | StillUnknown | None:
    """What a definite view of a refund means; None while it is under way."""
    if view.state is RefundState.DONE:
        if view.amount != plan.amount:
            return StillUnknown(f"returned {view.amount.fen} fen, ordered {plan.amount.fen}")
        return Done(view, view.their_number, proof=Proof.QUERY)
    if view.state in (RefundState.ABNORMAL, RefundState.CLOSED):
        return RefusedThere(f"refund_{view.state.value}", view.text or view.code)
    return None


def _of_view(view: RefundView, context: Context) -> Done | RefusedThere | StillPending:
    outcome = refund_outcome(view, context.plan)
    if isinstance(outcome, Done | RefusedThere):
        return outcome
    return StillPending(next_ask(context.attempt.asks, context.now))
