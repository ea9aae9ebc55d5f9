"""The HIS simulator as a process of its own, driven through its control API."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from adapters.hospital.his_grpc import GrpcHospital
from domain.identifiers import AdmissionNo, ChargeNo
from domain.money import Money
from ports.clock import Clock
from ports.exchanges import Exchange, Exchanges
from tests.conformance.hospital.world import HospitalWorld, WardRefused

KEY_ID, SECRET = "medsettle-test", "not-a-secret-0123456789abcdef"
BEIJING = ZoneInfo("Asia/Shanghai")
DEADLINE_SECONDS = 2.0
OPERATIONS = {
    "admission": "GetAdmission",
    "lock": "Lock",
    "confirm_pre_settlement": "ConfirmPreSettlement",
    "post_settlement": "PostSettlement",
    "cancel_settlement": "CancelSettlement",
    "save_deposit": "SaveDeposit",
    "return_deposit": "CancelDeposit",
}


class MachineClock(Clock):
    """Business time that nobody moves."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class KeptExchanges(Exchanges):
    """Exchanges in the order they were recorded."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []

    async def record(self, exchange: Exchange) -> None:
        self.kept.append(exchange)


class HisProcess:
    """python -m simulators his, from the first line it prints to its end."""

    def __init__(self, folder: Path) -> None:
        config = folder / "his.json"
        config.write_text(json.dumps({"keys": {KEY_ID: SECRET}}))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulators", "his", "--config", str(config), "--seed", "7"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline())
        self.wire: str = ready["wire"]
        self.control: str = ready["control"]

    def stop(self) -> None:
        """SIGTERM, and it ends by itself."""
        self._process.terminate()
        assert self._process.wait(timeout=10) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()


class SimulatedHis(HospitalWorld):
    """GrpcHospital with the simulator behind it."""

    def __init__(self, process: HisProcess, control: httpx.AsyncClient, closed_port: int) -> None:
        self.wire = process.wire
        self.exchanges = KeptExchanges()
        self.hospital = self.reached_at(process.wire)
        self.stranger = self.reached_at(process.wire, secret="wrong-secret-0123456789abcdef")
        self.unreachable = self.reached_at(f"127.0.0.1:{closed_port}")
        self._control = control

    def reached_at(
        self, target: str, *, secret: str = SECRET, deadline_seconds: float = DEADLINE_SECONDS
    ) -> GrpcHospital:
        """An adapter for another address or secret; its exchanges are kept here too."""
        return GrpcHospital(
            target,
            KEY_ID,
            secret,
            zone=BEIJING,
            exchanges=self.exchanges,
            clock=MachineClock(),
            deadline_seconds=deadline_seconds,
        )

    def today(self) -> date:
        return datetime.now(BEIJING).date()

    async def admit(self, *, insured: bool) -> AdmissionNo:
        category = "insured" if insured else "self_pay"
        body = {"patient_name": "测试患者", "fee_category": category}
        return AdmissionNo((await self.act("admissions", body))["admission_no"])

    async def charge(self, no: AdmissionNo, amount: Money) -> ChargeNo:
        line = {"item_code": "D001", "quantity": "1", "unit_price": amount.yuan()}
        body = {"admission_no": no, "charges": [line]}
        return ChargeNo((await self.act("admissions/charges", body))["charge_nos"][0])

    async def charge_lines(self, no: AdmissionNo, lines: int) -> Money:
        booked = await self.act("admissions/charges", {"admission_no": no, "lines": lines})
        return Money(booked["total_fen"])

    async def withdraw(self, charge: ChargeNo) -> None:
        await self.act("charges/cancel", {"charge_no": charge})

    async def order_discharge(self, no: AdmissionNo) -> None:
        await self.act("admissions/order-discharge", {"admission_no": no})

    async def lose_request(self, operation: str) -> None:
        await self._fault(operation, "no_answer_before_effect")

    async def lose_answer(self, operation: str) -> None:
        await self._fault(operation, "no_answer_after_effect")

    async def fall_silent(self, operation: str) -> None:
        await self._fault(operation, "silent")

    async def act(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One control act; WardRefused when the HIS refuses it."""
        answer = await self._control.post(f"/_control/{path}", json=body)
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise WardRefused(answer.json()["error"])
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    async def journal(self) -> list[dict[str, Any]]:
        """What the HIS saw on its wire."""
        answer = await self._control.get("/_control/journal")
        entries: list[dict[str, Any]] = answer.raise_for_status().json()["exchanges"]
        return entries

    async def close(self) -> None:
        """Ends the adapters' connections."""
        for adapter in (self.hospital, self.stranger, self.unreachable):
            await adapter.close()

    async def _fault(self, operation: str, kind: str) -> None:
        await self.act("faults", {"operation": OPERATIONS[operation], "kind": kind})
