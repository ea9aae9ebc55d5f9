"""Takes a payment channel's notification (支付/退款回调): kept, verified, compared, concluded."""

from collections.abc import Mapping

from application.advance_plan import AdvancePlan
from application.deposits.effects import paid
from application.effect import Done, RefusedThere, StillUnknown
from application.refunds.effects import refund_outcome
from domain.deposits.plan import COLLECT, DepositPlan
from domain.errors import InvalidAmount, NotFound, SignatureInvalid, UnknownChannel
from domain.payments.payment import PaymentNotice, PaymentState, RefundNotice
from domain.plan.attempt import Proof
from domain.plan.plan import Plan
from domain.refunds.plan import RETURN_MONEY, RefundPlan
from ports.payment_channels import NoticeForged, PaymentChannel
from ports.store import Store


class TakeNotice:
    """Twenty deliveries of one notification, in any order, on any replica, are one."""

    def __init__(
        self, store: Store, channels: Mapping[str, PaymentChannel], advance: AdvancePlan
    ) -> None:
        self._store = store
        self._channels = channels
        self._advance = advance

    async def __call__(self, channel_name: str, headers: Mapping[str, str], body: bytes) -> None:
        """Returns when the notification may be acknowledged; raises when it must be sent again."""
        channel = self._channels.get(channel_name)
        if channel is None:
            raise UnknownChannel(f"{channel_name!r} is not opened here")
        try:
            notice = channel.read_notice(headers, body)
        except NoticeForged as forged:
            await self._store.keep_notice(channel_name, headers, body, f"forged: {forged}", "")
            raise SignatureInvalid(f"the notification is not genuine: {forged.reason}") from forged
        found = await self._store.plan_of_key(notice.key)
        plan = await self._store.plan(found[0]) if found else None
        verdict = "verified" if plan else "unknown_order"
        await self._store.keep_notice(channel_name, headers, body, verdict, notice.key)
        if plan is None:
            raise NotFound(f"no order of ours goes by {notice.key}")
        await self._conclude(plan, notice)
        await self._advance(plan.no)

    def algorithm_of(self, channel_name: str) -> str:
        """How that channel signs its notifications; empty for one that is not opened here."""
        channel = self._channels.get(channel_name)
        return channel.capabilities.notice_algorithm if channel else ""

    async def _conclude(self, plan: Plan, notice: PaymentNotice | RefundNotice) -> None:
        """A definite, matching notice concludes the attempt; another amount than ours is not
        acknowledged; anything else only wakes the plan."""
        if isinstance(notice, PaymentNotice) and isinstance(plan, DepositPlan):
            if notice.view.state is PaymentState.PAID:
                outcome = _of_our_amount(paid(notice.view, plan, Proof.NOTICE))
                await self._advance.conclude(plan.no, COLLECT, notice.key, outcome)
        elif isinstance(notice, RefundNotice) and isinstance(plan, RefundPlan):
            back = refund_outcome(notice.view, plan)
            if back is not None:
                outcome = _of_our_amount(back)
                await self._advance.conclude(plan.no, RETURN_MONEY, notice.key, outcome)


def _of_our_amount(found: Done | RefusedThere | StillUnknown) -> Done | RefusedThere:
    if isinstance(found, StillUnknown):
        raise InvalidAmount(f"the notification is not about our amount: {found.text}")
    return found
