"""The gRPC wire: raw bytes in, raw bytes out, so that what is signed, hashed and journalled is
what travelled. Every call goes through `_serve`: signature, fault, rule, journal.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

from simulators.faults import Fault
from simulators.hospital.his.connections import Connections
from simulators.hospital.his.fields import numbers_in
from simulators.hospital.his.his_faults import FALSIFYING_KINDS, distort
from simulators.hospital.his.hospital import Hospital
from simulators.hospital.his.operations import OPERATIONS, SERVICE, Operation
from simulators.hospital.his.refusals import Refusal, Refused, Unauthenticated

Context = grpc.aio.ServicerContext[bytes, bytes]


@dataclass(slots=True)
class _Call:
    """What the journal will say of one call."""

    operation: Operation
    message: bytes
    signature: str = "unsigned"
    fault: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    noted: bool = False


class Wire:
    """The HIS's gRPC server on one port."""

    def __init__(self, his: Hospital) -> None:
        self._his = his
        self._connections = Connections(server_port=0)

    async def start(self, listening: socket.socket) -> Callable[[], Awaitable[None]]:
        """Serves on the bound socket; returns how to stop."""
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        server.add_generic_rpc_handlers((self._methods(),))
        lives = health.aio.HealthServicer()  # type: ignore[attr-defined]  # stubs lack it
        health_pb2_grpc.add_HealthServicer_to_server(lives, server)
        names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)
        self._connections = Connections(server.add_insecure_port("127.0.0.1:0"))
        await server.start()
        for name in ("", SERVICE):
            await lives.set(name, health_pb2.HealthCheckResponse.SERVING)
        stop_listening = await self._connections.listen(listening)

        async def stop() -> None:
            await stop_listening()
            await server.stop(grace=None)

        return stop

    def _methods(self) -> "grpc.GenericRpcHandler[bytes, bytes]":
        # Without deserializer and serializer the handlers get and give the message's own bytes.
        return grpc.method_handlers_generic_handler(
            SERVICE,
            {
                operation.name: grpc.unary_unary_rpc_method_handler(partial(self._serve, operation))
                for operation in OPERATIONS
            },
        )

    async def _serve(self, operation: Operation, message: bytes, context: Context) -> bytes:
        # The journal is written before anything is sent: who has the answer finds the entry.
        call = _Call(operation, message)
        try:
            response = await self._answer(call, context)
        except Refusal as refusal:
            self._note_refusal(call, refusal)
            status = rpc_status.to_status(refusal.status())
            await context.abort(status.code, status.details, status.trailing_metadata)
        except asyncio.CancelledError:  # the caller hung up, or was cut off
            self._note(call, "NO_ANSWER")
            raise
        except Exception:
            self._note(call, "UNKNOWN")  # what gRPC answers when a rule crashes
            raise
        sent = response.SerializeToString()
        self._note(call, "OK", sent)
        return sent

    async def _answer(self, call: _Call, context: Context) -> Message:
        metadata = context.invocation_metadata() or ()
        self._his.signature_check.verify(call.operation.method, metadata, call.message)
        call.signature = "verified"
        request = call.operation.read(call.message)
        call.fields = numbers_in(request)
        fault = self._his.faults.take(call.operation.name, call.fields)
        if fault is None:
            return self._act(call, request)
        call.fault = fault.kind
        await self._before_effect(fault, call, context)
        try:
            response = self._act(call, request)
        finally:  # a refusal is held back or lost like any other answer
            await self._after_effect(fault, call, context)
        return self._falsified(fault, call, response)

    def _act(self, call: _Call, request: Message) -> Message:
        return call.operation.rule(self._his.state, request, self._his.clock.now())

    async def _before_effect(self, fault: Fault, call: _Call, context: Context) -> None:
        if fault.kind == "refuse":
            text = fault.args.get("message", "refused by an armed fault")
            raise Refused(fault.args["code"], text)
        if fault.kind == "no_answer_before_effect":
            await self._cut(call, context)
        if fault.kind == "silent":
            self._note(call, "NO_ANSWER")
            await asyncio.Event().wait()  # until the caller's deadline cancels this call

    async def _after_effect(self, fault: Fault, call: _Call, context: Context) -> None:
        if fault.kind == "delay":
            await asyncio.sleep(fault.args["seconds"])
        if fault.kind == "no_answer_after_effect":
            await self._cut(call, context)

    def _falsified(self, fault: Fault, call: _Call, response: Message) -> Message:
        if fault.kind not in FALSIFYING_KINDS:
            return response
        told = type(response)()
        told.CopyFrom(response)  # the first answer is kept for repetitions and stays true
        if not distort(fault, told):
            fault.fired -= 1  # an empty page: it waits for one with an entry
            call.fault = None
        return told

    async def _cut(self, call: _Call, context: Context) -> None:
        self._note(call, "NO_ANSWER")
        await self._connections.cut(context.peer())
        await asyncio.Event().wait()  # the broken connection cancels this call

    def _note_refusal(self, call: _Call, refusal: Refusal) -> None:
        if isinstance(refusal, Unauthenticated):
            call.signature = refusal.verdict
        if isinstance(refusal, Refused):
            call.fields = {**call.fields, "reason": refusal.reason}
        self._note(call, refusal.code.name, refusal.status().SerializeToString())

    def _note(self, call: _Call, status: str, sent: bytes | None = None) -> None:
        if call.noted:
            return
        call.noted = True
        self._his.journal.record(
            at=self._his.clock.now().isoformat(),
            operation=call.operation.name,
            request=call.message,
            response=sent,
            status=status,
            signature=call.signature,
            fault=call.fault,
            fields=call.fields,
        )
