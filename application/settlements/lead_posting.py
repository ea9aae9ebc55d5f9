"""The HIS leads: it posts by itself and says how that ended (ConfirmPosting, CancelPosting)."""

from datetime import datetime

from application.advance_plan import AdvancePlan
from application.commit import changes_of
from application.effect import Done, RefusedThere, own_key
from application.settlements.cancel_settlement import CancelSettlement
from domain.errors import Conflict, NotFound
from domain.identifiers import AttemptKey, PlanNo
from domain.money import ZERO
from domain.plan.attempt import CALL_LIMIT, Proof
from domain.plan.plan import Plan
from domain.settlement.his_record import Posted
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import (
    POST_TO_HIS,
)
from ports.clock import Clock
from ports.store import Store


class LeadPosting:
    """Takes the HIS's word on a settlement it posts itself."""

    def __init__(
        self, store: Store, clock: Clock, advance: AdvancePlan, cancel: CancelSettlement
    ) -> None:
        self._store = store
        self._clock = clock
        self._advance = advance
        self._cancel = cancel

    async def confirm(self, no: PlanNo, receipt_no: str, posted_at: datetime) -> Plan:
        """The HIS has posted. Confirming again with the same receipt changes nothing."""
        plan = await self._waiting(no)
        if plan.is_done(POST_TO_HIS):
            if plan.receipt_no != receipt_no:
                raise Conflict(
                    f"{no} is posted under receipt {plan.receipt_no}", field="receipt_no"
                )
            return plan
        if plan.withdrawal_no is not None:
            raise Conflict(f"{no} is being cancelled by {plan.withdrawal_no}")
        posted = Posted(receipt_no=receipt_no, posted_at=posted_at, deposit_balance=ZERO)
        done = Done(posted, receipt_no, proof=Proof.NOTICE)
        key = _awaited(plan) or await self._taken_up_again(plan)
        await self._advance.conclude(no, POST_TO_HIS, key, done)
        return await self._advance(no)

    async def cancel(self, no: PlanNo, reason: str) -> Plan:
        """The HIS has not posted and will not: the insurer's part is undone. Returns that order."""
        plan = await self._waiting(no)
        if plan.is_done(POST_TO_HIS):
            raise Conflict(f"{no} is posted under receipt {plan.receipt_no}: cancel the settlement")
        if plan.withdrawal_no is None:
            refused = RefusedThere("cancelled_by_his", reason, Proof.NOTICE)
            key = _awaited(plan)
            if key is not None:
                await self._advance.conclude(no, POST_TO_HIS, key, refused)
        return await self._cancel(no, reason, "HIS")

    async def _waiting(self, no: PlanNo) -> SettlementPlan:
        plan = await self._store.plan(no)
        if not isinstance(plan, SettlementPlan) or plan.posted_by != "caller":
            raise NotFound(f"no settlement {no} is posted by its caller", field="settlement_no")
        if not plan.step(POST_TO_HIS).attempts:
            raise Conflict(f"{no} does not wait for a posting yet")
        return plan

    async def _taken_up_again(self, plan: SettlementPlan) -> AttemptKey:
        """A HIS that was taken for silent has posted all the same: an attempt of its own."""
        now = self._clock.now()
        account = await self._store.account(plan.admission_no)
        if account is None:
            raise NotFound(f"there is no account of {plan.admission_no}")
        key = own_key(plan, POST_TO_HIS)
        begun, caused = plan.begin(POST_TO_HIS, key, now).on_begun(POST_TO_HIS, now, account)
        changes = await changes_of(self._store, begun, caused, now, next_due=now + CALL_LIMIT)
        changes.keys.append((key, plan.no, POST_TO_HIS))
        await self._store.commit(changes)
        return key


def _awaited(plan: SettlementPlan) -> AttemptKey | None:
    """The attempt that waits for the HIS's word; None after its silence."""
    last = plan.step(POST_TO_HIS).last
    return last.key if last is not None and not last.ended else None
