"""After a settlement the HIS is asked for its result, which is shown and pushed (结算结果)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from domain.identifiers import PlanNo
from domain.messages.message import Message, MessageKind
from domain.money import ZERO, Money
from domain.plan.plan import Consequences, Plan, PlanState
from domain.settlement.his_record import Posting
from domain.visits.patient_account import PatientAccount

ASK_HIS_RESULT = "ask_his_result"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPlan(Plan):
    """结算结果查询: the HIS's own word on a settlement, with the guidance for leaving."""

    kind: ClassVar[str] = "result"

    settlement_no: PlanNo
    total: Money
    due: Money
    receipt_no: str = ""
    result_text: str = ""
    guidance: tuple[str, ...] = ()
    his_total: Money = ZERO
    his_deposit_applied: Money = ZERO
    his_deposit_balance: Money = ZERO

    @property
    def agrees(self) -> bool:
        """Whether the HIS's record says the same money as ours."""
        return (self.his_total, self.his_deposit_applied) == (self.total, self.due)

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        posting: Posting = answer
        plan = replace(
            self,
            receipt_no=posting.receipt_no,
            result_text=posting.result_text,
            guidance=posting.guidance,
            his_total=posting.total,
            his_deposit_applied=posting.deposit_applied,
            his_deposit_balance=posting.deposit_balance,
        )
        message = Message(
            no=f"{self.settlement_no}-settled",
            kind=MessageKind.SETTLED,
            admission_no=self.admission_no,
            at=at,
            words={
                "total": posting.total.yuan(),
                "paid": posting.deposit_applied.yuan(),
                "receipt": posting.receipt_no,
                "text": posting.result_text,
            },
            path=f"/v1/settlements/{self.settlement_no}",
        )
        return plan.ended(PlanState.FINISHED, at), Consequences(messages=(message,))
