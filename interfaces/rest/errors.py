"""Every error as an RFC 9457 problem document: one table from error class to status and title."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from domain import errors

MEDIA_TYPE = "application/problem+json"


class MalformedRequest(errors.InvalidInput):
    """The request cannot be read at all: no JSON, or a header is missing."""


class BodyTooLarge(errors.InvalidInput):
    """The body is longer than any request of ours can be."""

    code = "body_too_large"


class MethodNotAllowed(errors.MedsettleError):
    """The resource is there, but not for this method."""

    code = "method_not_allowed"
    text_zh = "不支持该操作"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one class of errors is answered."""

    status: int
    title: str


KINDS: Mapping[type[errors.MedsettleError], Kind] = {
    errors.MedsettleError: Kind(500, "Internal error"),
    errors.InvalidInput: Kind(422, "Invalid input"),
    errors.InvalidAmount: Kind(422, "Invalid amount"),
    errors.UnknownChannel: Kind(422, "Unknown channel"),
    MalformedRequest: Kind(400, "Malformed request"),
    BodyTooLarge: Kind(413, "Body too large"),
    errors.NotFound: Kind(404, "Not found"),
    errors.AdmissionNotFound: Kind(404, "Admission not found"),
    MethodNotAllowed: Kind(405, "Method not allowed"),
    errors.Conflict: Kind(409, "Conflict with the current state"),
    errors.IllegalTransition: Kind(409, "Not possible in this state"),
    errors.AdmissionClosed: Kind(409, "The stay is settled"),
    errors.NotRegistered: Kind(409, "Not registered with the insurer"),
    errors.AlreadyRegistered: Kind(409, "Registered with the insurer already"),
    errors.PlanAlreadyLive: Kind(409, "A settlement is under way"),
    errors.PlanFinished: Kind(409, "Finished already"),
    errors.DepositShort: Kind(409, "Deposit too small"),
    errors.LotExceeded: Kind(409, "More than is left of the payment"),
    errors.ChargeSettled: Kind(409, "The charge is settled"),
    errors.StaleVersion: Kind(409, "Changed by somebody else meanwhile"),
    errors.IdempotencyConflict: Kind(422, "Idempotency key reused with another input"),
    errors.NotAllowed: Kind(403, "Not allowed"),
    errors.SignatureInvalid: Kind(401, "Signature invalid"),
    errors.RequestReplayed: Kind(401, "Request replayed"),
    errors.ClockSkewed: Kind(401, "Clock skewed"),
    errors.OutsideRefused: Kind(422, "Refused by an outside system"),
    errors.OutsideUnavailable: Kind(503, "An outside system is unavailable"),
    errors.StorageUnavailable: Kind(503, "Our own books are unavailable"),
}


class Problem(BaseModel):
    """RFC 9457. `code` is stable, `text_zh` for patient and cashier; `field` names the culprit."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:medsettle:problem:invalid_amount",
                    "title": "Invalid amount",
                    "status": 422,
                    "code": "invalid_amount",
                    "detail": "amount_fen: Input should be a valid integer",
                    "text_zh": "金额不正确",
                    "field": "amount_fen",
                }
            ]
        }
    )

    type: Annotated[str, Field(description="urn:medsettle:problem:<code>")]
    title: str
    status: int
    code: str
    detail: str
    text_zh: str
    field: Annotated[str | None, Field(description="dotted path or header name")] = None
    instance: Annotated[str | None, Field(description="the resource it is about")] = None

    def text(self) -> str:
        """The document, without what it does not say."""
        return self.model_dump_json(exclude_none=True)


def problem_of(error: errors.MedsettleError, instance: str | None = None) -> Problem:
    """The document of one error; LookupError for a class the table lacks."""
    kind = KINDS[type(error)]
    return Problem(
        type=f"urn:medsettle:problem:{error.code}",
        title=kind.title,
        status=kind.status,
        code=error.code,
        detail=error.detail,
        text_zh=error.text_zh,
        field=error.field,
        instance=instance,
    )


def problem_response(
    error: errors.MedsettleError, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer to one error."""
    problem = problem_of(error)
    sent = dict(headers or {})
    if isinstance(error, errors.NotAllowed) and problem.status == 401:  # noqa: PLR2004
        sent["WWW-Authenticate"] = "Medsettle-HMAC-SHA256"
    return Response(problem.text(), problem.status, sent, media_type=MEDIA_TYPE)
