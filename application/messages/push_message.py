"""Delivers one queued message to the patient's phone, at least once, under one number."""

from datetime import datetime

from domain.plan.attempt import next_ask
from ports.clock import Clock
from ports.errors import CallFailed, Refused
from ports.messenger import Messenger
from ports.store import Store

REFUSALS_MAX = 3  # a definite no (unsubscribed, unknown template) is not worth more tries
TRIES_MAX = 20


class PushMessage:
    """消息推送, run by the worker for each due message."""

    def __init__(self, store: Store, clock: Clock, messenger: Messenger) -> None:
        self._store = store
        self._clock = clock
        self._messenger = messenger

    async def __call__(self, no: str) -> datetime | None:
        """When to try again; None when it is delivered, or given up with its error kept."""
        queued = await self._store.message(no)
        if queued is None or queued.delivered_at is not None:
            return None
        now = self._clock.now()
        if not queued.to:
            await self._store.message_sent(
                no, delivered_at=None, their_number="", error="the patient has bound no phone"
            )
            return None
        try:
            number = await self._messenger.push(queued.message, queued.to)
        except CallFailed as failed:
            error = f"{type(failed).__name__}: {failed.code} {failed.text}"
            await self._store.message_sent(no, delivered_at=None, their_number="", error=error)
            limit = REFUSALS_MAX if isinstance(failed, Refused) else TRIES_MAX
            return next_ask(queued.attempts, now) if queued.attempts + 1 < limit else None
        await self._store.message_sent(no, delivered_at=now, their_number=number, error="")
        return None
