"""Records a call that came in over one of our wires, as adapters record those that go out."""

import hashlib
from dataclasses import dataclass

from ports.clock import Clock
from ports.exchanges import Exchange, Exchanges


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One incoming call of an outside system: what it was and how it was judged."""

    system: str
    operation: str
    host: str  # where of ours it came in
    port: int
    request: bytes
    response: bytes
    algorithm: str
    verdict: str  # of the request's signature: verified or invalid
    status: str
    milliseconds: int


async def record_received(exchanges: Exchanges, clock: Clock, received: Received) -> None:
    """Keeps it. Our own answers are signed to nobody."""
    await exchanges.record(
        Exchange(
            system=received.system,
            operation=received.operation,
            direction="in",
            host=received.host,
            port=received.port,
            at=clock.now(),
            milliseconds=received.milliseconds,
            request_sha256=hashlib.sha256(received.request).hexdigest(),
            response_sha256=hashlib.sha256(received.response).hexdigest(),
            request_signature=received.verdict,
            response_signature="unsigned",
            algorithm=received.algorithm,
            status=received.status,
        )
    )
