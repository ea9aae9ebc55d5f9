"""The documented answers of a route: which problems it may end in, and its 202."""

from typing import Any

from pydantic import BaseModel

from interfaces.rest.errors import MEDIA_TYPE

Answers = dict[int | str, dict[str, Any]]

PROBLEMS = {
    400: "The request cannot be read",
    401: "The signature, the nonce or the clock is wrong",
    403: "The application may not ask this",
    404: "There is no such thing",
    409: "The current state does not allow it",
    413: "The body is too large",
    422: "A field is wrong, the key was used with another input, or an outside system refused",
    500: "The platform failed",
    503: "An outside system is unavailable",
}
HIT_HEADER = {
    "Idempotency-Hit": {
        "description": "`true` when this is the first answer once more",
        "schema": {"type": "string", "const": "true"},
    }
}


def problems(*statuses: int) -> Answers:
    """Those problems, described."""
    return {status: _problem(status) for status in statuses}


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": schema}}}


def of_write(view: type[BaseModel], status: int) -> Answers:
    """A keyed write's answers: finished, or still under way."""
    shown: Answers = {
        status: {"model": view, "description": "Finished", "headers": HIT_HEADER},
        202: {"model": view, "description": "Under way: read it again", "headers": HIT_HEADER},
    }
    return shown | problems(400, 401, 404, 409, 413, 422, 500, 503)


OF_READ = problems(400, 401, 404, 413, 422, 500)
OF_PLAIN_WRITE = problems(400, 401, 404, 409, 413, 422, 500, 503)
OF_OPERATIONS = problems(400, 401, 403, 413, 422, 500)
