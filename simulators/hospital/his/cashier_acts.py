"""Control acts of the cashier when the HIS leads, and of whoever falsifies the books."""

from typing import Any

from google.protobuf.message import Message

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.control import BadAct
from simulators.hospital.his.act_fields import ActFields
from simulators.hospital.his.hospital import Hospital, Platform, platform
from simulators.hospital.his.platform_calls import PlatformAnswer, call_platform
from simulators.hospital.his.records import NumberKind, Settlement
from simulators.hospital.his.settling import book_settlement

CASHIER = "收费员01"


async def post_by_cashier(his: Hospital, body: dict[str, Any]) -> dict[str, Any]:
    """收费员入账: books the settlement once; tells Medsettle every time unless `tell` is false."""
    fields = ActFields(body, "settlement_no", "receipt_no", "insurance_settlement_id", "tell")
    number = fields.text("settlement_no")
    tell = fields.flag("tell", True)
    if tell:
        _refuse_without_platform(his)
    settlement = his.state.settlements.get(number) or _post(his, number, fields)
    posted: dict[str, Any] = {"settlement_no": number, "receipt_no": settlement.receipt_no}
    if not tell:
        return posted
    request = wire.ConfirmPostingRequest(
        settlement_no=number, receipt_no=settlement.receipt_no, posted_at=settlement.at
    )
    told = await _tell(his, "ConfirmPosting", request, number)
    if told.body is not None:
        answer = wire.ConfirmPostingResponse.FromString(told.body)
        posted["settlement_state"] = answer.settlement_state
    return posted | {"status": told.status, "details": told.text}


async def refuse_by_cashier(his: Hospital, body: dict[str, Any]) -> dict[str, Any]:
    """收费员拒绝入账: the settlement will never be posted; the lock is left to Unlock."""
    fields = ActFields(body, "settlement_no", "reason", "tell")
    number, reason = fields.text("settlement_no"), fields.text("reason")
    tell = fields.flag("tell", True)
    if tell:
        _refuse_without_platform(his)
    if number in his.state.settlements:
        raise BadAct(f"'settlement_no' {number!r} is posted already")
    if his.state.kind_of(number) is not NumberKind.SETTLEMENT:
        raise BadAct(f"'settlement_no' {number!r} never locked a bill")
    his.state.refused_by_cashier[number] = reason
    refused: dict[str, Any] = {"settlement_no": number}
    if not tell:
        return refused
    request = wire.CancelPostingRequest(settlement_no=number, reason=reason)
    told = await _tell(his, "CancelPosting", request, number)
    if told.body is not None:
        answer = wire.CancelPostingResponse.FromString(told.body)
        refused["settlement_state"] = answer.settlement_state
        refused["cancellation_no"] = answer.cancellation_no
    return refused | {"status": told.status, "details": told.text}


def set_platform(his: Hospital, body: dict[str, Any]) -> dict[str, Any]:
    """Where to reach Medsettle's PostingService from now on."""
    ActFields(body, "grpc", "key_id", "secret")
    try:
        his.platform = platform(body)
    except ValueError as error:
        raise BadAct(str(error)) from error
    return {"grpc": his.platform.grpc, "key_id": his.platform.key_id}


def alter_books(his: Hospital, body: dict[str, Any]) -> dict[str, Any]:
    """Writes another amount over a deposit's amount or a settlement's total, and nothing else."""
    fields = ActFields(body, "number", "fen")
    number, fen = fields.text("number"), fields.whole("fen")
    if number in his.state.deposits:
        deposit = his.state.deposits[number]
        before, deposit.amount_fen = deposit.amount_fen, fen
    elif number in his.state.settlements:
        settlement = his.state.settlements[number]
        before, settlement.total_fen = settlement.total_fen, fen
    else:
        raise BadAct(f"'number' {number!r} is no deposit and no settlement")
    return {"number": number, "before_fen": before, "fen": fen}


def _post(his: Hospital, number: str, fields: ActFields) -> Settlement:
    """The confirmed pre-settlement is posted; a self-pay bill needs none, the deposit bears it."""
    held = his.state.locks.get(number)
    if held is None:
        raise BadAct(f"'settlement_no' {number!r} never locked a bill")
    stay = his.state.stay(held.admission_no)
    request = wire.PostSettlementRequest(
        settlement_no=number,
        admission_no=held.admission_no,
        bill_no=held.bill_no,
        total_fen=held.total_fen,
        operator=CASHIER,
    )
    confirmed = his.state.pre_settlements.get(number)
    if confirmed is not None:
        request.shares.extend(confirmed.request.shares)
        request.deposit_applied_fen = confirmed.request.due_fen
        if confirmed.request.HasField("insurance"):
            request.insurance.CopyFrom(confirmed.request.insurance)
            request.insurance.settlement_id = fields.text("insurance_settlement_id", "")
    elif stay.admission.fee_category == wire.FEE_CATEGORY_SELF_PAY:
        request.shares.add(payer="deposit", amount_fen=held.total_fen)
        request.deposit_applied_fen = held.total_fen
    else:
        raise BadAct(f"'settlement_no' {number!r} is insured and has no confirmed pre-settlement")
    now = his.clock.now()
    return book_settlement(his.state, stay, request, now, fields.text("receipt_no", ""))


async def _tell(his: Hospital, name: str, request: Message, number: str) -> PlatformAnswer:
    target = _refuse_without_platform(his)
    return await call_platform(his, target, name, request, {"settlement_no": number})


def _refuse_without_platform(his: Hospital) -> Platform:
    if his.platform is None:
        raise BadAct("'platform' is not configured: set it with the act `platform`")
    return his.platform
