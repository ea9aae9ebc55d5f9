"""A TCP relay that can lose what the other side answers, as a broken network does."""

import asyncio
from enum import Enum

CHUNK = 65536


class Answers(Enum):
    """What becomes of the bytes that come back."""

    PASS = "pass"
    SWALLOW = "swallow"
    SWALLOW_AND_BREAK = "swallow and break"


class TcpRelay:
    """Listens on a port of its own and relays to one target."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.answers = Answers.PASS
        self.acted_seconds = 0.3  # given to the server to act before the connection breaks
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listens; again on the same port after a stop."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Breaks every connection and stops listening."""
        if self._server is not None:
            self._server.close()
            for writer in tuple(self._writers):
                writer.transport.abort()
            await self._server.wait_closed()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, their_writer}
        try:
            await asyncio.gather(
                self._forward(reader, their_writer), self._back(their_reader, writer)
            )
        except ConnectionError:
            return  # an end that was broken on purpose
        finally:
            for end in (writer, their_writer):
                end.transport.abort()
                self._writers.discard(end)

    async def _forward(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
        target.close()

    async def _back(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while chunk := await source.read(CHUNK):
            if self.answers is Answers.SWALLOW_AND_BREAK:
                await asyncio.sleep(self.acted_seconds)
                target.transport.abort()
                return
            if self.answers is Answers.PASS:
                target.write(chunk)
                await target.drain()
        target.close()
