"""Whether a request left: the line between Unavailable and OutcomeUnknown, on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from adapters.hospital.his_grpc import GrpcHospital
from domain.identifiers import AdmissionNo
from domain.money import Money
from ports.errors import OutcomeUnknown, Unavailable
from ports.hospital import NumberUse
from tests.adapters.hospital.tcp_relay import Answers, TcpRelay
from tests.conformance.hospital.simulated_his import SimulatedHis
from tests.conformance.hospital.stays import number


@pytest.fixture
async def relay(his: SimulatedHis) -> AsyncIterator[TcpRelay]:
    between = TcpRelay(his.wire)
    await between.start()
    yield between
    await between.stop()


@pytest.fixture
async def relayed(his: SimulatedHis, relay: TcpRelay) -> AsyncIterator[GrpcHospital]:
    """The adapter with the relay between it and the HIS."""
    adapter = his.reached_at(relay.address)
    yield adapter
    await adapter.close()


async def save(hospital: GrpcHospital, no: AdmissionNo, ours: str) -> None:
    await hospital.save_deposit(ours, no, Money(100), "cash", "", datetime(2026, 1, 2, tzinfo=UTC))


async def test_nothing_listens_and_the_request_never_left(his: SimulatedHis) -> None:
    with pytest.raises(Unavailable):
        await save(his.unreachable, AdmissionNo("ZY1"), number("YJ"))

    (exchange,) = his.exchanges.kept
    assert (exchange.status, exchange.response_sha256) == ("unavailable", None)


async def test_nothing_listens_and_the_second_call_says_so_too(his: SimulatedHis) -> None:
    for _ in range(2):
        with pytest.raises(Unavailable):
            await save(his.unreachable, AdmissionNo("ZY1"), number("YJ"))


async def test_a_listener_that_does_not_speak_grpc_gets_nothing_of_the_request(
    his: SimulatedHis,
) -> None:
    got = bytearray()
    over = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(4096):
            got.extend(chunk)
        writer.transport.abort()
        over.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    adapter = his.reached_at(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    ours = number("YJ")

    with pytest.raises(Unavailable):
        await save(adapter, AdmissionNo("ZY1"), ours)
    await adapter.close()
    await asyncio.wait_for(over.wait(), 5)
    server.close()
    await server.wait_closed()

    assert got.startswith(b"PRI * HTTP/2.0")
    assert ours.encode() not in got


async def test_an_answer_that_breaks_off_is_unknown_and_the_his_has_acted(
    his: SimulatedHis, relay: TcpRelay, relayed: GrpcHospital
) -> None:
    no = await his.admit(insured=False)
    await relayed.admission(no)
    relay.answers = Answers.SWALLOW_AND_BREAK
    ours = number("YJ")

    with pytest.raises(OutcomeUnknown) as unknown:
        await save(relayed, no, ours)

    assert unknown.value.code == "UNAVAILABLE"
    assert (await his.hospital.find(ours, NumberUse.DEPOSIT)).found


async def test_an_answer_that_never_comes_is_unknown_and_the_his_has_acted(
    his: SimulatedHis, relay: TcpRelay, relayed: GrpcHospital
) -> None:
    no = await his.admit(insured=False)
    await relayed.admission(no)
    relay.answers = Answers.SWALLOW
    ours = number("YJ")

    with pytest.raises(OutcomeUnknown) as unknown:
        await save(relayed, no, ours)

    assert unknown.value.code == "DEADLINE_EXCEEDED"
    assert (await his.hospital.find(ours, NumberUse.DEPOSIT)).found


async def test_after_a_lost_answer_the_same_adapter_can_ask_at_once(
    his: SimulatedHis, relay: TcpRelay, relayed: GrpcHospital
) -> None:
    no = await his.admit(insured=False)
    relay.acted_seconds = 0.02

    for _ in range(40):  # a call that meets the same broken connection does so only now and then
        await relayed.admission(no)
        relay.answers = Answers.SWALLOW_AND_BREAK
        with pytest.raises(OutcomeUnknown):
            await save(relayed, no, number("YJ"))
        relay.answers = Answers.PASS
        assert await relayed.admission(no) is not None


async def test_a_his_that_comes_back_is_reached_again_within_seconds(
    his: SimulatedHis, relay: TcpRelay, relayed: GrpcHospital
) -> None:
    no = await his.admit(insured=False)
    await relayed.admission(no)
    await relay.stop()
    with pytest.raises(Unavailable):
        await until_noticed(relayed, no)
    await relay.start()

    async with asyncio.timeout(5):
        while True:
            try:
                assert await relayed.admission(no) is not None
                break
            except Unavailable:
                await asyncio.sleep(0.1)


async def until_noticed(hospital: GrpcHospital, no: AdmissionNo) -> None:
    """Asks again while the broken connection itself is what fails; then nobody listens."""
    for _ in range(3):
        try:
            await hospital.admission(no)
        except OutcomeUnknown:
            continue
