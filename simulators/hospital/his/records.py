"""What the HIS writes down. Admission and charge are kept in the contract's own message, since
the HIS defines them; money movements have records of their own, because answers are views on them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contracts.medsettle.his.v1 import his_pb2 as wire


class NumberKind(StrEnum):
    """What a number stands for. One number stands for one thing."""

    SETTLEMENT = "settlement"
    CANCELLATION = "cancellation"
    DEPOSIT = "deposit"
    DEPOSIT_RETURN = "deposit return"
    WINDOW_DEPOSIT = "window deposit"  # the HIS's own number


@dataclass(slots=True)
class BookedCharge:
    """费用明细: one line of the bill and the settlement that covers it."""

    sequence: int
    line: wire.Charge
    settled_by: str = ""

    @property
    def pending(self) -> bool:
        """Whether the line still waits to be settled."""
        return not self.line.cancelled and not self.settled_by


@dataclass(slots=True)
class Deposit:
    """预交金: money taken for a stay."""

    sequence: int
    number: str
    his_deposit_no: str
    admission_no: str
    amount_fen: int
    channel: str
    channel_transaction_no: str
    at: datetime
    returned_fen: int = 0


@dataclass(slots=True)
class DepositReturn:
    """退预交金: all or part of one deposit taken off the balance."""

    sequence: int
    number: str
    his_deposit_no: str
    deposit_no: str
    admission_no: str
    amount_fen: int
    channel: str
    reason: str
    at: datetime


@dataclass(slots=True)
class BillLock:
    """账单锁: while it is not released, no charge is written and no deposit returned."""

    number: str
    admission_no: str
    purpose: wire.LockPurpose
    bill_no: str
    settlement_no: str  # the one to be made, or the one to be cancelled
    total_fen: int
    charge_count: int
    at: datetime
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PreSettlement:
    """预结算结果, stored as told after the HIS checked what it can."""

    request: wire.ConfirmPreSettlementRequest
    at: datetime


@dataclass(slots=True)
class Settlement:
    """结算: the bill's charges borne by its shares, under a receipt."""

    sequence: int
    number: str
    admission_no: str
    bill_no: str
    receipt_no: str
    total_fen: int
    deposit_applied_fen: int
    shares: tuple[wire.Share, ...]
    insurance: wire.InsuranceResult | None
    operator: str
    at: datetime
    cancelled_by: str = ""

    @property
    def live(self) -> bool:
        """Whether no cancellation has undone it."""
        return not self.cancelled_by


@dataclass(frozen=True, slots=True)
class Cancellation:
    """结算撤销 with its red-letter receipt (红冲收据)."""

    sequence: int
    number: str
    settlement_no: str
    admission_no: str
    red_receipt_no: str
    reason: str
    at: datetime


@dataclass(slots=True)
class Stay:
    """One admission with everything booked on it."""

    admission: wire.Admission
    charges: list[BookedCharge] = field(default_factory=list)
    deposits: list[Deposit] = field(default_factory=list)
    returns: list[DepositReturn] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    lock: BillLock | None = None

    @property
    def number(self) -> str:
        """住院号."""
        return self.admission.admission_no

    def pending_charges(self) -> list[BookedCharge]:
        """待结算费用: live lines that no settlement covers."""
        return [charge for charge in self.charges if charge.pending]

    def pending_total_fen(self) -> int:
        """What the bill would come to now."""
        return sum(charge.line.amount_fen for charge in self.pending_charges())

    def balance_fen(self) -> int:
        """预交金余额: saved deposits − returns − what live settlements applied."""
        saved = sum(deposit.amount_fen for deposit in self.deposits)
        returned = sum(each.amount_fen for each in self.returns)
        applied = sum(each.deposit_applied_fen for each in self.settlements if each.live)
        return saved - returned - applied

    def closed(self) -> bool:
        """Whether charges and deposits are no longer accepted (已出院结算)."""
        return self.admission.state == wire.ADMISSION_STATE_DISCHARGED
