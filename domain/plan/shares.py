"""Who bears the fen of a bill. The shares of a settlement sum to its total, always."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.money import Money, total


class Payer(StrEnum):
    """出资方: who bears a part of the bill."""

    POOLED_FUND = "pooled_fund"  # 统筹及其他基金, fund_pay_sumamt
    PERSONAL_ACCOUNT = "personal_account"  # 个人账户 (mutual aid lies inside)
    HOSPITAL_BORNE = "hospital_borne"  # 医院负担
    REDUCTION = "reduction"  # 减免
    ROUNDING = "rounding"  # 分币误差
    DEPOSIT = "deposit"  # 住院预交金
    UNEXPLAINED = "unexplained"  # mirrored in suspense, worked off by a person


@dataclass(frozen=True, slots=True)
class Share:
    """One payer's part and the step that brings it in."""

    payer: Payer
    amount: Money
    funded_by: str  # the effect, e.g. settle_insurance

    def __post_init__(self) -> None:
        if self.amount.negative and self.payer not in (Payer.ROUNDING, Payer.UNEXPLAINED):
            raise ValueError(f"{self.payer} cannot bear {self.amount.fen} fen")


def share_of(shares: Iterable[Share], payer: Payer) -> Money:
    """What one payer bears; zero when he is not among them."""
    return total(share.amount for share in shares if share.payer is payer)


def require_sum(shares: Iterable[Share], bill_total: Money) -> tuple[Share, ...]:
    """The shares without empty ones, after a check that they sum to the bill to the fen."""
    kept = tuple(share for share in shares if share.amount)
    if total(share.amount for share in kept) != bill_total:
        raise ValueError(f"shares sum to {total(s.amount for s in kept).fen}, not {bill_total.fen}")
    return kept
