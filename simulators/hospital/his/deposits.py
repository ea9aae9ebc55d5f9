"""预交金: taken, returned, and taken at the old window where Medsettle does not stand between."""

from datetime import datetime

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.hospital.his.books import Books, business_date
from simulators.hospital.his.fields import require, require_positive
from simulators.hospital.his.records import Deposit, DepositReturn, NumberKind, Stay
from simulators.hospital.his.refusals import Malformed, Refused


def save_deposit(
    books: Books, request: wire.SaveDepositRequest, now: datetime
) -> wire.SaveDepositResponse:
    """预交金入账: on the balance, locked bill or not, until the stay is closed."""
    require(request, "deposit_no", "admission_no", "channel")
    require_positive("amount_fen", request.amount_fen)
    if not request.HasField("paid_at"):
        raise Malformed("paid_at", "is required")
    stay = books.stay(request.admission_no)

    def act() -> wire.SaveDepositResponse:
        deposit = _book_deposit(
            books,
            stay,
            number=request.deposit_no,
            his_deposit_no=books.next_number("YJ"),
            amount_fen=request.amount_fen,
            channel=request.channel,
            channel_transaction_no=request.channel_transaction_no,
            now=now,
        )
        return wire.SaveDepositResponse(
            his_deposit_no=deposit.his_deposit_no, deposit_balance_fen=stay.balance_fen()
        )

    return books.once("SaveDeposit", NumberKind.DEPOSIT, request.deposit_no, request, act)


def take_window_deposit(
    books: Books, stay: Stay, amount_fen: int, channel: str, now: datetime
) -> Deposit:
    """窗口预交金: known to the HIS alone, under its own number."""
    number = books.next_number("YJ")
    books.own_number(number, NumberKind.WINDOW_DEPOSIT)
    return _book_deposit(
        books,
        stay,
        number=number,
        his_deposit_no=number,
        amount_fen=amount_fen,
        channel=channel,
        channel_transaction_no="",
        now=now,
    )


def cancel_deposit(
    books: Books, request: wire.CancelDepositRequest, now: datetime
) -> wire.CancelDepositResponse:
    """退预交金: part or all of one deposit, while no lock holds the balance still."""
    require(request, "return_no", "deposit_no", "admission_no")
    require_positive("amount_fen", request.amount_fen)
    stay = books.stay(request.admission_no)

    def act() -> wire.CancelDepositResponse:
        deposit = _deposit_to_return(books, stay, request)
        returned = DepositReturn(
            sequence=books.next_sequence(),
            number=request.return_no,
            his_deposit_no=books.next_number("YJ"),
            deposit_no=deposit.number,
            admission_no=stay.number,
            amount_fen=request.amount_fen,
            channel=deposit.channel,
            reason=request.reason,
            at=now,
        )
        deposit.returned_fen += request.amount_fen
        stay.returns.append(returned)
        books.returns[returned.number] = returned
        books.deposit_days[business_date(now)].append(returned)
        return wire.CancelDepositResponse(deposit_balance_fen=stay.balance_fen())

    return books.once("CancelDeposit", NumberKind.DEPOSIT_RETURN, request.return_no, request, act)


def _book_deposit(
    books: Books,
    stay: Stay,
    *,
    number: str,
    his_deposit_no: str,
    amount_fen: int,
    channel: str,
    channel_transaction_no: str,
    now: datetime,
) -> Deposit:
    if stay.closed():
        raise Refused("ADMISSION_CLOSED", f"{stay.number} takes no deposits after its settlement")
    deposit = Deposit(
        sequence=books.next_sequence(),
        number=number,
        his_deposit_no=his_deposit_no,
        admission_no=stay.number,
        amount_fen=amount_fen,
        channel=channel,
        channel_transaction_no=channel_transaction_no,
        at=now,
    )
    stay.deposits.append(deposit)
    books.deposits[number] = deposit
    books.deposit_days[business_date(now)].append(deposit)
    return deposit


def _deposit_to_return(books: Books, stay: Stay, request: wire.CancelDepositRequest) -> Deposit:
    deposit = books.deposits.get(request.deposit_no)
    if deposit is None or deposit.admission_no != stay.number:
        raise Refused("DEPOSIT_NOT_FOUND", f"{stay.number} has no deposit {request.deposit_no!r}")
    if stay.lock is not None:
        raise Refused(
            "BILL_LOCKED",
            "no deposit is returned while the bill is locked",
            locked_by=stay.lock.number,
            bill_no=stay.lock.bill_no,
        )
    left, balance = deposit.amount_fen - deposit.returned_fen, stay.balance_fen()
    if request.amount_fen > min(left, balance):
        raise Refused(
            "DEPOSIT_SHORT",
            "more than is left of the deposit, or of the balance",
            amount_fen=request.amount_fen,
            deposit_left_fen=left,
            deposit_balance_fen=balance,
        )
    return deposit
