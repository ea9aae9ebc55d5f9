"""Top-ups in trouble: codes refused and left unanswered, orders that expire, callbacks forged,
repeated, too early and missing."""

from urllib.error import HTTPError

import pytest

from interfaces.demo.actors import Cast, ended
from interfaces.sandbox.hospital import OPENID
from tests.journeys.conftest import BusinessTime
from tests.journeys.trouble import (
    Json,
    Stay,
    calls,
    fault,
    his_books,
    in_time,
    outside,
    refused,
    self_pay_stay,
    settled_afresh,
    sound,
    step,
    wechat_orders,
)

FEN = 98_000  # what the stay of these tests costs
CODE_SECONDS = 45
ORDER_SECONDS = 900
FORGERIES = (
    "bad_signature",
    "other_key",
    "old_timestamp",
    "unsigned",
    "signtest",
    "wrong_amount_right_signature",
    "wrong_appid",
    "wrong_mchid",
)


def scan(cast: Cast, stay: Stay, behaviour: str) -> Json:
    """The cashier scans the patient's code; the platform's answer."""
    shown = {"openid": OPENID, "behaviour": behaviour, "seconds": 3600}
    code = cast.sandbox.control("wechat_pay", "patient/payment-code", shown)["auth_code"]
    how = {"product": "payment_code", "auth_code": code, "terminal": "W01"}
    return cast.top_up(stay.no, FEN, channel="wechat_pay", **how)


def show_code(cast: Cast, stay: Stay) -> Json:
    """The window shows a native code."""
    return cast.top_up(stay.no, FEN, channel="wechat_pay", product="native")


def patient_pays(cast: Cast, deposit: Json) -> Json:
    """The patient scans the code and pays."""
    paid = {"code_url": deposit["code_url"], "outcome": "pay"}
    return cast.sandbox.control("wechat_pay", "patient/pay", paid)


def at_its_end(cast: Cast, deposit: Json) -> Json:
    """The top-up once it has ended."""
    return cast.channel.wait(f"/v1/deposits/{deposit['no']}", ended, "the top-up to end")


def booked_once(cast: Cast, stay: Stay, deposit: Json) -> None:
    """One lot, one line at the HIS, one payment at WeChat Pay; the stay goes on to its end."""
    assert at_its_end(cast, deposit)["state"] == "finished"
    assert [lot["deposit_no"] for lot in cast.account(stay.no)["lots"]] == [deposit["no"]]
    assert [row["number"] for row in his_books(cast, stay)["deposits"]] == [deposit["no"]]
    assert wechat_orders(cast, stay)["paid_fen"] == FEN
    assert settled_afresh(cast, stay)["refunds"] == []
    sound(cast, stay)


def nothing_taken(cast: Cast, stay: Stay) -> None:
    """No lot, no line at the HIS, no payment; the stay goes on with another top-up."""
    assert cast.account(stay.no)["lots"] == []
    assert his_books(cast, stay)["deposits"] == []
    assert wechat_orders(cast, stay)["paid_fen"] == 0
    settled_afresh(cast, stay)
    sound(cast, stay)


# --- payment codes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "code"), [("refuses", "TRADE_ERROR"), ("not_enough", "NOT_ENOUGH")]
)
def test_a_refused_payment_code_is_revoked_and_told_as_refused(
    cast: Cast, behaviour: str, code: str
) -> None:
    stay = self_pay_stay(cast)
    with refused(422, "outside_refused") as problem:
        scan(cast, stay, behaviour)
    assert code in problem["detail"]
    (deposit,) = cast.channel.get(f"/v1/admissions/{stay.no}/deposits")["items"]
    assert (deposit["state"], deposit["ended_because"]) == ("closed", code)
    assert problem["instance"] == f"/v1/deposits/{deposit['no']}"
    (order,) = wechat_orders(cast, stay)["orders"]
    assert order["trade_state"] == "REVOKED"
    nothing_taken(cast, stay)


def test_a_payment_code_nobody_answers_is_revoked_over_the_client_certificate(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    asked = scan(cast, stay, "asks_password")
    assert asked["waiting_for"]["code"] == "payment"
    business_time.forward(CODE_SECONDS + 6)
    closed = at_its_end(cast, asked)
    assert (closed["state"], closed["ended_because"]) == ("closed", "USERPAYING")
    (order,) = wechat_orders(cast, stay)["orders"]
    assert order["trade_state"] == "REVOKED"
    reversals = [
        e
        for e in calls(cast, "wechat_pay", "reverse")
        if e["fields"]["out_trade_no"] == asked["payment_no"]
    ]
    assert [e["signature"] for e in reversals] == ["verified"]
    late = {"out_trade_no": asked["payment_no"], "outcome": "pay"}
    with pytest.raises(HTTPError):
        cast.sandbox.control("wechat_pay", "patient/enter-password", late)
    nothing_taken(cast, stay)


def test_a_password_the_patient_declines_ends_revoked(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    asked = scan(cast, stay, "asks_password")
    no = {"out_trade_no": asked["payment_no"], "outcome": "refuse"}
    cast.sandbox.control("wechat_pay", "patient/enter-password", no)
    business_time.forward(6)
    closed = at_its_end(cast, asked)
    assert (closed["state"], closed["ended_because"]) == ("closed", "PAYERROR")
    assert wechat_orders(cast, stay)["orders"][0]["trade_state"] == "REVOKED"
    nothing_taken(cast, stay)


def test_a_payment_code_charged_without_an_answer_is_found_and_not_charged_again(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    with fault(cast, "wechat_pay", "micropay", "no_answer_after_effect"):
        lost = scan(cast, stay, "pays")
    assert lost["waiting_for"]["code"] == "in_doubt"
    business_time.forward(2)
    booked_once(cast, stay, lost)


def test_a_payment_code_that_never_arrived_is_given_up_when_its_time_is_over(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    with fault(cast, "wechat_pay", "micropay", "no_answer_before_effect"):
        lost = scan(cast, stay, "pays")
    assert lost["waiting_for"]["code"] == "in_doubt"
    business_time.forward(2 * CODE_SECONDS + 1)
    closed = at_its_end(cast, lost)
    assert (closed["state"], closed["steps"][0]["state"]) == ("closed", "dead")
    nothing_taken(cast, stay)


# --- orders that expire -------------------------------------------------------------------------


def test_an_expired_order_is_closed_at_the_channel_before_it_is_given_up(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    shown = show_code(cast, stay)
    business_time.forward(ORDER_SECONDS + 1)
    closed = at_its_end(cast, shown)
    assert closed["state"] == "closed"
    assert closed["steps"][0]["attempts"][0]["evidence"]["proof"] == "closed"
    (order,) = wechat_orders(cast, stay)["orders"]
    assert order["trade_state"] == "CLOSED"
    with pytest.raises(HTTPError):
        patient_pays(cast, shown)
    nothing_taken(cast, stay)


def test_a_payment_that_only_closing_the_order_brings_to_light_wins(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    shown = show_code(cast, stay)
    mine = {"out_trade_no": shown["payment_no"]}
    for asks in range(1, 5):  # from then on the next question is far away
        business_time.forward(30)
        asked = f"/v1/deposits/{shown['no']}"
        cast.channel.wait(asked, lambda now, asks=asks: questions(now) >= asks, "a question")
    untold = fault(cast, "wechat_pay", "notify_transaction", "notify_never", match=mine)
    unseen = fault(cast, "wechat_pay", "query", "not_found_first", match=mine, times=2)
    with untold, unseen:
        patient_pays(cast, shown)
        mark = len(calls(cast, "wechat_pay"))
        business_time.forward(ORDER_SECONDS)
        in_time(lambda: len(about(cast, shown, mark)) >= 3, "the order to be closed")
    assert [(e["operation"], e["status"]) for e in about(cast, shown, mark)][:3] == [
        ("query", "404 ORDER_NOT_EXIST"),
        ("close", "400 ORDERPAID"),
        ("query", "404 ORDER_NOT_EXIST"),
    ]
    assert cast.channel.get(f"/v1/deposits/{shown['no']}")["state"] == "open"
    business_time.forward(60)
    booked_once(cast, stay, shown)


def questions(deposit: Json) -> int:
    """How often the channel was asked about this top-up."""
    return int(step(deposit, "collect")["attempts"][0]["asks"])


def about(cast: Cast, deposit: Json, mark: int) -> list[Json]:
    """Our calls about this order since then."""
    found = calls(cast, "wechat_pay", "query", "close", after=mark)
    return [e for e in found if e["fields"].get("out_trade_no") == deposit["payment_no"]]


# --- callbacks ----------------------------------------------------------------------------------


def test_forged_and_altered_callbacks_book_nothing_and_the_genuine_one_books_once(
    cast: Cast,
) -> None:
    stay = self_pay_stay(cast)
    shown = show_code(cast, stay)
    before = outside(cast, stay)
    for how in FORGERIES:
        forged = {"out_trade_no": shown["payment_no"], "how": how, "fen": 1}
        told = cast.sandbox.control("wechat_pay", "notifications/forge", forged)["notification"]
        assert told["accepted"] is False, how
        assert 400 <= told["status"] < 500, how
        now = cast.channel.get(f"/v1/deposits/{shown['no']}")
        assert (now["state"], now["paid_at"]) == ("open", None), how
    assert outside(cast, stay) == before
    assert patient_pays(cast, shown)["notification"]["accepted"]
    booked_once(cast, stay, shown)


def test_a_callback_of_another_amount_on_a_paid_order_is_not_taken(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    shown = show_code(cast, stay)
    with fault(cast, "wechat_pay", "notify_transaction", "wrong_amount", args={"fen": -1}):
        told = patient_pays(cast, shown)["notification"]
    assert (told["accepted"], told["status"]) == (False, 422)
    assert cast.account(stay.no)["lots"] == []
    business_time.forward(3)  # the order is asked for by its number
    booked_once(cast, stay, shown)


def test_a_callback_delivered_twenty_times_at_once_and_again_later_books_once(cast: Cast) -> None:
    stay = self_pay_stay(cast)
    shown = show_code(cast, stay)
    twenty = {"times": 20}
    with fault(cast, "wechat_pay", "notify_transaction", "notify_twice", args=twenty):
        assert patient_pays(cast, shown)["notification"]["accepted"]
    again = {"out_trade_no": shown["payment_no"], "times": 20}
    repeated = cast.sandbox.control("wechat_pay", "notifications/resend", again)["deliveries"]
    assert [delivery["status"] for delivery in repeated] == [204] * 20
    booked_once(cast, stay, shown)


def test_a_callback_before_the_orders_own_answer_books_once(cast: Cast) -> None:
    stay = self_pay_stay(cast)
    with fault(cast, "wechat_pay", "native", "notify_early"):
        opened = show_code(cast, stay)
    booked_once(cast, stay, opened)


def test_a_callback_that_never_comes_is_replaced_by_a_query(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    shown = show_code(cast, stay)
    with fault(cast, "wechat_pay", "notify_transaction", "notify_never"):
        assert patient_pays(cast, shown)["notification"]["status"] is None
    business_time.forward(30)
    assert at_its_end(cast, shown)["steps"][0]["attempts"][0]["evidence"]["proof"] == "query"
    booked_once(cast, stay, shown)


def test_an_order_whose_answer_was_lost_gets_its_code_and_is_one_order(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    with fault(cast, "wechat_pay", "native", "no_answer_after_effect"):
        lost = show_code(cast, stay)
    assert (lost["waiting_for"]["code"], lost["code_url"]) == ("in_doubt", "")
    business_time.forward(2)
    shown = cast.channel.wait(
        f"/v1/deposits/{lost['no']}", lambda now: bool(now["code_url"]), "the code"
    )
    assert len(wechat_orders(cast, stay)["orders"]) == 1
    patient_pays(cast, shown)
    booked_once(cast, stay, shown)


def test_a_deposit_the_his_saved_without_an_answer_is_found_and_saved_once(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = self_pay_stay(cast)
    with fault(cast, "his", "SaveDeposit", "no_answer_after_effect", match=stay.admission):
        shown = show_code(cast, stay)
        patient_pays(cast, shown)
    business_time.forward(2)
    booked_once(cast, stay, shown)
