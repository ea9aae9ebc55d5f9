"""对账 of a business day with one outside system."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from interfaces.rest.answers import OF_PLAIN_WRITE, OF_READ
from interfaces.rest.fields import BusinessDate, Input, Word, example
from interfaces.rest.idempotency import keyed
from interfaces.rest.uses import Given
from interfaces.rest.views.reconciliations import (
    ReconciliationsView,
    ReconciliationView,
    reconciliation_view,
)

router = APIRouter(prefix="/v1/reconciliations", tags=["reconciliations"])


class ReconcileDay(Input):
    """Which statement of which day: insurer, his_deposits, his_settlements, or a channel's."""

    model_config = example({"system": "wechat_pay", "date": "2026-11-21"})

    system: Word
    date: BusinessDate


class ReconciledDay(Input):
    """Of which day."""

    date: BusinessDate


@router.post(
    "",
    operation_id="reconcileDay",
    status_code=201,
    responses=OF_PLAIN_WRITE,
    dependencies=[Depends(keyed)],
)
async def reconcile_day(body: ReconcileDay, uses: Given) -> ReconciliationView:
    """Reads their statement and compares it line by line. Every run is a comparison of its own."""
    return reconciliation_view(await uses.reconcile(body.system, body.date))


@router.get("", operation_id="listReconciliations", responses=OF_READ)
async def list_reconciliations(
    asked: Annotated[ReconciledDay, Query()], uses: Given
) -> ReconciliationsView:
    """The last comparison of each system for that day."""
    found = await uses.enquiries.reconciliations(asked.date)
    return ReconciliationsView(items=[reconciliation_view(one) for one in found])
