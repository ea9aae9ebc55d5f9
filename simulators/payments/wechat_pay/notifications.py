"""Result notifications to the merchant: signed, encrypted, repeated on the documented schedule."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from simulators.control import Simulator
from simulators.notifier import Letter, Notification
from simulators.payments.wechat_pay import forgeries, issued_numbers
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


@dataclass(slots=True, kw_only=True)
class WeChatNotification(Notification):
    """One event, as its envelope names it."""

    event_type: str
    summary: str
    original_type: str
    created_at: datetime


class WeChatLetters:
    """Envelopes, sealed and signed."""

    repeated_after_seconds = RETRY_AFTER_SECONDS
    answer_within_seconds: float = ANSWER_WITHIN_SECONDS

    def __init__(self, simulator: Simulator, configuration: Configuration) -> None:
        self._simulator = simulator
        self._configuration = configuration
        self.gap_seconds = configuration.notification_gap_seconds

    def compose(
        self, operation: str, event_type: str, summary: str, content: Mapping[str, Any], url: str
    ) -> WeChatNotification:
        """A new event with its own number."""
        now = self._simulator.clock.now()
        names = ("out_trade_no", "out_refund_no")
        return WeChatNotification(
            id=issued_numbers.notification_id(self._simulator.random, now),
            operation=operation,
            content=content,
            url=url,
            fields={name: content[name] for name in names if name in content},
            event_type=event_type,
            summary=summary,
            original_type="transaction" if operation == "notify_transaction" else "refund",
            created_at=now,
        )

    def letter(self, notification: WeChatNotification) -> Letter:
        """The right one, as of now."""
        body = self._body(notification, notification.content)
        return _letter(self._sign(self._timestamp(), body), body, "verified")

    def forged(self, notification: WeChatNotification, how: str, fen: int) -> Letter:
        """A wrong one."""
        content = forgeries.forged_content(notification.content, how, fen)
        body = self._body(notification, content)
        headers = forgeries.forged_headers(how, self._sign, self._timestamp(), body)
        return _letter(headers, body, forgeries.verdict(how))

    def accepts(self, status: int, answer: bytes) -> bool:
        """200 or 204; the body does not matter."""
        return status in ACCEPTED

    def _body(self, notification: WeChatNotification, content: Mapping[str, Any]) -> bytes:
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


def _letter(headers: Mapping[str, str], body: bytes, signature: str) -> Letter:
    return Letter({**headers, "Content-Type": "application/json"}, body, signature)


def signature_time(simulator: Simulator, configuration: Configuration) -> int:
    """Unix seconds for signatures: the simulator's clock, or the machine's if configured."""
    now = simulator.clock.now()
    if configuration.signature_clock == "machine":
        now -= timedelta(seconds=simulator.clock.offset_seconds)
    return int(now.timestamp())
