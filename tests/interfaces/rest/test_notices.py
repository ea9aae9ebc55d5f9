"""A channel's notification is answered in the channel's form (channels.md §1.5)."""

import hashlib
from typing import Any

import pytest

from domain.errors import (
    MedsettleError,
    NotFound,
    OutsideUnavailable,
    SignatureInvalid,
    UnknownChannel,
)
from tests.conformance.hospital.simulated_his import KeptExchanges
from tests.interfaces.rest.conftest import Channel


class Notices:
    """Refuses every notification in the way it is told to."""

    def __init__(self) -> None:
        self.refusal: MedsettleError | None = None
        self.taken: list[tuple[str, dict[str, str], bytes]] = []

    def algorithm_of(self, channel: str) -> str:
        return "SHA256-RSA2048"

    async def __call__(self, channel: str, headers: dict[str, str], body: bytes) -> None:
        self.taken.append((channel, headers, body))
        if self.refusal:
            raise self.refusal


@pytest.fixture
def notices() -> Notices:
    return Notices()


@pytest.fixture
def exchanges() -> KeptExchanges:
    return KeptExchanges()


@pytest.fixture
def parts(parts: dict[str, Any], notices: Notices, exchanges: KeptExchanges) -> dict[str, Any]:
    return parts | {"take_notice": notices, "exchanges": exchanges}


async def test_a_taken_one_is_acknowledged_without_a_body(
    channel: Channel, notices: Notices, exchanges: KeptExchanges
) -> None:
    headers = {"Wechatpay-Serial": "S1"}
    answer = await channel.client.post(
        "/v1/notices/wechat_pay", content=b'{ "id" : 1 }', headers=headers
    )
    assert (answer.status_code, answer.content) == (204, b"")
    name, told, raw = notices.taken[0]
    assert (name, told["wechatpay-serial"], raw) == ("wechat_pay", "S1", b'{ "id" : 1 }')
    (kept,) = exchanges.kept
    assert (kept.direction, kept.request_signature, kept.status) == ("in", "verified", "204")
    assert kept.request_sha256 == hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize(
    ("refusal", "status", "verdicts"),
    [
        (SignatureInvalid("not genuine"), 401, ["invalid"]),
        (NotFound("no order of ours"), 404, ["verified"]),
        (UnknownChannel("not opened"), 404, []),
        (OutsideUnavailable("later"), 503, ["verified"]),
    ],
)
async def test_another_one_is_to_be_sent_again(
    channel: Channel,
    notices: Notices,
    exchanges: KeptExchanges,
    refusal: MedsettleError,
    status: int,
    verdicts: list[str],
) -> None:
    notices.refusal = refusal
    answer = await channel.client.post("/v1/notices/wechat_pay", content=b"{}")
    assert answer.status_code == status
    assert answer.json() == {"code": "FAIL", "message": refusal.detail}
    assert [kept.request_signature for kept in exchanges.kept] == verdicts
