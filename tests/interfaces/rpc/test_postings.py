"""A HIS that leads: it posts by itself, tells us over PostingService how it ended, or is silent."""

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from contracts.medsettle.his.v1 import his_pb2
from contracts.medsettle.settlements.v1 import settlements_pb2 as wire
from interfaces.demo.actors import Cast
from tests.interfaces.rpc.conftest import Caller, refused, until
from tests.interfaces.rpc.test_settlements import cancelling, confirming, now, opening, waiting
from tests.journeys.conftest import BusinessTime
from tests.journeys.trouble import (
    Stay,
    fault,
    his_books,
    insured_stay,
    insurer_books,
    self_pay_stay,
    settled_afresh,
    sound,
)

PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
PATIENCE_SECONDS = 601


def led_by_the_his(his: Caller, cast: Cast, stay: Stay) -> wire.Settlement:
    """Opened and confirmed by the HIS, covered, settled at the insurer: it waits for posting."""
    opened = his.call("OpenSettlement", opening(stay, posted_by_caller=True)).settlement
    ready = waiting(his, opened.settlement_no, "confirmation")
    cast.pay_cash(stay.no, ready.short_fen)
    his.call("ConfirmSettlement", confirming(ready.settlement_no))

    def settled() -> wire.Settlement | None:
        found = now(his, ready.settlement_no)
        return found if found.steps[-1].state == "pending" else None

    return until(settled, "the posting to be awaited")


def posting(cast: Cast, settlement: wire.Settlement, **more: object) -> dict[str, object]:
    """收费员入账 in the HIS."""
    insured = next((s for s in settlement.steps if s.effect == "settle_insurance"), None)
    body = {"settlement_no": settlement.settlement_no, **more}
    if insured is not None:
        body["insurance_settlement_id"] = insured.their_number
    return cast.sandbox.control("his", "settlements/post-by-cashier", body)


def refusing(cast: Cast, settlement: wire.Settlement) -> dict[str, object]:
    """收费员拒绝入账."""
    body = {"settlement_no": settlement.settlement_no, "reason": "患者要求缓办"}
    return cast.sandbox.control("his", "settlements/refuse-by-cashier", body)


def ended(his: Caller, settlement: wire.Settlement) -> wire.Settlement:
    """The settlement at its end."""

    def over() -> wire.Settlement | None:
        found = now(his, settlement.settlement_no)
        return found if found.state != "open" else None

    return until(over, "the settlement to end")


def undone(cast: Cast, stay: Stay) -> None:
    """Neither the insurer nor the HIS has anything of it; the stay can be settled again."""
    assert not insurer_books(cast, stay)["live"]
    books = his_books(cast, stay)
    assert (books["admission"]["locked_by"], books["settlements"]) == (None, [])
    assert cast.account(stay.no)["deposit"]["held_fen"] == 0
    settled_afresh(cast, stay)
    sound(cast, stay)


@pytest.mark.parametrize("make", [insured_stay, self_pay_stay])
def test_a_posting_the_cashier_confirms_finishes_the_settlement_once(
    his: Caller, cast: Cast, make: object
) -> None:
    stay = make(cast)
    awaited = led_by_the_his(his, cast, stay)
    assert not his_books(cast, stay)["settlements"]
    told = posting(cast, awaited)
    assert (told["status"], told["settlement_state"]) == ("OK", "finished")
    assert posting(cast, awaited)["status"] == "OK"  # told again: nothing changes
    end = now(his, awaited.settlement_no)
    assert (end.state, end.receipt_no) == ("finished", told["receipt_no"])
    assert len(his_books(cast, stay)["settlements"]) == 1
    other = his_pb2.ConfirmPostingRequest(
        settlement_no=awaited.settlement_no, receipt_no="SJ-OTHER", posted_at=instant()
    )
    with refused(PRECONDITION, "CONFLICT", "receipt_no"):
        his.call("ConfirmPosting", other)
    sound(cast, stay)


def instant() -> Timestamp:
    """Now."""
    stamp = Timestamp()
    stamp.GetCurrentTime()
    return stamp


@pytest.mark.parametrize("make", [insured_stay, self_pay_stay])
def test_a_posting_the_cashier_refuses_is_undone_everywhere(
    his: Caller, cast: Cast, make: object
) -> None:
    stay = make(cast)
    awaited = led_by_the_his(his, cast, stay)
    told = refusing(cast, awaited)
    assert (told["status"], bool(told["cancellation_no"])) == ("OK", True)
    assert ended(his, awaited).cancellation_no == told["cancellation_no"]
    assert refusing(cast, awaited)["cancellation_no"] == told["cancellation_no"]
    undone(cast, stay)


def test_a_posting_never_told_is_found_by_asking(
    his: Caller, cast: Cast, business_time: BusinessTime
) -> None:
    stay = insured_stay(cast)
    awaited = led_by_the_his(his, cast, stay)
    receipt = posting(cast, awaited, tell=False)["receipt_no"]
    assert now(his, awaited.settlement_no).state == "open"
    business_time.forward(PATIENCE_SECONDS)
    assert ended(his, awaited).receipt_no == receipt
    sound(cast, stay)


def test_a_silent_his_is_asked_and_then_a_person_who_cancels(
    his: Caller, cast: Cast, business_time: BusinessTime
) -> None:
    stay = insured_stay(cast)
    awaited = led_by_the_his(his, cast, stay)
    business_time.forward(PATIENCE_SECONDS)
    silent = waiting(his, awaited.settlement_no, "posting_silent")
    assert len(insurer_books(cast, stay)["live"]) == 1
    his.call("CancelSettlement", cancelling(silent.settlement_no))
    assert ended(his, awaited).state == "closed"
    undone(cast, stay)


def test_a_his_that_refuses_after_its_silence_is_taken_at_its_word(
    his: Caller, cast: Cast, business_time: BusinessTime
) -> None:
    stay = insured_stay(cast)
    awaited = led_by_the_his(his, cast, stay)
    business_time.forward(PATIENCE_SECONDS)
    waiting(his, awaited.settlement_no, "posting_silent")
    assert refusing(cast, awaited)["status"] == "OK"
    assert ended(his, awaited).state == "closed"
    undone(cast, stay)


def test_a_his_that_posts_after_its_silence_is_taken_at_its_word(
    his: Caller, cast: Cast, business_time: BusinessTime
) -> None:
    stay = insured_stay(cast)
    awaited = led_by_the_his(his, cast, stay)
    business_time.forward(PATIENCE_SECONDS)
    waiting(his, awaited.settlement_no, "posting_silent")
    told = posting(cast, awaited)
    assert told["status"] == "OK", told
    assert ended(his, awaited).receipt_no == told["receipt_no"]
    sound(cast, stay)


def test_while_the_his_may_still_post_only_the_his_can_give_it_up(his: Caller, cast: Cast) -> None:
    stay = insured_stay(cast)
    awaited = led_by_the_his(his, cast, stay)
    with refused(PRECONDITION, "CONFLICT"):
        his.call("CancelSettlement", cancelling(awaited.settlement_no))
    assert len(insurer_books(cast, stay)["live"]) == 1
    assert posting(cast, awaited)["status"] == "OK"
    assert ended(his, awaited).state == "finished"
    sound(cast, stay)


def test_a_settlement_being_cancelled_takes_no_posting_any_more(
    his: Caller, cast: Cast, business_time: BusinessTime
) -> None:
    stay = insured_stay(cast)
    awaited = led_by_the_his(his, cast, stay)
    business_time.forward(PATIENCE_SECONDS)
    waiting(his, awaited.settlement_no, "posting_silent")
    with fault(cast, "nhsa_core", "2305", "no_answer_before_effect", match=stay.person):
        his.call("CancelSettlement", cancelling(awaited.settlement_no))
    late = his_pb2.ConfirmPostingRequest(
        settlement_no=awaited.settlement_no, receipt_no="SJ-LATE", posted_at=instant()
    )
    with refused(PRECONDITION, "CONFLICT"):
        his.call("ConfirmPosting", late)
    business_time.forward(5)
    assert ended(his, awaited).state == "closed"
    undone(cast, stay)


def test_a_posting_nobody_waits_for_is_refused(his: Caller, cast: Cast) -> None:
    stay = self_pay_stay(cast)
    opened = his.call("OpenSettlement", opening(stay, posted_by_caller=True)).settlement
    waiting(his, opened.settlement_no, "confirmation")
    early = his_pb2.ConfirmPostingRequest(
        settlement_no=opened.settlement_no, receipt_no="SJ-1", posted_at=instant()
    )
    with refused(PRECONDITION, "CONFLICT"):
        his.call("ConfirmPosting", early)
    early.settlement_no = "SL-NONE"
    with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND", "settlement_no"):
        his.call("ConfirmPosting", early)
    early.receipt_no = ""
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "receipt_no"):
        his.call("ConfirmPosting", early)
    early.receipt_no = "SJ-1"
    early.ClearField("posted_at")
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "posted_at"):
        his.call("ConfirmPosting", early)
    reasonless = his_pb2.CancelPostingRequest(settlement_no=opened.settlement_no)
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "reason"):
        his.call("CancelPosting", reasonless)
    his.call("CancelSettlement", cancelling(opened.settlement_no))
    undone(cast, stay)
