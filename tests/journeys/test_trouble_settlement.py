"""Settlements in trouble before and at the pivot: what an insurer may do to one."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from interfaces.demo.actors import Cast
from interfaces.demo.channel import CallFailed
from tests.journeys.conftest import BusinessTime
from tests.journeys.trouble import (
    FOR_EVER,
    INSURANCE_CODES,
    PRICES,
    calls,
    cancel,
    confirm,
    covered,
    fault,
    finished,
    his_books,
    insured_stay,
    insurer_books,
    open_settlement,
    outside,
    refused,
    resume,
    seen,
    self_pay_stay,
    settled_afresh,
    share,
    sound,
    step,
    waits_for,
)


def test_a_second_settlement_is_refused_while_one_is_live(cast: Cast) -> None:
    stay = self_pay_stay(cast)
    first = covered(cast, stay)
    before = outside(cast, stay)
    with refused(409, "settlement_already_live", "admission_no") as problem:
        open_settlement(cast, stay)
    assert first["no"] in problem["detail"]
    assert outside(cast, stay) == before
    finished(cast, confirm(cast, first))
    sound(cast, stay)


def test_of_eight_settlements_opened_at_once_one_lives(cast: Cast) -> None:
    stay = self_pay_stay(cast)

    def opened(_: int) -> str:
        try:
            return str(open_settlement(cast, stay)["no"])
        except CallFailed as failed:
            return str(failed.code)

    with ThreadPoolExecutor(8) as clicks:
        answers = sorted(clicks.map(opened, range(8)))
    assert answers.count("settlement_already_live") == 7
    live = cast.account(stay.no)["live_settlement_no"]
    assert live in answers
    assert his_books(cast, stay)["admission"]["locked_by"] == live
    cast.pay_cash(stay.no, stay.bill_fen)
    finished(cast, confirm(cast, {"no": live}))
    sound(cast, stay)


def test_a_his_total_other_than_the_uploaded_one_stops_before_the_insurer_prices(
    cast: Cast,
) -> None:
    stay = insured_stay(cast)
    with fault(cast, "his", "Lock", "wrong_total", match=stay.admission, args={"fen": 1}):
        stopped = open_settlement(cast, stay)
    assert stopped["waiting_for"]["code"] == "totals_disagree"
    assert "3875.01" in stopped["waiting_for"]["reason"]
    assert "3840.00" in stopped["waiting_for"]["reason"]
    with refused(409, "conflict"):
        confirm(cast, stopped)
    with refused(409, "conflict"):
        resume(cast, stopped)
    insurer = insurer_books(cast, stay)
    assert (insurer["stays"][0]["state"], insurer["settlements"]) == ("in_hospital", [])

    withdrawn = cancel(cast, stopped)
    assert (withdrawn["state"], withdrawn["ended_because"]) == ("closed", "withdrawn")
    assert his_books(cast, stay)["admission"]["locked_by"] is None
    end = settled_afresh(cast, stay)
    assert end["bill"]["total_fen"] == stay.bill_fen
    assert end["resettles"] == withdrawn["no"]
    sound(cast, stay)


def test_a_line_the_insurer_refuses_is_found_and_becomes_the_patients_own(cast: Cast) -> None:
    stay = insured_stay(cast, S001=1, S002=1, J003=1, D001=2, O001=1)
    guilty = {"med_list_codg": INSURANCE_CODES["J003"]}
    with fault(cast, "nhsa_core", "2301", "refuse_line", times=FOR_EVER, args=guilty):
        stopped = waits_for(cast, open_settlement(cast, stay), "line_refused")
    charges = cast.channel.get(f"/v1/admissions/{stay.no}/charges")["items"]
    line = next(charge for charge in charges if charge["item_code"] == "J003")
    assert line["charge_no"] in stopped["waiting_for"]["reason"]
    assert [c["charge_no"] for c in charges if c["state"] == "guilty"] == [line["charge_no"]]
    there = {row["feedetl_sn"] for row in insurer_books(cast, stay)["lines"]}
    assert there == {c["line_no"] for c in charges if c["item_code"] in {"S001", "S002", "D001"}}

    path = f"/v1/admissions/{stay.no}/charges/{line['charge_no']}:exclude"
    assert cast.channel.post(path, {"operator": "cashier-1"})["state"] == "excluded"
    priced = resume(cast, stopped)
    assert priced["waiting_for"]["code"] == "confirmation"
    cast.pay_cash(stay.no, priced["cover"]["short_fen"])
    end = finished(cast, confirm(cast, priced))
    own = PRICES["J003"] + PRICES["O001"]
    assert end["bill"]["excluded_fen"] == own
    assert end["due_fen"] == share(end, "deposit") == end["settled"]["cash_fen"] + own
    assert end["settled"]["total_fen"] == stay.bill_fen - own
    sound(cast, stay)


def test_an_insurer_that_refuses_to_settle_gives_the_hold_back_and_can_be_asked_again(
    cast: Cast,
) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    words = {"message": "基金预算未下达，暂停结算"}
    with fault(cast, "nhsa_core", "2304", "refuse", match=stay.person, args=words):
        stopped = confirm(cast, ready)
    assert stopped["waiting_for"]["code"] == "settle_insurance_refused"
    assert words["message"] in stopped["waiting_for"]["reason"]
    deposit = cast.account(stay.no)["deposit"]
    assert (deposit["held_fen"], deposit["available_fen"]) == (0, ready["due_fen"])
    assert not insurer_books(cast, stay)["settlements"]
    assert not his_books(cast, stay)["settlements"]

    end = finished(cast, resume(cast, stopped))
    first, second = step(end, "settle_insurance")["attempts"]
    assert (first["state"], second["state"]) == ("refused", "done")
    assert first["key"] != second["key"]
    sound(cast, stay)


@pytest.mark.parametrize(
    ("kind", "also_lost", "made"),
    [
        ("no_answer_after_effect", None, 2),
        ("no_answer_before_effect", None, 1),
        ("half_answer", "no_answer_after_effect", 2),
    ],
    ids=["it_was_done", "it_never_arrived", "the_reversal_is_lost_too"],
)
def test_a_lost_settlement_is_reversed_by_its_number_and_made_anew(
    cast: Cast, business_time: BusinessTime, kind: str, also_lost: str | None, made: int
) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    mark = len(calls(cast, "nhsa_core"))
    with fault(cast, "nhsa_core", "2304", kind, match=stay.person):
        lost = confirm(cast, ready)
    assert lost["waiting_for"]["code"] == "in_doubt"
    assert cast.account(stay.no)["deposit"]["held_fen"] == ready["due_fen"]
    if also_lost:
        with fault(cast, "nhsa_core", "2601", also_lost, match=stay.person):
            business_time.forward(2)
            waits = ("2601", "2601")
            cast.channel.wait(
                f"/v1/settlements/{ready['no']}",
                lambda now: step(now, "settle_insurance")["attempts"][0]["asks"] > 1,
                "the reversal to be asked",
            )
    else:
        waits = ("2601",)
    business_time.forward(5)
    end = finished(cast, ready)

    first, second = step(end, "settle_insurance")["attempts"]
    assert (first["state"], second["state"]) == ("dead", "done")
    assert (first["evidence"]["proof"], first["evidence"]["code"]) == ("closed", "reversed")
    assert first["key"] != second["key"]
    books = insurer_books(cast, stay)
    assert [row["msgid"] for row in books["live"]] == [second["key"]]
    taken_back = [row["msgid"] for row in books["settlements"] if row["taken_back"]]
    assert taken_back == [first["key"]] * (made - 1)
    heard = [e["operation"] for e in calls(cast, "nhsa_core", after=mark)]
    assert heard == ["2304", *waits, "2303", "2304"]
    sound(cast, stay)


@pytest.mark.parametrize("fen", [7, -7], ids=["7_fen_more", "7_fen_less"])
def test_a_settlement_7_fen_from_its_pre_settlement_is_recomputed_and_goes_on(
    cast: Cast, fen: int
) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    cast.pay_cash(stay.no, 100)
    with fault(cast, "nhsa_core", "2304", "settle_off_by", match=stay.person, args={"fen": fen}):
        end = finished(cast, confirm(cast, ready))
    assert end["difference_fen"] == fen
    assert end["due_fen"] == ready["due_fen"] + fen
    assert share(end, "pooled_fund") == share(ready, "pooled_fund") - fen
    assert end["cover"]["surplus_fen"] == 100 - fen
    assert sum(slip["amount_fen"] for slip in end["refunds"]) == 100 - fen
    for slip in end["refunds"]:
        path = f"/v1/refunds/{slip['no']}"
        cast.channel.wait(path, lambda now: step(now, "return_money")["attempts"], "the slip")
        out = {"terminal": "W01", "operator": "cashier-1"}
        assert cast.channel.post(f"{path}:pay-out", out)["state"] == "finished"
    sound(cast, stay)


def test_7_fen_the_deposit_does_not_hold_are_asked_for_and_then_it_goes_on(cast: Cast) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    with fault(cast, "nhsa_core", "2304", "settle_off_by", match=stay.person, args={"fen": 7}):
        short = confirm(cast, ready)
    assert (short["waiting_for"]["code"], short["cover"]["short_fen"]) == ("deposit_short", 7)
    assert not his_books(cast, stay)["settlements"]
    cast.pay_cash(stay.no, 7)
    assert finished(cast, short)["due_fen"] == ready["due_fen"] + 7
    sound(cast, stay)


def test_a_larger_difference_waits_until_it_is_accepted(cast: Cast) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    cast.pay_cash(stay.no, 101)
    path = f"/v1/settlements/{ready['no']}:accept-difference"
    with refused(409, "conflict"):
        cast.channel.post(path, {"by": "supervisor-1"})
    with fault(cast, "nhsa_core", "2304", "settle_off_by", match=stay.person, args={"fen": 101}):
        paused = confirm(cast, ready)
    assert paused["waiting_for"]["code"] == "settled_differently"
    assert "1.01" in paused["waiting_for"]["reason"]
    assert not his_books(cast, stay)["settlements"]
    end = finished(cast, cast.channel.post(path, {"by": "supervisor-1"}))
    assert end["difference_accepted_by"] == "supervisor-1"
    assert end["due_fen"] == ready["due_fen"] + 101
    sound(cast, stay)


def test_a_larger_difference_can_be_undone_and_settled_again(cast: Cast) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    with fault(cast, "nhsa_core", "2304", "settle_off_by", match=stay.person, args={"fen": 101}):
        paused = confirm(cast, ready)
    assert paused["waiting_for"]["code"] == "settled_differently"
    undone = cancel(cast, paused)
    assert (undone["state"], undone["receipt_no"]) == ("closed", "")
    assert undone["cancellation"]["reversal"]["total_fen"] == -paused["settled"]["total_fen"]
    assert not insurer_books(cast, stay)["live"]
    his = his_books(cast, stay)
    assert (his["admission"]["locked_by"], his["settlements"]) == (None, [])
    assert cast.account(stay.no)["deposit"]["held_fen"] == 0
    assert settled_afresh(cast, stay)["difference_fen"] == 0
    sound(cast, stay)


def test_figures_that_contradict_each_other_leave_a_share_unexplained_and_nobody_stranded(
    cast: Cast,
) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    cast.pay_cash(stay.no, 5)
    with fault(cast, "nhsa_core", "2304", "identity_breach", match=stay.person, args={"fen": 5}):
        end = finished(cast, confirm(cast, ready))
    assert end["breaches"]
    assert abs(share(end, "unexplained")) == 5
    assert share(end, "deposit") == ready["due_fen"] + end["difference_fen"]
    ledger = cast.operations.get("/v1/ledger")
    suspense = {b["account"]: b["balance_fen"] for b in ledger["balances"]}["suspense:unexplained"]
    assert suspense == share(end, "unexplained")
    sound(cast, stay)


def test_a_his_that_refuses_the_post_waits_for_a_person_and_posts_once(cast: Cast) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    words = {"code": "POSTING_REFUSED", "message": "日结中，暂停入账"}
    with fault(cast, "his", "PostSettlement", "refuse", match=stay.admission, args=words):
        stopped = confirm(cast, ready)
    assert stopped["waiting_for"]["code"] == "post_to_his_refused"
    assert words["message"] in stopped["waiting_for"]["reason"]
    assert len(insurer_books(cast, stay)["live"]) == 1
    assert not his_books(cast, stay)["settlements"]
    assert cast.account(stay.no)["deposit"]["held_fen"] == stopped["due_fen"]
    finished(cast, resume(cast, stopped))
    assert len(his_books(cast, stay)["settlements"]) == 1
    assert len(insurer_books(cast, stay)["settlements"]) == 1
    sound(cast, stay)


def test_a_his_that_refuses_the_post_can_be_given_up_and_the_insurer_is_undone(
    cast: Cast,
) -> None:
    stay = insured_stay(cast)
    words = {"code": "POSTING_REFUSED", "message": "日结中，暂停入账"}
    with fault(cast, "his", "PostSettlement", "refuse", match=stay.admission, args=words):
        stopped = confirm(cast, covered(cast, stay))
    undone = cancel(cast, stopped)
    assert undone["state"] == "closed"
    insurer = insurer_books(cast, stay)
    assert (insurer["live"], insurer["stays"][0]["state"]) == ([], "in_hospital")
    assert his_books(cast, stay)["admission"]["locked_by"] is None
    settled_afresh(cast, stay)
    sound(cast, stay)


@pytest.mark.parametrize(
    ("kind", "asked", "posted"),
    [
        ("no_answer_after_effect", 1, 1),
        ("no_answer_before_effect", 1, 2),
    ],
)
def test_a_post_without_an_answer_is_asked_for_and_happens_once(
    cast: Cast, business_time: BusinessTime, kind: str, asked: int, posted: int
) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    with fault(cast, "his", "PostSettlement", kind, match=stay.admission):
        lost = confirm(cast, ready)
    assert lost["waiting_for"]["code"] == "in_doubt"
    business_time.forward(2)
    end = finished(cast, lost)
    (attempt,) = step(end, "post_to_his")["attempts"]
    assert attempt["state"] == "done"
    assert attempt["evidence"]["proof"] == ("query" if posted == 1 else "answer")
    (row,) = his_books(cast, stay)["settlements"]
    assert row["receipt_no"] == end["receipt_no"]
    heard = [
        e["operation"]
        for e in calls(cast, "his", "PostSettlement", "QueryPosting")
        if ready["no"] in (e["fields"].get("settlement_no"), e["fields"].get("number"))
    ]
    assert heard[: asked + posted].count("PostSettlement") == posted
    assert heard.index("QueryPosting") == 1
    sound(cast, stay)


def test_a_lost_post_that_eight_ask_for_at_once_is_concluded_once(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    cast.pay_cash(stay.no, 100)  # a surplus: the posting gives birth to a refund
    path = f"/v1/settlements/{ready['no']}:resume"
    with fault(cast, "his", "PostSettlement", "no_answer_after_effect", match=stay.admission):
        confirm(cast, ready)
    business_time.forward(2)
    with ThreadPoolExecutor(8) as clicks:
        answers = clicks.map(
            lambda _: cast.channel.send("POST", path, {"by": "cashier-1"}).status_code, range(8)
        )
        assert max(answers) < 500
    end = finished(cast, ready)
    assert [slip["amount_fen"] for slip in end["refunds"]] == [100]
    assert len(his_books(cast, stay)["settlements"]) == 1
    sound(cast, stay)


def test_a_settlement_in_doubt_cannot_be_cancelled_before_it_is_known(
    cast: Cast, business_time: BusinessTime
) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    with fault(cast, "nhsa_core", "2304", "no_answer_after_effect", match=stay.person):
        lost = confirm(cast, ready)
    with refused(409, "conflict"):
        cancel(cast, lost)
    business_time.forward(2)
    finished(cast, lost)
    undone = cancel(cast, seen(cast, lost))
    assert undone["cancellation"]["was_posted"]
    assert not insurer_books(cast, stay)["live"]
    sound(cast, stay)
