"""Bad input is refused before any use case, and the culprit is named."""

import json

import pytest

from tests.interfaces.rest.conftest import Channel

DEPOSIT = {
    "admission_no": "ZY0001",
    "amount_fen": 100,
    "channel": "wechat_pay",
    "product": "native",
}
SECRET_CODE = "134567890123456789"


async def refused(channel: Channel, path: str, body: object, **headers: str) -> tuple[object, ...]:
    answer = await channel.call("POST", path, body, **headers)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    return answer.status_code, problem["code"], problem.get("field")


@pytest.mark.parametrize(
    "amount", ["true", '"1"', "1.0", "1.5", "1e2", "0", "-1", "9223372036854775808", "null", "NaN"]
)
async def test_an_amount_that_is_no_whole_positive_fen_is_refused(
    channel: Channel, amount: str
) -> None:
    body = json.dumps(DEPOSIT).replace('"amount_fen": 100', f'"amount_fen": {amount}')
    assert await refused(channel, "/v1/deposits", body.encode()) == (
        422,
        "invalid_amount",
        "amount_fen",
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"admission_no": None}, "admission_no"),
        ({"admission_no": "ZY 1"}, "admission_no"),
        ({"admission_no": 7}, "admission_no"),
        ({"product": "credit"}, "product"),
        ({"channel": "微信"}, "channel"),
        ({"auth_code": "12ab"}, "auth_code"),
        ({"operator": "a\u0000b"}, "operator"),
        ({"operator": "x" * 65}, "operator"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_a_wrong_field_of_a_deposit_is_named(
    channel: Channel, change: dict[str, object], field: str
) -> None:
    assert await refused(channel, "/v1/deposits", DEPOSIT | change) == (422, "invalid_input", field)


async def test_a_missing_amount_is_missing_and_not_wrong(channel: Channel) -> None:
    body = {name: value for name, value in DEPOSIT.items() if name != "amount_fen"}
    assert await refused(channel, "/v1/deposits", body) == (422, "invalid_input", "amount_fen")


async def test_a_nested_field_is_named_by_its_path(channel: Channel) -> None:
    body = {"admission_no": "ZY0001", "credential": {"kind": "passport", "number": "X"}}
    assert await refused(channel, "/v1/registrations", body) == (
        422,
        "invalid_input",
        "credential.kind",
    )


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/reconciliations", {"system": "insurer", "date": "2026-02-30"}, "date"),
        ("/v1/reconciliations", {"system": "insurer", "date": "1700000000"}, "date"),
        ("/v1/reconciliations", {"system": "insurer", "date": "0001-01-01"}, "date"),
        ("/v1/reconciliations", {"system": "insurer", "date": 20260101}, "date"),
        ("/v1/settlements", {"admission_no": "ZY1", "point": "roof"}, "point"),
        (
            "/v1/settlements",
            {"admission_no": "ZY1", "point": "window", "confirmed": 1},
            "confirmed",
        ),
        ("/v1/settlements/SL1:confirm", {"by": ""}, "by"),
        ("/v1/admissions/ZY1:bind-openid", {"openid": "a b"}, "openid"),
    ],
)
async def test_a_wrong_field_of_another_resource_is_named(
    channel: Channel, path: str, body: object, field: str
) -> None:
    assert await refused(channel, path, body) == (422, "invalid_input", field)


@pytest.mark.parametrize(
    "body", [b"{", b'{"amount_fen": 1', b"\xff\xfe", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"]
)
async def test_a_body_that_is_no_json_is_malformed(channel: Channel, body: bytes) -> None:
    assert await refused(channel, "/v1/deposits", body) == (400, "invalid_input", None)


async def test_a_verb_without_body_refuses_one_that_is_no_json(channel: Channel) -> None:
    path = "/v1/admissions/ZY1/registration:report-change"
    assert await refused(channel, path, b"{") == (400, "invalid_input", None)


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"null"])
async def test_a_body_that_is_no_object_is_refused(channel: Channel, body: bytes) -> None:
    assert await refused(channel, "/v1/deposits", body) == (422, "invalid_input", None)


async def test_a_body_of_another_media_type_is_refused(channel: Channel) -> None:
    answer = await refused(channel, "/v1/deposits", DEPOSIT, Content_Type="text/plain")
    assert answer == (422, "invalid_input", None)


@pytest.mark.parametrize("key", ["absent", "", "a b", "x" * 65, "键"])
@pytest.mark.parametrize("path", ["/v1/deposits", "/v1/admissions/ZY1/charges:pull"])
async def test_a_write_without_a_good_idempotency_key_is_refused(
    channel: Channel, path: str, key: str
) -> None:
    raw = json.dumps(DEPOSIT).encode()
    headers = channel.signed("POST", path, raw) | {"Content-Type": "application/json"}
    if key != "absent":
        headers["Idempotency-Key"] = key.encode()
    answer = await channel.client.post(path, content=raw, headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "invalid_input")
    assert problem["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/exchanges?after=-1", "after"),
        ("/v1/exchanges?limit=501", "limit"),
        ("/v1/exchanges?afer=1", "afer"),
        ("/v1/reconciliations", "date"),
    ],
)
async def test_a_wrong_query_is_named(channel: Channel, path: str, field: str) -> None:
    headers = channel.signed("GET", path, b"", key="demo-operations")
    answer = await channel.client.get(path, headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (422, "invalid_input", field)


async def test_a_number_that_can_be_none_of_ours_is_not_found(channel: Channel) -> None:
    answer = await channel.call("GET", "/v1/deposits/a%00b")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/deposits", DEPOSIT | {"auth_code": SECRET_CODE + "x"}),
        ("/v1/deposits", DEPOSIT | {"auth_code": [SECRET_CODE]}),
        (
            "/v1/registrations",
            {
                "admission_no": "ZY1",
                "credential": {"kind": "id_card", "number": SECRET_CODE + "\n"},
            },
        ),
    ],
)
async def test_a_refused_secret_is_not_told_back(channel: Channel, path: str, body: object) -> None:
    answer = await channel.call("POST", path, body)
    assert answer.status_code == 422
    assert SECRET_CODE not in answer.text
