"""预交金充值, and the payments that bring it in."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from application.deposits.top_up_deposit import TopUp
from application.effect import Hand
from domain.deposits.plan import DepositPlan
from domain.identifiers import AdmissionNo, OpenId
from domain.money import Money
from domain.payments.payment import Product
from domain.plan.plan import Plan
from interfaces.rest.answers import OF_READ, of_write, problems
from interfaces.rest.fields import (
    Fen,
    Input,
    Number,
    OpenIdText,
    OptionalName,
    PathNumber,
    Word,
    example,
)
from interfaces.rest.idempotency import Writing
from interfaces.rest.loading import account_of, plan_of, waiting_of
from interfaces.rest.uses import Given
from interfaces.rest.views.deposits import (
    DepositsView,
    DepositView,
    PaymentView,
    deposit_view,
    payment_view,
)
from interfaces.rest.waiting import waiting_for

router = APIRouter(prefix="/v1", tags=["deposits"])


class OpenDeposit(Input):
    """Who tops up how much, and how; `openid`, `auth_code`, `terminal` as the product needs."""

    model_config = example(
        {
            "admission_no": "ZY0001",
            "amount_fen": 200000,
            "channel": "wechat_pay",
            "product": "native",
        }
    )

    admission_no: Number
    amount_fen: Fen
    channel: Word
    product: Product
    openid: OpenIdText | None = None
    auth_code: Annotated[str | None, Field(pattern=r"^[0-9]{16,24}$", repr=False)] = None
    terminal: OptionalName = ""
    operator: OptionalName = ""

    def command(self) -> TopUp:
        """What the use case is asked."""
        return TopUp(
            admission_no=AdmissionNo(self.admission_no),
            amount=Money(self.amount_fen),
            channel=self.channel,
            product=self.product,
            openid=OpenId(self.openid) if self.openid else None,
            auth_code=self.auth_code or "",
            terminal=self.terminal,
            operator=self.operator,
        )


class HowFresh(Input):
    """Whether the channel is asked first."""

    refresh: bool = False


@router.post(
    "/deposits",
    operation_id="openDeposit",
    status_code=201,
    responses=of_write(DepositView, 201),
)
async def open_deposit(body: OpenDeposit, uses: Given, write: Writing) -> Response:
    """202: the patient has to pay or to type his password. A refused payment is a problem."""

    async def view(plan: Plan) -> DepositView:
        deposit = await plan_of(uses, plan.no, DepositPlan)
        return deposit_view(deposit, await waiting_of(uses, deposit))

    return await write(
        lambda claim: uses.top_up(body.command(), claim),
        view,
        created=True,
        hand=Hand(auth_code=body.auth_code or ""),
    )


@router.get("/deposits/{no:number}", operation_id="getDeposit", responses=OF_READ)
async def get_deposit(no: PathNumber, uses: Given) -> DepositView:
    """One top-up."""
    deposit = await plan_of(uses, no, DepositPlan)
    return deposit_view(deposit, await waiting_of(uses, deposit))


@router.get("/admissions/{no:number}/deposits", operation_id="listDeposits", responses=OF_READ)
async def list_deposits(no: PathNumber, uses: Given) -> DepositsView:
    """The top-ups of a stay, oldest first."""
    account = await account_of(uses, no)
    now = uses.clock.now()
    plans = await uses.store.plans(account.admission.no, DepositPlan.kind)
    return DepositsView(
        items=[
            deposit_view(plan, waiting_for(plan, now, account))
            for plan in plans
            if isinstance(plan, DepositPlan)
        ]
    )


@router.get(
    "/payments/{no:number}",
    operation_id="getPayment",
    tags=["payments"],
    responses=OF_READ | problems(503),
)
async def get_payment(
    no: PathNumber, asked: Annotated[HowFresh, Query()], uses: Given
) -> PaymentView:
    """The payment of a top-up, by its number; `refresh` asks the channel first."""
    deposit = await plan_of(uses, no, DepositPlan)
    if asked.refresh:
        await uses.advance(deposit.no, ask_now=True)
        deposit = await plan_of(uses, no, DepositPlan)
    return payment_view(deposit)
