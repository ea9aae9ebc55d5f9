"""Every call under /v1 is signed; one that is not is answered before anything of it is read."""

from typing import Any

import httpx
import pytest

from tests.interfaces.rest.conftest import Channel, Unreached

READ = "/v1/ledger"


class NoLedger(Unreached):
    """A call that is let through ends here, at a status no refusal has."""

    async def ledger_summary(self) -> None:
        raise LookupError("let through")


@pytest.fixture
def parts(parts: dict[str, Any]) -> dict[str, Any]:
    return parts | {"enquiries": NoLedger()}


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code, field; the answer must be a problem document."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"urn:medsettle:problem:{problem['code']}"
    assert all(problem[name] for name in ("title", "detail", "text_zh"))
    return answer.status_code, problem["code"], problem.get("field")


async def operations(channel: Channel, path: str = READ, at: int = 1704067200) -> httpx.Response:
    headers = channel.signed("GET", path, b"", at=at, key="demo-operations")
    return await channel.client.get(path, headers=headers)


async def test_the_published_vector_is_accepted(channel: Channel) -> None:
    """contracts/README.md: it goes through to the body, which lacks fields of a deposit."""
    answer = await channel.client.post(
        "/v1/deposits",
        content=b'{"amount_fen":100}',
        headers={
            "Medsettle-Key-Id": "demo-channel",
            "Medsettle-Timestamp": "1704067200",
            "Medsettle-Nonce": "nonce-0123456789",
            "Medsettle-Signature": (
                "18fe40b5c184a7ceab9ec40e8626fae283e5c77dcd11bd0a4ee253d5cb05dc51"
            ),
            "Idempotency-Key": "vector",
            "Content-Type": "application/json",
        },
    )
    assert refusal(answer) == (422, "invalid_input", "admission_no")


@pytest.mark.parametrize(
    "header",
    ["Medsettle-Key-Id", "Medsettle-Timestamp", "Medsettle-Nonce", "Medsettle-Signature"],
)
async def test_a_missing_header_is_named(channel: Channel, header: str) -> None:
    answer = await channel.call("POST", "/v1/deposits", {}, **{header: "absent"})
    assert refusal(answer) == (401, "signature_invalid", header)
    assert answer.headers["www-authenticate"] == "Medsettle-HMAC-SHA256"


async def test_an_altered_body_is_refused(channel: Channel) -> None:
    signed = channel.signed("POST", "/v1/deposits", b'{"amount_fen":100}')
    answer = await channel.client.post(
        "/v1/deposits", content=b'{"amount_fen":900}', headers=signed
    )
    assert refusal(answer) == (401, "signature_invalid", "Medsettle-Signature")


async def test_the_query_is_signed_as_it_was_sent(channel: Channel) -> None:
    signed = channel.signed("GET", "/v1/exchanges?after=1", b"", key="demo-operations")
    answer = await channel.client.get("/v1/exchanges?after=2", headers=signed)
    assert refusal(answer) == (401, "signature_invalid", "Medsettle-Signature")


async def test_an_unknown_key_id_is_refused_like_a_wrong_signature(channel: Channel) -> None:
    answer = await channel.call("GET", READ, Medsettle_Key_Id="nobody")
    assert refusal(answer)[:2] == (401, "signature_invalid")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Medsettle_Timestamp", "\u00b2"),
        ("Medsettle_Timestamp", "9" * 5000),
        ("Medsettle_Signature", "\u00e9" * 64),
        ("Medsettle_Nonce", "short"),
    ],
)
async def test_a_header_of_strange_characters_is_refused(
    channel: Channel, name: str, value: str
) -> None:
    headers = channel.signed("GET", READ, b"") | {name.replace("_", "-"): value.encode("latin-1")}
    answer = await channel.client.get(READ, headers=headers)
    assert refusal(answer)[:2] == (401, "signature_invalid")


@pytest.mark.parametrize("seconds", [-301, 301, 600])
async def test_a_clock_too_far_off_is_refused(channel: Channel, seconds: int) -> None:
    answer = await operations(channel, at=1704067200 + seconds)
    assert refusal(answer) == (401, "clock_skewed", "Medsettle-Timestamp")


@pytest.mark.parametrize("seconds", [-300, 300])
async def test_a_clock_at_the_limit_is_accepted(channel: Channel, seconds: int) -> None:
    answer = await operations(channel, at=1704067200 + seconds)
    assert refusal(answer) == (500, "internal", None)  # NoLedger


async def test_a_write_sent_twice_is_a_replay(channel: Channel) -> None:
    signed = channel.signed("POST", "/v1/deposits", b"{}")
    first = await channel.client.post("/v1/deposits", content=b"{}", headers=signed)
    second = await channel.client.post("/v1/deposits", content=b"{}", headers=signed)
    assert first.status_code == 400  # no Idempotency-Key: it came through
    assert refusal(second) == (401, "request_replayed", "Medsettle-Nonce")


async def test_a_forged_write_burns_no_nonce(channel: Channel) -> None:
    signed = channel.signed("POST", "/v1/deposits", b"{}")
    forged = signed | {"Medsettle-Signature": "0" * 64}
    await channel.client.post("/v1/deposits", content=b"{}", headers=forged)
    answer = await channel.client.post("/v1/deposits", content=b"{}", headers=signed)
    assert answer.status_code == 400


async def test_a_read_may_be_sent_twice(channel: Channel) -> None:
    signed = channel.signed("GET", READ, b"", key="demo-operations")
    answers = [await channel.client.get(READ, headers=signed) for _ in range(2)]
    assert [refusal(answer)[1] for answer in answers] == ["internal", "internal"]


@pytest.mark.parametrize("path", ["/v1/exchanges", "/v1/ledger", "/v1/audit"])
async def test_a_channel_may_not_ask_what_is_for_operations(channel: Channel, path: str) -> None:
    assert refusal(await channel.call("GET", path)) == (403, "not_allowed", None)


async def test_what_nobody_serves_is_signed_all_the_same(channel: Channel) -> None:
    answer = await channel.client.get("/v1/anything")
    assert refusal(answer)[:2] == (401, "signature_invalid")


async def test_a_body_without_end_is_not_read(channel: Channel) -> None:
    answer = await channel.call("POST", "/v1/deposits", b"x" * ((1 << 20) + 1))
    assert refusal(answer)[:2] == (413, "body_too_large")


async def test_health_and_notices_need_no_signature_of_ours(channel: Channel) -> None:
    live = await channel.client.get("/health/live")
    assert (live.status_code, live.json()) == (200, {"status": "ok"})
    notice = await channel.client.post("/v1/notices/wechat_pay", content=b"{}")
    assert notice.status_code == 500  # it reached the use case, which no test here may
