"""A channel as any developer would write one: signs each call, sends an idempotency key."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from domain.access.signature import sign

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 20.0


class CallFailed(RuntimeError):
    """The platform answered with a problem; its code and field are kept."""

    def __init__(self, method: str, path: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{method} {path}: {status} {json.dumps(problem, ensure_ascii=False)}")
        self.status = status
        self.code = problem.get("code", "")
        self.field = problem.get("field")
        self.problem = problem


@dataclass(slots=True)
class Channel:
    """One application calling the REST API. `clock` is business time: signatures carry it."""

    base_url: str
    key_id: str
    secret: str
    clock: Callable[[], int]
    client: httpx.Client

    def get(self, path: str) -> dict[str, Any]:
        """A signed read."""
        return self.call("GET", path)

    def post(self, path: str, body: dict[str, Any], key: str | None = None) -> dict[str, Any]:
        """A signed write under a fresh idempotency key, or under `key`."""
        return self.call("POST", path, body, key)

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """One signed call; CallFailed with the problem's code when it is refused."""
        answer = self.send(method, path, body, key)
        content = answer.json() if answer.content else {}
        if answer.is_error:
            raise CallFailed(method, path, answer.status_code, content)
        return dict(content)

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None, key: str | None = None
    ) -> httpx.Response:
        """One signed call with its raw answer."""
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = self.signed(method, path, raw)
        if method == "POST":
            headers["Idempotency-Key"] = key or secrets.token_hex(16)
            headers["Content-Type"] = "application/json"
        return self.client.request(method, self.base_url + path, content=raw, headers=headers)

    def signed(self, method: str, path: str, raw: bytes) -> dict[str, str]:
        """The four signature headers of one call."""
        timestamp, nonce = str(self.clock()), secrets.token_hex(16)
        return {
            "Medsettle-Key-Id": self.key_id,
            "Medsettle-Timestamp": timestamp,
            "Medsettle-Nonce": nonce,
            "Medsettle-Signature": sign(self.secret, method, path, timestamp, nonce, raw),
        }

    def wait(self, path: str, until: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Polls a resource, as a channel does, until it is as wanted; TimeoutError otherwise."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            resource = self.get(path)
            if until(resource):
                return resource
            if time.monotonic() > deadline:
                seen = json.dumps(resource, ensure_ascii=False)[:1500]
                raise TimeoutError(f"waited {PATIENCE_SECONDS} s for {what} at {path}: {seen}")
            time.sleep(POLL_SECONDS)
