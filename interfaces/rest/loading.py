"""Reads what a route shows, or says by name that it is not there."""

from typing import TypeVar

from domain.errors import AdmissionNotFound, NotFound
from domain.identifiers import AdmissionNo, PlanNo
from domain.plan.plan import Plan
from domain.visits.patient_account import PatientAccount
from interfaces.rest.uses import Uses
from interfaces.rest.waiting import Waiting, waiting_for

Kind = TypeVar("Kind", bound=Plan)


async def plan_of(uses: Uses, no: str, kind: type[Kind]) -> Kind:
    """The plan of that number and kind."""
    plan = await uses.store.plan(PlanNo(no))
    if not isinstance(plan, kind):
        raise NotFound(f"there is no {kind.kind} {no}", field="no")
    return plan


async def account_of(uses: Uses, admission_no: str) -> PatientAccount:
    """The account of a stay that has been read from the HIS before."""
    account = await uses.store.account(AdmissionNo(admission_no))
    if account is None:
        raise AdmissionNotFound(
            f"{admission_no} has no account yet: GET /v1/admissions/{admission_no} reads it",
            field="admission_no",
        )
    return account


async def waiting_of(uses: Uses, plan: Plan) -> Waiting | None:
    """What the plan waits for now."""
    return waiting_for(plan, uses.clock.now(), await account_of(uses, plan.admission_no))
