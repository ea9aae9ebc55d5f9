"""H11.9, H11.12: a discharge where bodies are sealed; and one where the account counts as fund. One
word chooses the region; nothing else of the journey differs.

The bill, by hand (an employee, deductible 800, then 85 %): 胆囊切除 2860.00 (乙 5 %) = 143.00 paid
first, 2717.00 in scope; 护理 10 × 34.00; 镇痛泵 620.00 (丙) his own; 陪护餐费 35.00 without a code.
Fund: 85 % of 1917.00 and of 340.00 = 1629.45 + 289.00 = 1918.45 of 3820.00, leaving 1901.55.
"""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from interfaces.demo.actors import Cast
from interfaces.demo.channel import Channel
from interfaces.sandbox.credentials import open_credentials, simulator_configs
from interfaces.sandbox.hospital import OPENID, Endpoint, Sandbox
from interfaces.sandbox.processes import Processes
from tests.journeys.outside import (
    DAY_SECONDS,
    Outside,
    beijing_date,
    cast_of,
    insured_person,
    insured_stay,
    restart_platform,
    settle,
    settled,
)
from tests.journeys.recording_proxy import RecordingProxy

Json = dict[str, Any]
ITEMS = {"S001": 1, "N001": 10, "M003": 1, "O001": 1}
CODES = ("003315050040000-331505004", "001201000020000-120100002", "C15010199000008000")
TOTAL, UPLOADED, FUND, LEFT, MEALS = 3855_00, 3820_00, 1918_45, 1901_55, 35_00


@dataclass(slots=True)
class Clock:
    """Business time of one hospital."""

    sandbox: Sandbox
    offset: int = 0

    def now(self) -> int:
        """As Unix seconds."""
        return int(time.time()) + self.offset

    def forward(self, seconds: int) -> None:
        """All clocks of the hospital and of everybody around it."""
        self.offset += seconds
        self.sandbox.move_clock(self.offset)


@contextmanager
def hospital(folder: Path, **given: Any) -> Iterator[tuple[Cast, Clock]]:
    """A hospital of its own in a region, and a cast for it."""
    with Sandbox(folder, seed=7, **given) as sandbox, httpx.Client(timeout=60) as client:
        clock = Clock(sandbox)
        keys = sandbox.credentials
        channel = Channel(sandbox.rest_url, "demo-channel", keys.channel_secret, clock.now, client)
        operations = Channel(
            sandbox.rest_url, "demo-operations", keys.operations_secret, clock.now, client
        )
        cast = cast_of(sandbox, channel, operations)
        yield cast, clock
        assert [check for check in cast.record.checks if not check.holds] == []


# --- bodies encrypted with SM4 and signed with SM2 ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sealed:
    """One discharge over an encrypted wire."""

    cast: Cast
    wire: RecordingProxy  # on the insurer's wire
    secrets: tuple[str, ...]  # what must never be readable on it
    sm4_key: bytes
    opened: Json  # pre-settled
    short: Json  # settled 7 fen away, waiting for them
    number: str


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    """Admission to discharge in region assumed_encrypted, all of it on record."""
    folder, region = tmp_path_factory.mktemp("encrypted"), "assumed_encrypted"
    keys = open_credentials(folder / "credentials")
    config = folder / "core.json"
    config.write_text(json.dumps(simulator_configs(keys, OPENID, region)["nhsa_core"]))
    processes = Processes(folder / "logs")
    core = processes.start("core", ["simulators", "nhsa_core", "--config", str(config)], {})
    wire = RecordingProxy(core.ready["wire"])
    try:
        endpoint = Endpoint(wire.address, core.ready["control"])
        given = {"region": region, "endpoints": {"nhsa_core": endpoint}}
        with hospital(folder, **given) as (cast, _):
            yield _discharged(cast, wire)
    finally:
        wire.close()
        processes.stop()


def _discharged(cast: Cast, wire: RecordingProxy) -> Sealed:
    person = insured_person(cast.sandbox, balc_fen=0)
    no = insured_stay(cast, person)
    cast.pay_native(no, 1000_00)
    cast.charge_items(no, **ITEMS)
    opened = settle(cast, no)
    number = opened["no"]
    cast.pay_native(no, opened["cover"]["short_fen"])
    away = {"operation": "2304", "kind": "settle_off_by", "args": {"fen": 7}}
    cast.sandbox.control("nhsa_core", "faults", away)
    short = cast.channel.post(f"/v1/settlements/{number}:confirm", {"by": "cashier-1"})
    cast.pay_native(no, 7)
    settled(cast, number)
    restart_platform(cast.sandbox)
    return Sealed(
        cast=cast,
        wire=wire,
        secrets=(person.name, person.id_card, person.person_no, *CODES),
        sm4_key=cast.sandbox.credentials.insurer.sm4_key.encode(),
        opened=opened,
        short=short,
        number=number,
    )


def _require_sealed(sealed: Sealed, infno: str) -> Json:
    """The one call of this kind: nothing of it readable on the wire, signed and taken as genuine.
    Returns what only the key opens."""
    crossed = b"".join(bytes(one.sent + one.answered) for one in sealed.wire.connections)
    for secret in sealed.secrets:
        assert secret.encode() not in crossed
        assert json.dumps(secret).strip('"').encode() not in crossed
    [envelope] = [one for one in _envelopes(sealed.wire) if one["infno"] == infno]
    assert (envelope["signtype"], bool(envelope["cainfo"])) == ("SM2", True)
    [call] = Outside(sealed.cast.sandbox).calls("nhsa_core", infno)
    assert (call["status"], call["signature"]) == ("0", "verified")
    decryptor = Cipher(SM4(sealed.sm4_key), modes.ECB()).decryptor()
    plain = decryptor.update(base64.b64decode(envelope["input"])) + decryptor.finalize()
    opened: Json = json.loads(plain[: -plain[-1]])
    return opened


def _envelopes(wire: RecordingProxy) -> Iterator[Json]:
    """The bodies of the requests; the core's client sends no other JSON."""
    for connection in wire.connections:
        for request in bytes(connection.sent).split(b"POST /")[1:]:
            yield json.loads(request.partition(b"\r\n\r\n")[2])


@pytest.mark.requirement("H11.9")
def test_an_encrypted_upload_is_pre_settled_stored_and_held_against_the_deposit(sealed: Sealed):
    """H11.9: encrypted upload; result stored; difference with deposit computed."""
    uploaded = _require_sealed(sealed, "2301")
    assert sorted(line["med_list_codg"] for line in uploaded["feedetail"]) == sorted(CODES)
    asked = _require_sealed(sealed, "2303")
    assert asked["data"]["medfee_sumamt"] == "3820.00"
    stored = sealed.cast.settlement(sealed.number)["pre_settled"]
    assert stored == sealed.opened["pre_settled"]
    assert (stored["total_fen"], stored["fund_total_fen"]) == (UPLOADED, FUND)
    assert (stored["own_expense_fen"], stored["cash_fen"]) == (620_00, LEFT)
    assert sealed.opened["cover"] == {
        "due_fen": LEFT + MEALS,
        "deposit_fen": 1000_00,
        "short_fen": 936_55,
        "surplus_fen": 0,
        "topped_up_fen": 0,
    }


@pytest.mark.requirement("H11.12")
def test_an_encrypted_settlement_is_stored_and_held_against_the_deposit(sealed: Sealed):
    """H11.12: encrypted settlement; result stored; difference with deposit computed, from the
    settled figures: the insurer settles 7 fen away from its own pre-settlement."""
    asked = _require_sealed(sealed, "2304")
    assert asked["data"]["medfee_sumamt"] == "3820.00"
    [theirs] = Outside(sealed.cast.sandbox).insurer("settlements")
    assert (theirs["fund_fen"], theirs["cash_fen"]) == (FUND - 7, LEFT + 7)
    done = sealed.cast.settlement(sealed.number)
    stored = done["settled"]
    assert stored["settlement_id"] == theirs["setl_id"]
    assert (stored["total_fen"], stored["fund_total_fen"]) == (UPLOADED, FUND - 7)
    assert stored["cash_fen"] == LEFT + 7
    assert sealed.short["waiting_for"]["code"] == "deposit_short"
    assert sealed.short["cover"]["short_fen"] == 7
    assert (done["state"], done["difference_fen"]) == ("finished", 7)
    assert done["cover"]["due_fen"] == done["cover"]["deposit_fen"] == LEFT + 7 + MEALS
    assert {share["payer"]: share["amount_fen"] for share in done["shares"]} == {
        "pooled_fund": FUND - 7,
        "deposit": LEFT + 7 + MEALS,
    }


# --- a gateway by token, a fund sum that counts the personal account -----------------------------


def test_a_region_that_counts_the_account_into_its_fund_settles_in_exact_shares(tmp_path: Path):
    with hospital(tmp_path, region="guangdong_x_tif") as (cast, clock):
        outside = Outside(cast.sandbox)
        day = beijing_date(clock)
        no = insured_stay(cast, insured_person(cast.sandbox, balc_fen=500_00))
        cast.charge_items(no, **ITEMS)
        cast.pay_native(no, LEFT - 500_00 + MEALS)
        done = settled(cast, settle(cast, no, confirmed=True)["no"])
        [theirs] = outside.insurer("settlements")
        assert (theirs["fund_fen"], theirs["personal_account_fen"]) == (FUND, 500_00)
        assert done["settled"]["fund_total_fen"] == FUND + 500_00  # as this region writes it
        borne = {share["payer"]: share["amount_fen"] for share in done["shares"]}
        assert borne == {
            "pooled_fund": FUND,
            "personal_account": 500_00,
            "deposit": LEFT - 500_00 + MEALS,
        }
        assert sum(borne.values()) == done["bill"]["total_fen"] == TOTAL
        assert (done["breaches"], done["difference_fen"]) == ([], 0)
        [posted] = outside.his("settlements", number=done["no"])
        assert {payer: fen for payer, fen in posted["shares"].items() if fen} == borne
        assert {call["status"] for call in outside.calls("nhsa_core", "2304")} == {"0"}
        clock.forward(DAY_SECONDS)
        if beijing_date(clock) == day:
            clock.forward(DAY_SECONDS)
        body = {"system": "insurer", "date": day}
        result = cast.operations.post("/v1/reconciliations", body)
        assert (result["balanced"], result["ours_count"], result["theirs_count"]) == (True, 1, 1)
        assert result["theirs_total_fen"] == UPLOADED
