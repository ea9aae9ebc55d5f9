"""The steps of a settlement by name, and the order in which a region wants them."""

from dataclasses import dataclass

from domain.insurance.profile import InsuranceProfile
from domain.money import Money
from domain.plan.plan import steps_of
from domain.plan.step import Step

LOCK_BILL = "lock_bill"
UPLOAD_CHARGES = "upload_charges"
CHANGE_REGISTRATION = "change_registration"
REGISTER_DISCHARGE = "register_discharge"
PRE_SETTLE = "pre_settle"
CONFIRM_WITH_HIS = "confirm_with_his"
SETTLE_INSURANCE = "settle_insurance"
POST_TO_HIS = "post_to_his"


@dataclass(frozen=True, slots=True)
class ChargesComplete:
    """Every charge of the bill is at the insurer or explicitly excluded."""

    uploaded: Money
    excluded: Money


def settlement_steps(insured: bool, profile: InsuranceProfile) -> tuple[Step, ...]:
    """The steps in the order this region wants them."""
    if not insured:
        return steps_of(LOCK_BILL, UPLOAD_CHARGES, CONFIRM_WITH_HIS, POST_TO_HIS)
    priced = [REGISTER_DISCHARGE, PRE_SETTLE]
    if not profile.discharge_before_pre_settlement:
        priced.reverse()
    return steps_of(
        LOCK_BILL,
        UPLOAD_CHARGES,
        CHANGE_REGISTRATION,
        *priced,
        CONFIRM_WITH_HIS,
        SETTLE_INSURANCE,
        POST_TO_HIS,
    )
