"""One hospital for all journeys: real PostgreSQL, simulators, API and worker as processes.

Journeys share it, so each admits its own patients and asserts only about them. A journey that moves
clocks, arms faults or restarts processes cleans up behind itself.
"""

import random
import time
from collections.abc import Iterator

import httpx
import pytest

from interfaces.demo.actors import Cast
from interfaces.demo.channel import Channel
from interfaces.demo.record import Record
from interfaces.sandbox.hospital import SIMULATORS, Sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The hospital, started once."""
    with Sandbox(tmp_path_factory.mktemp("hospital"), seed=7) as running:
        yield running


@pytest.fixture(scope="session")
def business_time(sandbox: Sandbox) -> "BusinessTime":
    """The clock of the hospital and of everybody around it."""
    return BusinessTime(sandbox)


class BusinessTime:
    """Moves all clocks together; only forwards, because journeys share them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.offset = 0

    def now(self) -> int:
        """Business time as Unix seconds."""
        return int(time.time()) + self.offset

    def forward(self, seconds: int) -> None:
        """Later by that much."""
        self.offset += seconds
        self._sandbox.move_clock(self.offset)


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """Connections to the API."""
    with httpx.Client(timeout=60) as opened:
        yield opened


@pytest.fixture(scope="session")
def channel(sandbox: Sandbox, business_time: BusinessTime, client: httpx.Client) -> Channel:
    """A channel application with its key."""
    secret = sandbox.credentials.channel_secret
    return Channel(sandbox.rest_url, "demo-channel", secret, business_time.now, client)


@pytest.fixture(scope="session")
def operations(sandbox: Sandbox, business_time: BusinessTime, client: httpx.Client) -> Channel:
    """The operations application."""
    secret = sandbox.credentials.operations_secret
    return Channel(sandbox.rest_url, "demo-operations", secret, business_time.now, client)


@pytest.fixture
def cast(sandbox: Sandbox, channel: Channel, operations: Channel) -> Iterator[Cast]:
    """Patient, ward and cashier; every fault armed by the journey is disarmed behind it."""
    record = Record(tell=lambda _: None)
    yield Cast(sandbox, channel, operations, record, random.Random(7), lines=3)
    for system in SIMULATORS:
        url = f"http://{sandbox.endpoints[system].control}/_control/faults"
        httpx.delete(url, timeout=10).raise_for_status()
    failed = [check for check in record.checks if not check.holds]
    assert not failed, failed
