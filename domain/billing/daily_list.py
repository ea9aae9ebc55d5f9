"""The daily itemised bill (住院日清单) of one stay and business date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.billing.charge import CHARGE_CLASSES, Charge
from domain.identifiers import AdmissionNo
from domain.money import Money, total


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyList:
    """日清单: the day's lines, its sum by class, and the stay's sum up to that day."""

    admission_no: AdmissionNo
    day: date
    charges: tuple[Charge, ...]
    by_class: tuple[tuple[str, str, Money], ...]  # class code, its name, sum
    total: Money
    total_so_far: Money


def daily_list(admission_no: AdmissionNo, day: date, charges: Iterable[Charge]) -> DailyList:
    """Builds the list of `day` from all charges of the stay; withdrawn ones are not on it."""
    billable = [charge for charge in charges if charge.billable]
    of_day = tuple(charge for charge in billable if charge.business_date == day)
    classes = sorted({charge.charge_class for charge in of_day})
    return DailyList(
        admission_no=admission_no,
        day=day,
        charges=of_day,
        by_class=tuple(
            (code, CHARGE_CLASSES[code], total(c.amount for c in of_day if c.charge_class == code))
            for code in classes
        ),
        total=total(charge.amount for charge in of_day),
        total_so_far=total(c.amount for c in billable if c.business_date <= day),
    )
