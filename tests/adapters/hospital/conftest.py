"""The adapter before the HIS simulator (`his`) and before a scripted server (`scripted`)."""

import socket
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from adapters.hospital.his_grpc import GrpcHospital
from tests.adapters.hospital.scripted_his import ScriptedHis
from tests.conformance.hospital.simulated_his import (
    BEIJING,
    KEY_ID,
    SECRET,
    HisProcess,
    KeptExchanges,
    MachineClock,
    SimulatedHis,
)


@pytest.fixture(scope="session")
def his_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HisProcess]:
    """One HIS simulator for the session."""
    process = HisProcess(tmp_path_factory.mktemp("his"))
    yield process
    process.stop()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Bound and not listening: nobody else can get the port, and a connection is refused."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield closed.getsockname()[1]


@pytest.fixture
async def his(his_process: HisProcess, closed_port: int) -> AsyncIterator[SimulatedHis]:
    """The simulator with empty books."""
    async with httpx.AsyncClient(base_url=f"http://{his_process.control}") as control:
        his = SimulatedHis(his_process, control, closed_port)
        await his.act("reset", {"seed": 7})
        yield his
        await his.close()


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedHis]:
    """A server without replies yet."""
    server = ScriptedHis()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def exchanges() -> KeptExchanges:
    return KeptExchanges()


@pytest.fixture
async def hospital(scripted: ScriptedHis, exchanges: KeptExchanges) -> AsyncIterator[GrpcHospital]:
    """The adapter before the scripted server."""
    adapter = GrpcHospital(
        scripted.wire,
        KEY_ID,
        SECRET,
        zone=BEIJING,
        exchanges=exchanges,
        clock=MachineClock(),
        deadline_seconds=5.0,
    )
    yield adapter
    await adapter.close()
