"""The control API every simulator serves beside its wire, on a socket of its own.

GET  /_control/health           the simulator's name, that it lives, its further wires if any
POST /_control/reset            {"seed": 7}: empty books, no faults, clock back to now
GET  /_control/clock            {"now", "offset_seconds"};  POST sets {"offset_seconds": 172800}
GET  /_control/faults           every fault with its fired count;  POST arms one;  DELETE clears
GET  /_control/books            the simulator's own books, amounts in integer fen
GET  /_control/journal?after=0  calls with body hashes
A simulator adds its own acts (the patient pays, the doctor orders discharge) to the same app.
"""

import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from simulators.clock import SimulatedClock
from simulators.faults import FaultPlan, UnknownFault
from simulators.journal import Journal

Act = Callable[[dict[str, Any]], Awaitable[dict[str, Any]] | dict[str, Any]]


class BadAct(ValueError):
    """The control API was asked for something impossible; the text names the field."""


class Simulator:
    """One outside system: clock, seeded randomness, faults, journal and books. Subclassed a vendor.

    A subclass sets `name` and `own_fault_kinds`, fills its books in `reset`, returns them as JSON
    from `books`, and lists its acts in `acts` (path below /_control -> function of the JSON body).
    """

    name = "simulator"
    own_fault_kinds: frozenset[str] = frozenset()

    def __init__(self, seed: int = 1) -> None:
        self.clock = SimulatedClock()
        self.faults = FaultPlan(self.own_fault_kinds)
        self.journal = Journal()
        self.random = random.Random(seed)  # a printed seed must reproduce the run
        self.seed = seed
        self.addresses: dict[str, str] = {}  # further wires, name -> host:port
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Empty books. A subclass extends this and calls it first."""
        self.seed = seed
        self.random.seed(seed)
        self.faults.clear()
        self.journal = Journal()
        self.clock.offset_seconds = 0

    def books(self) -> dict[str, Any]:
        """The simulator's own books as JSON, amounts in integer fen."""
        raise NotImplementedError

    def acts(self) -> dict[str, Act]:
        """The vendor's own control acts: path below /_control to a function of the JSON body."""
        return {}

    async def clock_moved(self) -> None:
        """Called after the clock moved, so that what falls due (notifications) can be done."""


def control_app(simulator: Simulator) -> web.Application:
    """The control API of one simulator as an aiohttp application."""
    app = web.Application(middlewares=[_explain])
    _add_views(app, simulator)
    _add_switches(app, simulator)
    for path, act in simulator.acts().items():
        app.router.add_post(f"/_control/{path}", _act(act))
    return app


def _add_views(app: web.Application, simulator: Simulator) -> None:
    async def health(_: web.Request) -> web.Response:
        state = {"name": simulator.name, "healthy": True, "seed": simulator.seed}
        return web.json_response({**state, **simulator.addresses})

    async def books(_: web.Request) -> web.Response:
        return web.json_response(simulator.books())

    async def journal(request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdigit():
            raise BadAct("'after' must be a number")
        return web.json_response({"exchanges": simulator.journal.listing(int(after))})

    app.router.add_get("/_control/health", health)
    app.router.add_get("/_control/books", books)
    app.router.add_get("/_control/journal", journal)


def _add_switches(app: web.Application, simulator: Simulator) -> None:
    async def reset(request: web.Request) -> web.Response:
        seed = (await _body(request)).get("seed", 1)
        if not isinstance(seed, int):
            raise BadAct("'seed' must be an integer")
        simulator.reset(seed)
        return web.json_response({"seed": seed})

    async def clock(request: web.Request) -> web.Response:
        if request.method == "POST":
            offset = (await _body(request)).get("offset_seconds")
            if not isinstance(offset, int):
                raise BadAct("'offset_seconds' must be an integer")
            simulator.clock.offset_seconds = offset
            await simulator.clock_moved()
        now, offset = simulator.clock.now().isoformat(), simulator.clock.offset_seconds
        return web.json_response({"now": now, "offset_seconds": offset})

    async def faults(request: web.Request) -> web.Response:
        if request.method == "POST":
            simulator.faults.arm(await _body(request))
        elif request.method == "DELETE":
            simulator.faults.clear()
        return web.json_response({"faults": simulator.faults.listing()})

    app.router.add_post("/_control/reset", reset)
    app.router.add_route("*", "/_control/clock", clock)
    app.router.add_route("*", "/_control/faults", faults)


def _act(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        answer = act(await _body(request))
        if isinstance(answer, Awaitable):
            answer = await answer
        return web.json_response(answer)

    return serve


async def _body(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    try:
        body = json.loads(text) if text else {}
    except json.JSONDecodeError as error:
        raise BadAct(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadAct("the body must be a JSON object")
    return body


@web.middleware
async def _explain(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except (BadAct, UnknownFault) as error:
        return web.json_response({"error": str(error)}, status=422)
