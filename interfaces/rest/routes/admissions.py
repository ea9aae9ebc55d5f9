"""A stay at the cashier: the patient's account, arrears, messages, where messages go."""

from fastapi import APIRouter, Depends

from domain.errors import OutsideUnavailable
from domain.identifiers import AdmissionNo, OpenId
from domain.visits.patient_account import PatientAccount
from interfaces.rest.answers import OF_PLAIN_WRITE, OF_READ, problems
from interfaces.rest.fields import Input, OpenIdText, PathNumber, example
from interfaces.rest.idempotency import keyed
from interfaces.rest.loading import account_of
from interfaces.rest.uses import Given, Uses
from interfaces.rest.views.admissions import (
    AdmissionView,
    ArrearsView,
    admission_view,
    arrears_view,
)
from interfaces.rest.views.messages import MessagesView, message_view

router = APIRouter(prefix="/v1/admissions/{no:number}", tags=["admissions"])


class BindOpenId(Input):
    """The patient as the official account knows him."""

    model_config = example({"openid": "oSYNTHETIC0000000000000000001"})

    openid: OpenIdText


@router.get("", operation_id="getAdmission", responses=OF_READ | problems(503))
async def get_admission(no: PathNumber, uses: Given) -> AdmissionView:
    """患者账户. Read from the HIS; what it said last when it cannot be reached."""
    number = AdmissionNo(no)
    try:
        return await _shown(uses, await uses.refresh(number), read_from_his=True)
    except OutsideUnavailable:
        known = await uses.store.account(number)
        if known is None:
            raise
        return await _shown(uses, known, read_from_his=False)


@router.get("/arrears", operation_id="getArrears", responses=OF_READ)
async def get_arrears(no: PathNumber, uses: Given) -> ArrearsView:
    """欠费, and what to ask the patient for."""
    return arrears_view(no, await uses.tell.arrears(AdmissionNo(no)))


@router.get("/messages", operation_id="listMessages", responses=OF_READ)
async def list_messages(no: PathNumber, uses: Given) -> MessagesView:
    """What the patient was told."""
    account = await account_of(uses, no)
    queued = await uses.store.messages(account.admission.no)
    return MessagesView(items=[message_view(one) for one in queued])


@router.post(
    ":bind-openid",
    operation_id="bindOpenId",
    responses=OF_PLAIN_WRITE,
    dependencies=[Depends(keyed)],
)
async def bind_openid(no: PathNumber, body: BindOpenId, uses: Given) -> AdmissionView:
    """Where messages for this stay go. Binding again replaces it."""
    account = await uses.refresh(AdmissionNo(no))
    await uses.store.bind_openid(account.admission.no, OpenId(body.openid))
    return await _shown(uses, await account_of(uses, no), read_from_his=True)


async def _shown(uses: Uses, account: PatientAccount, *, read_from_his: bool) -> AdmissionView:
    live = await uses.store.live_settlement(account.admission.no)
    return admission_view(account, live, read_from_his=read_from_his)
