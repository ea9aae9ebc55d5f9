"""The rules one institution sets for itself (医疗机构参数)."""

from dataclasses import dataclass
from datetime import timedelta

from domain.errors import InvalidAmount
from domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionRules:
    """What the hospital decides, with defaults a hospital could open with."""

    name: str = "示范医院"
    minimum_balance: Money = Money(100_000)  # 最低押金允许余额
    deposit_max: Money = Money(10_000_000)  # of one payment
    code_lasts: timedelta = timedelta(minutes=15)  # a shown code or an opened page
    payment_code_lasts: timedelta = timedelta(seconds=45)  # then an unanswered scan is revoked
    difference_limit: Money = Money(100)  # settled minus pre-settled patient's part
    insured_patient_percent: int = 30  # what of an insured stay's charges the patient will bear
    posting_patience: timedelta = timedelta(minutes=10)  # for a HIS that posts by itself

    def require_payable(self, amount: Money) -> None:
        """Raises InvalidAmount unless one payment may be that large."""
        if not amount.positive:
            raise InvalidAmount("the amount must be at least 1 fen", field="amount_fen")
        if amount > self.deposit_max:
            raise InvalidAmount(
                f"one payment may be at most {self.deposit_max.fen} fen", field="amount_fen"
            )
