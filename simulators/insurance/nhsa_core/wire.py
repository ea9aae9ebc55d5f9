"""The centre's socket: gateway, envelope, fault, rules, journal, answer, in that order."""

import asyncio
import base64
from dataclasses import dataclass, field, replace

from aiohttp import web

from simulators.control import Simulator
from simulators.faults import Fault
from simulators.insurance.nhsa_core import envelope
from simulators.insurance.nhsa_core.amounts import write_json
from simulators.insurance.nhsa_core.body_cipher import BodyCipher, BodyRefusal
from simulators.insurance.nhsa_core.breakdown import IdentityBroken
from simulators.insurance.nhsa_core.centre import Call, Centre, FileAnswer, Output
from simulators.insurance.nhsa_core.gateway import (
    TIMESTAMP_EXPIRED,
    UNKNOWN_CALLER,
    GatewayRefusal,
    gateway_for,
)
from simulators.insurance.nhsa_core.refusals import Refusal, repeated_msgid
from simulators.insurance.nhsa_core.sign_on import require_sign_in
from simulators.insurance.nhsa_core.transactions import TRANSACTIONS

LARGEST_BODY = 32 * 1024 * 1024
GATEWAY_FAULTS = {"timestamp_rejected": TIMESTAMP_EXPIRED, "unknown_ak": UNKNOWN_CALLER}
LOST = ("no_answer_before_effect", "no_answer_after_effect")


@dataclass(slots=True)
class Exchange:
    """What the journal will say of one call."""

    request: bytes
    operation: str
    signature: str = "verified"
    fields: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer ready for the socket."""

    body: bytes
    status: str  # the journal's: infcode, or 401 of the gateway
    content_type: str = "application/json"
    http_status: int = 200


class Wire:
    """The aiohttp application of one centre."""

    def __init__(self, simulator: Simulator, centre: Centre, cipher: BodyCipher | None) -> None:
        self.simulator = simulator
        self.centre = centre
        self.cipher = cipher
        self.gateway = gateway_for(centre.settings)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post(self.gateway.route, self.serve)
        return app

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call, from its first byte to its journal line."""
        exchange = Exchange(
            request=await request.read(),
            operation=self.gateway.operation(request.path, request.headers),
        )
        reply = self._reply(request, exchange)
        kind = exchange.fault.kind if exchange.fault else ""
        self._record(exchange, reply, whole=kind not in (*LOST, "half_answer"))
        if exchange.fault and kind == "delay":
            await asyncio.sleep(exchange.fault.args["seconds"])
        if reply is None or kind in LOST:
            return _hung_up(request)
        if kind == "half_answer":
            return await _broken_off(request, reply)
        return web.Response(
            body=reply.body, status=reply.http_status, content_type=reply.content_type
        )

    def _reply(self, request: web.Request, exchange: Exchange) -> Reply | None:
        """None: the call was lost before it had an effect."""
        try:
            self.gateway.check(request.headers, self.centre.clock.now())
        except GatewayRefusal as refusal:
            exchange.signature = refusal.verdict
            return _gateway_reply(refusal.message)
        received = self.centre.clock.beijing()
        output: Output | FileAnswer | None = None
        refused: Refusal | None = None
        try:
            call = self._opened(request, exchange)
            kind = call.fault.kind if call.fault else ""
            if kind == "no_answer_before_effect":
                return None
            if kind in GATEWAY_FAULTS:
                return _gateway_reply(GATEWAY_FAULTS[kind])
            output = perform(self.centre, call)
        except Refusal as refusal:
            refused = refusal
        except IdentityBroken as broken:  # a fault's args that no settlement can carry, or a bug
            return Reply(str(broken).encode(), "500", "text/plain", 500)
        if isinstance(output, FileAnswer):
            return _file_reply(output, exchange.fault)
        exchange.fields = envelope.business_numbers(output or {}) | exchange.fields
        answer = envelope.answer(self.centre, received, output, refused, self.cipher)
        if exchange.fault and exchange.fault.kind == "bad_signature":
            answer["cainfo"] = _spoilt(answer["cainfo"])
        return Reply(write_json(answer).encode(), str(answer["infcode"]))

    def _opened(self, request: web.Request, exchange: Exchange) -> Call:
        """The call with its fault; what is refused here never reached the rules."""
        json_text, file = envelope.parts_of(
            exchange.request, request.headers.get("content-type", "")
        )
        outer = envelope.json_object(json_text)
        if isinstance(outer.get("msgid"), str):
            exchange.fields["msgid"] = outer["msgid"]
        try:
            call = envelope.read_call(self.centre, outer, file, exchange.operation, self.cipher)
        except BodyRefusal as refusal:
            exchange.signature = refusal.verdict
            raise Refusal(refusal.text) from refusal
        exchange.fields |= envelope.business_numbers(call.input)
        exchange.fault = self.simulator.faults.take(
            call.infno, {**exchange.fields, "feedetail": call.input.get("feedetail")}
        )
        return replace(call, fault=exchange.fault)

    def _record(self, exchange: Exchange, reply: Reply | None, whole: bool) -> None:
        self.simulator.journal.record(
            at=self.centre.clock.now().isoformat(),
            operation=exchange.operation,
            request=exchange.request,
            response=reply.body if reply and whole else None,
            status=reply.status if reply else "",
            signature=exchange.signature,
            fault=exchange.fault.kind if exchange.fault else None,
            fields=exchange.fields,
        )


def perform(centre: Centre, call: Call) -> Output | FileAnswer | None:
    """The rules of one call. Its msgid is spent whatever comes of it."""
    if call.msgid in centre.books.msgids:
        raise repeated_msgid(call.msgid)
    centre.books.msgids.add(call.msgid)
    if call.fault and call.fault.kind == "refuse":
        raise Refusal(call.fault.args["message"], int(call.fault.args.get("code", -1)))
    require_sign_in(centre, call)
    envelope.require_area(centre, call)
    transaction = TRANSACTIONS.get(call.infno)
    if transaction is None:
        raise Refusal(f"交易编号[{call.infno}]不支持")
    return transaction(centre, call)


def _gateway_reply(message: str) -> Reply:
    body = write_json({"code": 401, "message": message}).encode()
    return Reply(body, "401", http_status=401)


def _file_reply(answer: FileAnswer, fault: Fault | None) -> Reply:
    """A file carries no signature; `bad_signature` breaks its first byte instead."""
    content = answer.content
    if fault and fault.kind == "bad_signature":
        content = bytes([content[0] ^ 0xFF]) + content[1:]
    return Reply(content, "0", "application/octet-stream")


def _spoilt(signature: str) -> str:
    """The same signature with its first byte changed, still 64 bytes of Base64."""
    raw = base64.b64decode(signature)
    return base64.b64encode(bytes([raw[0] ^ 1]) + raw[1:]).decode()


def _hung_up(request: web.Request) -> web.Response:
    """No answer: the connection is reset under the caller."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _broken_off(request: web.Request, reply: Reply) -> web.StreamResponse:
    """The head promises the whole body, half of it comes, the connection closes."""
    response = web.StreamResponse(
        status=reply.http_status,
        headers={"Content-Type": reply.content_type, "Content-Length": str(len(reply.body))},
    )
    await response.prepare(request)
    await response.write(reply.body[: len(reply.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
