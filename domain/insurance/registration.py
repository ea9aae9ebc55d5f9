"""Registering a stay with the insurer (医保入院登记), and taking the registration back."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from domain.billing.charge import ChargesMarked, ChargeState
from domain.insurance.person import Coverage, CredentialKind, Entitlement, InsuredPerson
from domain.insurance.stay import InsuredStay, RegisteredAs, StayState
from domain.plan.action import Action, AskAPerson
from domain.plan.plan import NOTHING_ELSE, Consequences, Plan, PlanState
from domain.plan.step import Step
from domain.visits.patient_account import PatientAccount

IDENTIFY = "identify"
CHECK_ENTITLEMENT = "check_entitlement"
REGISTER_ADMISSION = "register_admission"
WITHDRAW_CHARGES = "withdraw_charges"
WITHDRAW_REGISTRATION = "withdraw_registration"
CHANGE_REGISTRATION = "change_registration"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationPlan(Plan):
    """身份读取 → 待遇检查 → 入院登记. An e-credential's token is only ever in the caller's hand."""

    kind: ClassVar[str] = "registration"

    credential: CredentialKind
    credential_no: str = field(default="", repr=False)  # never an e-credential's token
    card_serial: str = field(default="", repr=False)
    person: InsuredPerson | None = None
    coverage: Coverage | None = None
    entitlements: tuple[Entitlement, ...] = ()
    registration_no: str = ""

    def pause_before(self, step: Step, now: datetime, account: PatientAccount) -> Action | None:
        if step.effect == CHECK_ENTITLEMENT and self.coverage is None:
            return AskAPerson(
                "not_insured", "the insurer knows the person but no coverage in force"
            )
        if step.effect == REGISTER_ADMISSION and not any(e.entitled for e in self.entitlements):
            reasons = "; ".join(e.reason for e in self.entitlements if e.reason)
            return AskAPerson("not_entitled", reasons or "no fund grants a benefit")
        return None

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        if effect == IDENTIFY:
            person: InsuredPerson = answer
            return replace(self, person=person, coverage=person.active_coverage()), NOTHING_ELSE
        if effect == CHECK_ENTITLEMENT:
            return replace(self, entitlements=answer), NOTHING_ELSE
        plan = replace(self, registration_no=str(answer))
        stay = plan.stay(at, account)
        return plan.ended(PlanState.FINISHED, at), Consequences(records=(stay,))

    def on_refused(
        self, effect: str, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        why = self.evidence(effect)
        return self.ended(PlanState.CLOSED, at, why.text or why.code), NOTHING_ELSE

    def stay(self, at: datetime, account: PatientAccount) -> InsuredStay:
        """The registration as later calls to the insurer need it."""
        if self.person is None or self.coverage is None:
            raise LookupError(f"{self.no} registered without a person")
        return InsuredStay(
            admission_no=self.admission_no,
            registration_no=self.registration_no,
            person_no=self.person.person_no,
            name=self.person.name,
            certificate_type=self.person.certificate_type,
            certificate_no=self.person.certificate_no,
            gender=self.person.gender,
            insurance_type=self.coverage.insurance_type,
            person_type=self.coverage.person_type,
            insured_place=self.coverage.insured_place,
            medical_type=account.admission.medical_type,
            credential=self.credential,
            credential_no=InsuredStay.card_number(self.credential, self.credential_no),
            card_serial=InsuredStay.card_number(self.credential, self.card_serial),
            account_balance=self.coverage.account_balance,
            registered_as=RegisteredAs.of(account.admission),
            registered_at=at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationWithdrawalPlan(Plan):
    """登记撤销: uploaded charges first, then the registration itself."""

    kind: ClassVar[str] = "registration_withdrawal"

    reason: str
    operator: str
    registration_no: str
    line_nos: tuple[str, ...] = ()  # uploaded charges to take back first

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        if effect == WITHDRAW_CHARGES:
            # They are still on the HIS's bill: back to where they were before the upload.
            mark = ChargesMarked(self.admission_no, self.line_nos, ChargeState.PULLED)
            return self, Consequences(records=(mark,))
        if account.stay is None:
            raise LookupError(f"{self.admission_no} has no registration")
        stay = replace(account.stay, state=StayState.WITHDRAWN)
        return self.ended(PlanState.FINISHED, at), Consequences(records=(stay,))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationChangePlan(Plan):
    """住院信息变更: ward, bed, doctor or diagnosis changed in the HIS."""

    kind: ClassVar[str] = "registration_change"

    def on_confirmed(
        self, effect: str, answer: Any, at: datetime, account: PatientAccount
    ) -> tuple[Self, Consequences]:
        if account.stay is None:
            raise LookupError(f"{self.admission_no} has no registration")
        stay = replace(account.stay, registered_as=RegisteredAs.of(account.admission))
        return self.ended(PlanState.FINISHED, at), Consequences(records=(stay,))
