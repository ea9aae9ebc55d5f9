"""Turns whatever goes wrong below the routes into one of our errors, and that into a problem."""

import re
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import InvalidAmount, InvalidInput, MedsettleError, NotFound
from interfaces.rest.errors import (
    BodyTooLarge,
    MalformedRequest,
    MethodNotAllowed,
    problem_response,
)

FIELD_LENGTH_MAX = 100
METHODS = ("GET", "POST")

log = structlog.get_logger("rest")


def translate_errors(app: FastAPI) -> None:
    """Every error leaves as a problem document, whoever raised it."""
    app.add_exception_handler(MedsettleError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_middleware(FailuresAnswered)


class FailuresAnswered:
    """The outermost layer: a bug of ours is logged whole here and told to nobody outside.

    Raised any further, it would also cost the caller his connection, and with it the calls that
    follow.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if started or scope["type"] != "http":
                raise
            log.exception("rest_failed", method=scope["method"], path=scope["path"])
            answer = MedsettleError("the platform failed; ask again with the same Idempotency-Key")
            await problem_response(answer)(scope, receive, send)


async def _ours(request: Request, error: Exception) -> Response:
    if not isinstance(error, MedsettleError):
        raise error
    return problem_response(error)


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return problem_response(invalid_input(error.errors()))


async def _of_framework(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    called = f"{request.method} {request.url.path}"
    if error.status_code == 405:  # noqa: PLR2004
        allowed = {"Allow": ", ".join(_methods_of(request))}
        return problem_response(MethodNotAllowed(f"{called} is not offered"), allowed)
    if error.status_code == 404:  # noqa: PLR2004
        return problem_response(NotFound(f"there is no {called}"))
    if error.status_code == 413:  # noqa: PLR2004
        return problem_response(BodyTooLarge(error.detail))
    return problem_response(MalformedRequest("the body is not readable JSON"))


def _methods_of(request: Request) -> list[str]:
    scope = request.scope
    return [
        method
        for method in METHODS
        if any(
            route.matches({**scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


def invalid_input(found: Sequence[Any]) -> InvalidInput:
    """The first finding, in our words. Values never appear in it: they may be secrets."""
    finding = found[0]
    place, *path = finding["loc"]
    if finding["type"] == "json_invalid":
        return MalformedRequest("the body is not JSON")
    if not path:
        return InvalidInput("the body must be a JSON object, sent as application/json")
    # Where a list's or a header's name is a list of its own, the caller reads one dotted path.
    field = ".".join(str(part) for part in path)[:FIELD_LENGTH_MAX]
    detail = f"{field}: {finding['msg']}"
    if place == "header":
        return MalformedRequest(detail, field=field)
    if re.search(r"(^|\.)\w*_fen$", field) and finding["type"] != "missing":
        return InvalidAmount(detail, field=field)
    return InvalidInput(detail, field=field)
