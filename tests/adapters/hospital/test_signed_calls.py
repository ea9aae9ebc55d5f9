"""What crosses the wire beside the message: the signature, and the record of the exchange."""

import asyncio
import hashlib
import hmac
from datetime import UTC, datetime
from typing import NoReturn

import grpc
import pytest

from adapters.hospital.his_grpc import GrpcHospital
from contracts.medsettle.his.v1 import his_pb2 as wire
from domain.identifiers import AdmissionNo
from ports.clock import Clock
from ports.errors import OutcomeUnknown, Refused
from ports.hospital import LockPurpose, NumberUse
from tests.adapters.hospital.scripted_his import SERVICE, Context, ScriptedHis
from tests.conformance.hospital.simulated_his import (
    BEIJING,
    KEY_ID,
    SECRET,
    KeptExchanges,
    SimulatedHis,
)
from tests.conformance.hospital.stays import number

NOT_FOUND = wire.QueryPostingResponse(state=wire.POSTING_STATE_NOT_FOUND)


class StoppedClock(Clock):
    """Business time that stands still."""

    def now(self) -> datetime:
        return datetime(2024, 1, 1, tzinfo=UTC)


async def test_the_signature_is_that_of_the_contracts_readme(
    scripted: ScriptedHis, exchanges: KeptExchanges
) -> None:
    scripted.replies["QueryPosting"] = NOT_FOUND
    adapter = GrpcHospital(
        scripted.wire, KEY_ID, SECRET, zone=BEIJING, exchanges=exchanges, clock=StoppedClock()
    )
    await adapter.find("JS1", NumberUse.SETTLEMENT)
    await adapter.close()

    (seen,) = scripted.seen
    nonce = seen.metadata["medsettle-nonce"]
    digest = hashlib.sha256(seen.message).hexdigest()
    lines = f"GRPC\n/{SERVICE}/QueryPosting\n1704067200\n{nonce}\n{digest}\n"
    expected = hmac.new(SECRET.encode(), lines.encode(), hashlib.sha256).hexdigest()
    assert seen.metadata["medsettle-key-id"] == KEY_ID
    assert seen.metadata["medsettle-timestamp"] == "1704067200"
    assert seen.metadata["medsettle-signature"] == expected
    assert 16 <= len(nonce) <= 64


async def test_every_call_has_a_nonce_of_its_own(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    scripted.replies["QueryPosting"] = NOT_FOUND
    for _ in range(5):
        await hospital.find("JS1", NumberUse.SETTLEMENT)

    assert len({seen.metadata["medsettle-nonce"] for seen in scripted.seen}) == 5


async def test_our_record_of_a_call_is_the_hiss_record_of_it(his: SimulatedHis) -> None:
    no = await his.admit(insured=False)
    ours = number("JS")
    await his.hospital.admission(no)
    with pytest.raises(Refused) as refused:
        await his.hospital.lock(ours, no, LockPurpose.SETTLE)
    with pytest.raises(Refused) as forged:
        await his.stranger.admission(no)

    theirs = [
        (each["operation"], each["status"], each["request_sha256"], each["response_sha256"])
        for each in await his.journal()
    ]
    kept = [
        (each.operation, each.status, each.request_sha256, each.response_sha256)
        for each in his.exchanges.kept
    ]
    assert (refused.value.code, forged.value.code) == ("DISCHARGE_NOT_ORDERED", "UNAUTHENTICATED")
    assert [row[1] for row in kept] == ["OK", "FAILED_PRECONDITION", "UNAUTHENTICATED"]
    assert kept == theirs
    verdicts = [each["signature"] for each in await his.journal()]
    assert verdicts == ["verified", "verified", "invalid"]
    assert [each.request_signature for each in his.exchanges.kept] == [
        "signed",
        "signed",
        "invalid",
    ]


async def test_an_exchange_says_where_what_and_under_which_number(
    scripted: ScriptedHis, hospital: GrpcHospital, exchanges: KeptExchanges
) -> None:
    scripted.replies["QueryPosting"] = NOT_FOUND
    await hospital.find("JS1", NumberUse.SETTLEMENT)

    (exchange,) = exchanges.kept
    assert (exchange.system, exchange.operation, exchange.direction) == (
        "his",
        "QueryPosting",
        "out",
    )
    assert f"{exchange.host}:{exchange.port}" == scripted.wire
    assert (exchange.key, exchange.algorithm) == ("JS1", "HMAC-SHA256")
    assert exchange.response_signature == "unsigned"


async def test_an_answer_that_is_no_message_is_unreadable_and_recorded(
    scripted: ScriptedHis, hospital: GrpcHospital, exchanges: KeptExchanges
) -> None:
    async def rubbish(_: bytes, __: Context) -> bytes:
        return b"\xff\xff\xff"

    scripted.replies["QueryPosting"] = rubbish
    with pytest.raises(OutcomeUnknown) as unknown:
        await hospital.find("JS1", NumberUse.SETTLEMENT)

    assert unknown.value.code == "unreadable"
    (exchange,) = exchanges.kept
    assert exchange.response_sha256 == hashlib.sha256(b"\xff\xff\xff").hexdigest()


async def test_a_his_that_says_unavailable_is_not_asked_again_and_is_unknown(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    async def overloaded(_: bytes, context: Context) -> NoReturn:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "later")

    scripted.replies["Unlock"] = overloaded
    with pytest.raises(OutcomeUnknown) as unknown:
        await hospital.unlock(number("JS"), AdmissionNo("ZY1"), "ZD1")

    assert unknown.value.code == "UNAVAILABLE"
    assert len(scripted.seen) == 1


async def test_a_call_given_up_by_its_caller_is_recorded(
    scripted: ScriptedHis, hospital: GrpcHospital, exchanges: KeptExchanges
) -> None:
    async def silent(_: bytes, __: Context) -> NoReturn:
        await asyncio.Event().wait()
        raise AssertionError

    scripted.replies["Unlock"] = silent
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await hospital.unlock(number("JS"), AdmissionNo("ZY1"), "ZD1")

    (exchange,) = exchanges.kept
    assert (exchange.status, exchange.response_sha256) == ("no_answer", None)


async def test_the_secret_is_in_no_repr(hospital: GrpcHospital) -> None:
    assert SECRET not in repr(hospital)
    assert KEY_ID not in repr(hospital)
