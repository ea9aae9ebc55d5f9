"""Who may call over gRPC: what is open to everybody, and what a signature protects."""

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from contracts.medsettle.deposits.v1 import deposits_pb2 as wire
from contracts.medsettle.his.v1 import his_pb2
from domain.access.signature import sign
from interfaces.demo.actors import Cast
from tests.interfaces.rpc.conftest import Caller, fresh, refused
from tests.interfaces.rpc.test_deposits import cash
from tests.journeys.conftest import BusinessTime
from tests.journeys.trouble import his_books, outside, self_pay_stay, settled_afresh, sound

STRANGER = grpc.StatusCode.UNAUTHENTICATED
TOP_UP = "/medsettle.deposits.v1.DepositService/TopUpDeposit"
SERVICES = {
    "medsettle.deposits.v1.DepositService",
    "medsettle.settlements.v1.SettlementService",
    "medsettle.his.v1.PostingService",
}


def test_health_and_reflection_answer_everybody(wire: grpc.Channel) -> None:
    health = health_pb2_grpc.HealthStub(wire)
    for service in ("", *SERVICES):
        asked = health_pb2.HealthCheckRequest(service=service)
        assert health.Check(asked).status == health_pb2.HealthCheckResponse.SERVING
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = reflection_pb2_grpc.ServerReflectionStub(wire).ServerReflectionInfo(iter([asked]))
    listed = {service.name for service in answer.list_services_response.service}
    assert listed >= SERVICES | {"grpc.health.v1.Health"}


@pytest.mark.parametrize(
    ("replaced", "named"),
    [
        ({"medsettle_signature": "0" * 64}, "Medsettle-Signature"),
        ({"medsettle_signature": ""}, "Medsettle-Signature"),
        ({"medsettle_nonce": "n" * 16}, "Medsettle-Signature"),
        ({"medsettle_nonce": ""}, "Medsettle-Nonce"),
        ({"medsettle_timestamp": ""}, "Medsettle-Timestamp"),
        ({"medsettle_timestamp": "noon"}, "Medsettle-Timestamp"),
        ({"medsettle_key_id": "nobody"}, "medsettle-key-id"),
        ({"medsettle_key_id": ""}, "medsettle-key-id"),
        ({"medsettle_key_id": "demo-his"}, "Medsettle-Signature"),
    ],
)
def test_a_wrong_missing_or_strange_signature_moves_nothing(
    channel: Caller, cast: Cast, replaced: dict[str, str], named: str
) -> None:
    stay = self_pay_stay(cast)
    before = outside(cast, stay)
    with refused(STRANGER, "SIGNATURE_INVALID", named):
        channel.call("TopUpDeposit", cash(stay), **replaced)
    with refused(STRANGER, "SIGNATURE_INVALID", named):
        asked = wire.GetDepositAccountRequest(admission_no=stay.no)
        channel.call("GetDepositAccount", asked, **replaced)
    assert outside(cast, stay) == before


def test_a_message_altered_after_signing_moves_nothing(channel: Caller, cast: Cast) -> None:
    stay = self_pay_stay(cast)
    signed = channel.signed(TOP_UP, cash(stay).SerializeToString(), {})
    send = channel.wire.unary_unary(TOP_UP)
    with refused(STRANGER, "SIGNATURE_INVALID", "Medsettle-Signature"):
        send(cash(stay, amount_fen=2_000).SerializeToString(), metadata=signed)
    other = "/medsettle.deposits.v1.DepositService/RefundDeposit"
    with refused(STRANGER, "SIGNATURE_INVALID", "Medsettle-Signature"):
        channel.wire.unary_unary(other)(cash(stay).SerializeToString(), metadata=signed)
    assert his_books(cast, stay)["deposits"] == []


def test_a_replayed_call_is_refused_and_acts_once(channel: Caller, cast: Cast) -> None:
    stay = self_pay_stay(cast)
    raw = cash(stay).SerializeToString()
    signed = channel.signed(TOP_UP, raw, {})
    send = channel.wire.unary_unary(TOP_UP)
    send(raw, metadata=signed)
    with refused(STRANGER, "REQUEST_REPLAYED", "medsettle-nonce"):
        send(raw, metadata=signed)
    assert len(his_books(cast, stay)["deposits"]) == 1
    settled_afresh(cast, stay)
    sound(cast, stay)


@pytest.mark.parametrize("off", [600, -600])
def test_a_clock_ten_minutes_off_is_refused(
    channel: Caller, cast: Cast, business_time: BusinessTime, off: int
) -> None:
    stay = self_pay_stay(cast)
    raw, at, nonce = cash(stay).SerializeToString(), str(business_time.now() + off), fresh()
    signed = channel.signed(TOP_UP, raw, {"medsettle_timestamp": at, "medsettle_nonce": nonce})
    signature = sign(channel.secret, "GRPC", TOP_UP, at, nonce, raw)
    signed = [*signed[:-1], ("medsettle-signature", signature)]
    with refused(STRANGER, "CLOCK_SKEWED", "Medsettle-Timestamp"):
        channel.wire.unary_unary(TOP_UP)(raw, metadata=signed)
    assert his_books(cast, stay)["deposits"] == []


def test_bytes_that_are_no_message_are_an_invalid_argument(channel: Caller) -> None:
    raw = b"\x0a\xff\xff\xff\xff\x7f no message"
    for path in (TOP_UP, "/medsettle.settlements.v1.SettlementService/WatchSettlement"):
        signed = channel.signed(path, raw, {})
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT"):
            if path == TOP_UP:
                channel.wire.unary_unary(path)(raw, metadata=signed)
            else:
                next(channel.wire.unary_stream(path)(raw, metadata=signed))


def test_only_a_his_may_say_how_a_posting_ended(channel: Caller) -> None:
    request = his_pb2.ConfirmPostingRequest(settlement_no="SL-NONE", receipt_no="R1")
    request.posted_at.GetCurrentTime()
    with refused(grpc.StatusCode.PERMISSION_DENIED, "NOT_ALLOWED"):
        channel.call("ConfirmPosting", request)
    with refused(grpc.StatusCode.PERMISSION_DENIED, "NOT_ALLOWED"):
        refusal = his_pb2.CancelPostingRequest(settlement_no="SL-NONE", reason="no")
        channel.call("CancelPosting", refusal)
