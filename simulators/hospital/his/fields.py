"""Reading request fields: what is missing or out of range is refused with the field's name."""

from datetime import date

from google.protobuf.message import Message

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.hospital.his.refusals import Malformed

# The numbers one greps for in the journal and matches faults by.
NUMBERS = (
    "number",
    "admission_no",
    "settlement_no",
    "original_settlement_no",
    "cancellation_no",
    "deposit_no",
    "return_no",
    "bill_no",
    "business_date",
)

PURPOSES = {wire.LOCK_PURPOSE_SETTLE: "settle", wire.LOCK_PURPOSE_CANCEL: "cancel"}


def require(request: Message, *names: str) -> None:
    """Refuses a request in which one of these text fields is empty."""
    for name in names:
        if not getattr(request, name):
            raise Malformed(name, "is required")


def require_positive(field: str, amount_fen: int) -> None:
    """Refuses an amount of money that is not above zero."""
    if amount_fen <= 0:
        raise Malformed(field, f"{amount_fen} is not above zero")


def require_date(field: str, text: str) -> None:
    """Refuses what is not a date written YYYY-MM-DD."""
    try:
        written = date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Malformed(field, f"{text!r} is not a date (YYYY-MM-DD)") from error
    if written != text:
        raise Malformed(field, f"{text!r} is not written YYYY-MM-DD")


def numbers_in(request: Message) -> dict[str, str]:
    """The business numbers of a request, and the purpose of a lock, as text."""
    present = {name: getattr(request, name, "") for name in NUMBERS}
    found = {name: value for name, value in present.items() if value}
    if isinstance(request, wire.LockRequest) and request.purpose in PURPOSES:
        found["purpose"] = PURPOSES[request.purpose]
    return found
