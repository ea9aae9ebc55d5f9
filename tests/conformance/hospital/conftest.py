"""Every HIS adapter with its world behind it. A new adapter is one more parameter of `world`."""

import socket
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from ports.hospital import Hospital
from tests.conformance.hospital.simulated_his import HisProcess, SimulatedHis
from tests.conformance.hospital.world import HospitalWorld


@pytest.fixture(scope="session")
def his_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HisProcess]:
    """One HIS simulator for the session; every test finds its books empty."""
    process = HisProcess(tmp_path_factory.mktemp("his"))
    yield process
    process.stop()


@pytest.fixture(params=["his_grpc"])
async def world(his_process: HisProcess) -> AsyncIterator[HospitalWorld]:
    """A HIS with empty books."""
    async with httpx.AsyncClient(base_url=f"http://{his_process.control}") as control:
        # Bound and not listening: nobody else can get the port, and a connection is refused.
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            his = SimulatedHis(his_process, control, closed.getsockname()[1])
            await his.act("reset", {"seed": 7})
            yield his
            await his.close()


@pytest.fixture
def hospital(world: HospitalWorld) -> Hospital:
    """The adapter under test."""
    return world.hospital
