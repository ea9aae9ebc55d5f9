"""费用明细 of a stay: read, pulled from the HIS, uploaded to the insurer, withdrawn, excluded."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from domain.billing.upload import ChargeWithdrawalPlan
from domain.identifiers import AdmissionNo, ChargeNo
from domain.plan.plan import Plan
from interfaces.rest.answers import OF_PLAIN_WRITE, OF_READ, of_write
from interfaces.rest.fields import BusinessDate, Input, Name, PathNumber, Reason, example
from interfaces.rest.idempotency import Writing, keyed
from interfaces.rest.loading import account_of, plan_of, waiting_of
from interfaces.rest.uses import Given
from interfaces.rest.views.charges import (
    ChargesView,
    ChargeView,
    ChargeWithdrawalView,
    DailyListView,
    PulledView,
    UploadView,
    charge_view,
    charges_view,
    daily_list_view,
    pulled_view,
    upload_view,
    withdrawal_view,
)
from interfaces.rest.waiting import waiting_for
from ports.store import Claim

router = APIRouter(prefix="/v1/admissions/{no:number}", tags=["charges"])


class OfDay(Input):
    """One business date; without it the whole stay."""

    date: BusinessDate | None = None


class WithdrawCharge(Input):
    """Why, and who says so."""

    model_config = example({"reason": "计费错误", "operator": "C001"})

    reason: Reason
    operator: Name


class ExcludeCharge(Input):
    """Who decides that the patient pays it."""

    model_config = example({"operator": "C001"})

    operator: Name


@router.get("/charges", operation_id="listCharges", responses=OF_READ)
async def list_charges(
    no: PathNumber, asked: Annotated[OfDay, Query()], uses: Given
) -> ChargesView:
    """Stored charges, in the order they were made."""
    account = await account_of(uses, no)
    return charges_view(no, await uses.store.charges(account.admission.no, asked.date))


@router.get("/daily-lists/{date}", operation_id="getDailyList", responses=OF_READ)
async def get_daily_list(no: PathNumber, date: BusinessDate, uses: Given) -> DailyListView:
    """住院日清单."""
    account = await account_of(uses, no)
    return daily_list_view(await uses.tell.daily_list(account.admission.no, date))


@router.post(
    "/charges:pull",
    operation_id="pullCharges",
    responses=OF_PLAIN_WRITE,
    dependencies=[Depends(keyed)],
)
async def pull_charges(no: PathNumber, uses: Given, body: OfDay | None = None) -> PulledView:
    """Reads charges from the HIS and stores the new ones. Idempotent by nature."""
    account = await uses.refresh(AdmissionNo(no))
    day = body.date if body else None
    return pulled_view(no, await uses.pull(account.admission.no, day))


@router.post(
    "/charges:upload",
    operation_id="uploadCharges",
    responses=OF_PLAIN_WRITE,
    dependencies=[Depends(keyed)],
)
async def upload_charges(no: PathNumber, uses: Given) -> UploadView:
    """Uploads what waits for it, in batches. Idempotent by nature: an uploaded line stays so."""
    account = await uses.refresh(AdmissionNo(no))
    now = uses.clock.now()
    batches = [
        (plan, waiting_for(plan, now, account)) for plan in await uses.upload(AdmissionNo(no))
    ]
    return upload_view(no, batches, await uses.store.charges(AdmissionNo(no)))


@router.post(
    "/charges/{charge_no:number}:withdraw",
    operation_id="withdrawCharge",
    status_code=201,
    responses=of_write(ChargeWithdrawalView, 201),
)
async def withdraw_charge(
    no: PathNumber, charge_no: PathNumber, body: WithdrawCharge, uses: Given, write: Writing
) -> Response:
    """住院收费明细作废 at the insurer, of a charge that the HIS has made void."""

    async def view(plan: Plan) -> ChargeWithdrawalView:
        withdrawal = await plan_of(uses, plan.no, ChargeWithdrawalPlan)
        return withdrawal_view(withdrawal, await waiting_of(uses, withdrawal))

    async def act(claim: Claim) -> Plan:
        account = await account_of(uses, no)
        return await uses.withdraw_charge(
            account.admission.no, ChargeNo(charge_no), body.reason, body.operator, claim
        )

    return await write(act, view, created=True)


@router.post(
    "/charges/{charge_no:number}:exclude",
    operation_id="excludeCharge",
    responses=OF_PLAIN_WRITE,
    dependencies=[Depends(keyed)],
)
async def exclude_charge(
    no: PathNumber, charge_no: PathNumber, body: ExcludeCharge, uses: Given
) -> ChargeView:
    """转自费: the patient pays it. Doing it again changes nothing."""
    charge = await uses.exclude_charge(AdmissionNo(no), ChargeNo(charge_no), body.operator)
    return charge_view(charge)
