"""Notifications to a merchant: announced as the armed fault says, repeated until accepted.

What a notification looks like, and what accepts it, is the vendor's: its `Writes`.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp

from simulators.agenda import Agenda, report_failure
from simulators.control import Simulator
from simulators.faults import Fault

HELD_SECONDS = 60


@dataclass(slots=True, kw_only=True)
class Notification:
    """One event for the merchant; every repetition carries the same `id`."""

    id: str
    operation: str
    content: Mapping[str, Any]
    url: str
    fields: dict[str, str]  # the merchant's numbers, for faults and the journal
    first_sent_at: datetime | None = None
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery as bytes. `signature`: what a right verification finds."""

    headers: Mapping[str, str]
    body: bytes
    signature: str = "verified"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the merchant answered; no status when nothing came."""

    status: int | None
    accepted: bool

    def as_json(self) -> dict[str, Any]:
        """As control acts show it."""
        return {"accepted": None if self.status is None else self.accepted, "status": self.status}


NOT_DELIVERED = Delivery(None, accepted=False)


class Writes(Protocol):
    """A vendor's notifications: how they are written, when they are repeated, what accepts them."""

    repeated_after_seconds: tuple[int, ...]  # since the first delivery
    answer_within_seconds: float
    gap_seconds: float  # real pause before each repetition

    def letter(self, notification: Any) -> Letter:
        """The right one, as of now."""

    def forged(self, notification: Any, how: str, fen: int) -> Letter:
        """A wrong one; ValueError when this event cannot be wrong in that way."""

    def accepts(self, status: int, answer: bytes) -> bool:
        """Whether the merchant's answer ends the repetitions."""


class Notifier:
    """Sends notifications and repeats what was not accepted."""

    def __init__(self, simulator: Simulator, writes: Writes, agenda: Agenda) -> None:
        self._simulator = simulator
        self._writes = writes
        self._agenda = agenda
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._held: list[Notification] = []

    def open(self) -> None:
        """Opens the client; called when the wire starts."""
        timeout = aiohttp.ClientTimeout(total=self._writes.answer_within_seconds)
        self._session = aiohttp.ClientSession(timeout=timeout)

    async def close(self) -> None:
        """Drops everything under way and closes the client."""
        self.forget()
        if self._session is not None:
            await self._session.close()

    def forget(self) -> None:
        """Forgets repetitions, held notifications and tasks under way."""
        self._held.clear()
        for task in self._tasks:
            task.cancel()

    def in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        """Runs a delivery as a task of its own; a failure of ours is reported, not lost."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        report_failure(task)

    async def announce(self, notification: Notification) -> Delivery:
        """Sends a new event as the armed fault says; the first right delivery, if any."""
        fault = self._simulator.faults.take(notification.operation, notification.fields)
        kind = fault.kind if fault else ""
        if fault is None:
            delivery = await self.deliver(notification)
        elif kind == "notify_never":
            return NOT_DELIVERED
        elif kind == "notify_late":
            self._later(notification, float(fault.args.get("seconds", HELD_SECONDS)), kind)
            return NOT_DELIVERED
        elif kind == "notify_reordered":
            self._hold(notification, float(fault.args.get("seconds", HELD_SECONDS)))
            return NOT_DELIVERED
        else:
            delivery = await self._announce_wrongly(notification, fault)
        await self._release_held()
        return delivery

    async def _announce_wrongly(self, notification: Notification, fault: Fault) -> Delivery:
        if fault.kind == "notify_twice":
            count = int(fault.args.get("times", 2))
            copies = (self.deliver(notification, fault=fault.kind) for _ in range(count))
            return (await asyncio.gather(*copies))[0]
        if fault.kind == "notify_forged":
            how = str(fault.args.get("how", "bad_signature"))
            await self.forge(notification, how, fault=fault.kind)
            return await self.deliver(notification)
        if fault.kind == "wrong_amount":
            fen = int(fault.args.get("fen", 1))
            return await self.forge(
                notification, "wrong_amount_right_signature", fen=fen, fault=fault.kind
            )
        raise NotImplementedError(f"{fault.kind} cannot happen to {notification.operation}")

    def _later(self, notification: Notification, seconds: float, kind: str) -> None:
        due = self._simulator.clock.now() + timedelta(seconds=seconds)
        self._agenda.at(due, lambda: self.in_background(self.deliver(notification, fault=kind)))

    def _hold(self, notification: Notification, seconds: float) -> None:
        """Until the next notification went out before it, at the latest after some seconds."""
        self._held.append(notification)
        due = self._simulator.clock.now() + timedelta(seconds=seconds)
        self._agenda.at(due, lambda: self.in_background(self._release_held()))

    async def _release_held(self) -> None:
        while self._held:
            await self.deliver(self._held.pop(0), fault="notify_reordered")

    async def deliver(self, notification: Notification, *, fault: str | None = None) -> Delivery:
        """One right delivery; when it is not accepted the next is put on the agenda."""
        if notification.first_sent_at is None:
            notification.first_sent_at = self._simulator.clock.now()
            self._plan_retry(notification, 0)
        delivery = await self._post(notification, self._writes.letter(notification), fault)
        notification.accepted = notification.accepted or delivery.accepted
        return delivery

    def _plan_retry(self, notification: Notification, attempt: int) -> None:
        gaps = self._writes.repeated_after_seconds
        if attempt >= len(gaps) or notification.first_sent_at is None:
            return
        due = notification.first_sent_at + timedelta(seconds=gaps[attempt])
        self._agenda.at(due, lambda: self.in_background(self._retry(notification, attempt)))

    async def _retry(self, notification: Notification, attempt: int) -> None:
        # A clock moved by days makes many attempts due at once; they still come one by one.
        await asyncio.sleep(self._writes.gap_seconds)
        if not notification.accepted:
            await self.deliver(notification)
            self._plan_retry(notification, attempt + 1)

    async def forge(
        self, notification: Notification, how: str, *, fen: int = 1, fault: str = "notify_forged"
    ) -> Delivery:
        """One wrong delivery, never repeated; what the merchant answered."""
        letter = self._writes.forged(notification, how, fen)
        return await self._post(notification, letter, f"{fault}:{how}")

    async def _post(
        self, notification: Notification, letter: Letter, fault: str | None
    ) -> Delivery:
        assert self._session is not None, "the wire is not started"  # noqa: S101
        sent_at = self._simulator.clock.now().isoformat()
        journal = self._simulator.journal
        answer, delivery = None, NOT_DELIVERED
        try:
            async with self._session.post(
                notification.url, data=letter.body, headers=dict(letter.headers)
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            verdict = f"no answer: {type(error).__name__}"
        else:
            verdict = str(response.status)
            accepted = self._writes.accepts(response.status, answer)
            delivery = Delivery(response.status, accepted)
        journal.record(
            at=sent_at,
            operation=notification.operation,
            direction="out",
            request=letter.body,
            response=answer,
            status=verdict,
            signature=letter.signature,
            fault=fault,
            fields=notification.fields,
        )
        return delivery
