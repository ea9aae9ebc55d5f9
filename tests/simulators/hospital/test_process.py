"""The simulator as a process: configured by a file, seen by reflection, stopped at once."""

import json
import signal
import subprocess
import sys

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from simulators.hospital.his.simulator import build

SERVICE = "medsettle.his.v1.HospitalInformationService"


def test_health_is_told_without_a_signature(his):
    stub = health_pb2_grpc.HealthStub(his.channel)
    for name in ("", SERVICE):
        answer = stub.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_reflection_lists_the_service_and_its_file(his):
    stub = reflection_pb2_grpc.ServerReflectionStub(his.channel)
    asked = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE),
    ]
    listed, described = stub.ServerReflectionInfo(iter(asked))
    assert SERVICE in {each.name for each in listed.list_services_response.service}
    assert described.file_descriptor_response.file_descriptor_proto


def test_a_reset_empties_books_faults_journal_and_clock(his, hospital):
    admission_no = hospital.admit()
    his.deposit(admission_no, 100, "D1")
    hospital.act("clock", offset_seconds=3600)
    hospital.act("faults", operation="Lock", kind="silent")
    hospital.act("reset", seed=5)
    books = hospital.books()
    assert all(books[name] == [] for name in books if name != "totals")
    assert set(books["totals"].values()) == {0}
    assert hospital.faults() == []
    assert hospital.journal() == []
    assert hospital.http.get("/clock").json()["offset_seconds"] == 0
    assert his.call("QueryPosting", number="D1").state == 1


def start(tmp_path, config):
    path = tmp_path / "his.json"
    path.write_text(json.dumps(config))
    command = [sys.executable, "-m", "simulators", "his", "--config", str(path), "--seed", "9"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_process_takes_its_items_from_the_configuration_and_ends_on_sigterm(tmp_path):
    item = {
        "item_code": "Q1",
        "item_name": "测试项目",
        "insurance_code": "",
        "charge_class": "14",
        "unit_price": "0.01",
    }
    with start(tmp_path, {"keys": {"k": "s"}, "items": [item], "uncoded_percent": 100}) as process:
        ready = json.loads(process.stdout.readline())
        assert (ready["ready"], ready["pid"]) == ("his", process.pid)
        control = f"http://{ready['control']}/_control"
        with httpx.Client(verify=False) as http:
            assert http.get(f"{control}/health").json()["seed"] == 9
            stay = {"patient_name": "测试乙", "fee_category": "self_pay"}
            admission = http.post(f"{control}/admissions", json=stay).json()
            http.post(f"{control}/admissions/charges", json=admission | {"lines": 5})
            charges = http.get(f"{control}/books").json()["charges"]
            posting = {"settlement_no": "S1"}
            unset = http.post(f"{control}/settlements/post-by-cashier", json=posting)
        assert {charge["item_code"] for charge in charges} == {"Q1"}
        assert unset.status_code == 422
        assert unset.json()["error"].startswith("'platform' is not configured")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        assert process.stderr.read() == ""


def test_a_process_ends_while_a_silent_call_is_open(tmp_path, his):
    with start(tmp_path, {"keys": {"medsettle": "secret-of-medsettle-at-the-his"}}) as process:
        ready = json.loads(process.stdout.readline())
        with httpx.Client(verify=False) as http:
            fault = {"operation": "QueryPosting", "kind": "silent"}
            http.post(f"http://{ready['control']}/_control/faults", json=fault)
            client = type(his)(ready["wire"])
            method, body = f"/{SERVICE}/QueryPosting", b"\n\x02S1"
            waiting = client.channel.unary_unary(method, None, None).future(
                body, metadata=client.signed(method, body), timeout=20
            )
            while not http.get(f"http://{ready['control']}/_control/faults").json()["faults"][0][
                "fired"
            ]:
                pass
        process.terminate()
        assert process.wait(timeout=5) == 0
        with pytest.raises(grpc.RpcError) as caught:
            waiting.result()
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        client.channel.close()


ITEM = {
    "item_code": "Q1",
    "item_name": "x",
    "insurance_code": "Y",
    "charge_class": "01",
    "unit_price": "1",
}


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({}, "'keys' must give at least one"),
        ({"keys": {"k": "s"}, "platform": {"grpc": "127.0.0.1:1"}}, "platform.key_id must be text"),
        ({"keys": {"k": "s"}, "items": []}, "'items' must not be empty"),
        ({"keys": {"k": "s"}, "items": [ITEM | {"charge_class": "15"}]}, "charge_class '15'"),
        ({"keys": {"k": "s"}, "items": [ITEM | {"unit_price": 1.5}]}, "must be decimal text"),
        ({"keys": {"k": "s"}, "items": [ITEM], "uncoded_percent": 1}, "'uncoded_percent' is above"),
    ],
)
def test_a_wrong_configuration_is_refused_by_its_key(config, text):
    with pytest.raises(ValueError, match=text):
        build(config, 1)
