"""Refunds in trouble: more than there is, while it is promised, refused or lost at the channel."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from interfaces.demo.actors import Cast, ended
from interfaces.demo.channel import CallFailed
from tests.journeys.conftest import BusinessTime
from tests.journeys.trouble import (
    Json,
    Stay,
    audited,
    calls,
    cancel,
    confirm,
    covered,
    fault,
    finished,
    his_books,
    in_time,
    open_settlement,
    outside,
    refused,
    self_pay_stay,
    settled_afresh,
    sound,
    step,
    waits_for,
    wechat_orders,
)

PAID = 50_000
FORGERIES = (
    "bad_signature",
    "other_key",
    "old_timestamp",
    "unsigned",
    "signtest",
    "wrong_amount_right_signature",
    "wrong_mchid",
)


def refund(cast: Cast, stay: Stay, deposit: Json, fen: object) -> Json:
    """POST /v1/refunds of part of a top-up."""
    body = {"admission_no": stay.no, "deposit_no": deposit["no"], "amount_fen": fen}
    return cast.channel.post("/v1/refunds", {**body, "reason": "患者申请", "operator": "cashier-1"})


def at_its_end(cast: Cast, going: Json) -> Json:
    """The refund once it has ended."""
    return cast.channel.wait(f"/v1/refunds/{going['no']}", ended, "the refund to end")


def lot(cast: Cast, stay: Stay) -> Json:
    """The stay's only lot."""
    (only,) = cast.account(stay.no)["lots"]
    return dict(only)


@contextmanager
def nothing_changes(cast: Cast, stay: Stay) -> Iterator[None]:
    """Neither our account nor any book outside."""
    before = (cast.account(stay.no), outside(cast, stay))
    yield
    assert (cast.account(stay.no), outside(cast, stay)) == before


def test_a_refund_above_what_is_left_of_the_payment_is_refused(cast: Cast) -> None:
    stay = self_pay_stay(cast, discharge=False)
    deposit = cast.pay_native(stay.no, PAID)
    cast.pay_cash(stay.no, PAID)  # the balance would do; the payment would not
    with nothing_changes(cast, stay):
        with refused(409, "refund_exceeds_payment", "amount_fen"):
            refund(cast, stay, deposit, PAID + 1)
        with refused(404, "not_found", "deposit_no"):
            refund(cast, stay, {"no": "DP20260102030405NOSUCHNO"}, 1)
    assert at_its_end(cast, refund(cast, stay, deposit, PAID))["state"] == "finished"
    with nothing_changes(cast, stay), refused(409, "refund_exceeds_payment", "amount_fen"):
        refund(cast, stay, deposit, 1)
    cast.order_discharge(stay.no)
    settled_afresh(cast, stay)
    sound(cast, stay)


def test_of_refunds_asked_at_once_no_more_goes_back_than_was_paid(cast: Cast) -> None:
    stay = self_pay_stay(cast, discharge=False)
    deposit = cast.pay_native(stay.no, PAID)
    cast.pay_cash(stay.no, 8 * PAID)  # so that it is the payment that is not enough

    def ask(_: int) -> str:
        try:
            return str(refund(cast, stay, deposit, 20_000)["no"])
        except CallFailed as failed:
            return str(failed.code)

    with ThreadPoolExecutor(8) as clicks:
        answers = list(clicks.map(ask, range(8)))
    assert answers.count("refund_exceeds_payment") == 6
    for number in set(answers) - {"refund_exceeds_payment"}:
        at_its_end(cast, {"no": number})
    (paid,) = [row for row in cast.account(stay.no)["lots"] if row["channel"] == "wechat_pay"]
    assert (paid["returned_fen"], paid["left_fen"]) == (40_000, 10_000)
    sound(cast, stay)


def test_while_a_silent_his_posts_nothing_of_the_deposit_is_given_back_and_it_posts_once(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    ready = covered(cast, stay)
    promised = cast.account(stay.no)["lots"][0]["deposit_no"]
    silence = fault(cast, "his", "PostSettlement", "silent", match=stay.admission)
    with ThreadPoolExecutor(1) as cashier, silence:
        confirming = cashier.submit(confirm, cast, ready)
        calling = waits_for(cast, ready, "calling")
        assert step(calling, "post_to_his")["state"] == "calling"
        assert cast.account(stay.no)["deposit"]["held_fen"] == stay.bill_fen
        with nothing_changes(cast, stay):
            with refused(409, "deposit_short", "amount_fen"):
                refund(cast, stay, {"no": promised}, 1)
            with refused(409, "conflict"):
                cancel(cast, ready)
        assert confirming.result()["waiting_for"]["code"] == "in_doubt"
    business_time.forward(2)
    end = finished(cast, ready)
    (attempt,) = step(end, "post_to_his")["attempts"]
    assert (attempt["state"], attempt["evidence"]["proof"]) == ("done", "answer")
    heard = calls(cast, "his", "PostSettlement", "QueryPosting")
    mine = [e["operation"] for e in heard if ready["no"] in e["fields"].values()]
    assert mine[:3] == ["PostSettlement", "QueryPosting", "PostSettlement"]
    assert len(his_books(cast, stay)["settlements"]) == 1
    sound(cast, stay)


def test_while_the_bill_is_locked_the_his_gives_nothing_back_and_nothing_stays_promised(
    cast: Cast,
) -> None:
    stay = self_pay_stay(cast)
    deposit = cast.pay_native(stay.no, PAID)
    opened = open_settlement(cast, stay)
    before = cast.account(stay.no)
    with refused(422, "outside_refused") as problem:
        refund(cast, stay, deposit, PAID)
    assert "BILL_LOCKED" in problem["detail"]
    assert cast.account(stay.no) == before
    assert wechat_orders(cast, stay)["refunded_fen"] == 0
    cancel(cast, opened)
    assert at_its_end(cast, refund(cast, stay, deposit, PAID))["state"] == "finished"
    settled_afresh(cast, stay)
    sound(cast, stay)


@pytest.mark.parametrize("kind", ["no_answer_after_effect", "no_answer_before_effect"])
def test_a_refund_whose_answer_is_lost_goes_back_once(
    cast: Cast, business_time: BusinessTime, kind: str
) -> None:
    stay = self_pay_stay(cast, discharge=False)
    deposit = cast.pay_native(stay.no, PAID)
    mine = {"out_trade_no": deposit["payment_no"]}
    with fault(cast, "wechat_pay", "refund", kind, match=mine):
        lost = refund(cast, stay, deposit, 30_000)
    assert lost["waiting_for"]["code"] == "in_doubt"
    business_time.forward(2)
    assert at_its_end(cast, lost)["state"] == "finished"
    assert wechat_orders(cast, stay)["refunded_fen"] == 30_000
    assert lot(cast, stay)["left_fen"] == PAID - 30_000
    sound(cast, stay)


def test_a_return_at_the_his_whose_answer_is_lost_happens_once(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast, discharge=False)
    deposit = cast.pay_native(stay.no, PAID)
    with fault(cast, "his", "CancelDeposit", "no_answer_after_effect", match=stay.admission):
        lost = refund(cast, stay, deposit, PAID)
    assert lost["waiting_for"]["code"] == "in_doubt"
    assert wechat_orders(cast, stay)["refunded_fen"] == 0
    business_time.forward(2)
    assert at_its_end(cast, lost)["state"] == "finished"
    assert [row["amount_fen"] for row in his_books(cast, stay)["returns"]] == [PAID]
    sound(cast, stay)


def abnormal(cast: Cast, stay: Stay, deposit: Json, status: str) -> Json:
    """The channel takes the refund, and it ends wrongly before its answer is here."""
    match = {"out_trade_no": deposit["payment_no"]}
    with (
        ThreadPoolExecutor(1) as cashier,
        fault(cast, "wechat_pay", "refund", "delay", match=match, args={"seconds": 0.7}),
    ):
        asked = cashier.submit(refund, cast, stay, deposit, PAID)
        mine = {deposit["payment_no"]}
        numbers: list[str] = []

        def taken() -> list[str]:
            books = cast.sandbox.control("wechat_pay", "books")["refunds"]
            numbers[:] = [row["out_refund_no"] for row in books if row["out_trade_no"] in mine]
            return numbers

        in_time(taken, "the channel to take the refund")
        end = {"out_refund_no": numbers[0], "status": status}
        told = cast.sandbox.control("wechat_pay", "refunds/finish", end)
        assert told["notification"]["accepted"]
        return asked.result()


def test_an_abnormal_refund_is_kept_as_owed_and_given_to_a_person(cast: Cast) -> None:
    stay = self_pay_stay(cast, discharge=False)
    deposit = cast.pay_native(stay.no, PAID)
    stopped = abnormal(cast, stay, deposit, "ABNORMAL")
    stopped = cast.channel.get(f"/v1/refunds/{stopped['no']}")
    assert stopped["state"] == "open"
    assert stopped["waiting_for"]["code"] == "return_money_refused"
    owed = lot(cast, stay)
    assert (owed["returning_fen"], owed["returned_fen"], owed["left_fen"]) == (PAID, 0, 0)
    assert cast.account(stay.no)["deposit"]["balance_fen"] == 0
    ledger = cast.operations.get("/v1/ledger")["balances"]
    assert next(b for b in ledger if b["account"] == "refund_payable")["balance_fen"] <= -PAID
    with refused(409, "refund_exceeds_payment", "amount_fen"):
        refund(cast, stay, deposit, 1)
    audited(cast)


def test_a_merchant_account_without_money_gives_the_refund_to_a_person(cast: Cast) -> None:
    stay = self_pay_stay(cast, discharge=False)
    deposit = cast.pay_native(stay.no, PAID)
    balance = cast.sandbox.control("wechat_pay", "books")["merchant_balance_fen"]
    cast.sandbox.control("wechat_pay", "merchant/balance", {"fen": 100})
    stopped = refund(cast, stay, deposit, PAID)
    cast.sandbox.control("wechat_pay", "merchant/balance", {"fen": balance})
    assert stopped["waiting_for"]["code"] == "return_money_refused"
    assert "NOT_ENOUGH" in stopped["steps"][1]["attempts"][0]["evidence"]["code"]
    assert lot(cast, stay)["returning_fen"] == PAID
    assert wechat_orders(cast, stay)["refunded_fen"] == 0
    sound(cast, stay, owed_fen=PAID)


def test_forged_callbacks_of_a_refund_book_nothing_and_the_genuine_one_books_once(
    cast: Cast,
) -> None:
    stay = self_pay_stay(cast, discharge=False)
    deposit = cast.pay_native(stay.no, PAID)
    going = at_its_end(cast, refund(cast, stay, deposit, PAID))
    before = (cast.account(stay.no), cast.operations.get("/v1/ledger"))
    for how in FORGERIES:
        forged = {"out_refund_no": going["refund_no"], "how": how, "fen": 1}
        told = cast.sandbox.control("wechat_pay", "notifications/forge", forged)["notification"]
        assert told["accepted"] is False, how
        assert 400 <= told["status"] < 500, how
    again = {"out_refund_no": going["refund_no"], "times": 20}
    repeated = cast.sandbox.control("wechat_pay", "notifications/resend", again)["deliveries"]
    assert [delivery["status"] for delivery in repeated] == [204] * 20
    assert (cast.account(stay.no), cast.operations.get("/v1/ledger")) == before
    sound(cast, stay)
