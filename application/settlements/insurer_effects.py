"""The effects of settlements and cancellations at the insurer, with the exits of DESIGN §3."""

from application.effect import (
    Context,
    Done,
    Effect,
    Outcome,
    ProvenDead,
    StillUnknown,
    no_effect,
)
from domain.identifiers import AttemptKey
from domain.insurance.stay import InsuredStay
from domain.plan.attempt import Proof
from domain.plan.plan import Plan
from domain.settlement.cancellation import CANCEL_INSURANCE, UNDO_DISCHARGE, CancellationPlan
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import (
    CHANGE_REGISTRATION,
    PRE_SETTLE,
    REGISTER_DISCHARGE,
    SETTLE_INSURANCE,
)
from domain.visits.patient_account import PatientAccount
from ports.errors import AlreadyCancelled, CallFailed, Refused
from ports.insurer import Insurer, SettlementOrder


def stay_of(account: PatientAccount) -> InsuredStay:
    """The live registration; Refused when the stay has none (any more)."""
    if account.stay is None:
        raise Refused("the stay is not registered with the insurer", code="not_registered")
    return account.stay


def settlement_order(context: Context) -> SettlementOrder:
    """What both settlements are asked with."""
    plan: SettlementPlan = context.plan
    return SettlementOrder(
        stay=stay_of(context.account),
        total=plan.uploaded,
        discharged_at=context.account.admission.discharged_at or context.now,
        use_personal_account=plan.profile.use_personal_account,
        pre_settled=plan.pre_settled,
    )


class AtInsurer(Effect):
    """An effect that goes by a message number of the insurer's form."""

    def __init__(self, insurer: Insurer) -> None:
        self._insurer = insurer

    async def new_key(self, plan: Plan) -> AttemptKey:
        return await self._insurer.message_no()


class ChangeRegistration(AtInsurer):
    """住院信息变更: what the HIS changed since the registration."""

    name = CHANGE_REGISTRATION

    async def call(self, context: Context) -> Done:
        account = context.account
        await self._insurer.change_registration(
            context.attempt.key, stay_of(account), account.admission
        )
        return Done()

    async def ask(self, context: Context) -> Outcome:
        return no_effect("the same change")


class RegisterDischarge(AtInsurer):
    """出院办理."""

    name = REGISTER_DISCHARGE

    async def call(self, context: Context) -> Done:
        account = context.account
        await self._insurer.register_discharge(
            context.attempt.key, stay_of(account), account.admission
        )
        return Done()

    async def ask(self, context: Context) -> Outcome:
        try:
            if await self._insurer.is_discharged(stay_of(context.account)):
                return Done(proof=Proof.QUERY)
        except CallFailed as failed:
            return StillUnknown(failed.text)
        return ProvenDead(Proof.QUERY, "the insurer still has the stay as in hospital")


class PreSettle(AtInsurer):
    """住院预结算: no effect at the insurer, so a lost one is simply made again."""

    name = PRE_SETTLE

    async def call(self, context: Context) -> Done:
        return Done(await self._insurer.pre_settle(context.attempt.key, settlement_order(context)))

    async def ask(self, context: Context) -> Outcome:
        return no_effect("a pre-settlement")


class SettleInsurance(AtInsurer):
    """住院结算, the pivot. A lost one is reversed by its message number, then proven gone."""

    name = SETTLE_INSURANCE

    async def call(self, context: Context) -> Done:
        breakdown = await self._insurer.settle(context.attempt.key, settlement_order(context))
        return Done(breakdown, breakdown.settlement_id)

    async def ask(self, context: Context) -> Outcome:
        plan: SettlementPlan = context.plan
        if "settle" not in plan.profile.reversible:
            return StillUnknown("this region cannot reverse a settlement: a person must ask there")
        try:
            stay = stay_of(context.account)
            there = await self._insurer.reverse(stay.person_no, context.attempt.key, "settle")
            # Proof that nothing is left: the insurer prices the stay again as unsettled.
            probe = await self._insurer.message_no()
            await self._insurer.pre_settle(probe, settlement_order(context))
        except CallFailed as failed:
            return StillUnknown(failed.text)
        text = "reversed by its message number" if there else "it never arrived"
        return ProvenDead(Proof.CLOSED, f"{text}; pre-settlement accepted again", "reversed")


class CancelInsurance(AtInsurer):
    """住院结算撤销, by the settlement's own number, which we have."""

    name = CANCEL_INSURANCE

    async def call(self, context: Context) -> Done:
        plan: CancellationPlan = context.plan
        if plan.settled is None:
            raise Refused("there is no insurance settlement to cancel", code="not_settled")
        try:
            reversal = await self._insurer.cancel_settlement(
                context.attempt.key, stay_of(context.account), plan.settled.settlement_id
            )
        except AlreadyCancelled as already:
            # Its own number then comes with the statement; the amounts are known.
            return Done(plan.settled.negated(), text=already.text)
        return Done(reversal, reversal.settlement_id)

    async def ask(self, context: Context) -> Outcome:
        return no_effect("the same cancellation")


class UndoDischarge(AtInsurer):
    """出院登记作废."""

    name = UNDO_DISCHARGE

    async def call(self, context: Context) -> Done:
        await self._insurer.undo_discharge(context.attempt.key, stay_of(context.account))
        return Done()

    async def ask(self, context: Context) -> Outcome:
        return no_effect("undoing the discharge")
