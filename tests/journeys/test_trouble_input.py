"""Bad input: refused with a stable code that names the field, and nothing outside has moved."""

import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from interfaces.demo.actors import Cast
from interfaces.demo.channel import Channel
from tests.journeys.conftest import BusinessTime
from tests.journeys.trouble import (
    Json,
    Stay,
    audited,
    his_books,
    open_settlement,
    outside,
    refused,
    self_pay_stay,
    settled_afresh,
    sound,
)

INT64_MAX = (1 << 63) - 1
LIMIT_FEN = 10_000_000  # of one payment, as the sandbox's institution has it
TEN_MINUTES = 600
BAD_AMOUNTS = (0, -1, 1.5, 100.0, "100", True, None, [], LIMIT_FEN + 1, INT64_MAX, INT64_MAX + 1)


@pytest.fixture
def stay(cast: Cast) -> Iterator[Stay]:
    """A stay with one lot, which is exactly as it was when the test is over, and can be settled."""
    stay = self_pay_stay(cast)
    cast.pay_cash(stay.no, 1_000)
    before = (cast.account(stay.no), outside(cast, stay))
    yield stay
    assert (cast.account(stay.no), outside(cast, stay)) == before
    settled_afresh(cast, stay)
    sound(cast, stay)


def cash(stay: Stay, fen: object = 1_000) -> Json:
    """A top-up in cash as a window sends it."""
    where = {"channel": "cash", "product": "cash", "terminal": "W01", "operator": "cashier-1"}
    return {"admission_no": stay.no, "amount_fen": fen, **where}


def problem_of(answer: httpx.Response, status: int, code: str, field: str | None = None) -> Json:
    """The problem document of an answer, after a look at status, code and field."""
    problem: Json = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    told = (answer.status_code, problem["code"], problem.get("field"))
    assert told == (status, code, field), problem
    assert problem["text_zh"]
    return problem


def post_raw(channel: Channel, path: str, raw: bytes, **replaced: str | None) -> httpx.Response:
    """A signed POST of any bytes; `replaced` puts other headers in (None: none), `_` for `-`."""
    headers: dict[str, Any] = {
        **channel.signed("POST", path, raw),
        "Idempotency-Key": secrets.token_hex(16),
        "Content-Type": "application/json",
    }
    headers |= {name.replace("_", "-"): value for name, value in replaced.items()}
    kept = {name: value for name, value in headers.items() if value is not None}
    return channel.client.post(channel.base_url + path, content=raw, headers=kept)


# --- whom it is about ---------------------------------------------------------------------------


def test_an_admission_nobody_knows_is_not_found_whatever_is_asked(cast: Cast) -> None:
    nobody = Stay("ZY-NOBODY", 0)
    before = cast.sandbox.control("his", "books")
    with refused(404, "admission_not_found", "admission_no"):
        cast.channel.post("/v1/deposits", cash(nobody))
    with refused(404, "admission_not_found", "admission_no"):
        open_settlement(cast, nobody)
    with refused(404, "admission_not_found", "admission_no"):
        card = {"kind": "id_card", "number": "000000198503150016"}
        cast.channel.post("/v1/registrations", {"admission_no": nobody.no, "credential": card})
    with refused(404, "admission_not_found", "admission_no"):
        body = {"admission_no": nobody.no, "deposit_no": "DP1", "amount_fen": 1}
        cast.channel.post("/v1/refunds", body | {"reason": "测试", "operator": "c"})
    with refused(404, "admission_not_found", "admission_no"):
        cast.account(nobody.no)
    assert cast.sandbox.control("his", "books") == before
    audited(cast)


def test_a_discharged_patient_takes_no_money_and_no_second_settlement(cast: Cast) -> None:
    stay = self_pay_stay(cast)
    settled_afresh(cast, stay)
    before = (cast.account(stay.no), outside(cast, stay))
    with refused(409, "admission_closed", "admission_no"):
        cast.channel.post("/v1/deposits", cash(stay))
    with refused(409, "admission_closed", "admission_no"):
        cast.top_up(stay.no, 1_000, channel="wechat_pay", product="native")
    with refused(409, "admission_closed", "admission_no"):
        open_settlement(cast, stay)
    assert (cast.account(stay.no), outside(cast, stay)) == before
    sound(cast, stay)


# --- amounts and shapes -------------------------------------------------------------------------


def test_an_amount_that_cannot_be_paid_names_the_field(cast: Cast, stay: Stay) -> None:
    native = {"admission_no": stay.no, "channel": "wechat_pay", "product": "native"}
    back = {"admission_no": stay.no, "deposit_no": cast.account(stay.no)["lots"][0]["deposit_no"]}
    back |= {"reason": "测试", "operator": "cashier-1"}
    for amount in BAD_AMOUNTS:
        for path, body in (
            ("/v1/deposits", cash(stay, amount)),
            ("/v1/deposits", native | {"amount_fen": amount}),
            ("/v1/refunds", back | {"amount_fen": amount}),
        ):
            answer = cast.channel.send("POST", path, body)
            problem_of(answer, 422, "invalid_amount", "amount_fen")


def test_a_body_that_is_no_json_object_is_refused_as_such(cast: Cast, stay: Stay) -> None:
    for raw in (b'{"admission_no": ', b"\xff\xfe", b"NaN{}"):
        problem_of(post_raw(cast.channel, "/v1/deposits", raw), 400, "invalid_input")
    for raw in (b"", b"[]", b'"text"', b"7", b"null"):
        problem_of(post_raw(cast.channel, "/v1/deposits", raw), 422, "invalid_input")


def test_a_field_of_the_wrong_type_or_name_is_named(cast: Cast, stay: Stay) -> None:
    for change, field in (
        ({"admission_no": 7}, "admission_no"),
        ({"admission_no": "no such; number"}, "admission_no"),
        ({"product": "barter"}, "product"),
        ({"operator": ["c"]}, "operator"),
        ({"terminal": ""}, "terminal"),
        ({"amount": 1}, "amount"),
        ({"deposit": {"amount_fen": 1}}, "deposit"),
    ):
        answer = cast.channel.send("POST", "/v1/deposits", cash(stay) | change)
        problem_of(answer, 422, "invalid_input", field)


def test_a_missing_field_and_an_unopened_channel_are_named(cast: Cast, stay: Stay) -> None:
    body = cash(stay)
    del body["admission_no"]
    problem_of(
        cast.channel.send("POST", "/v1/deposits", body), 422, "invalid_input", "admission_no"
    )
    other = cash(stay) | {"channel": "barter", "product": "native"}
    problem_of(cast.channel.send("POST", "/v1/deposits", other), 422, "unknown_channel", "channel")
    page = cash(stay) | {"channel": "wechat_pay", "product": "in_app"}
    problem_of(cast.channel.send("POST", "/v1/deposits", page), 422, "invalid_input", "openid")


# --- once a key ---------------------------------------------------------------------------------


def test_the_same_key_and_input_is_answered_byte_for_byte_and_acts_once(cast: Cast) -> None:
    stay, key = self_pay_stay(cast), secrets.token_hex(16)
    first = cast.channel.send("POST", "/v1/deposits", cash(stay, stay.bill_fen), key)
    again = cast.channel.send("POST", "/v1/deposits", cash(stay, stay.bill_fen), key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "Idempotency-Hit" not in first.headers
    assert again.headers["Idempotency-Hit"] == "true"
    assert len(his_books(cast, stay)["deposits"]) == 1
    settled_afresh(cast, stay)
    late = cast.channel.send("POST", "/v1/deposits", cash(stay, stay.bill_fen), key)
    assert (late.content, late.headers["Idempotency-Hit"]) == (first.content, "true")
    sound(cast, stay)


def test_the_same_key_with_another_input_is_refused(cast: Cast) -> None:
    stay, key = self_pay_stay(cast), secrets.token_hex(16)
    cast.channel.post("/v1/deposits", cash(stay, 1_000), key)
    before = (cast.account(stay.no), outside(cast, stay))
    for other in (cash(stay, 1_001), cash(stay, 1_000) | {"operator": "cashier-2"}):
        with refused(422, "idempotency_key_reused", "Idempotency-Key"):
            cast.channel.post("/v1/deposits", other, key)
    with refused(422, "idempotency_key_reused", "Idempotency-Key"):
        body = {"admission_no": stay.no, "point": "window"}
        cast.channel.post("/v1/settlements", body, key)
    assert (cast.account(stay.no), outside(cast, stay)) == before
    settled_afresh(cast, stay)
    sound(cast, stay)


def test_a_refused_write_leaves_its_key_free_and_a_missing_key_is_named(cast: Cast) -> None:
    stay, key = self_pay_stay(cast), secrets.token_hex(16)
    with refused(422, "invalid_amount", "amount_fen"):
        cast.channel.post("/v1/deposits", cash(stay, LIMIT_FEN + 1), key)
    assert cast.channel.post("/v1/deposits", cash(stay), key)["state"] == "finished"
    raw = json.dumps(cash(stay)).encode()
    answer = post_raw(cast.channel, "/v1/deposits", raw, Idempotency_Key=None)
    problem_of(answer, 400, "invalid_input", "Idempotency-Key")
    assert len(his_books(cast, stay)["deposits"]) == 1
    settled_afresh(cast, stay)
    sound(cast, stay)


@pytest.mark.parametrize("product", ["cash", "native"])
def test_thirty_two_identical_posts_at_once_act_once(cast: Cast, product: str) -> None:
    stay, key = self_pay_stay(cast), secrets.token_hex(16)
    body = cash(stay, stay.bill_fen)
    if product == "native":
        body |= {"channel": "wechat_pay", "product": "native"}

    def post(_: int) -> tuple[int, bytes]:
        answer = cast.channel.send("POST", "/v1/deposits", body, key)
        return answer.status_code, answer.content

    with ThreadPoolExecutor(32) as clicks:
        answers = set(clicks.map(post, range(32)))
    assert len(answers) == 1
    ((status, content),) = answers
    assert status in {201, 202}  # whichever was ready to be kept first is everybody's
    deposit = json.loads(content)
    listed = cast.channel.get(f"/v1/admissions/{stay.no}/deposits")["items"]
    assert [one["no"] for one in listed] == [deposit["no"]]
    if product == "native":
        orders = cast.sandbox.control("wechat_pay", "books")["orders"]
        mine = [o for o in orders if o["out_trade_no"].startswith(deposit["no"])]
        assert len(mine) == 1
        paid = {"out_trade_no": mine[0]["out_trade_no"], "outcome": "pay"}
        cast.sandbox.control("wechat_pay", "patient/pay", paid)
    cast.deposit_done(deposit)
    assert [row["number"] for row in his_books(cast, stay)["deposits"]] == [deposit["no"]]
    settled_afresh(cast, stay)
    sound(cast, stay)


# --- who calls ----------------------------------------------------------------------------------


def test_a_wrong_missing_or_strange_signature_moves_nothing(cast: Cast, stay: Stay) -> None:
    raw, path = json.dumps(cash(stay)).encode(), "/v1/deposits"
    wrong = [
        ({"Medsettle_Signature": "0" * 64}, "Medsettle-Signature"),
        ({"Medsettle_Signature": ""}, "Medsettle-Signature"),
        ({"Medsettle_Nonce": "n" * 16}, "Medsettle-Signature"),  # not the one that was signed
        ({"Medsettle_Nonce": "short"}, "Medsettle-Nonce"),
        ({"Medsettle_Timestamp": "today"}, "Medsettle-Timestamp"),
        *(
            ({f"Medsettle_{name.replace('-', '_')}": None}, f"Medsettle-{name}")
            for name in ("Key-Id", "Timestamp", "Nonce", "Signature")
        ),
    ]
    for replaced, field in wrong:
        answer = post_raw(cast.channel, path, raw, **replaced)
        problem_of(answer, 401, "signature_invalid", field)
        assert answer.headers["WWW-Authenticate"]
    stranger = Channel(
        cast.channel.base_url, "nobody", "secret", cast.channel.clock, cast.channel.client
    )
    assert post_raw(stranger, path, raw).json()["code"] == "signature_invalid"
    assert post_raw(stranger, path, raw).status_code == 401
    impostor = Channel(
        cast.channel.base_url,
        cast.channel.key_id,
        cast.operations.secret,
        cast.channel.clock,
        cast.channel.client,
    )
    problem_of(post_raw(impostor, path, raw), 401, "signature_invalid", "Medsettle-Signature")


def test_a_body_or_path_altered_after_signing_moves_nothing(cast: Cast, stay: Stay) -> None:
    signed = cast.channel.signed("POST", "/v1/deposits", json.dumps(cash(stay, 1)).encode())
    headers = signed | {"Idempotency-Key": "k", "Content-Type": "application/json"}
    url = cast.channel.base_url + "/v1/deposits"
    for target, body in ((url, cash(stay, 2)), (url + "?a=1", cash(stay, 1))):
        answer = cast.channel.client.post(target, content=json.dumps(body), headers=headers)
        problem_of(answer, 401, "signature_invalid", "Medsettle-Signature")


def test_a_replayed_call_is_refused_and_acts_once(cast: Cast) -> None:
    stay = self_pay_stay(cast)
    raw = json.dumps(cash(stay)).encode()
    headers = cast.channel.signed("POST", "/v1/deposits", raw)
    headers |= {"Idempotency-Key": "first", "Content-Type": "application/json"}
    url = cast.channel.base_url + "/v1/deposits"
    assert cast.channel.client.post(url, content=raw, headers=headers).status_code == 201
    for key in ("first", "second"):
        headers["Idempotency-Key"] = key
        answer = cast.channel.client.post(url, content=raw, headers=headers)
        problem_of(answer, 401, "request_replayed", "Medsettle-Nonce")
    assert len(his_books(cast, stay)["deposits"]) == 1
    settled_afresh(cast, stay)
    sound(cast, stay)


@pytest.mark.parametrize("off", [TEN_MINUTES, -TEN_MINUTES])
def test_a_clock_ten_minutes_off_is_refused(
    cast: Cast, stay: Stay, business_time: BusinessTime, off: int
) -> None:
    late = Channel(
        cast.channel.base_url,
        cast.channel.key_id,
        cast.channel.secret,
        lambda: business_time.now() + off,
        cast.channel.client,
    )
    for method, path, body in (
        ("POST", "/v1/deposits", cash(stay)),
        ("GET", f"/v1/admissions/{stay.no}", None),
    ):
        answer = late.send(method, path, body)
        problem_of(answer, 401, "clock_skewed", "Medsettle-Timestamp")
