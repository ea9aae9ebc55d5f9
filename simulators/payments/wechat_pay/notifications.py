"""Result notifications to the merchant: signed, encrypted, repeated on the documented schedule."""

import asyncio
import itertools
import json
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from simulators.control import Simulator
from simulators.faults import Fault
from simulators.payments.wechat_pay import forgeries, issued_numbers
from simulators.payments.wechat_pay.agenda import Agenda, report_failure
from simulators.payments.wechat_pay.books import wire_time
from simulators.payments.wechat_pay.configuration import Configuration
from simulators.payments.wechat_pay.v3_signatures import (
    encrypted_resource,
    nonce,
    signed_headers,
)

ANSWER_WITHIN_SECONDS = 5
ACCEPTED = range(200, 300)
MINUTE, HOUR = 60, 3600
_GAPS = (
    *(15, 15, 30, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE),
    *(60 * MINUTE, 3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR),
)
RETRY_AFTER_SECONDS = tuple(itertools.accumulate(_GAPS))
HELD_SECONDS = 60


@dataclass(slots=True)
class Notification:
    """One event for the merchant; every repetition carries the same `id`."""

    id: str
    operation: str
    event_type: str
    summary: str
    original_type: str
    content: Mapping[str, Any]
    url: str
    created_at: datetime
    first_sent_at: datetime | None = None
    accepted: bool = False

    @property
    def fields(self) -> dict[str, str]:
        """The merchant's numbers, for faults and the journal."""
        names = ("out_trade_no", "out_refund_no")
        return {name: self.content[name] for name in names if name in self.content}


class Notifier:
    """Sends notifications and repeats what was not accepted."""

    def __init__(self, simulator: Simulator, configuration: Configuration, agenda: Agenda) -> None:
        self._simulator = simulator
        self._configuration = configuration
        self._agenda = agenda
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._held: list[Notification] = []

    def open(self) -> None:
        """Opens the client; called when the wire starts."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_SECONDS)
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

    def compose(
        self, operation: str, event_type: str, summary: str, content: Mapping[str, Any], url: str
    ) -> Notification:
        """A new event with its own number."""
        now = self._simulator.clock.now()
        number = issued_numbers.notification_id(self._simulator.random, now)
        original = "transaction" if operation == "notify_transaction" else "refund"
        return Notification(number, operation, event_type, summary, original, content, url, now)

    def in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        """Runs a delivery as a task of its own; a failure of ours is reported, not lost."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        report_failure(task)

    async def announce(self, notification: Notification) -> int | None:
        """Sends a new event as the armed fault says; HTTP status of the first right delivery."""
        fault = self._simulator.faults.take(notification.operation, notification.fields)
        kind = fault.kind if fault else ""
        if fault is None:
            status = await self.deliver(notification)
        elif kind == "notify_never":
            return None
        elif kind == "notify_late":
            self._later(notification, float(fault.args.get("seconds", HELD_SECONDS)), kind)
            return None
        elif kind == "notify_reordered":
            self._hold(notification, float(fault.args.get("seconds", HELD_SECONDS)))
            return None
        else:
            status = await self._announce_wrongly(notification, fault)
        await self._release_held()
        return status

    async def _announce_wrongly(self, notification: Notification, fault: Fault) -> int | None:
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

    async def deliver(self, notification: Notification, *, fault: str | None = None) -> int | None:
        """One right delivery; when it is not accepted the next is put on the agenda."""
        now = self._simulator.clock.now()
        if notification.first_sent_at is None:
            notification.first_sent_at = now
            self._plan_retry(notification, 0)
        body = self._body(notification, notification.content)
        headers = self._sign(self._timestamp(), body)
        status = await self._post(notification, body, headers, None, fault)
        notification.accepted = notification.accepted or status in ACCEPTED
        return status

    def _plan_retry(self, notification: Notification, attempt: int) -> None:
        if attempt >= len(RETRY_AFTER_SECONDS) or notification.first_sent_at is None:
            return
        due = notification.first_sent_at + timedelta(seconds=RETRY_AFTER_SECONDS[attempt])
        self._agenda.at(due, lambda: self.in_background(self._retry(notification, attempt)))

    async def _retry(self, notification: Notification, attempt: int) -> None:
        # A clock moved by days makes many attempts due at once; they still come one by one.
        await asyncio.sleep(self._configuration.notification_gap_seconds)
        if not notification.accepted:
            await self.deliver(notification)
            self._plan_retry(notification, attempt + 1)

    async def forge(
        self, notification: Notification, how: str, *, fen: int = 1, fault: str = "notify_forged"
    ) -> int | None:
        """One wrong delivery, never repeated; the HTTP status the merchant answered."""
        content = forgeries.forged_content(notification.content, how, fen)
        body = self._body(notification, content)
        headers = forgeries.forged_headers(how, self._sign, self._timestamp(), body)
        return await self._post(notification, body, headers, how, fault)

    def _body(self, notification: Notification, content: Mapping[str, Any]) -> bytes:
        plaintext = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        envelope = {
            "id": notification.id,
            "create_time": wire_time(notification.created_at),
            "resource_type": "encrypt-resource",
            "event_type": notification.event_type,
            "summary": notification.summary,
            "resource": encrypted_resource(
                self._configuration,
                self._simulator.random,
                notification.original_type,
                plaintext,
            ),
        }
        return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()

    def _timestamp(self) -> int:
        return signature_time(self._simulator, self._configuration)

    def _sign(self, timestamp: int, body: bytes) -> dict[str, str]:
        return signed_headers(
            self._configuration.platform_private_key,
            self._configuration.response_serial,
            timestamp,
            nonce(self._simulator.random),
            body,
        )

    async def _post(
        self,
        notification: Notification,
        body: bytes,
        headers: dict[str, str],
        how: str | None,
        fault: str | None,
    ) -> int | None:
        assert self._session is not None, "the wire is not started"  # noqa: S101
        sent_at = self._simulator.clock.now().isoformat()
        journal = self._simulator.journal
        status, answer = None, None
        try:
            async with self._session.post(
                notification.url,
                data=body,
                headers={**headers, "Content-Type": "application/json"},
            ) as response:
                status, answer = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            verdict = f"no answer: {type(error).__name__}"
        else:
            verdict = str(status)
        journal.record(
            at=sent_at,
            operation=notification.operation,
            direction="out",
            request=body,
            response=answer,
            status=verdict,
            signature=forgeries.verdict(how),
            fault=fault if how is None else f"{fault}:{how}",
            fields=notification.fields,
        )
        return status


def signature_time(simulator: Simulator, configuration: Configuration) -> int:
    """Unix seconds for signatures: the simulator's clock, or the machine's if configured."""
    now = simulator.clock.now()
    if configuration.signature_clock == "machine":
        now -= timedelta(seconds=simulator.clock.offset_seconds)
    return int(now.timestamp())
