"""An HTTP client for one outside system: records each exchange, fails as ports/errors says."""

import hashlib
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from ports.clock import Clock
from ports.errors import OutcomeUnknown, Unavailable
from ports.exchanges import Exchange, Exchanges

# No byte of the request can have left: the connection was never there.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

VERIFIED, SIGNED, INVALID, UNSIGNED = "verified", "signed", "invalid", "unsigned"


def sha256(body: bytes) -> str:
    """Lower-case hex digest of a body as it crossed the wire."""
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as bytes. `algorithm` is empty when nothing signs it."""

    operation: str
    method: str
    path: str  # with query, exactly as signed
    body: bytes = b""
    headers: Mapping[str, str]
    key: str = ""
    algorithm: str = ""


# Looks at an answer and says VERIFIED, UNSIGNED or INVALID; never raises.
Verify = Callable[[httpx.Response], str]


class RecordedHttp:
    """One outside system's address. Shared by all calls to it; close it at the end."""

    def __init__(
        self,
        system: str,
        base_url: str,
        exchanges: Exchanges,
        clock: Clock,
        *,
        timeout_seconds: float = 10.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._system = system
        self._base = base_url.rstrip("/")
        self._address = urlsplit(self._base)
        self._exchanges = exchanges
        self._clock = clock
        self._client = httpx.AsyncClient(timeout=timeout_seconds, verify=tls or True)

    async def send(self, request: Request, verify: Verify) -> httpx.Response:
        """The whole answer. A badly signed one is recorded and raised as OutcomeUnknown."""
        started = time.monotonic()
        answer: httpx.Response | None = None
        verdict, status = UNSIGNED, "no_answer"
        try:
            answer = await self._client.request(
                request.method,
                self._base + request.path,
                content=request.body,
                headers=dict(request.headers),
            )
            verdict, status = verify(answer), str(answer.status_code)
        except NEVER_LEFT as error:
            status = "unavailable"
            raise Unavailable(f"{self._system} {request.operation}: {error!r}") from error
        except httpx.HTTPError as error:
            status = type(error).__name__
            raise OutcomeUnknown(f"{self._system} {request.operation}: {error!r}") from error
        finally:
            await self._record(request, answer, verdict, status, started)
        if verdict == INVALID:
            raise OutcomeUnknown(
                f"{self._system} {request.operation}: the answer's signature does not verify",
                code="signature_invalid",
            )
        return answer

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _record(
        self,
        request: Request,
        answer: httpx.Response | None,
        verdict: str,
        status: str,
        started: float,
    ) -> None:
        await self._exchanges.record(
            Exchange(
                system=self._system,
                operation=request.operation,
                direction="out",
                host=self._address.hostname or "",
                port=self._address.port or (443 if self._address.scheme == "https" else 80),
                at=self._clock.now(),
                milliseconds=int((time.monotonic() - started) * 1000),
                request_sha256=sha256(request.body),
                response_sha256=None if answer is None else sha256(answer.content),
                request_signature=SIGNED if request.algorithm else UNSIGNED,
                response_signature=verdict,
                algorithm=request.algorithm,
                status=status,
                key=request.key,
            )
        )
