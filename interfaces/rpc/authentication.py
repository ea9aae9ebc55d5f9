"""Verifies the application's signature over the very bytes of the request, before it is parsed."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from domain.access.signature import ALGORITHM, verify
from domain.errors import (
    ClockSkewed,
    InvalidInput,
    MedsettleError,
    RequestReplayed,
    SignatureInvalid,
)
from interfaces.received import Received, record_received
from interfaces.rest.uses import Application, Uses
from interfaces.rpc.errors import abort, abort_unexpected

KEY_ID, TIMESTAMP = "medsettle-key-id", "medsettle-timestamp"
NONCE, SIGNATURE = "medsettle-nonce", "medsettle-signature"
HIS_CALLS = "/medsettle.his."
OPEN = ("/grpc.health.v1.Health/", "/grpc.reflection.")

CALLER: ContextVar[Application] = ContextVar("caller")


class Authentication(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]  # only in the stubs
    """Wraps every method but health and reflection."""

    def __init__(self, uses: Uses, address: tuple[str, int]) -> None:
        self._uses = uses
        self._address = address

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(OPEN):
            return handler
        return self._signed(method, handler)

    def _signed(self, method: str, handler: Any) -> Any:
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._stream(method, handler), response_serializer=handler.response_serializer
            )
        return grpc.unary_unary_rpc_method_handler(
            self._unary(method, handler), response_serializer=handler.response_serializer
        )

    def _unary(self, method: str, handler: Any) -> Callable[[bytes, Any], Awaitable[Any]]:
        async def call(raw: bytes, context: Any) -> Any:
            started = time.monotonic()
            try:
                CALLER.set(await self._verified(method, raw, context))
                answer = await handler.unary_unary(_message(handler, raw), context)
                await self._record(method, raw, handler.response_serializer(answer), "", started)
                return answer
            except MedsettleError as refused:
                await self._record(method, raw, b"", refused.code, started)
                return await abort(context, refused)
            except grpc.aio.AbortError:
                raise
            except Exception:  # noqa: BLE001 - answered as INTERNAL, logged whole
                return await abort_unexpected(context)

        return call

    async def _record(
        self, method: str, raw: bytes, answer: bytes, code: str, started: float
    ) -> None:
        """Calls of a HIS are calls of an outside system; a channel's are our own product."""
        if not method.startswith(HIS_CALLS):
            return
        unverified = code in (SignatureInvalid.code, RequestReplayed.code, ClockSkewed.code)
        received = Received(
            system="his",
            operation=method.rpartition("/")[2],
            host=self._address[0],
            port=self._address[1],
            request=raw,
            response=answer,
            algorithm=ALGORITHM,
            verdict="invalid" if unverified else "verified",
            status=code or "OK",
            milliseconds=int((time.monotonic() - started) * 1000),
        )
        await record_received(self._uses.exchanges, self._uses.clock, received)

    def _stream(self, method: str, handler: Any) -> Callable[[bytes, Any], AsyncIterator[Any]]:
        async def call(raw: bytes, context: Any) -> AsyncIterator[Any]:
            try:
                CALLER.set(await self._verified(method, raw, context))
                async for answer in handler.unary_stream(_message(handler, raw), context):
                    yield answer
            except MedsettleError as refused:
                await abort(context, refused)
            except grpc.aio.AbortError:
                raise
            except Exception:  # noqa: BLE001 - answered as INTERNAL, logged whole
                await abort_unexpected(context)

        return call

    async def _verified(self, method: str, raw: bytes, context: Any) -> Application:
        sent = {str(key): str(value) for key, value in context.invocation_metadata()}
        application = self._uses.applications.get(sent.get(KEY_ID, ""))
        if application is None:
            raise SignatureInvalid("unknown key id", field=KEY_ID)
        nonce = sent.get(NONCE, "")
        verify(
            application.secret,
            "GRPC",
            method,
            sent.get(TIMESTAMP, ""),
            nonce,
            raw,
            sent.get(SIGNATURE, ""),
            self._uses.clock.now(),
        )
        reading = method.rpartition("/")[2].startswith(("Get", "Watch"))
        if not reading and not await self._uses.store.use_nonce(application.key_id, nonce):
            raise RequestReplayed("the nonce was used before", field=NONCE)
        return application


def _message(handler: Any, raw: bytes) -> Any:
    try:
        return handler.request_deserializer(raw)
    except DecodeError as unreadable:
        raise InvalidInput("the bytes are not a message of this method") from unreadable
