"""medsettle.deposits.v1 over the use cases of deposits and refunds."""

from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from application.deposits.top_up_deposit import TopUp
from application.effect import Hand
from contracts.medsettle.deposits.v1 import deposits_pb2 as wire
from contracts.medsettle.deposits.v1 import deposits_pb2_grpc as grpc_wire
from domain.deposits.plan import COLLECT, DepositPlan
from domain.errors import InvalidInput, NotFound
from domain.identifiers import AdmissionNo, OpenId, PlanNo
from domain.money import Money
from domain.payments.payment import Product
from domain.plan.plan import Plan
from domain.refunds.plan import RefundPlan
from interfaces.rest.uses import Uses
from interfaces.rpc.requests import once, required

PRODUCTS = {
    wire.PRODUCT_NATIVE: Product.NATIVE,
    wire.PRODUCT_IN_APP: Product.IN_APP,
    wire.PRODUCT_PAYMENT_CODE: Product.PAYMENT_CODE,
    wire.PRODUCT_CASH: Product.CASH,
}
WIRE_PRODUCTS = {product: number for number, product in PRODUCTS.items()}


class Deposits(grpc_wire.DepositServiceServicer):
    """DepositService."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses

    async def TopUpDeposit(self, request: Any, _: Any) -> wire.TopUpDepositResponse:
        required(request, "admission_no", "channel")
        if request.product not in PRODUCTS:
            raise InvalidInput("product must be one of the enum's values", field="product")
        command = TopUp(
            admission_no=AdmissionNo(request.admission_no),
            amount=Money(request.amount_fen),
            channel=request.channel,
            product=PRODUCTS[request.product],
            openid=OpenId(request.openid) if request.openid else None,
            auth_code=request.auth_code,
            terminal=request.terminal,
            operator=request.operator,
        )
        plan = await once(
            self._uses,
            request,
            lambda claim: self._uses.top_up(command, claim),
            Hand(auth_code=request.auth_code),
        )
        return wire.TopUpDepositResponse(deposit=deposit(_as_deposit(plan, plan.no)))

    async def GetDeposit(self, request: Any, _: Any) -> wire.GetDepositResponse:
        plan = await self._uses.store.plan(PlanNo(request.deposit_no))
        return wire.GetDepositResponse(deposit=deposit(_as_deposit(plan, request.deposit_no)))

    async def RefundDeposit(self, request: Any, _: Any) -> wire.RefundDepositResponse:
        required(request, "admission_no", "deposit_no", "reason", "operator")
        plan = await once(
            self._uses,
            request,
            lambda claim: self._uses.refund(
                AdmissionNo(request.admission_no),
                PlanNo(request.deposit_no),
                Money(request.amount_fen),
                request.reason,
                request.operator,
                claim,
            ),
        )
        return wire.RefundDepositResponse(refund=refund(_as_refund(plan, plan.no)))

    async def GetRefund(self, request: Any, _: Any) -> wire.GetRefundResponse:
        plan = await self._uses.store.plan(PlanNo(request.refund_no))
        return wire.GetRefundResponse(refund=refund(_as_refund(plan, request.refund_no)))

    async def GetDepositAccount(self, request: Any, _: Any) -> wire.GetDepositAccountResponse:
        account = await self._uses.store.account(AdmissionNo(request.admission_no))
        if account is None:
            raise NotFound(f"{request.admission_no} has no account here", field="admission_no")
        return wire.GetDepositAccountResponse(
            admission_no=account.admission.no,
            balance_fen=account.deposit.balance.fen,
            held_fen=account.deposit.held.fen,
            available_fen=account.deposit.available.fen,
            lots=[
                wire.Lot(
                    deposit_no=lot.no,
                    channel=lot.channel,
                    paid_fen=lot.paid.fen,
                    applied_fen=lot.applied.fen,
                    returning_fen=lot.returning.fen,
                    returned_fen=lot.returned.fen,
                )
                for lot in account.lots
            ],
        )


def _as_deposit(plan: Plan | None, no: str) -> DepositPlan:
    if not isinstance(plan, DepositPlan):
        raise NotFound(f"there is no deposit {no}", field="deposit_no")
    return plan


def _as_refund(plan: Plan | None, no: str) -> RefundPlan:
    if not isinstance(plan, RefundPlan):
        raise NotFound(f"there is no refund {no}", field="refund_no")
    return plan


def timestamp(at: datetime | None) -> Timestamp | None:
    """A wire timestamp; None stays unset."""
    if at is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def deposit(plan: DepositPlan) -> wire.Deposit:
    """A deposit as the wire shows it."""
    return wire.Deposit(
        deposit_no=plan.no,
        admission_no=plan.admission_no,
        state=plan.state.value,
        payment_state=plan.step(COLLECT).state.value,
        amount_fen=plan.amount.fen,
        channel=plan.channel,
        product=WIRE_PRODUCTS[plan.product],
        code_url=plan.code_url,
        in_app=plan.in_app,
        channel_number=plan.channel_number,
        paid_at=timestamp(plan.paid_at),
        his_deposit_no=plan.his_deposit_no,
        closed_because=plan.ended_because,
    )


def refund(plan: RefundPlan) -> wire.Refund:
    """A refund as the wire shows it."""
    return wire.Refund(
        refund_no=plan.no,
        deposit_no=plan.lot_no,
        admission_no=plan.admission_no,
        state=plan.state.value,
        amount_fen=plan.amount.fen,
        channel=plan.channel,
        at_window=plan.at_window,
        channel_number=plan.channel_number,
        returned_at=timestamp(plan.returned_at),
    )
