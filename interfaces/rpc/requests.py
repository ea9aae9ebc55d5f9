"""What every write over gRPC shares: its request_id as idempotency key."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

from google.protobuf.message import Message

from application.effect import EMPTY_HAND, Hand
from domain.errors import IdempotencyConflict, InvalidInput, MedsettleError
from domain.identifiers import PlanNo
from domain.plan.plan import Plan
from interfaces.rest.uses import Uses
from interfaces.rpc.authentication import CALLER
from ports.store import Claim, KeyTaken

REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


async def once(
    uses: Uses, request: Any, act: Callable[[Claim], Awaitable[Plan]], hand: Hand = EMPTY_HAND
) -> Plan:
    """Acts once per request_id; a repetition returns the plan the first one was about."""
    if REQUEST_ID.fullmatch(request.request_id) is None:
        raise InvalidInput("request_id must be 1 to 64 of [0-9A-Za-z_-]", field="request_id")
    claim = Claim(
        application=CALLER.get().name,
        key=request.request_id,
        input_hash=_hash(request),
        plan_no=PlanNo(""),
    )
    known = await uses.store.claim(claim.application, claim.key)
    if known is None:
        try:
            return await act(claim)
        except (KeyTaken, MedsettleError):
            # Somebody may have come first with this very number, and that is why it was refused.
            known = await uses.store.claim(claim.application, claim.key)
            if known is None:
                raise
    if known.input_hash != claim.input_hash:
        raise IdempotencyConflict("request_id was used with another input", field="request_id")
    return await uses.advance(known.plan_no, hand)


def _hash(request: Message) -> str:
    name = request.DESCRIPTOR.full_name
    body = request.SerializeToString(deterministic=True)
    return hashlib.sha256(name.encode() + b"\n" + body).hexdigest()


def required(request: Any, *names: str) -> None:
    """Raises InvalidInput naming the first field that is empty."""
    for name in names:
        if not getattr(request, name):
            raise InvalidInput(f"{name} is required", field=name)
