"""What a gRPC status means for us: refused, or unknown. Apart from the channel, so that the whole
table can be read at once.

The third outcome, Unavailable, is no status: signed_channel decides it before a call exists.
"""

from collections.abc import Iterable
from typing import cast

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from ports.errors import CallFailed, OutcomeUnknown, Refused

HIS_DOMAIN = "his"
STATUS_DETAILS = "grpc-status-details-bin"

# Only the HIS's own code answers with these, and before acting. Every other status may as well
# come from a proxy, a broken connection or our own gRPC library, after the HIS has acted.
REFUSALS = frozenset(
    {
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
    }
)


def failure(method: str, error: grpc.aio.AioRpcError) -> CallFailed:
    """The outcome of a call that was started and did not end with OK."""
    code, text = error.code(), error.details() or ""
    if code is grpc.StatusCode.FAILED_PRECONDITION:
        reason = _reason(error)
        if reason:
            return Refused(text or reason, code=reason)
    if code in REFUSALS:
        return Refused(text or code.name, code=code.name)
    return OutcomeUnknown(f"his {method}: {code.name} {text}".rstrip(), code=code.name)


def status_message(error: grpc.aio.AioRpcError) -> bytes | None:
    """The google.rpc.Status the HIS sent, as it crossed the wire; None when it sent none."""
    # grpc.aio gives plain pairs here; its stubs speak of the other gRPC's named ones.
    trailer = cast("Iterable[tuple[str, str | bytes]]", error.trailing_metadata() or ())
    for key, value in trailer:
        if key == STATUS_DETAILS and isinstance(value, bytes):
            return value
    return None


def _reason(error: grpc.aio.AioRpcError) -> str:
    """The contract's reason; empty when the status does not carry one that can be read."""
    try:
        status = status_pb2.Status.FromString(status_message(error) or b"")
        for detail in status.details:
            info = error_details_pb2.ErrorInfo()
            if detail.Unpack(info) and info.domain == HIS_DOMAIN:
                return str(info.reason)
    except DecodeError:
        return ""
    return ""
