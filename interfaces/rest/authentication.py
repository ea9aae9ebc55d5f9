"""Who calls: every /v1 call is signed by an application, except the channels' own notifications.

A layer of its own below the framework, so that nothing of an unsigned body is ever parsed.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.access.signature import verify
from domain.errors import MedsettleError, NotAllowed, RequestReplayed, SignatureInvalid
from interfaces.rest.errors import BodyTooLarge, problem_response
from interfaces.rest.uses import Application, Uses

KEY_ID = "Medsettle-Key-Id"
TIMESTAMP = "Medsettle-Timestamp"
NONCE = "Medsettle-Nonce"
SIGNATURE = "Medsettle-Signature"
SIGNED = "/v1/"
UNSIGNED = "/v1/notices/"  # a channel signs its notifications in its own way
READS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_LENGTH_MAX = 1 << 20
NOBODY = Application(key_id="", name="", secret="nobody", role="")  # noqa: S106 - signs nothing


class SignedCalls:
    """The layer. It also bounds what is read of any body."""

    def __init__(self, app: ASGIApp, uses: Uses) -> None:
        self._app = app
        self._uses = uses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await _body(receive)
            if body is None:
                return  # the caller has gone
            path: str = scope["path"]
            if path.startswith(SIGNED) and not path.startswith(UNSIGNED):
                application = await self._caller(scope, body)
                scope.setdefault("state", {})["application"] = application
        except MedsettleError as refused:
            await problem_response(refused)(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    async def _caller(self, scope: Scope, body: bytes) -> Application:
        headers = Headers(scope=scope)
        missing = [name for name in (KEY_ID, TIMESTAMP, NONCE, SIGNATURE) if name not in headers]
        if missing:
            raise SignatureInvalid(f"the header {missing[0]} is missing", field=missing[0])
        application = self._uses.applications.get(headers[KEY_ID], NOBODY)
        verify(
            application.secret,
            scope["method"],
            path_as_sent(scope),
            headers[TIMESTAMP],
            headers[NONCE],
            body,
            headers[SIGNATURE],
            self._uses.clock.now(),
        )
        if application is NOBODY:
            raise SignatureInvalid("no application has this key id", field=KEY_ID)
        if scope["method"] not in READS:
            fresh = await self._uses.store.use_nonce(application.key_id, headers[NONCE])
            if not fresh:
                raise RequestReplayed("the nonce was used before", field=NONCE)
        return application


def path_as_sent(scope: Scope) -> str:
    """Path and query exactly as they came over the wire, percent signs and all."""
    query: bytes = scope["query_string"]
    raw: bytes = scope["raw_path"]
    return (raw + b"?" + query if query else raw).decode("latin-1")


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when the caller hung up before its end."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > BODY_LENGTH_MAX:
            raise BodyTooLarge(f"a body has at most {BODY_LENGTH_MAX} bytes")
        more = message.get("more_body", False)
    return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once more, then whatever the server still has to say."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


def caller_of(request: Request) -> Application:
    """The application whose signature was verified."""
    application: Application = request.state.application
    return application


Caller = Annotated[Application, Depends(caller_of)]


def only(role: str) -> Callable[[Application], None]:
    """A dependency: NotAllowed unless the caller has that role."""

    def require(caller: Caller) -> None:
        if caller.role != role:
            raise NotAllowed(f"only applications with the role {role} may ask this")

    return require
