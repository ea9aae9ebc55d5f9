"""Every insurer adapter with its world behind it; a new one is one more parameter of `world`."""

import socket
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from adapters.insurance.nhsa_core import REGIONS
from ports.insurer import Insurer
from tests.conformance.insurer.simulated_core import TLS, CoreProcess, SimulatedCore
from tests.conformance.insurer.world import InsurerWorld


@pytest.fixture(scope="session", params=sorted(REGIONS))
def core_process(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CoreProcess]:
    """One simulator a region for the session; every test finds its books empty."""
    process = CoreProcess(REGIONS[request.param], tmp_path_factory.mktemp(request.param))
    yield process
    process.stop()


@pytest.fixture
async def world(core_process: CoreProcess) -> AsyncIterator[InsurerWorld]:
    """An insurer with empty books. A fault that was asked for and never fired fails the test."""
    async with httpx.AsyncClient(base_url=core_process.control, verify=TLS) as control:
        # Bound and not listening: nobody else can get the port, and a connection is refused.
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{closed.getsockname()[1]}"
            core = SimulatedCore(core_process, control, address)
            await core.act("reset", {"seed": 7})
            yield core
            assert await core.unfired() == []
            await core.close()


@pytest.fixture
def insurer(world: InsurerWorld) -> Insurer:
    """The adapter under test."""
    return world.insurer
