"""Withdraws a wrongly uploaded charge at the insurer (住院收费明细作废)."""

from application.advance_plan import AdvancePlan
from application.billing.pull_charges import PullCharges
from application.commit import advance_job
from domain.billing.charge import Charge, ChargeState
from domain.billing.upload import WITHDRAW_CHARGE, ChargeWithdrawalPlan
from domain.errors import ChargeSettled, Conflict, NotFound
from domain.identifiers import AdmissionNo, ChargeNo, InstitutionId, PlanNo
from domain.plan.attempt import CALL_LIMIT
from domain.plan.plan import Plan, steps_of
from ports.clock import Clock, Numbers
from ports.store import Changeset, Claim, KeyTaken, Store


class WithdrawUploaded:
    """Opens the withdrawal of one uploaded charge and takes it as far as it goes."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        numbers: Numbers,
        institution: InstitutionId,
        advance: AdvancePlan,
    ) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._institution = institution
        self._advance = advance

    async def of(
        self, charge: Charge, reason: str, operator: str, claim: Claim | None = None
    ) -> Plan:
        """One withdrawal per line for ever: its number hangs on the line's."""
        now = self._clock.now()
        number = PlanNo(f"CW{charge.line_no}")
        plan = ChargeWithdrawalPlan(
            no=number,
            institution=self._institution,
            admission_no=charge.admission_no,
            opened_at=now,
            steps=steps_of(WITHDRAW_CHARGE),
            charge_no=charge.no,
            line_no=charge.line_no,
            amount=charge.amount,
            reason=reason,
            operator=operator,
        )
        changes = Changeset(
            new_plans=[plan],
            jobs=[advance_job(number, now + CALL_LIMIT)],
            claim=claim.of(number) if claim else None,
        )
        try:
            await self._store.commit(changes)
        except KeyTaken as taken:
            if taken.what != "plan":
                raise
        return await self._advance(number)


class WithdrawCharge:
    """A person's request to withdraw a charge that the HIS has made void."""

    def __init__(self, store: Store, pull: PullCharges, withdraw: WithdrawUploaded) -> None:
        self._store = store
        self._pull = pull
        self._withdraw = withdraw

    async def __call__(
        self,
        admission_no: AdmissionNo,
        charge_no: ChargeNo,
        reason: str,
        operator: str,
        claim: Claim | None = None,
    ) -> Plan:
        """The withdrawal. Refused for a settled charge, and while the HIS still bills it."""
        pulled = await self._pull(admission_no)
        charges = {charge.no: charge for charge in await self._store.charges(admission_no)}
        charge = charges.get(charge_no)
        if charge is None:
            raise NotFound(f"{admission_no} has no charge {charge_no}", field="charge_no")
        if charge.settled_by is not None:
            raise ChargeSettled(f"{charge_no} is settled by {charge.settled_by}", field="charge_no")
        if charge.state is not ChargeState.UPLOADED:
            raise Conflict(
                f"{charge_no} is {charge.state.value}: there is nothing to withdraw at the insurer",
                field="charge_no",
            )
        if charge_no not in {void.no for void in pulled.void_but_uploaded}:
            raise Conflict(
                f"the HIS still bills {charge_no}: make it void there first", field="charge_no"
            )
        return await self._withdraw.of(charge, reason, operator, claim)
