"""支付/退款回调 of the channels: signed in the channel's way, answered in the channel's form."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from domain.errors import MedsettleError
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
    responses=dict.fromkeys((401, 404, 413, 422), FAILED),
)
async def take_notice(channel: PathNumber, request: Request, uses: Given) -> Response:
    """Kept raw, verified, compared with our order, concluded; only then acknowledged."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        await uses.take_notice(channel, headers, await request.body())
    except MedsettleError as refused:
        answer = {"code": "FAIL", "message": refused.detail}
        return JSONResponse(answer, problem_of(refused).status)
    return Response(status_code=204)
