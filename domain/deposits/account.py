"""The deposit account of one admission: a balance, of which a part may be held.

The HIS owns the balance; this mirror is guarded (0 ≤ held ≤ balance), so that no two plans can
promise the same fen.
"""

from dataclasses import dataclass

from domain.errors import DepositShort
from domain.identifiers import AdmissionNo
from domain.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class DepositAccount:
    """预交金余额 and the part of it promised to a settlement or a refund under way."""

    admission_no: AdmissionNo
    balance: Money = ZERO
    held: Money = ZERO

    def __post_init__(self) -> None:
        if self.held.negative or self.held > self.balance:
            raise DepositShort(f"{self.held.fen} fen held of a balance of {self.balance.fen}")

    @property
    def available(self) -> Money:
        """What other plans may still use."""
        return self.balance - self.held


@dataclass(frozen=True, slots=True)
class DepositMove:
    """A guarded change: refused as a whole when it would break 0 ≤ held ≤ balance."""

    admission_no: AdmissionNo
    balance: Money = ZERO
    held: Money = ZERO
