"""9001 and 9002 where a region demands them, with the simulator that demands them (§2.1)."""

from asyncio import gather
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from adapters.insurance.nhsa_core import BASELINE_AKSK
from ports.errors import Unavailable
from tests.conformance.insurer import stays
from tests.conformance.insurer.simulated_core import TLS, CoreProcess, SimulatedCore

REGION = replace(BASELINE_AKSK, sign_in_required=True)
NOWHERE = "http://127.0.0.1:9"
DAY = int(timedelta(days=1).total_seconds())


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    running = CoreProcess(REGION, tmp_path_factory.mktemp("signing_on"))
    yield running
    running.stop()


@pytest.fixture
async def world(process: CoreProcess) -> AsyncIterator[SimulatedCore]:
    async with httpx.AsyncClient(base_url=process.control, verify=TLS) as control:
        core = SimulatedCore(process, control, NOWHERE)
        await core.act("reset", {"seed": 7})
        yield core
        await core.close()


async def operations(world: SimulatedCore) -> list[str]:
    return [entry["operation"] for entry in await world.journal()]


async def test_an_operator_signs_on_once_before_the_first_call(world: SimulatedCore) -> None:
    await stays.identified(world)
    await stays.identified(world)
    assert await operations(world) == ["9001", "1101", "1101"]


async def test_the_next_beijing_day_needs_another_sign_on(world: SimulatedCore) -> None:
    await stays.identified(world)
    await world.act("clock", {"offset_seconds": DAY})
    world.clock.ahead = timedelta(days=1)
    await stays.identified(world)
    assert await operations(world) == ["9001", "1101", "9001", "1101"]


async def test_signing_off_ends_it(world: SimulatedCore) -> None:
    await world.insurer.sign_off()
    await stays.identified(world)
    await world.insurer.sign_off()
    await world.insurer.sign_off()
    await stays.identified(world)
    assert await operations(world) == ["9001", "1101", "9002", "9001", "1101"]


async def test_a_sign_on_the_core_forgot_is_made_again(world: SimulatedCore) -> None:
    await stays.identified(world)
    await world.act("reset", {"seed": 7})
    with pytest.raises(Unavailable) as unavailable:
        await stays.identified(world)
    assert unavailable.value.code == "sign_on"
    await stays.identified(world)
    assert await operations(world) == ["1101", "9001", "1101"]


@pytest.mark.parametrize("kind", ["no_answer_after_effect", "half_answer", "refuse"])
async def test_a_call_whose_sign_on_fails_has_never_left(world: SimulatedCore, kind: str) -> None:
    args = {"args": {"message": "经办人不存在"}} if kind == "refuse" else {}
    await world.arm("9001", kind, **args)
    with pytest.raises(Unavailable) as unavailable:
        await stays.identified(world)
    assert unavailable.value.code == "sign_on"
    assert await operations(world) == ["9001"]
    await stays.identified(world)


async def test_two_calls_at_once_sign_on_once(world: SimulatedCore) -> None:
    insurer, patient = world.insurer, world.in_force
    first = insurer.identify(await insurer.message_no(), patient.id_card, patient.name)
    second = insurer.identify(await insurer.message_no(), patient.id_card, patient.name)
    await gather(first, second)
    assert sorted(await operations(world)) == ["1101", "1101", "9001"]
