"""What crossed a simulator's wire: an entry a call, bodies as SHA-256 of the raw bytes."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any


def sha256(body: bytes) -> str:
    """Lower-case hex SHA-256 of the bytes exactly as sent."""
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True)
class Exchange:
    """One call. `direction` is `in` (they called us) or `out` (we called them: a notification)."""

    sequence: int
    at: str
    operation: str
    direction: str
    request_sha256: str
    response_sha256: str | None  # None: no (whole) answer was sent
    status: str  # the vendor's own verdict: HTTP status, infcode, gRPC status
    signature: str  # verdict on the request's signature: verified, invalid, unsigned
    fault: str | None
    fields: dict[str, str]  # the few business numbers one greps for


class Journal:
    """Append-only list of exchanges, read by `/_control/journal?after=<sequence>`."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def record(
        self,
        *,
        at: str,
        operation: str,
        request: bytes,
        response: bytes | None,
        status: str,
        signature: str,
        direction: str = "in",
        fault: str | None = None,
        fields: dict[str, str] | None = None,
    ) -> None:
        """Adds one call with the digests of both bodies."""
        self.exchanges.append(
            Exchange(
                sequence=len(self.exchanges) + 1,
                at=at,
                operation=operation,
                direction=direction,
                request_sha256=sha256(request),
                response_sha256=None if response is None else sha256(response),
                status=status,
                signature=signature,
                fault=fault,
                fields=fields or {},
            )
        )

    def listing(self, after: int = 0) -> list[dict[str, Any]]:
        """Exchanges with a sequence above `after`, as JSON."""
        return [asdict(exchange) for exchange in self.exchanges[after:]]
