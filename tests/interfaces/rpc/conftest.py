"""A hospital for the gRPC edge: real processes, and callers that sign what they send themselves."""

import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from contracts.medsettle.deposits.v1 import deposits_pb2
from contracts.medsettle.his.v1 import his_pb2
from contracts.medsettle.settlements.v1 import settlements_pb2
from domain.access.signature import sign
from interfaces.demo.actors import Cast
from interfaces.demo.channel import Channel
from interfaces.demo.record import Record
from interfaces.sandbox.hospital import SIMULATORS, Sandbox
from tests.journeys.conftest import BusinessTime

DEADLINE_SECONDS = 20
METHODS = {
    f"/{service.full_name}/{method.name}": method
    for file in (deposits_pb2, settlements_pb2, his_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}


@dataclass(slots=True)
class Caller:
    """One application on one connection."""

    wire: grpc.Channel
    time: BusinessTime
    key_id: str
    secret: str

    def call(self, method: str, request: Message, **metadata: str) -> Any:
        """One unary call by its short name, e.g. `TopUpDeposit`."""
        path = _path(method)
        answer = GetMessageClass(METHODS[path].output_type)
        raw = request.SerializeToString()
        send = self.wire.unary_unary(path, response_deserializer=answer.FromString)
        return send(raw, metadata=self.signed(path, raw, metadata), timeout=DEADLINE_SECONDS)

    def watch(self, method: str, request: Message, timeout: float = DEADLINE_SECONDS) -> Any:
        """One server stream."""
        path = _path(method)
        answer = GetMessageClass(METHODS[path].output_type)
        raw = request.SerializeToString()
        send = self.wire.unary_stream(path, response_deserializer=answer.FromString)
        return send(raw, metadata=self.signed(path, raw, {}), timeout=timeout)

    def signed(self, path: str, raw: bytes, replaced: dict[str, str]) -> list[tuple[str, str]]:
        """The four signature entries; `replaced` with `_` for `-`, empty means left out."""
        at, nonce = str(self.time.now()), secrets.token_hex(16)
        entries = {
            "medsettle-key-id": self.key_id,
            "medsettle-timestamp": at,
            "medsettle-nonce": nonce,
            "medsettle-signature": sign(self.secret, "GRPC", path, at, nonce, raw),
        }
        entries |= {name.replace("_", "-"): value for name, value in replaced.items()}
        return [(name, value) for name, value in entries.items() if value]


def _path(method: str) -> str:
    return next(path for path in METHODS if path.endswith(f"/{method}"))


@contextmanager
def refused(status: grpc.StatusCode, reason: str, named: str = "") -> Iterator[SimpleNamespace]:
    """The call is refused with this status, this stable code in ErrorInfo, naming this field."""
    told = SimpleNamespace()
    with pytest.raises(grpc.RpcError) as caught:
        yield told
    error: Any = caught.value
    found = rpc_status.from_call(error)
    assert found is not None, error
    info, words = error_details_pb2.ErrorInfo(), error_details_pb2.LocalizedMessage()
    assert any(detail.Unpack(info) for detail in found.details)
    assert any(detail.Unpack(words) for detail in found.details)
    assert (error.code(), info.reason, info.domain) == (status, reason, "medsettle"), error
    assert dict(info.metadata).get("field", "") == named
    assert (words.locale, bool(words.message)) == ("zh-CN", True)
    if status is grpc.StatusCode.INVALID_ARGUMENT and named:
        request = error_details_pb2.BadRequest()
        assert any(detail.Unpack(request) for detail in found.details)
        assert [violation.field for violation in request.field_violations] == [named]
    told.detail = error.details()


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Started once for the gRPC edge."""
    with Sandbox(tmp_path_factory.mktemp("grpc"), seed=8) as running:
        yield running


@pytest.fixture(scope="session")
def business_time(hospital: Sandbox) -> BusinessTime:
    """The clock of the hospital and of everybody around it."""
    return BusinessTime(hospital)


@pytest.fixture(scope="session")
def wire(hospital: Sandbox) -> Iterator[grpc.Channel]:
    """A connection to the platform's gRPC port."""
    with grpc.insecure_channel(f"127.0.0.1:{hospital.grpc_port}") as channel:
        yield channel


@pytest.fixture(scope="session")
def channel(hospital: Sandbox, wire: grpc.Channel, business_time: BusinessTime) -> Caller:
    """A channel application."""
    return Caller(wire, business_time, "demo-channel", hospital.credentials.channel_secret)


@pytest.fixture(scope="session")
def his(hospital: Sandbox, wire: grpc.Channel, business_time: BusinessTime) -> Caller:
    """The HIS as an application of ours."""
    return Caller(wire, business_time, "demo-his", hospital.credentials.his_secret)


@pytest.fixture
def cast(hospital: Sandbox, business_time: BusinessTime) -> Iterator[Cast]:
    """Ward, cashier and patient, over REST and the control APIs."""
    keys, url = hospital.credentials, hospital.rest_url
    with httpx.Client(timeout=30) as client:
        rest = Channel(url, "demo-channel", keys.channel_secret, business_time.now, client)
        operations = Channel(
            url, "demo-operations", keys.operations_secret, business_time.now, client
        )
        record = Record(tell=lambda _: None)
        yield Cast(hospital, rest, operations, record, random.Random(8), lines=3)
        for system in SIMULATORS:
            control = hospital.endpoints[system].control
            client.delete(f"http://{control}/_control/faults").raise_for_status()


def until(met: Any, what: str, patience_seconds: float = DEADLINE_SECONDS) -> Any:
    """Polls until `met` returns something true; TimeoutError otherwise."""
    deadline = time.monotonic() + patience_seconds
    while not (found := met()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {patience_seconds} s for {what}")
        time.sleep(0.05)
    return found


def fresh() -> str:
    """A request_id never used before."""
    return secrets.token_hex(16)
