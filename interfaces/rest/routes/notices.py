"""支付/退款回调 of the channels: signed in the channel's way, answered in the channel's form."""

import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from domain.errors import MedsettleError, SignatureInvalid, UnknownChannel
from interfaces.received import Received, record_received
from interfaces.rest.answers import problems
from interfaces.rest.errors import problem_of
from interfaces.rest.fields import PathNumber
from interfaces.rest.uses import Given

router = APIRouter(prefix="/v1/notices", tags=["notices"])

FAILED = {
    "description": "Not taken: the channel sends it again",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {"code": {"const": "FAIL"}, "message": {"type": "string"}},
            }
        }
    },
}


@router.post(
    "/{channel:number}",
    operation_id="takeNotice",
    status_code=204,
    responses=problems(413, 500) | dict.fromkeys((401, 404, 409, 422, 503), FAILED),
)
async def take_notice(channel: PathNumber, request: Request, uses: Given) -> Response:
    """Kept raw, verified, compared with our order, concluded; only then acknowledged."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    body, started, verdict = await request.body(), time.monotonic(), "verified"
    try:
        await uses.take_notice(channel, headers, body)
        answer = Response(status_code=204)
    except UnknownChannel as unknown:
        return _failed(unknown, 404)  # nobody's notification: there is nothing to keep of it
    except MedsettleError as refused:
        verdict = "invalid" if isinstance(refused, SignatureInvalid) else "verified"
        answer = _failed(refused, problem_of(refused).status)
    received = Received(
        system=channel,
        operation="notice",
        host=request.url.hostname or "",
        port=request.url.port or 0,
        request=body,
        response=bytes(answer.body),
        algorithm=uses.take_notice.algorithm_of(channel),
        verdict=verdict,
        status=str(answer.status_code),
        milliseconds=int((time.monotonic() - started) * 1000),
    )
    await record_received(uses.exchanges, uses.clock, received)
    return answer


def _failed(refused: MedsettleError, status: int) -> Response:
    return JSONResponse({"code": "FAIL", "message": refused.detail}, status)
