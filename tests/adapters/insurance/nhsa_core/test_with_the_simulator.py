"""What the port does not say: keys, the record of exchanges, the Hunan edition's fields."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from adapters.insurance.nhsa_core import REGIONS
from ports.errors import CallFailed, OutcomeUnknown, Refused, Unavailable
from tests.conformance.insurer import stays
from tests.conformance.insurer.simulated_core import TLS, CoreProcess, SimulatedCore

NOWHERE = "http://127.0.0.1:9"
ALGORITHMS = {
    "baseline_aksk": ("HMAC-SHA1", "unsigned"),
    "guangdong_x_tif": ("SHA256-TOKEN", "unsigned"),
    "assumed_encrypted": ("SM2-WITH-SM3", "verified"),
}


@pytest.fixture(scope="module", params=sorted(REGIONS))
def process(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CoreProcess]:
    folder = tmp_path_factory.mktemp(request.param)
    running = CoreProcess(REGIONS[request.param], folder, edition="hunan")
    yield running
    running.stop()


@pytest.fixture
async def world(process: CoreProcess) -> AsyncIterator[SimulatedCore]:
    async with httpx.AsyncClient(base_url=process.control, verify=TLS) as control:
        core = SimulatedCore(process, control, NOWHERE)
        await core.act("reset", {"seed": 7})
        yield core
        await core.close()


async def test_the_hunan_edition_misses_no_field(world: SimulatedCore) -> None:
    insurer, order = world.insurer, await stays.settlement_order(world)
    await insurer.undo_discharge(await insurer.message_no(), order.stay)
    changed = stays.admission(world.in_force)
    await insurer.change_registration(await insurer.message_no(), order.stay, changed)
    await insurer.register_discharge(await insurer.message_no(), order.stay, changed)
    settled = await stays.settle(insurer, order)
    rows, day = (stays.statement_row(order.stay, settled),), stays.day_of(settled)
    assert await insurer.compare_totals(day, rows) == ()
    assert [one.balanced for one in await insurer.compare_rows(day, rows)] == [True]


async def test_every_exchange_is_recorded_with_its_verdict(world: SimulatedCore) -> None:
    insurer, order = world.insurer, await stays.settlement_order(world)
    number = await insurer.message_no()
    await insurer.settle(number, order)
    kept = world.exchanges.kept[-1]
    algorithm, verdict = ALGORITHMS[insurer.profile.region]
    assert (kept.system, kept.operation, kept.direction) == ("nhsa_core", "2304", "out")
    assert (kept.key, kept.algorithm) == (number, algorithm)
    assert (kept.request_signature, kept.response_signature) == ("signed", verdict)
    assert kept.status == "200"
    entry = (await world.journal())[-1]
    assert (entry["request_sha256"], entry["response_sha256"]) == (
        kept.request_sha256,
        kept.response_sha256,
    )
    assert entry["signature"] == "verified"


async def test_the_record_shows_what_went_wrong(world: SimulatedCore) -> None:
    insurer, kept = world.insurer, world.exchanges.kept
    await stays.identified(world)
    await world.arm("1101", "no_answer_after_effect")
    with pytest.raises(OutcomeUnknown):
        await stays.identified(world)
    assert (kept[-1].response_sha256, kept[-1].response_signature) == (None, "unsigned")
    with pytest.raises(Unavailable):
        await world.unreachable.find_settlement(
            await stays.registered(world), await insurer.message_no()
        )
    assert kept[-1].status == "unavailable"
    if world.signs_answers:
        await world.arm("1101", "bad_signature")
        with pytest.raises(OutcomeUnknown):
            await stays.identified(world)
        assert kept[-1].response_signature == "invalid"


async def test_with_wrong_keys_nothing_passes_the_gateway(world: SimulatedCore) -> None:
    stranger = world.reached_at(
        world.process.wire, credentials=world.process.credentials(secret="WRONG")
    )
    patient = world.in_force
    with pytest.raises(Unavailable) as stopped:
        await stranger.identify(await stranger.message_no(), patient.id_card, patient.name)
    await stranger.close()
    assert stopped.value.code == "gateway_401"
    assert stopped.value.text == "签名不一致!"


@pytest.mark.parametrize(
    ("kind", "text"), [("timestamp_rejected", "签名时间戳超时!"), ("unknown_ak", "非法用户!")]
)
async def test_a_call_the_gateway_stops_has_no_effect(
    world: SimulatedCore, kind: str, text: str
) -> None:
    insurer, order = world.insurer, await stays.settlement_order(world)
    await world.arm("2304", kind)
    with pytest.raises(Unavailable) as stopped:
        await stays.settle(insurer, order)
    assert (stopped.value.code, stopped.value.text) == ("gateway_401", text)
    assert await world.booked() == ()


async def test_a_broken_result_file_is_unreadable(world: SimulatedCore) -> None:
    insurer = world.insurer
    settled = await stays.settle(insurer, await stays.settlement_order(world))
    await world.arm("9102", "half_answer")
    with pytest.raises(OutcomeUnknown):
        await insurer.compare_rows(stays.day_of(settled), ())
    await world.arm("9102", "refuse", args={"message": "文件已过期"})
    with pytest.raises(Refused) as refused:
        await insurer.compare_rows(stays.day_of(settled), ())
    assert refused.value.text == "文件已过期"


async def test_nobodys_number_or_name_is_in_a_failure_or_the_record(world: SimulatedCore) -> None:
    patient, insurer = world.in_force, world.insurer
    await world.arm("1101", "refuse", args={"message": "系统维护中"})
    with pytest.raises(CallFailed) as failed:
        await insurer.identify(await insurer.message_no(), patient.e_credential, patient.name)
    told = f"{failed.value!r} {failed.value.__cause__!r} {world.exchanges.kept!r}"
    for secret in (patient.e_credential.number, patient.name, patient.id_card.number):
        assert secret not in told
