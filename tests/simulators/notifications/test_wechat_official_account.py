"""The WeChat official account's wire: tokens, template messages, refusals, faults."""

import hashlib
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.simulators.payments.simulator_process import SimulatorProcess, running

APPID = "wx00000000000000aa"
SECRET = "0123456789abcdef0123456789abcdef"
TEMPLATE = "TEMPLATE_SETTLED"
OPENID = "oPatient0001"
NO_ANSWER = (httpx.RemoteProtocolError, httpx.ReadError)


class Hospital:
    """Calls the official account as a hospital's server would."""

    def __init__(self, simulator: SimulatorProcess, client: httpx.Client) -> None:
        self.simulator = simulator
        self.client = client

    def token(self, **changes: str) -> dict[str, Any]:
        """The answer to a token request."""
        asked = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET, **changes}
        return _json(self.client.get("/cgi-bin/token", params=asked))

    def stable_token(self, **more: object) -> dict[str, Any]:
        """The answer to a stable-token request."""
        asked = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET, **more}
        return _json(self.client.post("/cgi-bin/stable_token", json=asked))

    def send(self, token: str | None = None, /, **changes: object) -> dict[str, Any]:
        """The answer to a template message."""
        return _json(self.send_raw(token or self.token()["access_token"], **changes))

    def send_raw(self, token: str, **changes: object) -> httpx.Response:
        """A template message over the wire."""
        body = {
            "touser": OPENID,
            "template_id": TEMPLATE,
            "url": "https://pay.example.com/settlements/1",
            "data": {"amount1": {"value": "32.50"}, "time2": {"value": "2026-01-01 10:00"}},
            **changes,
        }
        path = f"/cgi-bin/message/template/send?access_token={token}"
        return self.client.post(path, json=body)

    def messages(self) -> list[dict[str, Any]]:
        """What went out."""
        messages: list[dict[str, Any]] = self.simulator.books()["messages"]
        return messages


def _json(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    """The simulator as a process."""
    config = {
        "appid": APPID,
        "secret": SECRET,
        "templates": {TEMPLATE: ["amount1", "time2"]},
        "subscribers": [OPENID],
    }
    folder = tmp_path_factory.mktemp("official_account")
    with running("wechat_official_account", config, folder) as started:
        yield started


@pytest.fixture
def hospital(process: SimulatorProcess) -> Iterator[Hospital]:
    """A hospital at an account without messages."""
    process.reset()
    with httpx.Client(base_url=process.wire, timeout=5) as client:
        yield Hospital(process, client)


def test_a_token_lives_two_hours(hospital: Hospital) -> None:
    answer = hospital.token()
    assert answer["expires_in"] == 7200
    hospital.simulator.move_clock(7190)
    assert hospital.send(answer["access_token"])["errcode"] == 0
    hospital.simulator.move_clock(7201)
    assert hospital.send(answer["access_token"])["errcode"] == 42001


def test_a_new_token_leaves_the_old_one_five_minutes(hospital: Hospital) -> None:
    old, new = (hospital.token()["access_token"] for _ in range(2))
    assert old != new
    hospital.simulator.move_clock(290)
    assert hospital.send(old)["errcode"] == 0
    hospital.simulator.move_clock(301)
    refused = hospital.send(old)
    assert refused["errcode"] == 40001
    assert "not latest" in refused["errmsg"]
    assert hospital.send(new)["errcode"] == 0


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"grant_type": "password"}, 40002),
        ({"appid": "wx00000000000000bb"}, 40013),
        ({"secret": "wrong"}, 40001),
    ],
    ids=["grant type", "appid", "secret"],
)
def test_wrong_credentials_get_no_token(
    hospital: Hospital, changes: dict[str, str], errcode: int
) -> None:
    for answer in (hospital.token(**changes), hospital.stable_token(**changes)):
        assert answer["errcode"] == errcode
        assert "access_token" not in answer


def test_a_stable_token_stays_the_same_while_it_lives(hospital: Hospital) -> None:
    first = hospital.stable_token()["access_token"]
    hospital.simulator.move_clock(3600)
    again = hospital.stable_token()
    assert again["access_token"] == first
    assert 3590 <= again["expires_in"] <= 3600
    hospital.simulator.move_clock(7200 - 290)  # in the last five minutes it is renewed
    assert hospital.stable_token()["access_token"] != first
    assert hospital.send(first)["errcode"] == 0


def test_a_stable_token_is_apart_from_the_other(hospital: Hospital) -> None:
    stable = hospital.stable_token()["access_token"]
    hospital.token()
    hospital.token()
    hospital.simulator.move_clock(301)
    assert hospital.send(stable)["errcode"] == 0


def test_a_forced_stable_token_ends_the_old_one_at_once(hospital: Hospital) -> None:
    old = hospital.stable_token()["access_token"]
    new = hospital.stable_token(force_refresh=True)["access_token"]
    assert hospital.send(old)["errcode"] == 40001
    assert hospital.send(new)["errcode"] == 0


def test_a_message_goes_out_with_its_values(hospital: Hospital) -> None:
    answer = hospital.send()
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    message = hospital.messages()[0]
    assert message.pop("at").endswith("+00:00")
    assert message == {
        "msgid": answer["msgid"],
        "touser": OPENID,
        "template_id": TEMPLATE,
        "url": "https://pay.example.com/settlements/1",
        "data": {"amount1": "32.50", "time2": "2026-01-01 10:00"},
        "client_msg_id": None,
    }


def test_the_same_client_msg_id_sends_once_within_ten_minutes(hospital: Hospital) -> None:
    first = hospital.send(client_msg_id="settled-1")
    hospital.simulator.move_clock(590)
    assert hospital.send(client_msg_id="settled-1")["msgid"] == first["msgid"]
    assert len(hospital.messages()) == 1
    hospital.simulator.move_clock(601)
    assert hospital.send(client_msg_id="settled-1")["msgid"] != first["msgid"]
    assert len(hospital.messages()) == 2


def test_the_same_client_msg_id_to_another_patient_is_another_message(hospital: Hospital) -> None:
    hospital.simulator.act("subscribers", openid="oPatient0002", subscribed=True)
    hospital.send(client_msg_id="settled-1")
    hospital.send(client_msg_id="settled-1", touser="oPatient0002")
    assert [message["touser"] for message in hospital.messages()] == [OPENID, "oPatient0002"]


def test_without_client_msg_id_every_call_sends(hospital: Hospital) -> None:
    assert hospital.send()["msgid"] != hospital.send()["msgid"]
    assert len(hospital.messages()) == 2


@pytest.mark.parametrize(
    ("changes", "errcode", "reason"),
    [
        ({"touser": "oStranger001"}, 40003, "invalid openid"),
        ({"template_id": "OTHER"}, 40037, "invalid template_id"),
        ({"data": {"amount1": {"value": "1"}}}, 47003, "data.time2.value is empty"),
        (
            {"data": {"amount1": {"value": ""}, "time2": {"value": "x"}}},
            47003,
            "data.amount1.value is empty",
        ),
        (
            {"data": {name: {"value": "x"} for name in ("amount1", "time2", "other")}},
            47003,
            "data.other is not in the template",
        ),
    ],
    ids=["openid", "template", "missing field", "empty field", "unknown field"],
)
def test_a_wrong_message_does_not_go_out(
    hospital: Hospital, changes: dict[str, object], errcode: int, reason: str
) -> None:
    answer = hospital.send(**changes)
    assert answer["errcode"] == errcode
    assert reason in answer["errmsg"]
    assert hospital.messages() == []


def test_a_patient_who_left_gets_nothing(hospital: Hospital) -> None:
    hospital.simulator.act("subscribers", openid=OPENID, subscribed=False)
    assert hospital.send()["errcode"] == 43004
    hospital.simulator.act("subscribers", openid=OPENID, subscribed=True)
    assert hospital.send()["errcode"] == 0
    assert len(hospital.messages()) == 1


@pytest.mark.parametrize(
    ("token", "errcode"), [("", 41001), ("invented", 40001)], ids=["none", "unknown"]
)
def test_without_a_valid_token_nothing_goes_out(
    hospital: Hospital, token: str, errcode: int
) -> None:
    assert _json(hospital.send_raw(token))["errcode"] == errcode
    assert hospital.messages() == []


def test_a_body_that_is_no_json_is_refused(hospital: Hospital) -> None:
    token = hospital.token()["access_token"]
    path = f"/cgi-bin/message/template/send?access_token={token}"
    assert _json(hospital.client.post(path, content=b"{"))["errcode"] == 47001


# ------------------------------------------------------------------------------------- faults


def call(hospital: Hospital, operation: str, token: str) -> httpx.Response:
    """One call of the operation that would go well."""
    asked = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    if operation == "token":
        return hospital.client.get("/cgi-bin/token", params=asked)
    if operation == "stable_token":
        return hospital.client.post("/cgi-bin/stable_token", json=asked)
    return hospital.send_raw(token)


every_operation = pytest.mark.parametrize("operation", ["token", "stable_token", "template_send"])


@pytest.fixture
def token(hospital: Hospital) -> str:
    """A token for the messages."""
    return str(hospital.token()["access_token"])


@every_operation
@pytest.mark.parametrize(
    ("kind", "sent"),
    [("no_answer_before_effect", 0), ("no_answer_after_effect", 1), ("half_answer", 1)],
)
def test_an_answer_that_does_not_arrive(
    hospital: Hospital, token: str, operation: str, kind: str, sent: int
) -> None:
    hospital.simulator.arm(operation, kind)
    with pytest.raises(NO_ANSWER):
        call(hospital, operation, token)
    assert len(hospital.messages()) == (sent if operation == "template_send" else 0)
    entry = hospital.simulator.journal(operation)[-1]
    assert (entry["fault"], entry["response_sha256"]) == (kind, None)


@every_operation
def test_a_slow_answer_is_a_right_answer(hospital: Hospital, token: str, operation: str) -> None:
    hospital.simulator.arm(operation, "delay", args={"seconds": 0.2})
    began = time.monotonic()
    assert _json(call(hospital, operation, token)).get("errcode", 0) == 0
    assert time.monotonic() - began >= 0.2


@every_operation
def test_a_refusal_is_in_the_vendors_words(hospital: Hospital, token: str, operation: str) -> None:
    hospital.simulator.arm(
        operation, "refuse", args={"code": 45009, "message": "reach max api daily quota limit"}
    )
    answer = _json(call(hospital, operation, token))
    assert answer["errcode"] == 45009
    assert answer["errmsg"].startswith("reach max api daily quota limit rid: ")
    assert hospital.messages() == []


@every_operation
def test_where_nothing_is_signed_a_broken_answer_is_unreadable(
    hospital: Hospital, token: str, operation: str
) -> None:
    hospital.simulator.arm(operation, "bad_signature")
    with pytest.raises(ValueError, match="delimiter"):
        call(hospital, operation, token).json()


def test_the_journal_says_unsigned_and_keeps_the_digests(hospital: Hospital, token: str) -> None:
    answer = hospital.send_raw(token, client_msg_id="settled-1")
    entry = hospital.simulator.journal("template_send")[0]
    assert (entry["signature"], entry["status"], entry["direction"]) == ("unsigned", "0", "in")
    assert entry["request_sha256"] == hashlib.sha256(answer.request.content).hexdigest()
    assert entry["response_sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert entry["fields"] == {
        "touser": OPENID,
        "template_id": TEMPLATE,
        "client_msg_id": "settled-1",
    }
