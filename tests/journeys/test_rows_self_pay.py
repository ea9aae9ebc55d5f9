"""H2.0, H2.1, H11.10, H11.13, H11.15: a stay nobody insures, from admission to the way home.

One stay at the nurse station, played once. Its bill, worked out by hand: 全身麻醉 980.00, 头孢呋辛
3 × 11.4860 = 34.46, 陪护餐费 35.00 = 1049.46. Paid in before: 500.00; missing: 549.46; paid then:
600.00; too much: 50.54.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from interfaces.demo.actors import Cast, ended
from interfaces.demo.channel import Channel
from tests.journeys.outside import (
    Outside,
    bound_phone,
    cast_of,
    delivered,
    restart_platform,
    settle,
    settled,
)

Json = dict[str, Any]
TOTAL, BEFORE, SHORT, PAID_THEN, SURPLUS = 1049_46, 500_00, 549_46, 600_00, 50_54
SELF_PAY_STEPS = ["lock_bill", "upload_charges", "confirm_with_his", "post_to_his"]


@dataclass(frozen=True, slots=True)
class Story:
    """What was seen on the way; everything else is read afterwards."""

    no: str
    phone: str
    first: Json  # the deposit paid by 主扫
    opened: Json  # the settlement as it was opened
    second: Json  # the top-up paid by 被扫
    number: str  # of the settlement
    insurer_calls: tuple[int, int]  # before and after


@pytest.fixture(scope="module")
def outside(sandbox: Any) -> Outside:
    """The other sides' books."""
    return Outside(sandbox)


@pytest.fixture(scope="module")
def cast(sandbox: Any, channel: Channel, operations: Channel) -> Iterator[Cast]:
    """One cast for the whole story."""
    acting = cast_of(sandbox, channel, operations)
    yield acting
    assert [check for check in acting.record.checks if not check.holds] == []


@pytest.fixture(scope="module")
def story(cast: Cast, outside: Outside, business_time: Any) -> Story:
    """Admission to discharge; then API and worker start anew."""
    before = outside.count_at_rest("nhsa_core")
    no = cast.admit("测试自费甲", "self_pay")
    phone = bound_phone(cast, no)
    first = cast.pay_native(no, BEFORE)
    cast.charge_items(no, S002=1, X001=3, O001=1)
    opened = settle(cast, no, point="bedside")
    number = opened["no"]
    cast.channel.post(f"/v1/settlements/{number}:confirm", {"by": "nurse-1"})
    business_time.forward(60)  # WeChat's times are whole seconds; the newest top-up goes back first
    second = cast.pay_by_code(no, PAID_THEN, asks_password=False)
    done = settled(cast, number)
    delivered(cast, no, "settled", "surplus")
    for refund in done["refunds"]:
        cast.channel.wait(f"/v1/refunds/{refund['no']}", ended, "the surplus to go back")
    after = outside.count("nhsa_core")
    restart_platform(cast.sandbox)
    return Story(no, phone, first, opened, second, number, (before, after))


@pytest.mark.requirement("H2.0")
def test_a_patient_without_insurance_is_served_end_to_end_without_a_call_to_the_insurer(
    cast: Cast, story: Story, outside: Outside
):
    """H2.0: served end to end through a plan that makes no insurer call."""
    done = cast.settlement(story.number)
    assert (done["state"], done["insured"]) == ("finished", False)
    assert [step["action"] for step in done["steps"]] == SELF_PAY_STEPS
    assert all(step["state"] == "done" for step in done["steps"])
    assert done["shares"] == [{"payer": "deposit", "amount_fen": TOTAL, "funded_by": "post_to_his"}]
    assert (done["pre_settled"], done["settled"]) == (None, None)
    # the bill, the receipt and the rest of the deposit, in the HIS's books
    [posted] = outside.his("settlements", admission_no=story.no)
    assert (posted["number"], posted["total_fen"]) == (story.number, TOTAL)
    assert posted["receipt_no"] == done["receipt_no"] != ""
    assert posted["shares"] == {"deposit": TOTAL}
    stay = outside.his_stay(story.no)
    assert (stay["state"], stay["pending_fen"], stay["deposit_balance_fen"]) == ("discharged", 0, 0)
    # what was too much is back with the patient
    [refund] = done["refunds"]
    assert (refund["state"], refund["amount_fen"]) == ("finished", SURPLUS)
    [back] = outside.payments_back(refund["refund_no"])
    assert (back["status"], back["refund_fen"]) == ("SUCCESS", SURPLUS)
    assert cast.balance(story.no) == 0
    # and the insurer has never heard of any of it
    before, after = story.insurer_calls
    assert before == after
    assert outside.insurer("stays", ipt_no=story.no) == []


def test_wechat_pays_inpatient_fees_by_scanning_and_by_being_scanned(
    cast: Cast, story: Story, outside: Outside
):
    """H2.1, the WeChat half: 主扫 and 被扫 pay inpatient fees. The mark comes with Alipay."""
    [scans] = outside.orders(story.first["payment_no"])
    [scanned] = outside.orders(story.second["payment_no"])
    assert (scans["trade_type"], scanned["trade_type"]) == ("NATIVE", "MICROPAY")
    for order, paid in ((scans, BEFORE), (scanned, PAID_THEN)):
        assert (order["trade_state"], order["total_fen"]) in (("SUCCESS", paid), ("REFUND", paid))
    assert (
        outside.his("deposits", admission_no=story.no, amount_fen=BEFORE)[0]["number"]
        == (story.first["no"])
    )
    assert len(outside.his("deposits", admission_no=story.no)) == 2
    lots = {lot["payment_no"]: lot for lot in cast.account(story.no)["lots"]}
    assert lots[story.first["payment_no"]]["applied_fen"] == BEFORE
    assert lots[story.second["payment_no"]]["applied_fen"] == TOTAL - BEFORE


@pytest.mark.requirement("H11.10")
def test_the_his_total_is_held_against_the_deposit_and_says_what_to_top_up(
    story: Story, outside: Outside
):
    """H11.10: HIS total against deposit; amount to top up."""
    opened = story.opened
    assert opened["bill"]["total_fen"] == TOTAL
    [locked] = outside.calls("his", "Lock", settlement_no=story.number)
    assert locked["status"] == "OK"
    charged = outside.his("charges", admission_no=story.no)
    assert sum(charge["amount_fen"] for charge in charged) == TOTAL
    assert opened["cover"] == {
        "due_fen": TOTAL,
        "deposit_fen": BEFORE,
        "short_fen": SHORT,
        "surplus_fen": 0,
        "topped_up_fen": 0,
    }


@pytest.mark.requirement("H11.13")
def test_the_self_pay_result_is_asked_of_the_his_stored_and_compared_with_the_deposit(
    cast: Cast, story: Story, outside: Outside
):
    """H11.13: self-pay result asked of the HIS, stored, compared with deposit."""
    [asked] = outside.calls("his", "QueryPosting", number=story.number)
    assert asked["status"] == "OK"
    [posted] = outside.his("settlements", admission_no=story.no)
    done = cast.settlement(story.number)
    result = done["result"]
    assert result["receipt_no"] == posted["receipt_no"]
    assert result["his_total_fen"] == posted["total_fen"] == TOTAL
    assert result["his_deposit_applied_fen"] == posted["deposit_applied_fen"] == TOTAL
    assert result["agrees"] is True
    assert done["cover"] == {
        "due_fen": TOTAL,
        "deposit_fen": BEFORE + PAID_THEN,
        "short_fen": 0,
        "surplus_fen": SURPLUS,
        "topped_up_fen": PAID_THEN,
    }


def test_a_result_of_the_his_that_says_other_money_does_not_agree(cast: Cast, outside: Outside):
    no = cast.admit("测试自费乙", "self_pay")
    cast.charge_items(no, S002=1)
    cast.pay_native(no, 980_00)
    number = settle(cast, no)["no"]
    unanswered = {
        "operation": "QueryPosting",
        "kind": "no_answer_before_effect",
        "match": {"number": number},
    }
    cast.sandbox.control("his", "faults", unanswered)
    cast.channel.post(f"/v1/settlements/{number}:confirm", {"by": "cashier-1"})
    cast.channel.wait(f"/v1/settlements/{number}", ended, "the post")
    cast.sandbox.control("his", "books/alter", {"number": number, "fen": 980_01})
    result = settled(cast, number)["result"]
    assert (result["his_total_fen"], result["agrees"]) == (980_01, False)
    cast.sandbox.control("his", "books/alter", {"number": number, "fen": 980_00})


@pytest.mark.requirement("H11.15")
def test_after_the_payment_the_his_is_asked_and_its_answer_is_shown_and_pushed(
    cast: Cast, story: Story, outside: Outside
):
    """H11.15: after the self-pay success the HIS is asked for its result; that answer is shown at
    the nurse station (the stay was settled at the bedside) and pushed."""
    [saved] = outside.calls("his", "SaveDeposit", deposit_no=story.second["no"])
    [posted] = outside.calls("his", "PostSettlement", settlement_no=story.number)
    [asked] = outside.calls("his", "QueryPosting", number=story.number)
    assert saved["sequence"] < posted["sequence"] < asked["sequence"]
    shown = cast.settlement(story.number)
    assert shown["point"] == "bedside"
    text = shown["result"]["result_text"]
    # the HIS's own words: nobody else knows what remained on its books at that moment
    receipt = outside.his("settlements", admission_no=story.no)[0]["receipt_no"]
    assert text.startswith(f"结算成功，收据{receipt}，费用总额1049.46元：预交金支付1049.46元；")
    message = delivered(cast, story.no, "settled")["settled"]
    pushed = outside.pushed(message)
    assert pushed["touser"] == story.phone
    assert pushed["data"] == {
        "amount1": "1049.46",
        "amount2": "1049.46",
        "number3": receipt,
        "thing4": text,
    }
    assert pushed["url"].endswith(f"/v1/settlements/{story.number}")
