"""The one way through which every wire call goes: fault, rules, journal, answer.

v2 and v3 differ in how a call is read, refused and signed; that difference is a `Dialect`.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

from simulators import interrupted_answers
from simulators.control import Simulator
from simulators.faults import Fault
from simulators.payments.wechat_pay.refusals import HTTP_STATUS, Refusal


@dataclass(slots=True)
class Call:
    """One call while it is answered. `afterwards` is done once the answer has left."""

    operation: str
    raw: bytes
    fields: dict[str, str]
    signature: str = "unsigned"
    fault: Fault | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def fault_fen(self) -> int:
        """By how much a `wrong_amount` fault shifts this answer; 0 without one."""
        if self.fault is None or self.fault.kind != "wrong_amount":
            return 0
        return int(self.fault.args.get("fen", 1))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as bytes, and the vendor's verdict for the journal."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    verdict: str


class Dialect(Protocol):
    """How one version of the protocol acts, refuses and signs."""

    async def act(self) -> Any:  # noqa: ANN401 - the dialect's own content
        """Checks the signature and runs the rules; raises Refusal."""

    def refused(self, refusal: Refusal) -> Any:  # noqa: ANN401
        """The content of a refusal."""

    def reply(self, content: Any, *, broken: bool) -> Reply:  # noqa: ANN401
        """The content as signed bytes; `broken` makes the signature not verify."""


async def answer(
    simulator: Simulator, request: web.Request, call: Call, dialect: Dialect
) -> web.StreamResponse:
    """Answers one call as the rules and the armed fault say."""
    fault = call.fault = simulator.faults.take(call.operation, call.fields)
    kind = fault.kind if fault else ""
    if kind == "no_answer_before_effect":
        _record(simulator, call, None, "no answer")
        return interrupted_answers.cut(request)
    try:
        content = await _act(dialect, call)
    except Refusal as refusal:
        content = dialect.refused(refusal)
    reply = dialect.reply(content, broken=kind == "bad_signature")
    if fault is not None and kind == "delay":
        await asyncio.sleep(float(fault.args.get("seconds", 1)))
    whole = kind not in ("no_answer_after_effect", "half_answer")
    _record(simulator, call, reply.body if whole else None, reply.verdict)
    try:
        return await _send(request, reply, kind)
    finally:
        for job in call.afterwards:
            job()


async def _act(dialect: Dialect, call: Call) -> Any:  # noqa: ANN401
    fault = call.fault
    if fault is None:
        return await dialect.act()
    if fault.kind == "refuse":
        raise _named_refusal(fault)
    if fault.kind == "not_found_first":
        refunds = call.operation in ("refund_query", "refundquery_v2")
        raise Refusal("RESOURCE_NOT_EXISTS" if refunds else "ORDER_NOT_EXIST", "订单不存在")
    if fault.kind == "system_error":
        if fault.args.get("effect", False):
            await dialect.act()
        raise Refusal("SYSTEM_ERROR", "系统异常，请稍后重试")
    return await dialect.act()


def _named_refusal(fault: Fault) -> Refusal:
    code = str(fault.args["code"])
    status = int(fault.args.get("status", HTTP_STATUS.get(code, 400)))
    return Refusal(code, str(fault.args.get("message", code)), status=status)


def _record(simulator: Simulator, call: Call, response: bytes | None, verdict: str) -> None:
    simulator.journal.record(
        at=simulator.clock.now().isoformat(),
        operation=call.operation,
        request=call.raw,
        response=response,
        status=verdict,
        signature=call.signature,
        fault=call.fault.kind if call.fault else None,
        fields=call.fields,
    )


async def _send(request: web.Request, reply: Reply, kind: str) -> web.StreamResponse:
    if kind == "no_answer_after_effect":
        return interrupted_answers.cut(request)
    if kind == "half_answer":
        return interrupted_answers.send_half(request, reply.status, reply.headers, reply.body)
    return await interrupted_answers.send(request, reply.status, reply.headers, reply.body)
