"""HTTP answers that do not arrive whole, shared by every simulator whose wire is aiohttp."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web


def cut(request: web.Request) -> web.StreamResponse:
    """The connection breaks without a byte."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def send_half(
    request: web.Request, status: int, headers: Mapping[str, str], body: bytes
) -> web.StreamResponse:
    """Half of the body, or of the head where there is no body, then the end of the connection."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    whole = {**headers, "Content-Length": str(len(body))}
    lines += [f"{name}: {value}" for name, value in whole.items()]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    half = head + body[: len(body) // 2] if body else head[: len(head) // 2]
    if request.transport is not None:
        request.transport.write(half)
        request.transport.close()
    return web.Response()


async def send(
    request: web.Request, status: int, headers: Mapping[str, str], body: bytes
) -> web.StreamResponse:
    """The whole answer, written out before this returns."""
    response = web.Response(status=status, headers=headers, body=body)
    await response.prepare(request)
    await response.write_eof()
    return response
