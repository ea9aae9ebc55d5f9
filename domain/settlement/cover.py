"""What a patient owes of a bill, who bears the rest, and whether the deposit covers it."""

from dataclasses import dataclass

from domain.insurance.breakdown import Breakdown
from domain.insurance.profile import InsuranceProfile
from domain.money import ZERO, Money, total
from domain.plan.shares import Payer, Share, require_sum


def due(bill_total: Money, breakdown: Breakdown | None, excluded: Money) -> Money:
    """应由患者承担: the insurer's cash part and the charges that were never uploaded.

    Without an insurer the whole bill. Cash due comes from psn_cash_pay only, never by subtraction,
    because what the fund sum includes differs by region. Never less than nothing, whatever the
    insurer says: what that leaves over is unexplained.
    """
    return bill_total if breakdown is None else max(breakdown.cash + excluded, ZERO)


def bearers(
    bill_total: Money,
    breakdown: Breakdown | None,
    excluded: Money,
    profile: InsuranceProfile,
    insurer_step: str,
    deposit_step: str,
) -> tuple[Share, ...]:
    """The shares of the bill. What no rule explains is UNEXPLAINED, so that they always sum."""
    owed = due(bill_total, breakdown, excluded)
    shares = () if breakdown is None else breakdown.shares(profile, insurer_step)
    shares += (Share(Payer.DEPOSIT, owed, deposit_step),)
    unexplained = bill_total - total(share.amount for share in shares)
    return require_sum((*shares, Share(Payer.UNEXPLAINED, unexplained, insurer_step)), bill_total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """押金与应付的差额: exactly one of short and surplus is more than zero, or neither."""

    due: Money
    deposit: Money  # what of the deposit this settlement may use
    short: Money
    surplus: Money


def cover_of(owed: Money, usable_deposit: Money) -> Cover:
    """The deposit against what is owed."""
    difference = usable_deposit - owed
    return Cover(
        due=owed,
        deposit=usable_deposit,
        short=max(-difference, ZERO),
        surplus=max(difference, ZERO),
    )
