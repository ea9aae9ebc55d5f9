"""The effects of charges at the insurer: upload a batch, withdraw a line, complete a bill."""

from dataclasses import replace
from datetime import timedelta

from application.billing.pull_charges import PullCharges
from application.billing.upload_charges import UploadCharges
from application.billing.withdraw_charge import WithdrawUploaded
from application.effect import (
    Context,
    Done,
    Effect,
    Outcome,
    StillPending,
    no_effect,
    repeated,
)
from application.settlements.insurer_effects import AtInsurer, stay_of
from domain.billing.charge import Charge, ChargeState
from domain.billing.upload import (
    UPLOAD_BATCH,
    WITHDRAW_CHARGE,
    ChargeBatchPlan,
    ChargeWithdrawalPlan,
    excluded_total,
    uploaded_total,
)
from domain.identifiers import ChargeNo
from domain.insurance.stay import StayState
from domain.money import ZERO, total
from domain.plan.attempt import Proof
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import (
    UPLOAD_CHARGES,
    ChargesComplete,
)
from ports.errors import AlreadyUploaded, Refused
from ports.insurer import Insurer
from ports.store import Books


class UploadBatch(AtInsurer):
    """费用明细上传 of one batch. Lines that are there already are evidence that it arrived."""

    name = UPLOAD_BATCH

    def __init__(self, insurer: Insurer, books: Books) -> None:
        super().__init__(insurer)
        self._books = books

    async def call(self, context: Context) -> Done:
        plan: ChargeBatchPlan = context.plan
        wanted = set(plan.line_nos)
        stored = await self._books.charges(plan.admission_no)
        lines = {charge.no: charge.line_no for charge in stored}
        charges = tuple(
            replace(charge, returned_line_no=lines.get(ChargeNo(charge.returned_charge_no), ""))
            for charge in stored
            if charge.line_no in wanted
        )
        try:
            priced = await self._insurer.upload_charges(
                context.attempt.key, stay_of(context.account), charges
            )
        except AlreadyUploaded as there:
            if len(plan.step(self.name).attempts) > 1:
                return Done((), text=there.text, proof=Proof.QUERY)
            raise
        return Done(priced)

    async def ask(self, context: Context) -> Outcome:
        return no_effect("an upload of the same line numbers")


class WithdrawCharge(AtInsurer):
    """费用明细作废 of one line."""

    name = WITHDRAW_CHARGE

    async def call(self, context: Context) -> Done:
        plan: ChargeWithdrawalPlan = context.plan
        await self._insurer.withdraw_charges(
            context.attempt.key, stay_of(context.account), (plan.line_no,)
        )
        return Done()

    async def ask(self, context: Context) -> Outcome:
        return no_effect("withdrawing the line")


class CompleteCharges(Effect):
    """The settlement's step: pull what the HIS wants settled, and upload the rest of it."""

    name = UPLOAD_CHARGES

    def __init__(
        self, pull: PullCharges, withdraw: WithdrawUploaded, upload: UploadCharges, books: Books
    ) -> None:
        self._pull = pull
        self._withdraw = withdraw
        self._upload = upload
        self._books = books

    async def call(self, context: Context) -> Done | StillPending:
        plan: SettlementPlan = context.plan
        pulled = await self._pull.for_settlement(plan.admission_no)
        for charge in pulled.void_but_uploaded:
            await self._withdraw.of(charge, "HIS 已作废", plan.operator)
        if not plan.insured:
            charges = await self._open_charges(plan)
            billed = total(charge.amount for charge in charges if charge.billable)
            return Done(ChargesComplete(uploaded=ZERO, excluded=billed))
        if stay_of(context.account).state is StayState.REGISTERED:
            await self._upload(plan.admission_no)
        charges = await self._open_charges(plan)
        guilty = [charge for charge in charges if charge.state is ChargeState.GUILTY]
        if guilty:
            names = ", ".join(f"{charge.no} {charge.item_name}" for charge in guilty)
            raise Refused(f"the insurer refuses: {names}", code="line_refused")
        void = {charge.no for charge in pulled.void_but_uploaded}
        if any(c.state is ChargeState.UPLOADING or _still_there(c, void) for c in charges):
            return StillPending(context.now + timedelta(seconds=1))
        return Done(ChargesComplete(uploaded_total(charges), excluded_total(charges)))

    async def ask(self, context: Context) -> Outcome:
        return await repeated(lambda: self.call(context))

    async def _open_charges(self, plan: SettlementPlan) -> tuple[Charge, ...]:
        charges = await self._books.charges(plan.admission_no)
        return tuple(charge for charge in charges if charge.settled_by is None)


def _still_there(charge: Charge, void: set[ChargeNo]) -> bool:
    """Void in the HIS, but its withdrawal at the insurer is not through yet."""
    return charge.no in void and charge.state is ChargeState.UPLOADED
