"""The port `Hospital` spoken as medsettle.his.v1: which rpc answers which question."""

from datetime import date, datetime, tzinfo
from typing import TypeVar

import grpc

from adapters.hospital.his_grpc import translation
from adapters.hospital.his_grpc.fields import same_stay, unreadable
from adapters.hospital.his_grpc.signed_channel import SignedChannel
from contracts.medsettle.his.v1 import his_pb2 as wire
from domain.billing.charge import Charge
from domain.identifiers import AdmissionNo, PlanNo
from domain.money import Money
from domain.visits.admission import Admission
from ports.clock import Clock
from ports.errors import Refused
from ports.exchanges import Exchanges
from ports.hospital import (
    BillFigures,
    DepositSaved,
    HisDeposit,
    HisSettlement,
    Hospital,
    LockedBill,
    LockPurpose,
    NumberUse,
    Posted,
    Posting,
)

PAGE_SIZE = 500  # the contract's largest
PAGES_MAX = 1000  # far above any stay or day; a HIS that never ends its listing is stopped here

PagedRequest = (
    wire.ListChargesRequest
    | wire.ListPendingChargesRequest
    | wire.QueryDepositsRequest
    | wire.ListSettlementsRequest
)
Page = TypeVar(
    "Page",
    wire.ListChargesResponse,
    wire.ListPendingChargesResponse,
    wire.QueryDepositsResponse,
    wire.ListSettlementsResponse,
)


class GrpcHospital(Hospital):
    """A HIS at `target` ("host:port"), called under one key; `zone` cuts its business dates."""

    def __init__(
        self,
        target: str,
        key_id: str,
        secret: str,
        *,
        zone: tzinfo,
        exchanges: Exchanges,
        clock: Clock,
        deadline_seconds: float = 8.0,
    ) -> None:
        self._target = target
        self._zone = zone
        self._channel = SignedChannel(
            target,
            key_id,
            secret,
            exchanges=exchanges,
            clock=clock,
            deadline_seconds=deadline_seconds,
        )

    def __repr__(self) -> str:
        return f"GrpcHospital({self._target!r})"

    async def close(self) -> None:
        """Ends the connection."""
        await self._channel.close()

    async def admission(self, no: AdmissionNo) -> Admission | None:
        request = wire.GetAdmissionRequest(admission_no=no)
        try:
            told = await self._channel.call("GetAdmission", request, wire.GetAdmissionResponse)
        except Refused as refused:
            if refused.code == grpc.StatusCode.NOT_FOUND.name:
                return None
            raise
        return translation.admission(told.admission, no)

    async def charges(self, no: AdmissionNo, day: date | None) -> tuple[Charge, ...]:
        request = wire.ListChargesRequest(
            admission_no=no, business_date=day.isoformat() if day else ""
        )
        pages = await self._pages("ListCharges", request, wire.ListChargesResponse)
        return tuple(
            translation.charge(each, no, self._zone) for page in pages for each in page.charges
        )

    async def pending_charges(self, no: AdmissionNo) -> tuple[tuple[Charge, ...], Money]:
        request = wire.ListPendingChargesRequest(admission_no=no)
        pages = await self._pages("ListPendingCharges", request, wire.ListPendingChargesResponse)
        totals = {page.total_fen for page in pages}
        if len(totals) > 1:  # charged or withdrawn between two pages: these pages are no one bill
            raise unreadable("total_fen", f"changed from page to page: {sorted(totals)}")
        pending = tuple(
            translation.charge(each, no, self._zone) for page in pages for each in page.charges
        )
        return pending, Money(totals.pop())

    async def lock(
        self, number: PlanNo, no: AdmissionNo, purpose: LockPurpose, original: PlanNo | None = None
    ) -> LockedBill:
        request = wire.LockRequest(
            settlement_no=number,
            admission_no=no,
            purpose=translation.LOCK_PURPOSES[purpose],
            original_settlement_no=original or "",
        )
        told = await self._channel.call("Lock", request, wire.LockResponse, number)
        return translation.locked_bill(told)

    async def unlock(self, number: PlanNo, no: AdmissionNo, bill_no: str) -> None:
        request = wire.UnlockRequest(settlement_no=number, admission_no=no, bill_no=bill_no)
        await self._channel.call("Unlock", request, wire.UnlockResponse, number)

    async def confirm_pre_settlement(self, figures: BillFigures) -> datetime:
        request = wire.ConfirmPreSettlementRequest(
            settlement_no=figures.settlement_no,
            admission_no=figures.admission_no,
            bill_no=figures.bill_no,
            total_fen=figures.total.fen,
            shares=translation.shares(figures.shares),
            insurance=translation.insurance_result(figures),
            due_fen=figures.due.fen,
        )
        told = await self._channel.call(
            "ConfirmPreSettlement",
            request,
            wire.ConfirmPreSettlementResponse,
            figures.settlement_no,
        )
        return translation.confirmed_at(told)

    async def post_settlement(self, figures: BillFigures, operator: str) -> Posted:
        request = wire.PostSettlementRequest(
            settlement_no=figures.settlement_no,
            admission_no=figures.admission_no,
            bill_no=figures.bill_no,
            total_fen=figures.total.fen,
            shares=translation.shares(figures.shares),
            insurance=translation.insurance_result(figures),
            deposit_applied_fen=figures.due.fen,
            operator=operator,
        )
        told = await self._channel.call(
            "PostSettlement", request, wire.PostSettlementResponse, figures.settlement_no
        )
        return translation.posted(told)

    async def cancel_settlement(
        self, number: PlanNo, settlement_no: PlanNo, no: AdmissionNo, reason: str
    ) -> Posted:
        request = wire.CancelSettlementRequest(
            cancellation_no=number, settlement_no=settlement_no, admission_no=no, reason=reason
        )
        told = await self._channel.call(
            "CancelSettlement", request, wire.CancelSettlementResponse, number
        )
        return translation.cancelled(told)

    async def save_deposit(
        self,
        number: PlanNo,
        no: AdmissionNo,
        amount: Money,
        channel: str,
        their_number: str,
        paid_at: datetime,
    ) -> DepositSaved:
        request = wire.SaveDepositRequest(
            deposit_no=number,
            admission_no=no,
            amount_fen=amount.fen,
            channel=channel,
            channel_transaction_no=their_number,
            paid_at=paid_at,
        )
        told = await self._channel.call("SaveDeposit", request, wire.SaveDepositResponse, number)
        return translation.deposit_saved(told)

    async def return_deposit(
        self, number: PlanNo, deposit_no: PlanNo, no: AdmissionNo, amount: Money, reason: str
    ) -> Money:
        request = wire.CancelDepositRequest(
            return_no=number,
            deposit_no=deposit_no,
            admission_no=no,
            amount_fen=amount.fen,
            reason=reason,
        )
        told = await self._channel.call(
            "CancelDeposit", request, wire.CancelDepositResponse, number
        )
        return Money(told.deposit_balance_fen)

    async def find(self, number: str, use: NumberUse) -> Posting:
        request = wire.QueryPostingRequest(number=number, kind=translation.POSTING_KINDS[use])
        told = await self._channel.call("QueryPosting", request, wire.QueryPostingResponse, number)
        return translation.posting(told)

    async def deposits(
        self, *, no: AdmissionNo | None = None, day: date | None = None
    ) -> tuple[HisDeposit, ...]:
        request = wire.QueryDepositsRequest(
            admission_no=no or "", business_date=day.isoformat() if day else ""
        )
        pages = await self._pages("QueryDeposits", request, wire.QueryDepositsResponse)
        lines = [each for page in pages for each in page.deposits]
        if no is not None:
            for line in lines:
                same_stay(line.admission_no, no, f"deposit {line.number!r} admission_no")
        return tuple(translation.his_deposit(line) for line in lines)

    async def settlements(self, day: date) -> tuple[HisSettlement, ...]:
        request = wire.ListSettlementsRequest(business_date=day.isoformat())
        pages = await self._pages("ListSettlements", request, wire.ListSettlementsResponse)
        return tuple(
            translation.his_settlement(each) for page in pages for each in page.settlements
        )

    async def _pages(self, method: str, request: PagedRequest, answer: type[Page]) -> list[Page]:
        pages: list[Page] = []
        request.page_size = PAGE_SIZE
        while len(pages) < PAGES_MAX:
            page = await self._channel.call(method, request, answer)
            pages.append(page)
            if not page.next_page_token:
                return pages
            request.page_token = page.next_page_token
        raise unreadable(f"{method} next_page_token", f"leads on after {PAGES_MAX} pages")
