"""Receives what a channel sends to `notify_url`, and keeps it as it came."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.conformance.payment_channel.world import Received


class NoticeBoard:
    """A loopback server that acknowledges everything."""

    def __init__(self, url: str, reply: str) -> None:
        self.url = url
        self._reply = reply
        self._arrived: asyncio.Queue[Received] = asyncio.Queue()

    async def take(self) -> Received:
        """The oldest notification not yet taken; waits a little for it."""
        return await asyncio.wait_for(self._arrived.get(), timeout=5)

    def clear(self) -> None:
        """Forgets what came before."""
        while not self._arrived.empty():
            self._arrived.get_nowait()

    async def receive(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self._arrived.put_nowait(Received(headers, await request.read()))
        return web.Response(text=self._reply) if self._reply else web.Response(status=204)


@asynccontextmanager
async def notice_board(reply: str) -> AsyncIterator[NoticeBoard]:
    """Listens on a loopback port of its own; `reply` is what the channel wants to hear."""
    listening = socket.create_server(("127.0.0.1", 0))
    board = NoticeBoard(f"http://127.0.0.1:{listening.getsockname()[1]}/notices", reply)
    app = web.Application()
    app.router.add_post("/notices", board.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    try:
        yield board
    finally:
        await runner.cleanup()
