"""Every gRPC status and what it means for the core."""

from typing import NoReturn

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from adapters.hospital.his_grpc import GrpcHospital
from domain.identifiers import AdmissionNo
from ports.errors import CallFailed, OutcomeUnknown, Refused
from tests.adapters.hospital.scripted_his import Context, Reply, ScriptedHis
from tests.conformance.hospital.stays import number

REFUSED = {
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "INVALID_ARGUMENT",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
}
FAILURES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


def answering(code: grpc.StatusCode, *details: Message) -> Reply:
    """A method that always ends so; with details as google.rpc.Status."""

    async def abort(_: bytes, context: Context) -> NoReturn:
        if not details:
            await context.abort(code, "原话")
        status = status_pb2.Status(code=code.value[0], message="原话")
        for detail in details:
            status.details.add().Pack(detail)
        told = rpc_status.to_status(status)
        await context.abort(told.code, told.details, told.trailing_metadata)

    return abort


async def unlocked(hospital: GrpcHospital) -> CallFailed:
    with pytest.raises(CallFailed) as failed:
        await hospital.unlock(number("JS"), AdmissionNo("ZY1"), "ZD1")
    return failed.value


@pytest.mark.parametrize("code", FAILURES, ids=[code.name for code in FAILURES])
async def test_a_status_is_a_refusal_only_when_the_his_alone_can_have_said_it(
    scripted: ScriptedHis, hospital: GrpcHospital, code: grpc.StatusCode
) -> None:
    scripted.replies["Unlock"] = answering(code)

    failed = await unlocked(hospital)

    assert failed.code == code.name
    assert type(failed) is (Refused if code.name in REFUSED else OutcomeUnknown)
    assert "原话" in failed.text


async def test_a_business_refusal_carries_the_hiss_reason_and_words(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    scripted.replies["Unlock"] = answering(
        grpc.StatusCode.FAILED_PRECONDITION,
        error_details_pb2.BadRequest(),
        error_details_pb2.ErrorInfo(domain="his", reason="BILL_LOCKED"),
    )

    failed = await unlocked(hospital)

    assert type(failed) is Refused
    assert (failed.code, failed.text) == ("BILL_LOCKED", "原话")


@pytest.mark.parametrize(
    "detail",
    [
        error_details_pb2.ErrorInfo(domain="gateway", reason="BILL_LOCKED"),
        error_details_pb2.ErrorInfo(domain="his"),
        error_details_pb2.BadRequest(),
    ],
    ids=["of_another_domain", "without_a_reason", "of_another_kind"],
)
async def test_a_failed_precondition_that_is_not_the_contracts_is_unknown(
    scripted: ScriptedHis, hospital: GrpcHospital, detail: Message
) -> None:
    scripted.replies["Unlock"] = answering(grpc.StatusCode.FAILED_PRECONDITION, detail)

    failed = await unlocked(hospital)

    assert type(failed) is OutcomeUnknown
    assert failed.code == "FAILED_PRECONDITION"


async def test_status_details_that_cannot_be_read_are_no_refusal(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    async def garbled(_: bytes, context: Context) -> NoReturn:
        trailer = (("grpc-status-details-bin", b"\xff\xff"),)
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "原话", trailer)

    scripted.replies["Unlock"] = garbled

    assert type(await unlocked(hospital)) is OutcomeUnknown


async def test_an_unknown_stay_is_none_but_any_other_refusal_of_it_is_raised(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    scripted.replies["GetAdmission"] = answering(grpc.StatusCode.NOT_FOUND)
    assert await hospital.admission(AdmissionNo("ZY1")) is None

    scripted.replies["GetAdmission"] = answering(grpc.StatusCode.PERMISSION_DENIED)
    with pytest.raises(Refused) as refused:
        await hospital.admission(AdmissionNo("ZY1"))
    assert refused.value.code == "PERMISSION_DENIED"
