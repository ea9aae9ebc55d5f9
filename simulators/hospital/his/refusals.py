"""Every way this HIS says no, and how it says it in gRPC: a google.rpc.Status with details."""

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

DOMAIN = "his"


class Refusal(Exception):
    """A call that is answered with something other than OK."""

    code = grpc.StatusCode.UNKNOWN

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def status(self) -> status_pb2.Status:
        """The status as it travels in `grpc-status-details-bin`."""
        status = status_pb2.Status(code=self.code.value[0], message=self.text)
        for detail in self.details():
            status.details.add().Pack(detail)
        return status

    def details(self) -> list[Message]:
        return []

    def for_a_person(self) -> str:
        """One line for the control API."""
        return f"{self.code.name}: {self.text}"


class Unauthenticated(Refusal):
    """The signature is missing (verdict `unsigned`) or wrong (verdict `invalid`)."""

    code = grpc.StatusCode.UNAUTHENTICATED

    def __init__(self, verdict: str, text: str) -> None:
        super().__init__(text)
        self.verdict = verdict


class Malformed(Refusal):
    """A field that cannot be read; named in the text and in google.rpc.BadRequest."""

    code = grpc.StatusCode.INVALID_ARGUMENT

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.violation = error_details_pb2.BadRequest.FieldViolation(field=field, description=text)

    def details(self) -> list[Message]:
        return [error_details_pb2.BadRequest(field_violations=[self.violation])]


class UnknownNumber(Refusal):
    """A number the HIS never gave out and never heard of."""

    code = grpc.StatusCode.NOT_FOUND

    def __init__(self, field: str, number: str) -> None:
        super().__init__(f"{field}: {number!r} is unknown")


class NumberReused(Refusal):
    """A number that already stands for something else."""

    code = grpc.StatusCode.ALREADY_EXISTS


class Refused(Refusal):
    """The business refusal: reason from the contract, the numbers it rests on as metadata."""

    code = grpc.StatusCode.FAILED_PRECONDITION

    def __init__(self, reason: str, text: str, **numbers: str | int) -> None:
        super().__init__(text)
        self.reason = reason
        self.numbers = {name: str(value) for name, value in numbers.items()}

    def details(self) -> list[Message]:
        return [
            error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN, metadata=self.numbers)
        ]

    def for_a_person(self) -> str:
        return f"{self.reason}: {self.text}"
