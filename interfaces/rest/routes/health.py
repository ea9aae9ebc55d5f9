"""Whether the process lives, and whether it can work."""

from fastapi import APIRouter

from domain.identifiers import PlanNo
from interfaces.rest.answers import problems
from interfaces.rest.uses import Given
from interfaces.rest.views.plans import View

router = APIRouter(prefix="/health", tags=["health"])


class HealthView(View):
    """`ok`; anything else is an error status."""

    status: str


@router.get("/live", operation_id="isLive")
async def is_live() -> HealthView:
    """The process answers."""
    return HealthView(status="ok")


@router.get("/ready", operation_id="isReady", responses=problems(503))
async def is_ready(uses: Given) -> HealthView:
    """The database answers too; 503 while it does not."""
    await uses.store.plan(PlanNo("ready"))
    return HealthView(status="ok")
