"""medsettle.settlements.v1 over a real connection."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from contracts.medsettle.settlements.v1 import settlements_pb2 as wire
from interfaces.demo.actors import Cast
from tests.interfaces.rpc.conftest import Caller, fresh, refused, until
from tests.journeys.trouble import (
    Stay,
    fault,
    his_books,
    insured_stay,
    insurer_books,
    outside,
    self_pay_stay,
    settled_afresh,
    sound,
)

INVALID = grpc.StatusCode.INVALID_ARGUMENT
MISSING = grpc.StatusCode.NOT_FOUND
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION


def opening(stay: Stay, **replaced: object) -> wire.OpenSettlementRequest:
    """结算 at the doctor's desk."""
    fields: dict[str, object] = {"request_id": fresh(), "admission_no": stay.no, "point": "doctor"}
    return wire.OpenSettlementRequest(**(fields | replaced))


def confirming(number: str) -> wire.ConfirmSettlementRequest:
    """确认结算."""
    return wire.ConfirmSettlementRequest(
        request_id=fresh(), settlement_no=number, confirmed_by="doctor-1"
    )


def cancelling(number: str) -> wire.CancelSettlementRequest:
    """结算撤销."""
    return wire.CancelSettlementRequest(
        request_id=fresh(), settlement_no=number, reason="误结算", operator="doctor-1"
    )


def now(channel: Caller, number: str) -> wire.Settlement:
    """The settlement as it is."""
    asked = wire.GetSettlementRequest(settlement_no=number)
    return channel.call("GetSettlement", asked).settlement


def waiting(channel: Caller, number: str, code: str) -> wire.Settlement:
    """The settlement once it waits for this."""

    def there() -> wire.Settlement | None:
        found = now(channel, number)
        return found if found.waiting_for == code else None

    return until(there, code)


def test_a_settlement_is_opened_watched_confirmed_and_cancelled_over_grpc(
    channel: Caller, cast: Cast
) -> None:
    stay = insured_stay(cast)
    opened = channel.call("OpenSettlement", opening(stay)).settlement
    ready = waiting(channel, opened.settlement_no, "confirmation")
    assert (ready.bill_total_fen, ready.short_fen) == (stay.bill_fen, ready.due_fen)
    cast.pay_cash(stay.no, ready.short_fen)
    watched = channel.watch(
        "WatchSettlement", wire.WatchSettlementRequest(settlement_no=ready.settlement_no)
    )
    first = next(watched).settlement
    assert first.waiting_for == "confirmation"
    channel.call("ConfirmSettlement", confirming(ready.settlement_no))
    seen = [first, *(answer.settlement for answer in watched)]
    versions = [settlement.version for settlement in seen]
    assert versions == sorted(set(versions))
    end = seen[-1]
    assert (end.state, bool(end.receipt_no), end.waiting_for) == ("finished", True, "")
    assert sum(share.amount_fen for share in end.shares) == stay.bill_fen
    assert end == now(channel, end.settlement_no)

    request = cancelling(end.settlement_no)
    cancelled = channel.call("CancelSettlement", request)
    assert cancelled.cancellation_state == "finished"
    assert cancelled.settlement.cancellation_no == cancelled.cancellation_no
    assert channel.call("CancelSettlement", request) == cancelled
    assert not insurer_books(cast, stay)["live"]
    settled_afresh(cast, stay)
    sound(cast, stay)


def test_a_repeated_opening_is_one_settlement_and_another_one_is_refused(
    channel: Caller, cast: Cast
) -> None:
    stay = self_pay_stay(cast)
    request = opening(stay)
    with ThreadPoolExecutor(8) as clicks:
        answers = clicks.map(lambda _: channel.call("OpenSettlement", request), range(8))
        numbers = {answer.settlement.settlement_no for answer in answers}
    (number,) = numbers
    waiting(channel, number, "confirmation")
    before = outside(cast, stay)
    with refused(PRECONDITION, "SETTLEMENT_ALREADY_LIVE", "admission_no") as told:
        channel.call("OpenSettlement", opening(stay))
    assert number in told.detail
    with refused(grpc.StatusCode.ALREADY_EXISTS, "IDEMPOTENCY_KEY_REUSED", "request_id"):
        channel.call("OpenSettlement", opening(stay, request_id=request.request_id, point="kiosk"))
    assert outside(cast, stay) == before
    cast.pay_cash(stay.no, stay.bill_fen)
    channel.call("ConfirmSettlement", confirming(number))
    until(lambda: now(channel, number).state == "finished", "the settlement")
    sound(cast, stay)


def test_bad_input_and_unknown_numbers_are_named(channel: Caller, cast: Cast) -> None:
    stay = self_pay_stay(cast)
    before = outside(cast, stay)
    with refused(INVALID, "INVALID_INPUT", "point"):
        channel.call("OpenSettlement", opening(stay, point="roof"))
    with refused(INVALID, "INVALID_INPUT", "admission_no"):
        channel.call("OpenSettlement", opening(stay, admission_no=""))
    with refused(INVALID, "INVALID_INPUT", "request_id"):
        channel.call("OpenSettlement", opening(stay, request_id="a/b"))
    with refused(MISSING, "ADMISSION_NOT_FOUND", "admission_no"):
        channel.call("OpenSettlement", opening(Stay("ZY-NOBODY", 0)))
    nameless = confirming("SL-NONE")
    nameless.confirmed_by = ""
    with refused(INVALID, "INVALID_INPUT", "confirmed_by"):
        channel.call("ConfirmSettlement", nameless)
    with refused(MISSING, "NOT_FOUND", "settlement_no"):
        channel.call("ConfirmSettlement", confirming("SL-NONE"))
    with refused(MISSING, "NOT_FOUND", "settlement_no"):
        channel.call("CancelSettlement", cancelling("SL-NONE"))
    with refused(MISSING, "NOT_FOUND", "settlement_no"):
        now(channel, "SL-NONE")
    with refused(MISSING, "NOT_FOUND", "settlement_no"):
        unknown = wire.WatchSettlementRequest(settlement_no="SL-NONE")
        next(channel.watch("WatchSettlement", unknown))
    assert outside(cast, stay) == before
    settled_afresh(cast, stay)
    sound(cast, stay)


def test_decisions_out_of_turn_are_refused_and_the_settlement_goes_on(
    channel: Caller, cast: Cast
) -> None:
    stay = insured_stay(cast)
    with fault(cast, "his", "Lock", "wrong_total", match=stay.admission, args={"fen": -1}):
        number = channel.call("OpenSettlement", opening(stay)).settlement.settlement_no
        stopped = waiting(channel, number, "totals_disagree")
    assert stopped.waiting_reason
    with refused(PRECONDITION, "CONFLICT"):
        channel.call("ConfirmSettlement", confirming(number))
    with refused(PRECONDITION, "CONFLICT"):
        channel.call(
            "ResumeSettlement",
            wire.ResumeSettlementRequest(
                request_id=fresh(), settlement_no=number, resumed_by="doctor-1"
            ),
        )
    with refused(PRECONDITION, "CONFLICT"):
        channel.call(
            "AcceptDifference",
            wire.AcceptDifferenceRequest(
                request_id=fresh(), settlement_no=number, accepted_by="doctor-1"
            ),
        )
    undone = channel.call("CancelSettlement", cancelling(number))
    assert (undone.settlement.state, undone.cancellation_state) == ("closed", "finished")
    again = channel.call("CancelSettlement", cancelling(number))
    assert again.cancellation_no == undone.cancellation_no
    settled_afresh(cast, stay)
    sound(cast, stay)


def test_a_refused_and_a_differing_settlement_go_on_by_resume_and_accept(
    channel: Caller, cast: Cast
) -> None:
    stay = insured_stay(cast)
    number = channel.call("OpenSettlement", opening(stay)).settlement.settlement_no
    ready = waiting(channel, number, "confirmation")
    cast.pay_cash(stay.no, ready.short_fen + 101)
    words = {"message": "基金预算未下达"}
    with fault(cast, "nhsa_core", "2304", "refuse", match=stay.person, args=words):
        channel.call("ConfirmSettlement", confirming(number))
        stopped = until(lambda: now(channel, number).waiting_reason, "the refusal")
    assert words["message"] in stopped
    with fault(cast, "nhsa_core", "2304", "settle_off_by", match=stay.person, args={"fen": 101}):
        again = wire.ResumeSettlementRequest(
            request_id=fresh(), settlement_no=number, resumed_by="doctor-1"
        )
        channel.call("ResumeSettlement", again)
        paused = waiting(channel, number, "settled_differently")
    assert paused.difference_fen == 101
    accepted = wire.AcceptDifferenceRequest(
        request_id=fresh(), settlement_no=number, accepted_by="doctor-1"
    )
    channel.call("AcceptDifference", accepted)
    until(lambda: now(channel, number).state == "finished", "the settlement")
    assert len(his_books(cast, stay)["settlements"]) == 1
    sound(cast, stay)


def test_a_watch_ends_with_its_callers_deadline(channel: Caller, cast: Cast) -> None:
    stay = self_pay_stay(cast)
    number = channel.call("OpenSettlement", opening(stay)).settlement.settlement_no
    waiting(channel, number, "confirmation")
    request = wire.WatchSettlementRequest(settlement_no=number)
    watched = channel.watch("WatchSettlement", request, timeout=0.7)
    assert next(watched).settlement.settlement_no == number
    with pytest.raises(grpc.RpcError) as ended:  # one that does not change is not told twice
        next(watched)
    assert ended.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    channel.call("CancelSettlement", cancelling(number))
    settled_afresh(cast, stay)
    sound(cast, stay)
