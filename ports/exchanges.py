"""The record of every call that crossed our wires: digests and verdicts, never bodies."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call. A signature verdict is verified, signed (they judge it), invalid or unsigned."""

    system: str  # nhsa_core, wechat_pay, wechat_official_account, his
    operation: str
    direction: str  # out: we called; in: they called us
    host: str
    port: int
    at: datetime
    milliseconds: int
    request_sha256: str
    response_sha256: str | None  # None: no whole answer came
    request_signature: str  # verdict: what we know of the request's signature
    response_signature: str
    algorithm: str  # of the signatures; empty when nothing signs this call
    status: str  # the other side's verdict: HTTP status, infcode, gRPC code, or the failure
    key: str = ""  # our number in it, if any


class Exchanges(Protocol):
    """Where exchanges are kept. Writing must never fail the call that is recorded."""

    @abstractmethod
    async def record(self, exchange: Exchange) -> None:
        """Keeps one exchange."""
