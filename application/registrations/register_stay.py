"""Registers a stay with the insurer, reports its changes, takes the registration back."""

from dataclasses import dataclass

from application.advance_plan import AdvancePlan
from application.commit import advance_job
from application.effect import Hand
from application.visits.refresh_admission import RefreshAdmission
from domain.billing.charge import ChargeState
from domain.errors import AlreadyRegistered, ChargeSettled, Conflict, NotRegistered
from domain.identifiers import AdmissionNo, InstitutionId
from domain.insurance.person import Credential, CredentialKind
from domain.insurance.registration import (
    CHANGE_REGISTRATION,
    CHECK_ENTITLEMENT,
    IDENTIFY,
    REGISTER_ADMISSION,
    WITHDRAW_CHARGES,
    WITHDRAW_REGISTRATION,
    RegistrationChangePlan,
    RegistrationPlan,
    RegistrationWithdrawalPlan,
)
from domain.insurance.stay import InsuredStay, RegisteredAs, StayState
from domain.plan.attempt import CALL_LIMIT
from domain.plan.plan import Plan, steps_of
from domain.visits.admission import FeeCategory
from ports.clock import Clock, Numbers
from ports.store import Changeset, Claim, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStay:
    """Whose stay, proven by which card or code."""

    admission_no: AdmissionNo
    credential: Credential


class Registrations:
    """医保入院登记 and what follows from it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        numbers: Numbers,
        institution: InstitutionId,
        refresh: RefreshAdmission,
        advance: AdvancePlan,
    ) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._institution = institution
        self._refresh = refresh
        self._advance = advance

    async def register(self, command: RegisterStay, claim: Claim | None = None) -> Plan:
        """身份读取 → 待遇检查 → 入院登记. AlreadyRegistered when the stay is."""
        account = await self._refresh.open_stay(command.admission_no)
        if account.admission.fee_category is not FeeCategory.INSURED:
            raise Conflict(f"{command.admission_no} is a self-pay stay", field="admission_no")
        if account.stay is not None:
            raise AlreadyRegistered(
                f"{command.admission_no} is registered as {account.stay.registration_no}",
                field="admission_no",
            )
        now = self._clock.now()
        credential = command.credential
        kept = credential.kind is not CredentialKind.E_CREDENTIAL
        plan = RegistrationPlan(
            no=self._numbers.plan_no("RG", now),
            institution=self._institution,
            admission_no=command.admission_no,
            opened_at=now,
            steps=steps_of(IDENTIFY, CHECK_ENTITLEMENT, REGISTER_ADMISSION),
            credential=credential.kind,
            credential_no=credential.number if kept else "",
            card_serial=credential.card_serial if kept else "",
        )
        return await self._open(plan, claim, Hand(credential=credential))

    async def withdraw(
        self, admission_no: AdmissionNo, reason: str, operator: str, claim: Claim | None = None
    ) -> Plan:
        """登记撤销. Refused once anything of the stay is settled."""
        stay = await self._stay(admission_no)
        if stay.state is not StayState.REGISTERED:
            raise Conflict(f"{admission_no} is discharged at the insurer: undo that first")
        charges = await self._store.charges(admission_no)
        if any(charge.settled_by for charge in charges):
            raise ChargeSettled(f"charges of {admission_no} are settled", field="admission_no")
        lines = tuple(c.line_no for c in charges if c.state is ChargeState.UPLOADED)
        now = self._clock.now()
        first = (WITHDRAW_CHARGES,) if lines else ()
        plan = RegistrationWithdrawalPlan(
            no=self._numbers.plan_no("RW", now),
            institution=self._institution,
            admission_no=admission_no,
            opened_at=now,
            steps=steps_of(*first, WITHDRAW_REGISTRATION),
            reason=reason,
            operator=operator,
            registration_no=stay.registration_no,
            line_nos=lines,
        )
        return await self._open(plan, claim)

    async def report_change(
        self, admission_no: AdmissionNo, claim: Claim | None = None
    ) -> Plan | None:
        """住院信息变更, if the HIS has the stay differently now; None when nothing changed."""
        account = await self._refresh(admission_no)
        stay = account.stay
        if stay is None:
            raise NotRegistered(f"{admission_no} is not registered", field="admission_no")
        if stay.registered_as == RegisteredAs.of(account.admission):
            return None
        now = self._clock.now()
        plan = RegistrationChangePlan(
            no=self._numbers.plan_no("RC", now),
            institution=self._institution,
            admission_no=admission_no,
            opened_at=now,
            steps=steps_of(CHANGE_REGISTRATION),
        )
        return await self._open(plan, claim)

    async def _stay(self, admission_no: AdmissionNo) -> InsuredStay:
        account = await self._refresh(admission_no)
        if account.stay is None:
            raise NotRegistered(f"{admission_no} is not registered", field="admission_no")
        return account.stay

    async def _open(self, plan: Plan, claim: Claim | None, hand: Hand | None = None) -> Plan:
        changes = Changeset(
            new_plans=[plan],
            jobs=[advance_job(plan.no, self._clock.now() + CALL_LIMIT)],
            claim=claim.of(plan.no) if claim else None,
        )
        await self._store.commit(changes)
        return await self._advance(plan.no, hand or Hand())
