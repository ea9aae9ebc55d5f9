"""The Idempotency-Key header: every write names its key, and a repeated one gets the first answer.

Writes that open or change a plan claim their key in the commit of their intent. Writes that are
idempotent by nature (pull, upload, exclude, bind, reconcile) want the key as well, so that a client
has one rule, and claim nothing.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from application.effect import EMPTY_HAND, Hand
from application.idempotency import Answer, OncePerKey
from domain.deposits.plan import DepositPlan
from domain.errors import MedsettleError, OutsideRefused, OutsideUnavailable
from domain.identifiers import PlanNo
from domain.insurance.registration import (
    RegistrationChangePlan,
    RegistrationPlan,
    RegistrationWithdrawalPlan,
)
from domain.plan.attempt import FAILED, Attempt, Proof
from domain.plan.plan import Plan, PlanState
from domain.refunds.plan import RefundPlan
from interfaces.rest.authentication import Caller
from interfaces.rest.errors import MEDIA_TYPE, MalformedRequest, problem_of
from interfaces.rest.uses import Given
from ports.store import Claim

HIT = "Idempotency-Hit"
REGISTRATIONS = (RegistrationPlan, RegistrationWithdrawalPlan, RegistrationChangePlan)

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[0-9A-Za-z_-]{1,64}$",
        description="The same key with the same input gets the first answer again, "
        "with `Idempotency-Hit: true`; with another input it is refused.",
    ),
]


def keyed(_: IdempotencyKey) -> None:
    """A dependency of writes that claim nothing: the header has to be there all the same."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write under its key."""

    claim: Claim
    once: OncePerKey

    async def __call__(
        self,
        act: Callable[[Claim], Awaitable[Plan]],
        view: Callable[[Plan], Awaitable[BaseModel]],
        *,
        created: bool = False,
        hand: Hand = EMPTY_HAND,
    ) -> Response:
        """202 while the plan is live; then 201 for a resource of its own, 200 for a verb."""
        answer = await self.once(self.claim, act, _presenting(view, created=created), hand)
        return response_of(answer)

    async def unless_nothing(
        self,
        act: Callable[[Claim], Awaitable[Plan | None]],
        view: Callable[[Plan], Awaitable[BaseModel]],
        nothing: BaseModel,
    ) -> Response:
        """The same for a write that may find nothing to do: 200 then, and the key stays free."""

        async def act_or_leave(claim: Claim) -> Plan:
            plan = await act(claim)
            if plan is None:
                raise _NothingToDo
            return plan

        try:
            return await self(act_or_leave, view, created=True)
        except _NothingToDo:
            return Response(nothing.model_dump_json(), media_type="application/json")


class _NothingToDo(Exception):
    """The state asked for is there already."""


def _presenting(
    view: Callable[[Plan], Awaitable[BaseModel]], *, created: bool
) -> Callable[[Plan], Awaitable[Answer]]:
    async def present(plan: Plan) -> Answer:
        refusal = refusal_of(plan)
        if refusal is not None:
            problem = problem_of(refusal, location_of(plan))
            return Answer(status=problem.status, body=problem.text())
        status = 202 if plan.live else 201 if created else 200
        return Answer(status=status, body=(await view(plan)).model_dump_json())

    return present


async def write_of(request: Request, key: IdempotencyKey, caller: Caller, uses: Given) -> Write:
    """A dependency: the write this request asks for. Of its input only a digest is kept."""
    asked = f"{request.method}\n{request.url.path}\n{_canonical(await request.body())}"
    claim = Claim(
        application=caller.name,
        key=key,
        input_hash=hashlib.sha256(asked.encode()).hexdigest(),
        plan_no=PlanNo(""),  # the use case knows it
    )
    return Write(claim, OncePerKey(uses.store, uses.advance))


Writing = Annotated[Write, Depends(write_of)]


def _canonical(body: bytes) -> str:
    """The same for two bodies that differ in order and white space only."""
    try:
        return json.dumps(json.loads(body), sort_keys=True) if body else ""
    except (ValueError, RecursionError) as unreadable:  # of a verb that wants no body
        raise MalformedRequest("the body is not JSON") from unreadable


def response_of(answer: Answer) -> Response:
    """The answer as it was first given."""
    headers = {HIT: "true"} if answer.repeated else {}
    media_type = MEDIA_TYPE if answer.status >= 400 else "application/json"  # noqa: PLR2004
    return Response(answer.body, answer.status, headers, media_type=media_type)


def refusal_of(plan: Plan) -> MedsettleError | None:
    """Why a payment, a refund or a registration came to nothing; None when it did not."""
    if not isinstance(plan, DepositPlan | RefundPlan | RegistrationPlan):
        return None
    if plan.state is not PlanState.CLOSED:
        return None
    failed = [step.last for step in plan.steps if step.last and step.last.state in FAILED]
    if not failed:
        return OutsideRefused(plan.ended_because)
    return _refusal(failed[-1])


def _refusal(attempt: Attempt) -> MedsettleError:
    if attempt.evidence is None:
        raise LookupError(f"{attempt.key} ended without evidence")
    why = attempt.evidence
    if why.proof is Proof.NEVER_SENT:
        return OutsideUnavailable(why.text)
    return OutsideRefused(f"{why.code}: {why.text}" if why.code else why.text)


def location_of(plan: Plan) -> str | None:
    """Where the plan can be read; None for kinds that are read as part of another resource."""
    if isinstance(plan, DepositPlan):
        return f"/v1/deposits/{plan.no}"
    if isinstance(plan, RefundPlan):
        return f"/v1/refunds/{plan.no}"
    return f"/v1/registrations/{plan.no}" if isinstance(plan, REGISTRATIONS) else None
