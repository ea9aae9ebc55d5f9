"""A TCP relay in front of the gRPC server: grpc.aio has no public way to break a connection, and
"no answer" must be a broken connection, not a status. The relay can cut the one a call came by.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable

CHUNK = 65536
# HTTP/2 frame: length 8, type 7, no flags, stream 0; last stream 2^31 - 1, NO_ERROR.
GOAWAY = bytes.fromhex("000008 07 00 00000000 7fffffff 00000000")
GOAWAY_HEARD_SECONDS = 0.02


class Connections:
    """Client connections by the local port with which the relay reached the gRPC server."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._clients: dict[str, asyncio.StreamWriter] = {}

    async def listen(self, listening: socket.socket) -> Callable[[], Awaitable[None]]:
        """Relays what arrives on the bound socket; returns how to stop."""
        relay = await asyncio.start_server(self._relay, sock=listening)

        async def stop() -> None:
            relay.close()
            for client in tuple(self._clients.values()):
                client.transport.abort()
            await relay.wait_closed()

        return stop

    async def cut(self, peer: str) -> None:
        """Breaks the client's connection. `peer` is gRPC's name of the caller.

        A GOAWAY goes first, as from a server that goes down: without it a gRPC client may put its
        next call on the dying connection, and a call that no fault was armed for would fail.
        """
        client = self._clients.get(peer.rpartition(":")[2])
        if client is None:
            return  # the client has hung up by itself
        client.write(GOAWAY)
        await asyncio.sleep(GOAWAY_HEARD_SECONDS)
        client.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        port = str(up_writer.get_extra_info("sockname")[1])
        self._clients[port] = writer
        try:
            await asyncio.gather(_pump(reader, up_writer), _pump(up_reader, writer))
        finally:
            del self._clients[port]
            writer.transport.abort()
            up_writer.transport.abort()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copies until either end is gone; then both directions end."""
    try:
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
    except ConnectionError:
        return  # a broken connection is an end like any other
    finally:
        target.close()
