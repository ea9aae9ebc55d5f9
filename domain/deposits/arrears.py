"""Arrears (欠费): how far a deposit has fallen behind the charges, and what to ask for."""

from dataclasses import dataclass

from domain.deposits.account import DepositAccount
from domain.money import ZERO, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrears:
    """欠费情况: nothing is owed when `suggested` is zero."""

    deposit: Money
    charged: Money  # unsettled charges of the stay
    expected_patient_part: Money  # what of them the patient is expected to bear
    minimum_balance: Money
    suggested: Money  # 建议补缴金额


def find_arrears(
    account: DepositAccount, charged: Money, expected_patient_part: Money, minimum_balance: Money
) -> Arrears:
    """The top-up that brings the deposit back to the minimum balance above the expected part."""
    missing = expected_patient_part + minimum_balance - account.balance
    return Arrears(
        deposit=account.balance,
        charged=charged,
        expected_patient_part=expected_patient_part,
        minimum_balance=minimum_balance,
        suggested=max(missing, ZERO),
    )
