"""Deposits the HIS took without us (窗口预交金): counted all the same, with the window as route."""

from datetime import datetime

from domain.deposits.account import DepositMove
from domain.deposits.lot import Lot
from domain.identifiers import AdmissionNo, PlanNo
from domain.ledger import accounts
from domain.ledger.journal import booked
from domain.money import Money
from domain.plan.plan import Consequences

WINDOW = "window"


def taken_by_his(
    number: str, admission_no: AdmissionNo, amount: Money, at: datetime
) -> Consequences:
    """What is committed when such a deposit is found: its lot, on the balance and in the ledger."""
    lot = Lot(
        no=PlanNo(number),
        admission_no=admission_no,
        channel=WINDOW,
        channel_order_no=number,
        paid=amount,
        paid_at=at,
    )
    journals = booked(
        "deposit_taken_by_his",
        number,
        at,
        (accounts.HELD_BY_HIS, amount),
        (accounts.deposit(admission_no), -amount),
    )
    move = DepositMove(admission_no, balance=amount)
    return Consequences(deposit_moves=(move,), lots=(lot,), journals=journals)
