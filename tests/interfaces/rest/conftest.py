"""The API over ASGI, signed as a channel would; nothing behind it but what a test puts there.

Journeys over real processes are in tests/journeys; here is the edge alone, or over a cash desk.
"""

import json
import secrets
from collections.abc import AsyncIterator, Iterator, MutableMapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import structlog.testing
from fastapi import FastAPI

from adapters.postgres.engine import make_engine
from adapters.postgres.schema import migrate
from adapters.postgres.store import PostgresStore
from adapters.system.numbers import RandomNumbers
from application.advance_plan import AdvancePlan
from application.billing.tell_patients import TellPatients
from application.deposits.effects import SaveToHis
from application.deposits.top_up_deposit import TopUpDeposit
from application.visits.refresh_admission import RefreshAdmission
from domain.access.signature import sign
from domain.deposits.plan import SAVE_TO_HIS
from domain.identifiers import InstitutionId
from domain.kinds import PLAN_KINDS
from domain.visits.institution import InstitutionRules
from interfaces.rest.app import rest_app
from interfaces.rest.uses import Application, Uses
from tests.conformance.hospital.simulated_his import HisProcess, MachineClock, SimulatedHis

NOW = datetime(2024, 1, 1, tzinfo=UTC)  # 1704067200, as in the vector of contracts/README.md
INSTITUTION = InstitutionId("H00000000001")
SECRET = "0123456789abcdef0123456789abcdef"


class Unreached:
    """A use case that no request of these tests may reach."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was reached")

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("a use case was called")


class Standing:
    """The clock stands still."""

    def now(self) -> datetime:
        return NOW


class Nonces:
    """The one thing of a store that authentication writes."""

    def __init__(self) -> None:
        self.burnt: set[tuple[str, str]] = set()

    async def use_nonce(self, key_id: str, nonce: str) -> bool:
        fresh = (key_id, nonce) not in self.burnt
        self.burnt.add((key_id, nonce))
        return fresh


class Channel:
    """Signs and sends."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient) -> None:
        self.app = app
        self.client = client

    async def call(
        self, method: str, path: str, body: object = None, **overridden: str
    ) -> httpx.Response:
        """One signed call. `overridden` replaces headers after signing, `_` standing for `-`."""
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        headers = self.signed(method, path, raw)
        if method == "POST":
            headers |= {"Idempotency-Key": secrets.token_hex(8), "Content-Type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in overridden.items()}
        headers = {name: value for name, value in headers.items() if value != "absent"}
        return await self.client.request(method, path, content=raw, headers=headers)

    def signed(
        self, method: str, path: str, raw: bytes, *, at: int = 1704067200, key: str = "demo-channel"
    ) -> dict[str, str]:
        """The four headers."""
        nonce = secrets.token_hex(16)
        return {
            "Medsettle-Key-Id": key,
            "Medsettle-Timestamp": str(at),
            "Medsettle-Nonce": nonce,
            "Medsettle-Signature": sign(SECRET, method, path, str(at), nonce, raw),
        }


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged; otherwise structlog would paint every traceback with its locals."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def parts() -> dict[str, Any]:
    """What the API is built over; a test replaces what it needs."""
    given: dict[str, Any] = {field.name: Unreached() for field in fields(Uses)}
    given["clock"] = Standing()
    given["store"] = Nonces()
    given["applications"] = {
        key: Application(key_id=key, name=key, secret=SECRET, role=role)
        for key, role in (("demo-channel", "channel"), ("demo-operations", "operations"))
    }
    return given


@pytest.fixture
async def channel(parts: dict[str, Any]) -> AsyncIterator[Channel]:
    """A channel of the API built over `parts`."""
    app = rest_app(Uses(**parts))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://platform") as client:
        yield Channel(app, client)


@pytest.fixture(scope="session")
def his_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HisProcess]:
    process = HisProcess(tmp_path_factory.mktemp("his"))
    yield process
    process.stop()


@pytest.fixture
async def his(his_process: HisProcess) -> AsyncIterator[SimulatedHis]:
    async with httpx.AsyncClient(base_url=f"http://{his_process.control}") as control:
        his = SimulatedHis(his_process, control, 9)
        await his.act("reset", {"seed": 7})
        yield his
        await his.close()


@pytest.fixture
async def behind(database_url: str, his: SimulatedHis) -> AsyncIterator[dict[str, Any]]:
    """A cash desk: PostgreSQL, and the HIS simulator on its wire."""
    await migrate(database_url)
    engine = make_engine(database_url, pool_size=4)
    store = PostgresStore(engine, INSTITUTION, PLAN_KINDS)
    clock = MachineClock()
    advance = AdvancePlan(store, clock, {SAVE_TO_HIS: SaveToHis(his.hospital)})
    refresh = RefreshAdmission(store, his.hospital)
    top_up = TopUpDeposit(
        store, clock, RandomNumbers(), INSTITUTION, InstitutionRules(), {}, refresh, advance
    )
    yield {
        "store": store,
        "clock": clock,
        "advance": advance,
        "refresh": refresh,
        "top_up": top_up,
        "tell": TellPatients(store, clock, InstitutionRules()),
    }
    await engine.dispose()
