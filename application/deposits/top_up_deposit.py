"""Tops up an inpatient's deposit (预交金充值): through a channel, or in cash at a window."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from application.advance_plan import AdvancePlan
from application.commit import advance_job
from application.effect import Hand
from application.visits.refresh_admission import RefreshAdmission
from domain.deposits.plan import COLLECT, SAVE_TO_HIS, DepositPlan
from domain.errors import InvalidInput, UnknownChannel
from domain.identifiers import AdmissionNo, AttemptKey, InstitutionId, OpenId
from domain.money import Money
from domain.payments.payment import PaymentState, PaymentView, Product
from domain.plan.attempt import CALL_LIMIT, Attempt, AttemptState, Evidence, Proof
from domain.plan.plan import Plan
from domain.plan.step import Step
from domain.visits.institution import InstitutionRules
from ports.clock import Clock, Numbers
from ports.payment_channels import PaymentChannel
from ports.store import Changeset, Claim, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """What a channel asks for. auth_code and openid as the product needs them."""

    admission_no: AdmissionNo
    amount: Money
    channel: str
    product: Product
    openid: OpenId | None = None
    auth_code: str = field(default="", repr=False)
    terminal: str = ""
    operator: str = ""


class TopUpDeposit:
    """Commits the intent, then takes the plan as far as it goes now."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        numbers: Numbers,
        institution: InstitutionId,
        rules: InstitutionRules,
        channels: Mapping[str, PaymentChannel],
        refresh: RefreshAdmission,
        advance: AdvancePlan,
    ) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._institution = institution
        self._rules = rules
        self._channels = channels
        self._refresh = refresh
        self._advance = advance

    async def __call__(self, command: TopUp, claim: Claim | None = None) -> Plan:
        """The deposit as it then stands; its refusals name the field."""
        self._rules.require_payable(command.amount)
        self._require_offered(command)
        account = await self._refresh.open_stay(command.admission_no)
        plan = self._plan(command)
        changes = Changeset(new_plans=[plan])
        if command.product is Product.CASH:
            plan, changes = self._taken_in_cash(plan, command)
        changes.jobs.append(advance_job(plan.no, self._clock.now() + CALL_LIMIT))
        changes.claim = claim.of(plan.no) if claim else None
        await self._store.commit(changes)
        if command.openid and not account.openid:
            await self._store.bind_openid(command.admission_no, command.openid)
        return await self._advance(plan.no, Hand(auth_code=command.auth_code))

    def _require_offered(self, command: TopUp) -> None:
        if command.product is Product.CASH:
            if command.channel != "cash" or not command.terminal or not command.operator:
                raise InvalidInput(
                    "cash needs channel cash, terminal and operator", field="terminal"
                )
            return
        channel = self._channels.get(command.channel)
        if channel is None:
            raise UnknownChannel(f"{command.channel!r} is not opened here", field="channel")
        if command.product not in channel.capabilities.products:
            raise UnknownChannel(
                f"{command.channel} does not offer {command.product.value}", field="product"
            )
        if command.product is Product.IN_APP and not command.openid:
            raise InvalidInput("in-app payment needs the payer's openid", field="openid")
        if command.product is Product.PAYMENT_CODE and not command.auth_code:
            raise InvalidInput("a scanned payment code is needed", field="auth_code")

    def _plan(self, command: TopUp) -> DepositPlan:
        now = self._clock.now()
        return DepositPlan(
            no=self._numbers.plan_no("DP", now),
            institution=self._institution,
            admission_no=command.admission_no,
            opened_at=now,
            steps=(Step(COLLECT), Step(SAVE_TO_HIS)),
            amount=command.amount,
            channel=command.channel,
            product=command.product,
            expires_at=now + self._rules.code_lasts,
            openid=command.openid or "",
            terminal=command.terminal,
            operator=command.operator,
        )

    def _taken_in_cash(self, plan: DepositPlan, command: TopUp) -> tuple[DepositPlan, Changeset]:
        """The cashier has the notes in hand: collected with the plan's first commit."""
        now = self._clock.now()
        text = f"{command.operator} at {command.terminal}"
        key = AttemptKey(f"{plan.no}01")
        attempt = Attempt(
            key=key,
            state=AttemptState.DONE,
            planned_at=now,
            evidence=Evidence(Proof.PERSON, now, text=text),
        )
        view = PaymentView(state=PaymentState.PAID, amount=plan.amount, paid_at=now)
        steps = (Step(COLLECT, (attempt,)), Step(SAVE_TO_HIS))
        plan, caused = plan.collected(steps, view, now)
        return plan, Changeset(
            new_plans=[plan],
            keys=[(key, plan.no, COLLECT)],
            journals=list(caused.journals),
        )
