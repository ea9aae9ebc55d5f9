"""Our side of a reconciliation: what our books say happened on a business day."""

from datetime import date

from domain.deposits.plan import DepositPlan
from domain.identifiers import AttemptKey
from domain.insurance.breakdown import Breakdown
from domain.insurance.stay import InsuredStay
from domain.reconciliation.business_day import bounds
from domain.reconciliation.difference import Line
from domain.refunds.plan import RETURN_MONEY, RefundPlan
from domain.settlement.cancellation import CancellationPlan
from domain.settlement.plan import SettlementPlan
from ports.insurer import SettlementRow
from ports.store import Books


class OurLines:
    """Reads plans by the time the other side dates them by."""

    def __init__(self, books: Books) -> None:
        self._books = books

    async def of_channel(self, channel: str, day: date) -> list[Line]:
        """Payments by the channel's own time, refunds by the time they were accepted."""
        start, end = bounds(day)
        lines: list[Line] = []
        for plan in await self._books.plans_dated(DepositPlan.kind, ("paid_at",), start, end):
            if isinstance(plan, DepositPlan) and plan.channel == channel:
                lines.append(Line(plan.payment_key or "", plan.amount))
        for plan in await self._books.plans_dated(RefundPlan.kind, ("sent_at",), start, end):
            if isinstance(plan, RefundPlan) and plan.channel == channel and plan.returned_at:
                lines.append(Line(_key_of(plan), -plan.amount))
        return lines

    async def of_his_deposits(self, day: date) -> list[Line]:
        """Deposits the HIS saved and returns it agreed to."""
        start, end = bounds(day)
        saved = await self._books.plans_dated(DepositPlan.kind, ("saved_at",), start, end)
        agreed = await self._books.plans_dated(RefundPlan.kind, ("agreed_at",), start, end)
        lines = [Line(p.no, p.amount) for p in saved if isinstance(p, DepositPlan)]
        return lines + [Line(p.no, -p.amount) for p in agreed if isinstance(p, RefundPlan)]

    async def of_his_settlements(self, day: date) -> list[Line]:
        """Settlements the HIS posted and cancelled."""
        start, end = bounds(day)
        posted = await self._books.plans_dated(SettlementPlan.kind, ("posted_at",), start, end)
        undone = await self._books.plans_dated(
            CancellationPlan.kind, ("his_cancelled_at",), start, end
        )
        lines = [Line(p.no, p.bill_total) for p in posted if isinstance(p, SettlementPlan)]
        return lines + [
            Line(p.no, -p.bill_total) for p in undone if isinstance(p, CancellationPlan)
        ]

    async def of_insurer(self, day: date) -> list[SettlementRow]:
        """Settlements and cancellations by the insurer's own time."""
        start, end = bounds(day)
        rows: list[SettlementRow] = []
        for kind, path in (
            (SettlementPlan.kind, ("settled", "settled_at")),
            (CancellationPlan.kind, ("reversal", "settled_at")),
        ):
            for plan in await self._books.plans_dated(kind, path, start, end):
                account = await self._books.account(plan.admission_no)
                if account is not None and account.stay is not None:
                    rows.append(_row(plan, account.stay))
        return rows


def _row(plan: object, stay: InsuredStay) -> SettlementRow:
    breakdown: Breakdown | None = None
    settled: Breakdown | None = None  # a cancellation does not repeat how it is cleared
    cancellation = isinstance(plan, CancellationPlan)
    if isinstance(plan, SettlementPlan):
        breakdown = settled = plan.settled
    elif isinstance(plan, CancellationPlan):
        breakdown, settled = plan.reversal, plan.settled
    if breakdown is None or settled is None:
        raise LookupError("a plan dated by its insurance settlement has none")
    return SettlementRow(
        settlement_id=breakdown.settlement_id,
        registration_no=breakdown.registration_no,
        person_no=stay.person_no,
        total=breakdown.total,
        fund=breakdown.fund_total,  # as the region itself counts it
        personal_account=breakdown.personal_account,
        cash=breakdown.cash,
        cancellation=cancellation,
        insurance_type=stay.insurance_type,
        clearing_type=settled.clearing_type,
        clearing_office=settled.clearing_office,
    )


def _key_of(plan: RefundPlan) -> AttemptKey:
    last = plan.step(RETURN_MONEY).last
    if last is None:
        raise LookupError(f"{plan.no} was sent without an attempt")
    return last.key
