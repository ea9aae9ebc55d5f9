"""A gRPC server that answers as told: for answers no honest HIS gives, and to see what was sent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc

from contracts.medsettle.his.v1 import his_pb2 as wire

SERVICE = "medsettle.his.v1.HospitalInformationService"
METHODS = [
    each.name for each in wire.DESCRIPTOR.services_by_name[SERVICE.rpartition(".")[2]].methods
]

Context = grpc.aio.ServicerContext
Reply = Callable[[bytes, Context], Awaitable[bytes]]


@dataclass(frozen=True)
class Seen:
    """One call as it arrived."""

    method: str
    message: bytes
    metadata: dict[str, str]


class ScriptedHis:
    """Answers each method with `replies[method]`: a message, or a coroutine function."""

    def __init__(self) -> None:
        self.replies: dict[str, Any] = {}
        self.seen: list[Seen] = []
        self._server = grpc.aio.server()
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(partial(self._serve, name))
            for name in METHODS
        }
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(SERVICE, handlers),)
        )
        self.wire = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(grace=None)

    async def _serve(self, method: str, message: bytes, context: Context) -> bytes:
        metadata = {key: str(value) for key, value in context.invocation_metadata() or ()}
        self.seen.append(Seen(method, message, metadata))
        reply = self.replies[method]
        if callable(reply):
            return await reply(message, context)
        return reply.SerializeToString()
