"""The wire record, the trial balance and the audit, for applications with the role operations."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from interfaces.rest.answers import OF_OPERATIONS
from interfaces.rest.authentication import only
from interfaces.rest.fields import INT64_MAX, Input
from interfaces.rest.uses import Given
from interfaces.rest.views.operations import (
    AuditView,
    ExchangesView,
    LedgerView,
    audit_view,
    exchanges_view,
    ledger_view,
)

router = APIRouter(prefix="/v1", tags=["operations"], dependencies=[Depends(only("operations"))])


class Page(Input):
    """From where, how many at most."""

    after: Annotated[int, Field(ge=0, le=INT64_MAX)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100


@router.get("/exchanges", operation_id="listExchanges", responses=OF_OPERATIONS)
async def list_exchanges(asked: Annotated[Page, Query()], uses: Given) -> ExchangesView:
    """Every call that crossed our wires, oldest first."""
    found = await uses.enquiries.exchanges_after(asked.after, asked.limit)
    return exchanges_view(found, asked.after)


@router.get("/ledger", operation_id="getLedger", responses=OF_OPERATIONS)
async def get_ledger(uses: Given) -> LedgerView:
    """试算平衡."""
    return ledger_view(await uses.enquiries.ledger_summary())


@router.get("/audit", operation_id="getAudit", responses=OF_OPERATIONS)
async def get_audit(uses: Given) -> AuditView:
    """Every invariant of the books, checked now."""
    return audit_view(await uses.enquiries.audit())
