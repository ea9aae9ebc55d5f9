"""A wire to PostgreSQL that breaks at COMMIT: before it, after it, or with it still under way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto

from adapters.embedded_postgres import Address

COMMIT = b"COMMIT;\0"  # asyncpg's, in a simple query message


class Break(Enum):
    """Where the wire breaks."""

    BEFORE = auto()  # the server never hears of the COMMIT and rolls back
    AFTER = auto()  # the server has committed, its answer is lost
    LATE = auto()  # the client is cut off at once, the server hears of the COMMIT later


class LossyProxy:
    """Breaks the first `times` connections that say COMMIT; passes everything else on."""

    def __init__(self, address: Address, breaks: Break, times: int) -> None:
        self._address = address
        self._breaks = breaks
        self._left = times
        self._wires: set[asyncio.Task[None]] = set()
        self.fired = 0
        self.port = 0

    def url(self, database: str) -> str:
        login = f"{self._address.user}:{self._address.password}"
        return f"postgresql+asyncpg://{login}@127.0.0.1:{self.port}/{database}"

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = asyncio.create_task(self._carry(reader, writer))
        self._wires.add(wire)
        wire.add_done_callback(self._wires.discard)

    async def end(self) -> None:
        for wire in self._wires:
            wire.cancel()
        await asyncio.gather(*self._wires, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        socket = self._address.socket_folder / f".s.PGSQL.{self._address.port}"
        server_reader, server_writer = await asyncio.open_unix_connection(socket)
        answers = asyncio.create_task(_pump(server_reader, writer))
        try:
            while chunk := await _read(reader):
                if COMMIT in chunk and self._left > 0:
                    answers.cancel()
                    await asyncio.wait([answers])
                    await self._cut(chunk, server_reader, server_writer, writer)
                    return
                server_writer.write(chunk)
        finally:
            answers.cancel()
            for end in (writer, server_writer):
                end.close()
                with suppress(ConnectionError):
                    await end.wait_closed()

    async def _cut(
        self,
        commit: bytes,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._left -= 1
        self.fired += 1
        if self._breaks is Break.BEFORE:
            return
        if self._breaks is Break.LATE:
            writer.close()
            await asyncio.sleep(0.5)
        server_writer.write(commit)
        while COMMIT[:6] not in await _read(server_reader):
            pass


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await _read(reader):
        writer.write(chunk)
    writer.close()


async def _read(reader: asyncio.StreamReader) -> bytes:
    """What came; nothing at the end, however it ended."""
    try:
        return await reader.read(65536)
    except ConnectionError:
        return b""


@asynccontextmanager
async def lossy_proxy(
    address: Address, breaks: Break, *, times: int = 1
) -> AsyncIterator[LossyProxy]:
    proxy = LossyProxy(address, breaks, times)
    async with await asyncio.start_server(proxy.connected, "127.0.0.1", 0) as server:
        proxy.port = server.sockets[0].getsockname()[1]
        yield proxy
    await proxy.end()
