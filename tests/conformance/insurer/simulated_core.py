"""The simulator of the insurer's core as a process of its own, one for each region."""

import base64
import json
import ssl
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from gmssl_pyx import sm2_key_generate

from adapters.insurance.nhsa_core import (
    BodyKeys,
    Credentials,
    GatewayStyle,
    NhsaCore,
    Operator,
    Region,
)
from domain.insurance.person import Credential, CredentialKind
from domain.money import Money
from ports.clock import Clock
from ports.exchanges import Exchange, Exchanges
from tests.conformance.insurer.world import BookedSettlement, InsurerWorld, Patient

PLACE = "009900"
PATIENCE_SECONDS = 1.0
TLS = ssl.create_default_context()  # unused on loopback, and slow to build for every client
SM4_KEY = "0123456789ABCDEF"
OPERATOR = Operator(code="CASHIER01", name="测试收费员")
OPERATIONS = {
    "identify": "1101",
    "upload_charges": "2301",
    "withdraw_charges": "2302",
    "pre_settle": "2303",
    "settle": "2304",
    "cancel_settlement": "2305",
    "register_admission": "2401",
    "register_discharge": "2402",
    "change_registration": "2403",
    "withdraw_registration": "2404",
    "undo_discharge": "2405",
    "reverse": "2601",
    "compare_rows": "3202",
    "find_settlement": "5203",
    "find_registrations": "5303",
}


class MachineClock(Clock):
    """Business time; a test may move it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class KeptExchanges(Exchanges):
    """Exchanges in the order they were recorded."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []

    async def record(self, exchange: Exchange) -> None:
        self.kept.append(exchange)


class SharedSerials:
    """What the database does for all processes: a serial unique within each second."""

    def __init__(self) -> None:
        self._given: defaultdict[datetime, int] = defaultdict(int)

    async def __call__(self, at: datetime) -> int:
        self._given[at] += 1
        return self._given[at]


class BodyKeyPairs:
    """The hospital's and the centre's SM2 keys, fresh for each process."""

    def __init__(self) -> None:
        public, private = sm2_key_generate()
        centre_public, centre_private = sm2_key_generate()
        self.hospital = BodyKeys(
            sm4_key=SM4_KEY,
            private_key=_base64(private),
            public_key=_base64(b"\4" + public),
            centre_public_key=_base64(b"\4" + centre_public),
        )
        self.centre_private = _base64(centre_private)


class CoreProcess:
    """python -m simulators nhsa_core for one region, from its ready line to its end."""

    def __init__(self, region: Region, folder: Path, **more: object) -> None:
        self.region = region
        self.keys = BodyKeyPairs()
        config = folder / "nhsa_core.json"
        config.write_text(json.dumps(self._config() | more))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulators", "nhsa_core", "--config", str(config)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline())
        self.wire = f"http://{ready['wire']}"
        self.control = f"http://{ready['control']}"

    def credentials(self, *, secret: str = "SECRET0001") -> Credentials:
        return Credentials(
            fixmedins_code="H00000000001",
            fixmedins_name="测试医院",
            mdtrtarea_admvs=PLACE,
            access_key="KEY0001",
            secret=secret,
            body_keys=self.keys.hospital if self.region.sealed_bodies else None,
        )

    def stop(self) -> None:
        """SIGTERM, and it ends by itself."""
        self._process.terminate()
        assert self._process.wait(timeout=10) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _config(self) -> dict[str, object]:
        region = self.region
        aksk = region.gateway is GatewayStyle.AK_SK
        door: dict[str, object] = (
            {"gateway": "aksk", "access_key": "KEY0001", "secret_key": "SECRET0001"}
            if aksk
            else {"gateway": "x_tif", "paasid": "KEY0001", "token": "SECRET0001"}
        )
        sealed: dict[str, object] = {
            "body_cipher": "sm4_sm2",
            "sm4_key": SM4_KEY,
            "hospital_public_key": self.keys.hospital.public_key,
            "centre_private_key": self.keys.centre_private,
        }
        return {
            **door,
            **(sealed if region.sealed_bodies else {}),
            "edition": "baseline",
            "infcode_as_text": not aksk,
            "sign_in_required": region.sign_in_required,
            "fund_includes_personal_account": region.profile.fund_includes_personal_account,
        }


class SimulatedCore(InsurerWorld):
    """NhsaCore with the simulator behind it."""

    def __init__(
        self, process: CoreProcess, control: httpx.AsyncClient, closed_address: str
    ) -> None:
        self.process = process
        self.clock = MachineClock()
        self.exchanges = KeptExchanges()
        self.serials = SharedSerials()
        self.insurer = self.reached_at(process.wire)
        self.colleague = self.reached_at(process.wire)
        self.unreachable = self.reached_at(closed_address)
        self.signs_answers = process.region.sealed_bodies
        self.in_force = _patient("1", "测试在职", "000000198503150016")
        self.suspended = _patient("4", "测试暂停", "000000199001010044")
        self._control = control

    def reached_at(self, base_url: str, *, credentials: Credentials | None = None) -> NhsaCore:
        """An adapter for another address or other credentials; its exchanges are kept here too."""
        return NhsaCore(
            region=self.process.region,
            credentials=credentials or self.process.credentials(),
            operator=OPERATOR,
            base_url=base_url,
            exchanges=self.exchanges,
            clock=self.clock,
            message_numbers=self.serials,
            timeout_seconds=PATIENCE_SECONDS,
            tls=TLS,
        )

    async def lose_request(self, operation: str) -> None:
        await self.arm(OPERATIONS[operation], "no_answer_before_effect")

    async def lose_answer(self, operation: str) -> None:
        await self.arm(OPERATIONS[operation], "no_answer_after_effect")

    async def break_answer(self, operation: str) -> None:
        await self.arm(OPERATIONS[operation], "half_answer")

    async def answer_late(self, operation: str) -> None:
        late = {"seconds": PATIENCE_SECONDS + 0.5}
        await self.arm(OPERATIONS[operation], "delay", args=late)

    async def spoil_signature(self, operation: str) -> None:
        await self.arm(OPERATIONS[operation], "bad_signature")

    async def refuse(self, operation: str, text: str) -> None:
        await self.arm(OPERATIONS[operation], "refuse", args={"message": text})

    async def alter(self, settlement_id: str, difference: Money) -> None:
        change = {"setl_id": settlement_id, "field": "medfee_fen", "fen": difference.fen}
        await self.act("books/alter", change)

    async def booked(self) -> tuple[BookedSettlement, ...]:
        return tuple(
            BookedSettlement(
                settlement_id=row["setl_id"],
                message_no=row["msgid"],
                live=row["kind"] == "settlement" and row["reversed_by"] is None,
                total=Money(row["medfee_fen"]),
                pooled_fund=Money(row["fund_fen"]),
                personal_account=Money(row["personal_account_fen"]),
                cash=Money(row["cash_fen"]),
            )
            for row in (await self.books())["settlements"]
            if not row["taken_back"]
        )

    async def uploaded_total(self, registration_no: str) -> Money:
        stays = (await self.books())["stays"]
        return next(Money(one["total_fen"]) for one in stays if one["mdtrt_id"] == registration_no)

    async def unfired(self) -> list[str]:
        faults = await self._get("faults")
        return [f"{one['operation']} {one['kind']}" for one in faults["faults"] if not one["fired"]]

    async def arm(self, infno: str, kind: str, **more: object) -> None:
        """One fault of the simulator."""
        await self.act("faults", {"operation": infno, "kind": kind, **more})

    async def act(self, path: str, body: dict[str, Any]) -> None:
        """One control act, which must be possible."""
        answer = await self._control.post(f"/_control/{path}", json=body)
        assert answer.status_code == httpx.codes.OK, answer.text

    async def books(self) -> dict[str, Any]:
        """The centre's own books."""
        return await self._get("books")

    async def journal(self) -> list[dict[str, Any]]:
        """What the centre saw on its wire."""
        entries: list[dict[str, Any]] = (await self._get("journal"))["exchanges"]
        return entries

    async def close(self) -> None:
        """Ends the adapters' connections."""
        for adapter in (self.insurer, self.colleague, self.unreachable):
            await adapter.close()

    async def _get(self, path: str) -> dict[str, Any]:
        answer = await self._control.get(f"/_control/{path}")
        told: dict[str, Any] = answer.raise_for_status().json()
        return told


def _patient(number: str, name: str, id_card: str) -> Patient:
    """One of the people every run of the simulator knows."""
    return Patient(
        name=name,
        insurance_type="310",
        id_card=Credential(CredentialKind.ID_CARD, id_card),
        social_card=Credential(
            CredentialKind.SOCIAL_CARD, f"A0000000{number}", f"SN0000000{number}"
        ),
        e_credential=Credential(CredentialKind.E_CREDENTIAL, f"EC{int(number):028d}"),
    )


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
