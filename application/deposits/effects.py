"""The effects of a deposit top-up: collect the money at a channel, save it at the HIS."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from application.effect import (
    Context,
    Done,
    Effect,
    Outcome,
    ProvenDead,
    StillPending,
    StillUnknown,
    channel_key,
    repeated,
)
from domain.deposits.plan import COLLECT, SAVE_TO_HIS, DepositPlan, OrderOpened
from domain.identifiers import AttemptKey
from domain.payments.payment import PaymentOrder, PaymentState, PaymentView, Product
from domain.plan.attempt import AttemptState, Proof, next_ask
from domain.plan.plan import Plan
from ports.errors import CallFailed, OutcomeUnknown, Refused
from ports.hospital import Hospital, NumberUse
from ports.payment_channels import ChargesCode, PaymentChannel, PaysInApp, PresentsCode

SUBJECT = "住院预交金"
TYPING_SECONDS = 5  # how often a payment code's outcome is asked for (channels.md §1.7.4)


class CollectPayment(Effect):
    """收款 at a payment channel. Cash never comes here: a cashier has it in his hand already."""

    name = COLLECT
    resend = False

    def __init__(self, channels: Mapping[str, PaymentChannel]) -> None:
        self._channels = channels

    async def new_key(self, plan: Plan) -> AttemptKey:
        return channel_key(plan, self.name)

    async def call(self, context: Context) -> Done | StillPending:
        plan: DepositPlan = context.plan
        channel = self._channels[plan.channel]
        order = _order(plan, context)
        first_look = next_ask(0, context.now)
        if plan.product is Product.NATIVE and isinstance(channel, PresentsCode):
            shown = await channel.present_code(order)
            return StillPending(first_look, OrderOpened(code_url=shown.code_url))
        if plan.product is Product.IN_APP and isinstance(channel, PaysInApp):
            opened = await channel.open_in_app(order)
            return StillPending(first_look, OrderOpened(in_app=opened.parameters))
        if plan.product is Product.PAYMENT_CODE and isinstance(channel, ChargesCode):
            if not order.auth_code:
                raise Refused("the payment code is not at hand any more", code="code_needed")
            try:
                return _of_code(await channel.charge_code(order), plan, context)
            except Refused:
                await _revoke(self._channels[plan.channel], order)
                raise
        raise Refused(f"{plan.channel} does not offer {plan.product}", code="unknown_channel")

    async def ask(self, context: Context) -> Outcome:
        plan: DepositPlan = context.plan
        channel = self._channels[plan.channel]
        try:
            view = await channel.query(context.attempt.key, plan.product)
            if view.state is PaymentState.PAID:
                return paid(view, plan, Proof.QUERY)
            if view.state is PaymentState.RETURNED:
                return ProvenDead(Proof.QUERY, view.text or "given back at the channel", "returned")
            if view.state is PaymentState.CLOSED:
                return ProvenDead(Proof.CLOSED, view.text or "closed at the channel", "expired")
            if view.state is not PaymentState.FAILED and context.now < self._deadline(context):
                return await self._wait(view, context)
            return await self._end(channel, plan, context, view)
        except CallFailed as failed:
            return StillUnknown(failed.text)

    def _deadline(self, context: Context) -> datetime:
        plan: DepositPlan = context.plan
        if plan.product is not Product.PAYMENT_CODE:
            return plan.expires_at
        return _called_at(context) + self._code_lasts(plan)

    def _code_lasts(self, plan: DepositPlan) -> timedelta:
        return self._channels[plan.channel].capabilities.payment_code_lasts

    def _never_arrived(self, context: Context) -> bool:
        """Whether an order the channel does not know is gone for good: it never answered for it,
        and a request still on its way would meet an expired order, or a code long since expired."""
        plan: DepositPlan = context.plan
        if context.attempt.state is not AttemptState.IN_DOUBT:
            return False
        if plan.product is not Product.PAYMENT_CODE:
            return context.now >= plan.expires_at
        return context.now >= _called_at(context) + 2 * self._code_lasts(plan)

    async def _wait(self, view: PaymentView, context: Context) -> Outcome:
        plan: DepositPlan = context.plan
        lost_order = context.attempt.state is not AttemptState.PENDING and not (
            plan.code_url or plan.in_app
        )
        if lost_order and plan.product is not Product.PAYMENT_CODE:
            # The patient never got the code: the same order again, under the same number.
            return await repeated(lambda: self.call(context))
        if plan.product is Product.PAYMENT_CODE:
            again = context.now + timedelta(seconds=TYPING_SECONDS)
            if view.state is PaymentState.NOT_FOUND:
                return StillUnknown("the channel does not know the order yet")
            return StillPending(again)
        return StillPending(min(next_ask(context.attempt.asks, context.now), plan.expires_at))

    async def _end(
        self, channel: PaymentChannel, plan: DepositPlan, context: Context, view: PaymentView
    ) -> Outcome:
        """Nothing is expired by our clock alone: the channel is told to end the order first."""
        ended = await channel.close(context.attempt.key, plan.product)
        if ended.state is PaymentState.PAID:
            return paid(ended, plan, Proof.QUERY)
        gone = ended.state is PaymentState.NOT_FOUND and self._never_arrived(context)
        if gone or ended.state in (PaymentState.CLOSED, PaymentState.RETURNED):
            why = "payment_failed" if view.state is PaymentState.FAILED else "expired"
            return ProvenDead(Proof.CLOSED, view.text or ended.text or why, view.code or why)
        return StillUnknown(f"the channel still says {ended.state.value}")


async def _revoke(channel: PaymentChannel, order: PaymentOrder) -> None:
    """撤销 after a refused code: the channel may keep an order that failed (channels §1.7.4)."""
    try:
        ended = await channel.close(order.key, Product.PAYMENT_CODE)
    except CallFailed as failed:
        raise OutcomeUnknown(f"refused, not revoked yet: {failed.text}") from failed
    if ended.state is PaymentState.PAID:
        raise OutcomeUnknown("refused, and then the channel says that it is paid")


def _called_at(context: Context) -> datetime:
    return context.attempt.called_at or context.attempt.planned_at


def _order(plan: DepositPlan, context: Context) -> PaymentOrder:
    return PaymentOrder(
        key=context.attempt.key,
        amount=plan.amount,
        subject=SUBJECT,
        expires_at=plan.expires_at,
        openid=plan.openid,
        auth_code=context.hand.auth_code,
        terminal=plan.terminal,
    )


def paid(view: PaymentView, plan: DepositPlan, proof: Proof) -> Done | StillUnknown:
    """Paid, if it is our amount; another amount is nobody's payment until a person has looked."""
    if view.amount != plan.amount:
        return StillUnknown(f"paid {view.amount.fen} fen, ordered {plan.amount.fen}")
    return Done(view, view.their_number, proof=proof)


def _of_code(view: PaymentView, plan: DepositPlan, context: Context) -> Done | StillPending:
    if view.state is PaymentState.PAID:
        outcome = paid(view, plan, Proof.ANSWER)
        if isinstance(outcome, Done):
            return outcome
        raise OutcomeUnknown(outcome.text, code="amount_differs")
    return StillPending(context.now + timedelta(seconds=TYPING_SECONDS))


class SaveToHis(Effect):
    """预交金入账 at the HIS."""

    name = SAVE_TO_HIS

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def call(self, context: Context) -> Done:
        plan: DepositPlan = context.plan
        saved = await self._hospital.save_deposit(
            plan.no,
            plan.admission_no,
            plan.amount,
            plan.channel,
            plan.channel_number,
            plan.paid_at or context.now,
        )
        return Done(saved.his_deposit_no, saved.his_deposit_no)

    async def ask(self, context: Context) -> Outcome:
        plan: DepositPlan = context.plan
        try:
            posting = await self._hospital.find(plan.no, NumberUse.DEPOSIT)
        except CallFailed as failed:
            return StillUnknown(failed.text)
        if posting.found:
            return Done(posting.his_deposit_no, posting.his_deposit_no, proof=Proof.QUERY)
        return await repeated(lambda: self.call(context))
