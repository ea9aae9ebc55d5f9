"""Runs one simulator as a process: its wire on one loopback port, its control API on another.

Prints one JSON line when both listen:
{"ready": "wechat_pay", "pid": 4711, "wire": "127.0.0.1:4001", "control": "127.0.0.1:4002"}
(plus one key per further wire, such as "secure" for a TLS port that wants a client certificate)
and stops cleanly on SIGTERM or SIGINT.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable

from aiohttp import web

from simulators.control import Simulator, control_app

# Starts the wire on the given bound loopback socket and returns how to stop it.
StartWire = Callable[[socket.socket], Awaitable[Callable[[], Awaitable[None]]]]


def loopback_socket(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1; port 0 lets the system choose."""
    # With the protocol named, asyncio switches Nagle off on what is accepted here.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(128)
    return listening


async def serve_app(
    app: web.Application, listening: socket.socket
) -> Callable[[], Awaitable[None]]:
    """Serves an aiohttp application on a bound socket; returns how to stop it."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    return runner.cleanup


def http_wire(app: web.Application) -> StartWire:
    """A wire that is plain HTTP."""

    async def start(listening: socket.socket) -> Callable[[], Awaitable[None]]:
        return await serve_app(app, listening)

    return start


async def run(
    simulator: Simulator, start_wire: StartWire, wire_port: int, control_port: int
) -> None:
    """Serves until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stopping.set)
    wire, control = loopback_socket(wire_port), loopback_socket(control_port)
    addresses = [f"127.0.0.1:{listening.getsockname()[1]}" for listening in (wire, control)]
    stop_wire = await start_wire(wire)
    stop_control = await serve_app(control_app(simulator), control)
    ready = {
        "ready": simulator.name,
        "pid": os.getpid(),
        "wire": addresses[0],
        "control": addresses[1],
        **simulator.addresses,
    }
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    await stopping.wait()
    await stop_wire()
    await stop_control()
