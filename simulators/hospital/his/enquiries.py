"""What Medsettle may read: the admission, its charges, its deposits, and the day's statements."""

from datetime import UTC, datetime

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.hospital.his.books import Books, business_date
from simulators.hospital.his.fields import require, require_date
from simulators.hospital.his.pages import page
from simulators.hospital.his.records import Cancellation, Deposit, DepositReturn, Settlement
from simulators.hospital.his.refusals import Malformed


def get_admission(
    books: Books, request: wire.GetAdmissionRequest, _now: datetime
) -> wire.GetAdmissionResponse:
    """住院登记信息 with the balance of this moment."""
    require(request, "admission_no")
    stay = books.stay(request.admission_no)
    response = wire.GetAdmissionResponse(admission=stay.admission)
    response.admission.deposit_balance_fen = stay.balance_fen()
    return response


def list_charges(
    books: Books, request: wire.ListChargesRequest, _now: datetime
) -> wire.ListChargesResponse:
    """住院费用明细: all lines, withdrawn ones marked, of the stay or of one business date."""
    require(request, "admission_no")
    charges = books.stay(request.admission_no).charges
    if request.business_date:
        require_date("business_date", request.business_date)
        charges = [
            charge
            for charge in charges
            if business_date(charge.line.charged_at.ToDatetime(UTC)) == request.business_date
        ]
    listing = f"charges {request.admission_no} {request.business_date}"
    chosen, token = page(listing, charges, request.page_token, request.page_size)
    return wire.ListChargesResponse(
        charges=[charge.line for charge in chosen], next_page_token=token
    )


def list_pending_charges(
    books: Books, request: wire.ListPendingChargesRequest, _now: datetime
) -> wire.ListPendingChargesResponse:
    """待结算费用 with the total of all pages."""
    require(request, "admission_no")
    stay = books.stay(request.admission_no)
    listing = f"pending {request.admission_no}"
    pending = stay.pending_charges()
    chosen, token = page(listing, pending, request.page_token, request.page_size)
    return wire.ListPendingChargesResponse(
        charges=[charge.line for charge in chosen],
        next_page_token=token,
        total_fen=stay.pending_total_fen(),
    )


def query_deposits(
    books: Books, request: wire.QueryDepositsRequest, _now: datetime
) -> wire.QueryDepositsResponse:
    """预交金流水: deposits and returns, window ones included."""
    if bool(request.admission_no) == bool(request.business_date):
        raise Malformed("admission_no", "give either this or business_date")
    entries: list[Deposit | DepositReturn]
    balance = 0
    if request.admission_no:
        stay = books.stay(request.admission_no)
        entries = sorted([*stay.deposits, *stay.returns], key=lambda entry: entry.sequence)
        balance = stay.balance_fen()
    else:
        require_date("business_date", request.business_date)
        entries = books.deposit_days.get(request.business_date, [])
    listing = f"deposits {request.admission_no} {request.business_date}"
    chosen, token = page(listing, entries, request.page_token, request.page_size)
    return wire.QueryDepositsResponse(
        deposits=[_deposit_entry(entry) for entry in chosen],
        next_page_token=token,
        deposit_balance_fen=balance,
    )


def list_settlements(
    books: Books, request: wire.ListSettlementsRequest, _now: datetime
) -> wire.ListSettlementsResponse:
    """结算流水 of one business date: each settlement once, each cancellation once, negated."""
    require_date("business_date", request.business_date)
    entries = books.settlement_days.get(request.business_date, [])
    listing = f"settlements {request.business_date}"
    chosen, token = page(listing, entries, request.page_token, request.page_size)
    return wire.ListSettlementsResponse(
        settlements=[_settlement_entry(books, entry) for entry in chosen], next_page_token=token
    )


def _deposit_entry(entry: Deposit | DepositReturn) -> wire.Deposit:
    written = wire.Deposit(
        number=entry.number,
        his_deposit_no=entry.his_deposit_no,
        admission_no=entry.admission_no,
        amount_fen=entry.amount_fen,
        channel=entry.channel,
        acted_at=entry.at,
    )
    if isinstance(entry, DepositReturn):
        written.amount_fen = -entry.amount_fen
        written.returned_deposit_no = entry.deposit_no
    return written


def _settlement_entry(books: Books, entry: Settlement | Cancellation) -> wire.PostedSettlement:
    if isinstance(entry, Settlement):
        return wire.PostedSettlement(
            number=entry.number,
            admission_no=entry.admission_no,
            bill_no=entry.bill_no,
            receipt_no=entry.receipt_no,
            total_fen=entry.total_fen,
            deposit_applied_fen=entry.deposit_applied_fen,
            acted_at=entry.at,
            shares=entry.shares,
        )
    undone = books.settlements[entry.settlement_no]
    return wire.PostedSettlement(
        number=entry.number,
        admission_no=entry.admission_no,
        bill_no=undone.bill_no,
        receipt_no=entry.red_receipt_no,
        total_fen=-undone.total_fen,
        deposit_applied_fen=-undone.deposit_applied_fen,
        acted_at=entry.at,
        cancelled_settlement_no=undone.number,
        shares=[
            wire.Share(payer=share.payer, amount_fen=-share.amount_fen) for share in undone.shares
        ],
    )
