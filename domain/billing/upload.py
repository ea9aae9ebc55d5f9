"""Charges on their way to the insurer: a plan a batch (费用上传), one a withdrawal (费用撤销)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from domain.billing.charge import Charge, ChargesMarked, ChargeState
from domain.identifiers import ChargeNo, PlanNo
from domain.insurance.breakdown import PricedLine, inconsistent_lines
from domain.money import Money, total
from domain.plan.plan import Consequences, Plan, PlanState, steps_of
from domain.visits.patient_account import PatientAccount

UPLOAD_BATCH = "upload_batch"
WITHDRAW_CHARGE = "withdraw_charge"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeBatchPlan(Plan):
    """One upload of at most a region's number of lines.

    The insurer refuses a batch whole and names no line. So a refused batch is halved until the
    guilty line is alone; then a person decides whether it is self-pay.
    """

    kind: ClassVar[str] = "charge_batch"

    line_nos: tuple[str, ...]
    amount: Money
    amounts: tuple[int, ...]  # fen per line, in the order of line_nos
    inconsistent: tuple[str, ...] = ()  # lines whose parts do not sum (identity F)

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        priced: tuple[PricedLine, ...] = answer
        plan = replace(self, inconsistent=inconsistent_lines(priced))
        mark = ChargesMarked(self.admission_no, self.line_nos, ChargeState.UPLOADED, self.no)
        return plan.ended(PlanState.FINISHED, at), Consequences(records=(mark,))

    def on_refused(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        why = self.evidence(effect)
        plan = self.ended(PlanState.CLOSED, at, why.text)
        if len(self.line_nos) == 1:
            mark = ChargesMarked(
                self.admission_no, self.line_nos, ChargeState.GUILTY, self.no, why.text
            )
            return plan, Consequences(records=(mark,))
        middle = len(self.line_nos) // 2
        return plan, Consequences(orders=(self._half(0, middle, at), self._half(middle, None, at)))

    def _half(self, start: int, end: int | None, at: datetime) -> "ChargeBatchPlan":
        amounts = self.amounts[start:end]
        return ChargeBatchPlan(
            no=PlanNo(self.no + ("A" if start == 0 else "B")),
            institution=self.institution,
            admission_no=self.admission_no,
            opened_at=at,
            steps=steps_of(UPLOAD_BATCH),
            line_nos=self.line_nos[start:end],
            amounts=amounts,
            amount=Money(sum(amounts)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeWithdrawalPlan(Plan):
    """费用明细作废 of one wrongly uploaded charge; charging it again is a new charge."""

    kind: ClassVar[str] = "charge_withdrawal"

    charge_no: ChargeNo
    line_no: str
    amount: Money
    reason: str
    operator: str

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        mark = ChargesMarked(
            self.admission_no, (self.line_no,), ChargeState.WITHDRAWN, self.no, self.reason
        )
        return self.ended(PlanState.FINISHED, at), Consequences(records=(mark,))


def batches_of(charges: Sequence[Charge], lines_max: int) -> Iterable[Sequence[Charge]]:
    """Cuts charges into uploads of at most `lines_max` lines, in their order."""
    for start in range(0, len(charges), lines_max):
        yield charges[start : start + lines_max]


def waiting_for_upload(charges: Iterable[Charge]) -> list[Charge]:
    """Charges the insurer should get and has not got."""
    return [c for c in charges if c.state is ChargeState.PULLED and c.insurance_code]


def uploaded_total(charges: Iterable[Charge]) -> Money:
    """Σ of the charges the insurer has."""
    return total(c.amount for c in charges if c.state is ChargeState.UPLOADED)


def excluded_total(charges: Iterable[Charge]) -> Money:
    """Σ of the charges that are explicitly not the insurer's: no code, or decided by a person."""
    return total(
        c.amount
        for c in charges
        if c.state is ChargeState.EXCLUDED
        or (c.state is ChargeState.PULLED and not c.insurance_code)
    )
