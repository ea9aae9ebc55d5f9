"""A gate before each outside system's wire: shut, nobody gets in and who was in is cut off.

The systems behind keep their books, which a killed process would lose; to the platform a shut gate
and a dead process are the same: connections refused, and broken in the middle.
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from interfaces.sandbox.hospital import Endpoint

SECONDS_MAX = 10
CHUNK = 1 << 16


class Gate:
    """One port of loopback that leads to another while it is open. Lives on the gates' loop."""

    def __init__(self, target: str) -> None:
        self._host, _, port = target.rpartition(":")
        self._target_port = int(port)
        self._port = 0
        self._server: asyncio.Server | None = None
        self._inside: set[asyncio.Transport | asyncio.BaseTransport] = set()

    @property
    def address(self) -> str:
        """The same for ever, open or shut."""
        return f"127.0.0.1:{self._port}"

    async def open(self) -> None:
        """Lets callers through."""
        if self._server is None:
            self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Refuses new callers and cuts everybody off."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for transport in self._inside:
            transport.abort()  # type: ignore[union-attr]
        while self._inside:
            await asyncio.sleep(0.001)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(self._host, self._target_port)
        except OSError:
            writer.transport.abort()
            return
        both = {writer.transport, back.transport}
        self._inside |= both
        try:
            await asyncio.gather(_carry(reader, back), _carry(there, writer))
        finally:
            for transport in both:
                transport.abort()
            self._inside -= both


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Until the source ends; then the other side is told, and may still answer."""
    with suppress(ConnectionError, RuntimeError):
        while chunk := await source.read(CHUNK):
            sink.write(chunk)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()


class Gates:
    """The gates of a hospital, on an event loop in a thread of their own."""

    def __init__(self, endpoints: dict[str, Endpoint]) -> None:
        self._wires = {name: Gate(end.wire) for name, end in endpoints.items()}
        self._secure = {name: Gate(end.secure) for name, end in endpoints.items() if end.secure}
        self._controls = {name: end.control for name, end in endpoints.items()}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gates", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.open(*self._wires)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.shut(*self._wires)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS_MAX)
        self._loop.close()

    @property
    def endpoints(self) -> dict[str, Endpoint]:
        """Where the platform finds the systems: their wires behind gates, their control not."""
        return {
            name: Endpoint(
                gate.address,
                self._controls[name],
                self._secure[name].address if name in self._secure else "",
            )
            for name, gate in self._wires.items()
        }

    def open(self, *names: str) -> None:
        """These systems can be reached."""
        for gate in self._of(names):
            self._run(gate.open())

    def shut(self, *names: str) -> None:
        """These systems are down."""
        for gate in self._of(names):
            self._run(gate.shut())

    def _of(self, names: Iterable[str]) -> list[Gate]:
        named = [(self._wires[name], self._secure.get(name)) for name in names]
        return [gate for pair in named for gate in pair if gate is not None]

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS_MAX)
