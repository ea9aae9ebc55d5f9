"""A lot: one payment that came into a deposit, and what has become of it since.

A refund goes back along the route its money came in, so the deposit remembers its lots.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import LotExceeded
from domain.identifiers import AdmissionNo, PlanNo
from domain.money import ZERO, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One payment into a deposit. applied + returning + returned never exceed paid."""

    no: PlanNo  # the number of the deposit that brought it in
    admission_no: AdmissionNo
    channel: str  # wechat_pay, cash, …; `window` for money that never passed through us
    channel_order_no: str  # the number the channel knows the payment by
    paid: Money
    paid_at: datetime
    applied: Money = ZERO  # used up by a settlement
    returning: Money = ZERO  # promised to a refund under way
    returned: Money = ZERO
    funded_by_credit: bool = False  # 信用付: goes back first, never as cash

    def __post_init__(self) -> None:
        parts = (self.applied, self.returning, self.returned)
        if any(part.negative for part in parts) or self.left.negative:
            raise LotExceeded(f"lot {self.no}: more than its {self.paid.fen} fen is spoken for")

    @property
    def left(self) -> Money:
        """What is neither used up nor going or gone back."""
        return self.paid - self.applied - self.returning - self.returned

    @property
    def through_platform(self) -> bool:
        """Whether the money can go back along a channel of ours (原路)."""
        return self.channel not in ("cash", "window")


@dataclass(frozen=True, slots=True)
class LotMove:
    """A guarded change of one lot."""

    no: PlanNo
    applied: Money = ZERO
    returning: Money = ZERO
    returned: Money = ZERO
