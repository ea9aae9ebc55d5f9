"""结算: pre-settlement confirmed, settlement posted, settlement cancelled. All need the lock."""

from datetime import datetime

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.hospital.his.books import Books, business_date
from simulators.hospital.his.fields import require
from simulators.hospital.his.figures import Figures, check_figures
from simulators.hospital.his.locking import release
from simulators.hospital.his.records import (
    BillLock,
    Cancellation,
    NumberKind,
    PreSettlement,
    Settlement,
    Stay,
)
from simulators.hospital.his.refusals import Malformed, Refused, UnknownNumber


def confirm_pre_settlement(
    books: Books, request: wire.ConfirmPreSettlementRequest, now: datetime
) -> wire.ConfirmPreSettlementResponse:
    """预结算结果回传确认: recomputed as far as the HIS can, then stored as told."""
    require(request, "settlement_no", "admission_no", "bill_no")
    stay = books.stay(request.admission_no)

    def act() -> wire.ConfirmPreSettlementResponse:
        _check_bill(stay, request)
        check_figures("FIGURES_REJECTED", request, stay, request.due_fen)
        books.pre_settlements[request.settlement_no] = PreSettlement(request, now)
        return wire.ConfirmPreSettlementResponse(confirmed_at=now)

    return books.once(
        "ConfirmPreSettlement", NumberKind.SETTLEMENT, request.settlement_no, request, act
    )


def post_settlement(
    books: Books, request: wire.PostSettlementRequest, now: datetime
) -> wire.PostSettlementResponse:
    """结算入账: writes the settlement, discharges the patient, releases the lock."""
    require(request, "settlement_no", "admission_no", "bill_no")
    if request.HasField("insurance") and not request.insurance.settlement_id:
        raise Malformed("insurance.settlement_id", "is required in a settlement")
    stay = books.stay(request.admission_no)

    def act() -> wire.PostSettlementResponse:
        settlement = book_settlement(books, stay, request, now)
        return wire.PostSettlementResponse(
            receipt_no=settlement.receipt_no,
            posted_at=now,
            deposit_balance_fen=stay.balance_fen(),
        )

    return books.once("PostSettlement", NumberKind.SETTLEMENT, request.settlement_no, request, act)


def book_settlement(
    books: Books,
    stay: Stay,
    request: wire.PostSettlementRequest,
    now: datetime,
    receipt_no: str = "",
) -> Settlement:
    """Writes one settlement after every check, whoever posts it; receipt from the own sequence
    unless the cashier names one.
    """
    _refuse_what_the_cashier_decided(books, request.settlement_no)
    _check_bill(stay, request)
    check_figures("SHARES_REJECTED", request, stay, request.deposit_applied_fen)
    if request.deposit_applied_fen > stay.balance_fen():
        raise Refused(
            "DEPOSIT_SHORT",
            "the deposit balance does not cover the part to be applied",
            deposit_applied_fen=request.deposit_applied_fen,
            deposit_balance_fen=stay.balance_fen(),
        )
    settlement = Settlement(
        sequence=books.next_sequence(),
        number=request.settlement_no,
        admission_no=stay.number,
        bill_no=request.bill_no,
        receipt_no=receipt_no or books.next_number("SJ"),
        total_fen=request.total_fen,
        deposit_applied_fen=request.deposit_applied_fen,
        shares=tuple(request.shares),
        insurance=request.insurance if request.HasField("insurance") else None,
        operator=request.operator,
        at=now,
    )
    for charge in stay.pending_charges():
        charge.settled_by = settlement.number
    stay.settlements.append(settlement)
    books.settlements[settlement.number] = settlement
    books.settlement_days[business_date(now)].append(settlement)
    stay.admission.state = wire.ADMISSION_STATE_DISCHARGED
    release(stay, now)
    return settlement


def cancel_settlement(
    books: Books, request: wire.CancelSettlementRequest, now: datetime
) -> wire.CancelSettlementResponse:
    """结算撤销: red receipt, charges unsettled, deposit back; the stay can be settled again."""
    require(request, "cancellation_no", "settlement_no", "admission_no")
    stay = books.stay(request.admission_no)

    def act() -> wire.CancelSettlementResponse:
        settlement = _settlement_to_undo(books, stay, request)
        cancellation = Cancellation(
            sequence=books.next_sequence(),
            number=request.cancellation_no,
            settlement_no=settlement.number,
            admission_no=stay.number,
            red_receipt_no=books.next_number("HC"),
            reason=request.reason,
            at=now,
        )
        settlement.cancelled_by = cancellation.number
        for charge in stay.charges:
            if charge.settled_by == settlement.number:
                charge.settled_by = ""
        books.cancellations[cancellation.number] = cancellation
        books.settlement_days[business_date(now)].append(cancellation)
        stay.admission.state = wire.ADMISSION_STATE_DISCHARGE_ORDERED
        release(stay, now)
        return wire.CancelSettlementResponse(
            cancelled_at=now,
            red_receipt_no=cancellation.red_receipt_no,
            deposit_balance_fen=stay.balance_fen(),
        )

    return books.once(
        "CancelSettlement", NumberKind.CANCELLATION, request.cancellation_no, request, act
    )


def _refuse_what_the_cashier_decided(books: Books, settlement_no: str) -> None:
    posted = books.settlements.get(settlement_no)
    if posted is not None:
        raise Refused(
            "POSTING_REFUSED", "the cashier posted it already", receipt_no=posted.receipt_no
        )
    if settlement_no in books.refused_by_cashier:
        raise Refused(
            "POSTING_REFUSED", f"收费员拒绝入账: {books.refused_by_cashier[settlement_no]}"
        )


def _check_bill(stay: Stay, figures: Figures) -> None:
    held = _lock_of(stay, figures.settlement_no, wire.LOCK_PURPOSE_SETTLE)
    if held is None:
        raise Refused(
            "BILL_NOT_LOCKED",
            f"{figures.settlement_no!r} does not hold the bill of {stay.number}",
            locked_by=stay.lock.number if stay.lock else "",
        )
    total = stay.pending_total_fen()
    if figures.bill_no != held.bill_no or figures.total_fen != total:
        raise Refused(
            "BILL_CHANGED",
            "bill number or total is not the locked bill's",
            bill_no=held.bill_no,
            his_total_fen=total,
            given_total_fen=figures.total_fen,
        )


def _settlement_to_undo(
    books: Books, stay: Stay, request: wire.CancelSettlementRequest
) -> Settlement:
    settlement = books.settlements.get(request.settlement_no)
    if settlement is None and books.kind_of(request.settlement_no) is None:
        raise UnknownNumber("settlement_no", request.settlement_no)
    if settlement is None or not settlement.live:
        raise Refused("NOT_SETTLED", f"{request.settlement_no!r} is not a live settlement")
    if settlement.admission_no != stay.number:
        raise Malformed("admission_no", f"{settlement.number!r} settled {settlement.admission_no}")
    held = _lock_of(stay, request.cancellation_no, wire.LOCK_PURPOSE_CANCEL)
    if held is None:  # one live settlement a stay: a lock to cancel is a lock for this one
        raise Refused(
            "CANCELLATION_REFUSED",
            f"{request.cancellation_no!r} does not hold the bill to cancel {settlement.number!r}",
            locked_by=stay.lock.number if stay.lock else "",
        )
    return settlement


def _lock_of(stay: Stay, number: str, purpose: wire.LockPurpose) -> BillLock | None:
    """The stay's lock if it is held by that number for that purpose."""
    if stay.lock is None or stay.lock.number != number or stay.lock.purpose != purpose:
        return None
    return stay.lock
