"""One HIS's address: every call signed over the very bytes that are sent, recorded, and failing
only as ports/errors says.
"""

import asyncio
import contextlib
import hashlib
import secrets
import time
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from adapters.hospital.his_grpc.outcomes import failure, status_message
from contracts.medsettle.his.v1 import his_pb2 as wire
from domain.access.signature import ALGORITHM, sign
from ports.clock import Clock
from ports.errors import OutcomeUnknown, Unavailable
from ports.exchanges import Exchange, Exchanges

SERVICE = wire.DESCRIPTOR.services_by_name["HospitalInformationService"].full_name
CONNECT_SECONDS = 2.0
BREAK_NOTICED_SECONDS = 0.1
NONCE_BYTES = 16

OPTIONS = (
    # One call of ours is one request on the wire: repeating is the plan's decision, not gRPC's.
    ("grpc.enable_retries", 0),
    # The HIS stands in the hospital's own network; a proxy set for the web must not catch it.
    ("grpc.enable_http_proxy", 0),
    # A HIS that is back is noticed within a second; gRPC's default lets that grow to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # The least time one attempt to connect is given, whatever its name says.
    ("grpc.min_reconnect_backoff_ms", int(CONNECT_SECONDS * 1000)),
)

Answer = TypeVar("Answer", bound=Message)


class SignedChannel:
    """The wire to one HIS. Connects at the first call; close it at the end."""

    def __init__(
        self,
        target: str,
        key_id: str,
        secret: str,
        *,
        exchanges: Exchanges,
        clock: Clock,
        deadline_seconds: float,
    ) -> None:
        self._target = target
        self._key_id = key_id
        self._secret = secret
        self._exchanges = exchanges
        self._clock = clock
        self._deadline = deadline_seconds
        self._channel: grpc.aio.Channel | None = None

    async def call(
        self, method: str, request: Message, answer: type[Answer], key: str = ""
    ) -> Answer:
        """The HIS's answer; raises Refused, Unavailable or OutcomeUnknown. `key`: our number."""
        message = request.SerializeToString()
        started = time.monotonic()
        status, received = "no_answer", None
        try:
            channel = await self._ready_channel(method)
            received = await self._send(channel, method, message, started)
            status = "OK"
        except Unavailable:
            status = "unavailable"
            raise
        except grpc.aio.AioRpcError as error:
            status, received = error.code().name, status_message(error)
            await self._let_a_break_be_noticed(channel, error)
            raise failure(method, error) from error
        finally:
            await self._record(
                method, key, message=message, received=received, status=status, started=started
            )
        try:
            return answer.FromString(received)
        except DecodeError as error:
            raise OutcomeUnknown(
                f"his {method}: the answer is not a {answer.DESCRIPTOR.name}", code="unreadable"
            ) from error

    async def close(self) -> None:
        """Ends the connection; calls still open on it fail."""
        if self._channel is not None:
            await self._channel.close(None)
            self._channel = None

    async def _ready_channel(self, method: str) -> grpc.aio.Channel:
        """A channel that is connected now; Unavailable otherwise.

        This alone decides that a request never left. gRPC's UNAVAILABLE cannot: it is the same
        code for "connection refused" and for "connection lost after the HIS had acted", and the
        text that tells them apart is no interface. So no call is started before the channel is
        READY (TCP connected and the other side's HTTP/2 preface read): when it does not become
        READY there is no call and no byte of the request anywhere. Once a call is started, every
        UNAVAILABLE is unknown; a connection that breaks between this check and the first byte is
        then called unknown although nothing left, which errs on the safe side. Retries are
        switched off, so gRPC holds no copy that could leave later.
        """
        channel = self._opened()
        try:
            async with asyncio.timeout(min(CONNECT_SECONDS, self._deadline)):
                state = channel.get_state(try_to_connect=True)
                while state in (grpc.ChannelConnectivity.IDLE, grpc.ChannelConnectivity.CONNECTING):
                    await channel.wait_for_state_change(state)
                    state = channel.get_state(try_to_connect=True)
        except TimeoutError as error:
            raise Unavailable(f"his {method}: no connection to {self._target} in time") from error
        if state is not grpc.ChannelConnectivity.READY:
            raise Unavailable(f"his {method}: no connection to {self._target}")
        return channel

    async def _let_a_break_be_noticed(
        self, channel: grpc.aio.Channel, error: grpc.aio.AioRpcError
    ) -> None:
        # A call learns of a broken connection some milliseconds before the channel does. The next
        # call is often the question what became of this one, and must not go the same way.
        if error.code() is not grpc.StatusCode.UNAVAILABLE:
            return
        with contextlib.suppress(TimeoutError):  # not broken: the status was the other side's own
            async with asyncio.timeout(BREAK_NOTICED_SECONDS):
                await channel.wait_for_state_change(grpc.ChannelConnectivity.READY)

    def _opened(self) -> grpc.aio.Channel:
        # Not in the constructor: a channel belongs to the event loop that was current at its birth.
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self._target, options=OPTIONS)
        return self._channel

    async def _send(
        self, channel: grpc.aio.Channel, method: str, message: bytes, started: float
    ) -> bytes:
        path = f"/{SERVICE}/{method}"
        # Bytes in, bytes out: serialised once, so that what is signed is what is sent.
        send = channel.unary_unary(path, request_serializer=None, response_deserializer=None)
        left = self._deadline - (time.monotonic() - started)
        received: bytes = await send(message, timeout=left, metadata=self._signed(path, message))
        return received

    def _signed(self, path: str, message: bytes) -> tuple[tuple[str, str], ...]:
        timestamp = str(int(self._clock.now().timestamp()))
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        signature = sign(self._secret, "GRPC", path, timestamp, nonce, message)
        return (
            ("medsettle-key-id", self._key_id),
            ("medsettle-timestamp", timestamp),
            ("medsettle-nonce", nonce),
            ("medsettle-signature", signature),
        )

    async def _record(
        self,
        method: str,
        key: str,
        *,
        message: bytes,
        received: bytes | None,
        status: str,
        started: float,
    ) -> None:
        host, _, port = self._target.rpartition(":")
        await self._exchanges.record(
            Exchange(
                system="his",
                operation=method,
                direction="out",
                host=host,
                port=int(port),
                at=self._clock.now(),
                milliseconds=int((time.monotonic() - started) * 1000),
                request_sha256=hashlib.sha256(message).hexdigest(),
                response_sha256=None if received is None else hashlib.sha256(received).hexdigest(),
                request_signature="invalid" if status == "UNAUTHENTICATED" else "signed",
                response_signature="unsigned",
                algorithm=ALGORITHM,
                status=status,
                key=key,
            )
        )
