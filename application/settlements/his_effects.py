"""The effects of settlements and cancellations at the HIS. All of them repeat under our number."""

from datetime import timedelta

from application.effect import (
    Context,
    Done,
    Effect,
    Outcome,
    ProvenDead,
    StillPending,
    StillUnknown,
    repeated,
)
from domain.identifiers import PlanNo
from domain.plan.attempt import Proof, next_ask
from domain.settlement.cancellation import (
    CANCEL_AT_HIS,
    LOCK_FOR_CANCELLATION,
    UNLOCK_BILL,
    CancellationPlan,
)
from domain.settlement.his_record import Posted, Posting
from domain.settlement.plan import SettlementPlan
from domain.settlement.result import ASK_HIS_RESULT, ResultPlan
from domain.settlement.steps import (
    CONFIRM_WITH_HIS,
    LOCK_BILL,
    POST_TO_HIS,
)
from ports.errors import CallFailed, OutcomeUnknown, Refused
from ports.hospital import BillFigures, Hospital, LockPurpose, NumberUse


class LockBill(Effect):
    """锁定账单."""

    name = LOCK_BILL

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def call(self, context: Context) -> Done:
        plan: SettlementPlan = context.plan
        bill = await self._hospital.lock(plan.no, plan.admission_no, LockPurpose.SETTLE)
        return Done(bill, bill.bill_no)

    async def ask(self, context: Context) -> Outcome:
        return await repeated(lambda: self.call(context))


class ConfirmWithHis(Effect):
    """预结算结果回传 HIS 确认."""

    name = CONFIRM_WITH_HIS

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def call(self, context: Context) -> Done:
        return Done(await self._hospital.confirm_pre_settlement(figures_of(context.plan)))

    async def ask(self, context: Context) -> Outcome:
        return await repeated(lambda: self.call(context))


class PostToHis(Effect):
    """结算入账: by us, or by a HIS that leads and tells us how it ended."""

    name = POST_TO_HIS

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def call(self, context: Context) -> Done | StillPending:
        plan: SettlementPlan = context.plan
        if plan.posted_by == "caller":
            return StillPending(context.now + plan.rules.posting_patience)
        posted = await self._hospital.post_settlement(figures_of(plan), plan.operator)
        return Done(posted, posted.receipt_no)

    async def ask(self, context: Context) -> Outcome:
        plan: SettlementPlan = context.plan
        try:
            posting = await self._hospital.find(plan.no, NumberUse.SETTLEMENT)
        except CallFailed as failed:
            return StillUnknown(failed.text)
        if posting.found and not posting.cancelled:
            return Done(posted_of(posting, context), posting.receipt_no, proof=Proof.QUERY)
        if plan.posted_by == "caller":
            # Silence: the HIS says it has not posted. It may not do so any more.
            return ProvenDead(Proof.QUERY, "the HIS has not posted in time", "posting_silent")
        return await repeated(lambda: self.call(context))


class LockForCancellation(Effect):
    """撤销前锁定: the HIS is asked first whether it can undo its part."""

    name = LOCK_FOR_CANCELLATION

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def call(self, context: Context) -> Done:
        plan: CancellationPlan = context.plan
        bill = await self._hospital.lock(
            plan.no, plan.admission_no, LockPurpose.CANCEL, plan.settlement_no
        )
        return Done(bill, bill.bill_no)

    async def ask(self, context: Context) -> Outcome:
        return await repeated(lambda: self.call(context))


class CancelAtHis(Effect):
    """HIS 结算撤销 with its red-letter receipt."""

    name = CANCEL_AT_HIS

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def call(self, context: Context) -> Done:
        plan: CancellationPlan = context.plan
        posted = await self._hospital.cancel_settlement(
            plan.no, plan.settlement_no, plan.admission_no, plan.reason
        )
        return Done(posted, posted.receipt_no)

    async def ask(self, context: Context) -> Outcome:
        plan: CancellationPlan = context.plan
        try:
            posting = await self._hospital.find(plan.no, NumberUse.CANCELLATION)
        except CallFailed as failed:
            return StillUnknown(failed.text)
        if posting.found:
            return Done(posted_of(posting, context), posting.receipt_no, proof=Proof.QUERY)
        return await repeated(lambda: self.call(context))


class UnlockBill(Effect):
    """解锁账单 of a settlement that is given up before it was posted."""

    name = UNLOCK_BILL

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def call(self, context: Context) -> Done:
        plan: CancellationPlan = context.plan
        await self._hospital.unlock(plan.settlement_no, plan.admission_no, plan.bill_no)
        return Done()

    async def ask(self, context: Context) -> Outcome:
        return await repeated(lambda: self.call(context))


class AskHisResult(Effect):
    """结算结果查询: the HIS's own word, after the settlement."""

    name = ASK_HIS_RESULT

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def call(self, context: Context) -> Done:
        plan: ResultPlan = context.plan
        posting = await self._hospital.find(PlanNo(plan.settlement_no), NumberUse.SETTLEMENT)
        if not posting.found:
            raise OutcomeUnknown("the HIS does not show the settlement yet", code="not_found")
        return Done(posting, posting.receipt_no)

    async def ask(self, context: Context) -> Outcome:
        try:
            return await self.call(context)
        except Refused as refused:
            return StillUnknown(refused.text)
        except CallFailed:
            return StillPending(next_ask(context.attempt.asks, context.now) + timedelta(seconds=1))


def figures_of(plan: SettlementPlan) -> BillFigures:
    """What the HIS is shown of a settlement."""
    return BillFigures(
        settlement_no=plan.no,
        admission_no=plan.admission_no,
        bill_no=plan.bill_no,
        total=plan.bill_total,
        shares=plan.shares,
        insurance=plan.breakdown if plan.insured else None,
        due=plan.due,
    )


def posted_of(posting: Posting, context: Context) -> Posted:
    """A found posting as the answer the lost call would have given."""
    return Posted(
        receipt_no=posting.receipt_no,
        posted_at=posting.at or context.now,
        deposit_balance=posting.deposit_balance,
    )
