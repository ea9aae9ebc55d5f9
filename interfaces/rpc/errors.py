"""One table from refusal to gRPC status; the details carry the same stable codes as REST."""

from typing import Any

import structlog
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from domain import errors

DOMAIN = "medsettle"

# The first class that fits, in the order of the inheritance, decides.
STATUS: dict[type[errors.MedsettleError], int] = {
    errors.InvalidInput: code_pb2.INVALID_ARGUMENT,
    errors.NotFound: code_pb2.NOT_FOUND,
    errors.IdempotencyConflict: code_pb2.ALREADY_EXISTS,
    errors.StaleVersion: code_pb2.ABORTED,
    errors.Conflict: code_pb2.FAILED_PRECONDITION,
    errors.SignatureInvalid: code_pb2.UNAUTHENTICATED,
    errors.RequestReplayed: code_pb2.UNAUTHENTICATED,
    errors.ClockSkewed: code_pb2.UNAUTHENTICATED,
    errors.NotAllowed: code_pb2.PERMISSION_DENIED,
    errors.OutsideRefused: code_pb2.FAILED_PRECONDITION,
    errors.OutsideUnavailable: code_pb2.UNAVAILABLE,
    errors.StorageUnavailable: code_pb2.UNAVAILABLE,
    errors.MedsettleError: code_pb2.INTERNAL,
}

log = structlog.get_logger("rpc")


def status_of(error: errors.MedsettleError) -> int:
    """The gRPC code of a refusal."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    raise LookupError(f"{type(error).__name__} is in no table")


async def abort(context: Any, error: errors.MedsettleError) -> None:
    """Ends the call with the status, ErrorInfo and the Chinese text of the refusal."""
    details = [
        error_details_pb2.ErrorInfo(
            reason=error.code.upper(),
            domain=DOMAIN,
            metadata={"field": error.field} if error.field else {},
        ),
        error_details_pb2.LocalizedMessage(locale="zh-CN", message=error.text_zh),
    ]
    if error.field and isinstance(error, errors.InvalidInput):
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=error.field, description=error.detail
        )
        details.append(error_details_pb2.BadRequest(field_violations=[violation]))
    packed = []
    for detail in details:
        boxed = any_pb2.Any()
        boxed.Pack(detail)
        packed.append(boxed)
    status = status_pb2.Status(code=status_of(error), message=error.detail, details=packed)
    await context.abort_with_status(rpc_status.to_status(status))


async def abort_unexpected(context: Any) -> None:
    """A bug of ours: logged whole here, told to nobody outside."""
    log.exception("rpc_failed")
    await abort(context, errors.MedsettleError("internal error"))
