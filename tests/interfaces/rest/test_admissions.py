"""The patient's account: read from the HIS, and shown as last read while that cannot be reached."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from application.visits.refresh_admission import RefreshAdmission
from domain.identifiers import AdmissionNo, OpenId
from interfaces.rest.uses import Uses
from tests.conformance.hospital.simulated_his import SimulatedHis
from tests.interfaces.rest.conftest import Channel


@pytest.fixture
def parts(parts: dict[str, Any], behind: dict[str, Any]) -> dict[str, Any]:
    return parts | behind


async def get(channel: Channel, path: str) -> httpx.Response:
    headers = channel.signed("GET", path, b"", at=int(datetime.now(UTC).timestamp()))
    return await channel.client.get(path, headers=headers)


async def test_a_stay_is_shown_with_its_name_masked(
    channel: Channel, parts: dict[str, Any], his: SimulatedHis
) -> None:
    no = await his.admit(insured=False)
    shown = (await get(channel, f"/v1/admissions/{no}")).json()
    assert shown["patient_name"] == "测**者"  # 测试患者
    assert shown["read_from_his"] is True
    assert shown["openid_bound"] is False
    assert shown["deposit"] == {"balance_fen": 0, "held_fen": 0, "available_fen": 0}
    await parts["store"].bind_openid(no, OpenId("oSYNTHETIC"))
    assert (await get(channel, f"/v1/admissions/{no}")).json()["openid_bound"] is True


async def test_a_known_stay_is_shown_as_last_read_while_the_his_is_down(
    channel: Channel, parts: dict[str, Any], his: SimulatedHis
) -> None:
    no = await his.admit(insured=False)
    before = (await get(channel, f"/v1/admissions/{no}")).json()
    down = RefreshAdmission(parts["store"], his.unreachable)
    channel.app.state.uses = Uses(**parts | {"refresh": down})
    after = (await get(channel, f"/v1/admissions/{no}")).json()
    assert after == before | {"read_from_his": False}
    unknown = await get(channel, "/v1/admissions/ZY-NEVER-SEEN")
    assert (unknown.status_code, unknown.json()["code"]) == (503, "outside_unavailable")


@pytest.mark.parametrize(
    "what",
    ["", "/arrears", "/charges", "/daily-lists/2026-11-21", "/deposits", "/messages"],
)
async def test_an_unknown_stay_is_not_found(channel: Channel, what: str) -> None:
    answer = await get(channel, f"/v1/admissions/ZY-NOBODY{what}")
    assert (answer.status_code, answer.json()["code"]) == (404, "admission_not_found")
    assert answer.json()["field"] == "admission_no"


async def test_the_lots_say_how_each_payment_would_go_back(
    channel: Channel, parts: dict[str, Any], his: SimulatedHis
) -> None:
    no: AdmissionNo = await his.admit(insured=False)
    body = {
        "admission_no": no,
        "amount_fen": 12345,
        "channel": "cash",
        "product": "cash",
        "terminal": "W01",
        "operator": "C001",
    }
    raw = httpx.Request("POST", "http://x", json=body).content
    now = int(datetime.now(UTC).timestamp())
    headers = channel.signed("POST", "/v1/deposits", raw, at=now)
    headers |= {"Idempotency-Key": "K1", "Content-Type": "application/json"}
    deposit = (await channel.client.post("/v1/deposits", content=raw, headers=headers)).json()
    (lot,) = (await get(channel, f"/v1/admissions/{no}")).json()["lots"]
    assert lot["deposit_no"] == deposit["no"]
    assert lot["returned_through"] == "window"
    assert (lot["paid_fen"], lot["left_fen"], lot["applied_fen"]) == (12345, 12345, 0)
    assert (await get(channel, f"/v1/admissions/{no}/deposits")).json()["items"] == [deposit]
