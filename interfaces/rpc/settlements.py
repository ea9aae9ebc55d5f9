"""medsettle.settlements.v1, and the posting calls of a HIS that leads, over the use cases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any

from application.settlements.settle_admission import OpenSettlement
from contracts.medsettle.his.v1 import his_pb2, his_pb2_grpc
from contracts.medsettle.settlements.v1 import settlements_pb2 as wire
from contracts.medsettle.settlements.v1 import settlements_pb2_grpc as grpc_wire
from domain.errors import InvalidInput, NotAllowed, NotFound
from domain.identifiers import AdmissionNo, PlanNo
from domain.plan.action import AskAgain, AskAPerson, Wait
from domain.plan.plan import Plan
from domain.settlement.cancellation import CancellationPlan
from domain.settlement.plan import SettlementPlan
from interfaces.rest.uses import Uses
from interfaces.rpc.authentication import CALLER
from interfaces.rpc.deposits import timestamp
from interfaces.rpc.requests import once, required

POINTS = frozenset({"window", "phone", "kiosk", "bedside", "doctor"})
WATCH_SECONDS = 0.25  # between looks; the deadline of the call ends the watch


class Settlements(grpc_wire.SettlementServiceServicer):
    """SettlementService."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses

    async def OpenSettlement(self, request: Any, _: Any) -> wire.OpenSettlementResponse:
        required(request, "admission_no")
        if request.point not in POINTS:
            raise InvalidInput(f"point must be one of {', '.join(sorted(POINTS))}", field="point")
        command = OpenSettlement(
            admission_no=AdmissionNo(request.admission_no),
            point=request.point,
            operator=request.operator,
            posted_by="caller" if request.posted_by_caller else "platform",
            confirmed=request.confirmed,
        )
        plan = await once(self._uses, request, lambda claim: self._uses.settle(command, claim))
        return wire.OpenSettlementResponse(settlement=await self._shown(plan.no))

    async def GetSettlement(self, request: Any, _: Any) -> wire.GetSettlementResponse:
        return wire.GetSettlementResponse(settlement=await self._shown(request.settlement_no))

    async def ConfirmSettlement(self, request: Any, _: Any) -> wire.ConfirmSettlementResponse:
        required(request, "settlement_no", "confirmed_by")
        number = PlanNo(request.settlement_no)
        decide = self._uses.decide
        await once(
            self._uses, request, lambda claim: decide.confirm(number, request.confirmed_by, claim)
        )
        return wire.ConfirmSettlementResponse(settlement=await self._shown(number))

    async def AcceptDifference(self, request: Any, _: Any) -> wire.AcceptDifferenceResponse:
        required(request, "settlement_no", "accepted_by")
        number, by = PlanNo(request.settlement_no), request.accepted_by
        decide = self._uses.decide
        await once(self._uses, request, lambda claim: decide.accept_difference(number, by, claim))
        return wire.AcceptDifferenceResponse(settlement=await self._shown(number))

    async def ResumeSettlement(self, request: Any, _: Any) -> wire.ResumeSettlementResponse:
        required(request, "settlement_no", "resumed_by")
        number, by = PlanNo(request.settlement_no), request.resumed_by
        await once(self._uses, request, lambda claim: self._uses.decide.resume(number, by, claim))
        return wire.ResumeSettlementResponse(settlement=await self._shown(number))

    async def CancelSettlement(self, request: Any, _: Any) -> wire.CancelSettlementResponse:
        required(request, "settlement_no", "reason", "operator")
        number = PlanNo(request.settlement_no)
        plan = await once(
            self._uses,
            request,
            lambda claim: self._uses.cancel(
                number,
                request.reason,
                request.operator,
                reopen=not request.keep_discharged,
                claim=claim,
            ),
        )
        return wire.CancelSettlementResponse(
            settlement=await self._shown(number),
            cancellation_no=plan.no if isinstance(plan, CancellationPlan) else "",
            cancellation_state=plan.state.value,
        )

    async def WatchSettlement(
        self, request: Any, context: Any
    ) -> AsyncIterator[wire.WatchSettlementResponse]:
        seen = 0
        while not context.done():
            settlement = await self._shown(request.settlement_no)
            if settlement.version != seen:
                seen = settlement.version
                yield wire.WatchSettlementResponse(settlement=settlement)
            if settlement.state != "open":
                return
            await asyncio.sleep(WATCH_SECONDS)

    async def _shown(self, no: str) -> wire.Settlement:
        plan = await self._uses.store.plan(PlanNo(no))
        if not isinstance(plan, SettlementPlan):
            raise NotFound(f"there is no settlement {no}", field="settlement_no")
        account = await self._uses.store.account(plan.admission_no)
        if account is None:
            raise NotFound(f"there is no account of {plan.admission_no}")
        cover = plan.cover(account) if plan.priced and plan.live else None
        waiting, reason = _waiting(plan.next_action(self._uses.clock.now(), account))
        return wire.Settlement(
            settlement_no=plan.no,
            admission_no=plan.admission_no,
            state=plan.state.value,
            waiting_for=waiting,
            waiting_reason=reason,
            bill_total_fen=plan.bill_total.fen,
            due_fen=plan.due.fen if plan.priced else 0,
            short_fen=cover.short.fen if cover else 0,
            surplus_fen=cover.surplus.fen if cover else plan.surplus.fen,
            difference_fen=plan.difference.fen,
            shares=[
                wire.Share(payer=s.payer.value, amount_fen=s.amount.fen, funded_by=s.funded_by)
                for s in plan.shares
            ],
            steps=_steps(plan),
            receipt_no=plan.receipt_no,
            posted_at=timestamp(plan.posted_at),
            cancellation_no=plan.withdrawal_no or "",
            version=plan.version,
        )


def _waiting(action: object) -> tuple[str, str]:
    if isinstance(action, AskAPerson):
        return action.code, action.reason
    if isinstance(action, Wait):
        return action.reason, ""
    return ("in_doubt", action.effect) if isinstance(action, AskAgain) else ("", "")


def _steps(plan: Plan) -> list[wire.Step]:
    shown = []
    for step in plan.steps:
        evidence = step.last.evidence if step.last else None
        shown.append(
            wire.Step(
                effect=step.effect,
                state=step.state.value,
                attempts=len(step.attempts),
                their_number=evidence.their_number if evidence else "",
                text=evidence.text if evidence else step.skipped,
            )
        )
    return shown


class Postings(his_pb2_grpc.PostingServiceServicer):
    """PostingService: the HIS leads and says how its posting ended."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses

    async def ConfirmPosting(self, request: Any, _: Any) -> his_pb2.ConfirmPostingResponse:
        _require_his()
        required(request, "settlement_no", "receipt_no")
        if not request.HasField("posted_at"):
            raise InvalidInput("posted_at is required", field="posted_at")
        plan = await self._uses.lead_posting.confirm(
            PlanNo(request.settlement_no),
            request.receipt_no,
            request.posted_at.ToDatetime(tzinfo=UTC),
        )
        return his_pb2.ConfirmPostingResponse(settlement_state=plan.state.value)

    async def CancelPosting(self, request: Any, _: Any) -> his_pb2.CancelPostingResponse:
        _require_his()
        required(request, "settlement_no", "reason")
        number = PlanNo(request.settlement_no)
        cancellation = await self._uses.lead_posting.cancel(number, request.reason)
        plan = await self._uses.store.plan(number)
        return his_pb2.CancelPostingResponse(
            settlement_state=plan.state.value if plan else "",
            cancellation_no=cancellation.no,
        )


def _require_his() -> None:
    """No other application may say that the HIS has posted, or will not."""
    if CALLER.get().role != "his":
        raise NotAllowed("only applications with the role his may say how a posting ended")
