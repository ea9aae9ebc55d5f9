"""The effects of insurance registrations: identify, check, register, withdraw."""

from dataclasses import replace
from datetime import timedelta

from application.effect import Context, Done, Outcome, ProvenDead, StillUnknown, no_effect
from application.settlements.insurer_effects import AtInsurer, stay_of
from domain.insurance.person import Credential, CredentialKind
from domain.insurance.registration import (
    CHECK_ENTITLEMENT,
    IDENTIFY,
    REGISTER_ADMISSION,
    WITHDRAW_CHARGES,
    WITHDRAW_REGISTRATION,
    RegistrationPlan,
    RegistrationWithdrawalPlan,
)
from domain.plan.attempt import Proof
from ports.errors import CallFailed, Refused


def credential_of(context: Context) -> Credential:
    """The card as stored, or the e-credential in the caller's hand; Refused when it is gone."""
    plan: RegistrationPlan = context.plan
    certificate_no = context.account.admission.id_card_no
    if context.hand.credential is not None:
        return replace(context.hand.credential, certificate_no=certificate_no)
    if plan.credential is CredentialKind.E_CREDENTIAL:
        raise Refused("the e-credential must be scanned again", code="credential_needed")
    return Credential(plan.credential, plan.credential_no, plan.card_serial, certificate_no)


class Identify(AtInsurer):
    """身份读取."""

    name = IDENTIFY

    async def call(self, context: Context) -> Done:
        person = await self._insurer.identify(
            context.attempt.key, credential_of(context), context.account.admission.patient_name
        )
        return Done(person, person.person_no)

    async def ask(self, context: Context) -> Outcome:
        return no_effect("reading an identity")


class CheckEntitlement(AtInsurer):
    """待遇享受检查."""

    name = CHECK_ENTITLEMENT

    async def call(self, context: Context) -> Done:
        plan: RegistrationPlan = context.plan
        if plan.person is None or plan.coverage is None:
            raise Refused("nobody is identified yet", code="not_identified")
        admission = context.account.admission
        return Done(
            await self._insurer.check_entitlement(
                context.attempt.key,
                plan.person.person_no,
                plan.coverage.insurance_type,
                admission.medical_type,
                admission.admitted_at,
            )
        )

    async def ask(self, context: Context) -> Outcome:
        return no_effect("an eligibility check")


class RegisterAdmission(AtInsurer):
    """入院办理; a lost one is looked for by person, else reversed by its message number."""

    name = REGISTER_ADMISSION

    async def call(self, context: Context) -> Done:
        plan: RegistrationPlan = context.plan
        if plan.person is None:
            raise Refused("nobody is identified yet", code="not_identified")
        registration_no = await self._insurer.register_admission(
            context.attempt.key, plan.person, credential_of(context), context.account.admission
        )
        return Done(registration_no, registration_no)

    async def ask(self, context: Context) -> Outcome:
        plan: RegistrationPlan = context.plan
        if plan.person is None:
            return ProvenDead(Proof.NEVER_SENT, "nobody was identified")
        admitted = context.account.admission.admitted_at
        try:
            found = await self._insurer.find_registrations(
                plan.person.person_no,
                (admitted - timedelta(days=1)).date(),
                (context.now + timedelta(days=1)).date(),
            )
            for registration in found:
                if registration.admission_no == plan.admission_no:
                    number = registration.registration_no
                    return Done(number, number, proof=Proof.QUERY)
            await self._insurer.reverse(
                plan.person.person_no, context.attempt.key, "register_admission"
            )
        except CallFailed as failed:
            return StillUnknown(failed.text)
        return ProvenDead(Proof.QUERY, "the insurer holds no such registration")


class WithdrawCharges(AtInsurer):
    """费用明细撤销 of everything uploaded, before the registration goes."""

    name = WITHDRAW_CHARGES

    async def call(self, context: Context) -> Done:
        plan: RegistrationWithdrawalPlan = context.plan
        await self._insurer.withdraw_charges(
            context.attempt.key, stay_of(context.account), plan.line_nos
        )
        return Done()

    async def ask(self, context: Context) -> Outcome:
        return no_effect("withdrawing charges")


class WithdrawRegistration(AtInsurer):
    """入院撤销."""

    name = WITHDRAW_REGISTRATION

    async def call(self, context: Context) -> Done:
        await self._insurer.withdraw_registration(context.attempt.key, stay_of(context.account))
        return Done()

    async def ask(self, context: Context) -> Outcome:
        return no_effect("withdrawing the registration")
