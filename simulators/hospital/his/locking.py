"""锁定账单: one lock a stay, taken before a settlement is made or cancelled."""

from datetime import datetime

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.hospital.his.books import Books
from simulators.hospital.his.fields import require
from simulators.hospital.his.records import BillLock, NumberKind, Settlement, Stay
from simulators.hospital.his.refusals import Malformed, Refused, UnknownNumber


def lock(books: Books, request: wire.LockRequest, now: datetime) -> wire.LockResponse:
    """Locks the bill for the settlement or the cancellation that bears this number."""
    require(request, "settlement_no", "admission_no")
    stay = books.stay(request.admission_no)
    if request.purpose == wire.LOCK_PURPOSE_SETTLE:
        if request.original_settlement_no:
            raise Malformed("original_settlement_no", "is only given with LOCK_PURPOSE_CANCEL")
        kind = NumberKind.SETTLEMENT
    elif request.purpose == wire.LOCK_PURPOSE_CANCEL:
        require(request, "original_settlement_no")
        kind = NumberKind.CANCELLATION
    else:
        raise Malformed("purpose", f"{request.purpose} is neither SETTLE nor CANCEL")

    def act() -> wire.LockResponse:
        if kind is NumberKind.SETTLEMENT:
            taken = _lock_to_settle(books, stay, request, now)
        else:
            taken = _lock_to_cancel(books, stay, request, now)
        stay.lock = taken
        books.locks[taken.number] = taken
        return wire.LockResponse(
            bill_no=taken.bill_no,
            total_fen=taken.total_fen,
            deposit_balance_fen=stay.balance_fen(),
            charge_count=taken.charge_count,
        )

    return books.once("Lock", kind, request.settlement_no, request, act)


def unlock(books: Books, request: wire.UnlockRequest, now: datetime) -> wire.UnlockResponse:
    """解锁账单. A lock that is gone already (unlocked, posted, cancelled) is success."""
    require(request, "settlement_no", "admission_no", "bill_no")
    taken = books.locks.get(request.settlement_no)
    if taken is None:
        raise UnknownNumber("settlement_no", request.settlement_no)
    for field, given, known in (
        ("admission_no", request.admission_no, taken.admission_no),
        ("bill_no", request.bill_no, taken.bill_no),
    ):
        if given != known:
            raise Malformed(field, f"{given!r} is not what {taken.number!r} locked: {known!r}")
    if taken.released_at is None:
        release(books.stay(taken.admission_no), now)
    return wire.UnlockResponse()


def release(stay: Stay, now: datetime) -> None:
    """Takes the stay's lock away."""
    if stay.lock is not None:
        stay.lock.released_at = now
        stay.lock = None


def refuse_when_locked(stay: Stay) -> None:
    """Refuses what a lock stops, saying who holds it."""
    if stay.lock is not None:
        raise Refused(
            "BILL_LOCKED",
            f"the bill of {stay.number} is locked",
            locked_by=stay.lock.number,
            bill_no=stay.lock.bill_no,
        )


def _lock_to_settle(books: Books, stay: Stay, request: wire.LockRequest, now: datetime) -> BillLock:
    state = stay.admission.state
    if stay.closed():
        raise Refused("ALREADY_SETTLED", f"{stay.number} is settled")
    if state != wire.ADMISSION_STATE_DISCHARGE_ORDERED:
        raise Refused("DISCHARGE_NOT_ORDERED", f"no discharge is ordered for {stay.number}")
    refuse_when_locked(stay)
    pending = stay.pending_charges()
    if not pending:
        raise Refused("NOTHING_TO_SETTLE", f"{stay.number} has no pending charge")
    return BillLock(
        number=request.settlement_no,
        admission_no=stay.number,
        purpose=wire.LOCK_PURPOSE_SETTLE,
        bill_no=books.next_number("ZD"),
        settlement_no=request.settlement_no,
        total_fen=stay.pending_total_fen(),
        charge_count=len(pending),
        at=now,
    )


def _lock_to_cancel(books: Books, stay: Stay, request: wire.LockRequest, now: datetime) -> BillLock:
    original = _settlement_to_cancel(books, request.original_settlement_no)
    if original.admission_no != stay.number:
        raise Malformed("admission_no", f"{original.number!r} settled {original.admission_no!r}")
    refuse_when_locked(stay)
    return BillLock(
        number=request.settlement_no,
        admission_no=stay.number,
        purpose=wire.LOCK_PURPOSE_CANCEL,
        bill_no=original.bill_no,
        settlement_no=original.number,
        total_fen=original.total_fen,
        charge_count=sum(charge.settled_by == original.number for charge in stay.charges),
        at=now,
    )


def _settlement_to_cancel(books: Books, number: str) -> Settlement:
    original = books.settlements.get(number)
    if original is None and books.kind_of(number) is None:
        raise UnknownNumber("original_settlement_no", number)
    if original is None or not original.live:
        raise Refused("NOT_SETTLED", f"{number!r} is not a live settlement")
    return original
