"""医保入院登记 of a stay, its changes, its withdrawal."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from application.effect import Hand
from application.registrations.register_stay import RegisterStay
from domain.errors import NotFound
from domain.identifiers import AdmissionNo, PlanNo
from domain.insurance.person import Credential, CredentialKind
from domain.plan.plan import Plan
from interfaces.rest.answers import OF_READ, of_write
from interfaces.rest.fields import Input, Name, Number, PathNumber, Reason, Secret, example
from interfaces.rest.idempotency import REGISTRATIONS, Writing
from interfaces.rest.loading import waiting_of
from interfaces.rest.uses import Given, Uses
from interfaces.rest.views.registrations import (
    RegistrationChangeView,
    RegistrationView,
    registration_view,
)

router = APIRouter(prefix="/v1", tags=["registrations"])


class CredentialShown(Input):
    """What the patient presents. Its number is never stored in clear logs, answers or keys."""

    kind: CredentialKind
    number: Secret
    card_serial: Annotated[str, Field(pattern=r"^[\x21-\x7e]{0,128}$", repr=False)] = ""


class Register(Input):
    """Whose stay, proven by what."""

    model_config = example(
        {
            "admission_no": "ZY0001",
            "credential": {"kind": "id_card", "number": "000000190001010000"},
        }
    )

    admission_no: Number
    credential: CredentialShown

    def command(self) -> RegisterStay:
        """What the use case is asked."""
        shown = self.credential
        credential = Credential(shown.kind, shown.number, shown.card_serial)
        return RegisterStay(admission_no=AdmissionNo(self.admission_no), credential=credential)


class WithdrawRegistration(Input):
    """Why, and who says so."""

    model_config = example({"reason": "登记有误", "operator": "C001"})

    reason: Reason
    operator: Name


@router.post(
    "/registrations",
    operation_id="register",
    status_code=201,
    responses=of_write(RegistrationView, 201),
)
async def register(body: Register, uses: Given, write: Writing) -> Response:
    """身份读取 → 待遇检查 → 入院登记. A refusal of the insurer is the problem outside_refused."""
    command = body.command()
    return await write(
        lambda claim: uses.registrations.register(command, claim),
        lambda plan: _shown(uses, plan),
        created=True,
        hand=Hand(credential=command.credential),
    )


@router.get("/registrations/{no:number}", operation_id="getRegistration", responses=OF_READ)
async def get_registration(no: PathNumber, uses: Given) -> RegistrationView:
    """A registration, a change or a withdrawal by its number."""
    plan = await uses.store.plan(PlanNo(no))
    if plan is None:
        raise NotFound(f"there is no registration {no}", field="no")
    return await _shown(uses, plan)


@router.post(
    "/admissions/{no:number}/registration:withdraw",
    operation_id="withdrawRegistration",
    status_code=201,
    responses=of_write(RegistrationView, 201),
)
async def withdraw_registration(
    no: PathNumber, body: WithdrawRegistration, uses: Given, write: Writing
) -> Response:
    """登记撤销: uploaded charges first, then the registration."""
    return await write(
        lambda claim: uses.registrations.withdraw(
            AdmissionNo(no), body.reason, body.operator, claim
        ),
        lambda plan: _shown(uses, plan),
        created=True,
    )


@router.post(
    "/admissions/{no:number}/registration:report-change",
    operation_id="reportRegistrationChange",
    status_code=201,
    responses=of_write(RegistrationChangeView, 201)
    | {200: {"model": RegistrationChangeView, "description": "Nothing had changed"}},
)
async def report_change(no: PathNumber, uses: Given, write: Writing) -> Response:
    """住院信息变更, if the HIS has the stay differently now. With no change nothing is claimed."""

    async def view(plan: Plan) -> RegistrationChangeView:
        return RegistrationChangeView(change=await _shown(uses, plan))

    return await write.unless_nothing(
        lambda claim: uses.registrations.report_change(AdmissionNo(no), claim),
        view,
        RegistrationChangeView(change=None),
    )


async def _shown(uses: Uses, plan: Plan) -> RegistrationView:
    if not isinstance(plan, REGISTRATIONS):
        raise NotFound(f"there is no registration {plan.no}", field="no")
    return registration_view(plan, await waiting_of(uses, plan))
