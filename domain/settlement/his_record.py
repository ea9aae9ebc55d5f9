"""What the HIS says of a bill: locked, posted, found again. The HIS's final record is its own."""

from dataclasses import dataclass
from datetime import datetime

from domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedBill:
    """待结算账单: what the HIS says is to be settled."""

    bill_no: str
    total: Money
    deposit_balance: Money
    charge_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """结算入账: the HIS's receipt."""

    receipt_no: str
    posted_at: datetime
    deposit_balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What became of one of our numbers at the HIS."""

    found: bool
    cancelled: bool
    receipt_no: str
    bill_no: str
    total: Money
    deposit_applied: Money
    deposit_balance: Money
    at: datetime | None
    result_text: str
    his_deposit_no: str
    guidance: tuple[str, ...]
