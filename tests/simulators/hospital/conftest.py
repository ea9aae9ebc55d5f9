"""The HIS simulator as a process, and what speaks to it: a signed gRPC client of the tests' own
(written from contracts/README.md, sharing no code with the simulator) and its control API.
"""

import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from contracts.medsettle.his.v1 import his_pb2

SERVICE = "medsettle.his.v1.HospitalInformationService"
KEY_ID, SECRET = "medsettle", "secret-of-medsettle-at-the-his"
PAID_AT = "2024-01-01T00:00:00Z"


@dataclass(frozen=True)
class Refusal:
    """A call that was not answered OK."""

    code: str
    text: str
    reason: str
    numbers: dict[str, str]
    fields: list[str]


class HisClient:
    """Calls the HIS as Medsettle does: every call signed."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.channel = grpc.insecure_channel(address)

    def call(self, name: str, /, timeout: float = 5, **fields: Any) -> Any:
        """The answer to a rightly signed call; raises grpc.RpcError when it is refused."""
        return self.send(name, self.request(name, **fields), timeout=timeout)

    def refusal_of(self, name: str, /, **fields: Any) -> Refusal:
        """The refusal of a rightly signed call; fails when it was accepted."""
        with pytest.raises(grpc.RpcError) as caught:
            self.call(name, **fields)
        return self.read_refusal(caught.value)

    def send(self, name: str, request: Message, timeout: float = 5, metadata: Any = None) -> Any:
        """Sends a message under the given metadata, its right signature by default."""
        body = request.SerializeToString()
        method = f"/{SERVICE}/{name}"
        answer = getattr(his_pb2, f"{name}Response").FromString
        return self.channel.unary_unary(method, None, answer)(
            body,
            timeout=timeout,
            metadata=self.signed(method, body) if metadata is None else metadata,
        )

    @staticmethod
    def request(name: str, **fields: Any) -> Any:
        """The request message of a method."""
        paid_at = fields.pop("paid_at", None)
        request = getattr(his_pb2, f"{name}Request")(**fields)
        if paid_at:
            request.paid_at.FromJsonString(paid_at)
        return request

    @staticmethod
    def signed(
        method: str,
        body: bytes,
        *,
        key_id: str = KEY_ID,
        secret: str = SECRET,
        timestamp: int | str | None = None,
        nonce: str | None = None,
    ) -> list[tuple[str, str]]:
        """The four metadata entries of contracts/README.md."""
        timestamp = str(int(time.time()) if timestamp is None else timestamp)
        nonce = nonce or secrets.token_urlsafe(24)
        digest = hashlib.sha256(body).hexdigest()
        text = f"GRPC\n{method}\n{timestamp}\n{nonce}\n{digest}\n"
        return [
            ("medsettle-key-id", key_id),
            ("medsettle-timestamp", timestamp),
            ("medsettle-nonce", nonce),
            (
                "medsettle-signature",
                hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest(),
            ),
        ]

    @staticmethod
    def read_refusal(error: grpc.RpcError) -> Refusal:
        """Code, text and the details of google.rpc."""
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        status = rpc_status.from_call(error)
        for detail in status.details if status else ():
            detail.Unpack(info)
            detail.Unpack(bad)
        assert not info.reason or info.domain == "his"
        return Refusal(
            code=error.code().name,
            text=error.details(),
            reason=info.reason,
            numbers=dict(info.metadata),
            fields=[violation.field for violation in bad.field_violations],
        )

    # What a stay goes through, in few words.

    def deposit(self, admission_no: str, amount_fen: int, number: str) -> Any:
        """预交金入账."""
        return self.call(
            "SaveDeposit",
            deposit_no=number,
            admission_no=admission_no,
            amount_fen=amount_fen,
            channel="wechat_pay",
            channel_transaction_no=f"TX{number}",
            paid_at=PAID_AT,
        )

    def lock(self, admission_no: str, number: str) -> Any:
        """锁定账单 for a settlement."""
        return self.call("Lock", settlement_no=number, admission_no=admission_no, purpose=1)

    def lock_to_cancel(self, admission_no: str, number: str, original: str) -> Any:
        """锁定账单 for a cancellation."""
        return self.call(
            "Lock",
            settlement_no=number,
            admission_no=admission_no,
            purpose=2,
            original_settlement_no=original,
        )

    def self_pay_posting(self, admission_no: str, number: str, bill: Any) -> dict[str, Any]:
        """The fields of a PostSettlement whose whole bill the deposit bears."""
        return {
            "settlement_no": number,
            "admission_no": admission_no,
            "bill_no": bill.bill_no,
            "total_fen": bill.total_fen,
            "shares": [his_pb2.Share(payer="deposit", amount_fen=bill.total_fen)],
            "deposit_applied_fen": bill.total_fen,
            "operator": "cashier-7",
        }

    def settle(self, admission_no: str, number: str) -> Any:
        """Locks and posts a self-pay bill."""
        bill = self.lock(admission_no, number)
        return self.call("PostSettlement", **self.self_pay_posting(admission_no, number, bill))


class Hospital:
    """The control API: the hospital's staff, the clock, the faults, the books."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=f"http://{address}/_control", timeout=10)

    def act(self, path: str, **fields: Any) -> Any:
        """A control act that succeeds."""
        answer = self.http.post(f"/{path}", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused_act(self, path: str, **fields: Any) -> str:
        """The text with which a control act is refused."""
        answer = self.http.post(f"/{path}", json=fields)
        assert answer.status_code == 422, answer.text
        return answer.json()["error"]

    def books(self) -> Any:
        """The simulator's books."""
        return self.http.get("/books").json()

    def journal(self) -> list[Any]:
        """Every exchange since the reset."""
        return self.http.get("/journal").json()["exchanges"]

    def faults(self) -> list[Any]:
        """Every armed fault with its fired count."""
        return self.http.get("/faults").json()["faults"]

    def admit(self, fee_category: str = "self_pay", **fields: Any) -> str:
        """A new stay's 住院号."""
        act = self.act("admissions", patient_name="测试甲", fee_category=fee_category, **fields)
        return act["admission_no"]

    def charge(
        self, admission_no: str, quantity: Any = "1", item: str = "J002", **more: Any
    ) -> str:
        """One charge's number; 胸部CT平扫 costs 230.00 yuan."""
        line = {"item_code": item, "quantity": quantity, **more}
        return self.act("admissions/charges", admission_no=admission_no, charges=[line])[
            "charge_nos"
        ][0]

    def ready_to_settle(self, fee_category: str = "self_pay") -> str:
        """A stay with one charge of 230.00 yuan whose discharge is ordered."""
        admission_no = self.admit(fee_category)
        self.charge(admission_no)
        self.act("admissions/order-discharge", admission_no=admission_no)
        return admission_no

    def admission(self, admission_no: str) -> Any:
        """One stay as the books show it."""
        found = (each for each in self.books()["admissions"])
        return next(each for each in found if each["admission_no"] == admission_no)


@pytest.fixture(scope="session")
def his_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The simulator's ready line; the process ends with the session."""
    config = tmp_path_factory.mktemp("his") / "his.json"
    config.write_text(json.dumps({"keys": {KEY_ID: SECRET}}))
    command = [sys.executable, "-m", "simulators", "his", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            assert process.wait(timeout=10) == 0


@pytest.fixture(scope="session")
def control(his_process: dict[str, Any]) -> Iterator[Hospital]:
    """One HTTP client for the session: making one is what takes long."""
    hospital = Hospital(his_process["control"])
    with hospital.http:
        yield hospital


@pytest.fixture
def hospital(control: Hospital) -> Hospital:
    """The hospital's staff, with empty books."""
    control.act("reset", seed=1)
    return control


@pytest.fixture
def his(his_process: dict[str, Any], hospital: Hospital) -> Iterator[HisClient]:
    """Medsettle's side of the wire."""
    client = HisClient(his_process["wire"])
    with client.channel:
        yield client
