"""The HIS leads: it posts by itself and says how that ended (ConfirmPosting, CancelPosting)."""

from datetime import datetime

from application.advance_plan import AdvancePlan
from application.effect import Done, RefusedThere
from application.settlements.cancel_settlement import CancelSettlement
from domain.errors import Conflict, NotFound
from domain.identifiers import PlanNo
from domain.money import ZERO
from domain.plan.attempt import Proof
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
        posted = Posted(receipt_no=receipt_no, posted_at=posted_at, deposit_balance=ZERO)
        done = Done(posted, receipt_no, proof=Proof.NOTICE)
        await self._advance.conclude(no, POST_TO_HIS, plan.step(POST_TO_HIS).live.key, done)
        return await self._advance(no)

    async def cancel(self, no: PlanNo, reason: str) -> Plan:
        """The HIS has not posted and will not: the insurer's part is undone. Returns that order."""
        plan = await self._waiting(no)
        if plan.is_done(POST_TO_HIS):
            raise Conflict(f"{no} is posted under receipt {plan.receipt_no}: cancel the settlement")
        if plan.withdrawal_no is None:
            refused = RefusedThere("cancelled_by_his", reason, Proof.NOTICE)
            key = plan.step(POST_TO_HIS).live.key
            await self._advance.conclude(no, POST_TO_HIS, key, refused)
        return await self._cancel(no, reason, "HIS")

    async def _waiting(self, no: PlanNo) -> SettlementPlan:
        plan = await self._store.plan(no)
        if not isinstance(plan, SettlementPlan) or plan.posted_by != "caller":
            raise NotFound(f"no settlement {no} is posted by its caller", field="settlement_no")
        if not plan.step(POST_TO_HIS).attempts:
            raise Conflict(f"{no} does not wait for a posting yet")
        return plan
