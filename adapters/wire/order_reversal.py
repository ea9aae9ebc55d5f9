"""撤销 of a payment-code order: asked before, reversed until it is done, asked again after."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from adapters.wire.found_out import found_out
from domain.payments.payment import PaymentState, PaymentView
from ports.errors import OutcomeUnknown

REVERSALS = 5  # how often a reversal is asked again while they say that it is not done
ENDED = frozenset({PaymentState.CLOSED, PaymentState.RETURNED, PaymentState.NOT_FOUND})


async def reversed_order(
    query: Callable[[], Awaitable[PaymentView]],
    reverse: Callable[[], Awaitable[bool]],  # True when it has to be asked again
    pause_seconds: float,
) -> PaymentView:
    """How the order stands after its reversal: closed, given back or never there."""
    before = await query()
    if before.state in {PaymentState.CLOSED, PaymentState.RETURNED}:
        return before
    for attempt in range(REVERSALS):
        if attempt:
            await asyncio.sleep(pause_seconds)
        if not await reverse():
            break
    view = await found_out(query())
    if view.state not in ENDED:
        raise OutcomeUnknown(f"reverse: the order is still {view.code}", code=view.code)
    if view.state is PaymentState.CLOSED and before.state is PaymentState.PAID:
        # A reversed order need not say that it had been paid.
        return replace(before, state=PaymentState.RETURNED, code=view.code, text=view.text)
    return view
