"""The one way through which a wire call goes: fault, rules, journal, answer.

Vendors differ in how a call is read, refused and signed; that difference is a `Dialect`.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

from simulators import interrupted_answers
from simulators.control import Simulator
from simulators.faults import Fault

# Faults that end in a refusal, before the rules are asked.
_REFUSALS = frozenset({"refuse", "not_found_first", "system_error"})


class BusinessRefusal(Exception):
    """The business answer is no. A vendor's own class adds its code and words."""


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
    """How one protocol acts, refuses and signs."""

    async def act(self) -> Any:
        """Checks the signature and runs the rules; raises BusinessRefusal."""

    def faulty(self, fault: Fault) -> BusinessRefusal:
        """The vendor's words for a `refuse`, `not_found_first` or `system_error`."""

    def refused(self, refusal: Any) -> Any:
        """The content of a refusal."""

    def reply(self, content: Any, *, broken: bool) -> Reply:
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
        content = await _act(dialect, fault)
    except BusinessRefusal as refusal:
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


async def _act(dialect: Dialect, fault: Fault | None) -> Any:
    if fault is None or fault.kind not in _REFUSALS:
        return await dialect.act()
    if fault.kind == "system_error" and fault.args.get("effect", False):
        await dialect.act()
    raise dialect.faulty(fault)


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
