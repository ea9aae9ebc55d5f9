"""H4.1, H4.2: a surplus goes back the way it came, and what did not come through us stays for the
window.

One self-pay stay: 500.00 taken at the HIS's own window, then 300.00 and 200.00 through WeChat, then
100.00 in cash at ours. The bill is 340.00 and is paid by the oldest money: 160.00 are left of the
HIS's 500.00. Too much: 760.00, of it 500.00 through WeChat and 260.00 for the window.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from interfaces.demo.actors import Cast, ended
from interfaces.demo.channel import Channel
from tests.journeys.outside import (
    Outside,
    beijing_date,
    bound_phone,
    cast_of,
    delivered,
    settle,
    settled,
)

Json = dict[str, Any]


@pytest.fixture(scope="module")
def outside(sandbox: Any) -> Outside:
    """The other sides' books."""
    return Outside(sandbox)


@pytest.fixture(scope="module")
def cast(sandbox: Any, channel: Channel, operations: Channel) -> Iterator[Cast]:
    """One cast for the whole stay."""
    acting = cast_of(sandbox, channel, operations)
    yield acting
    assert [check for check in acting.record.checks if not check.holds] == []


@pytest.fixture(scope="module")
def surplus(cast: Cast, business_time: Any) -> Json:
    """The settlement, and what else was seen: `account` before it, `refunds` before the slips were
    paid out, the patient's `phone`, the business `day`."""
    day = beijing_date(business_time)
    no = cast.admit("测试自费庚", "self_pay")
    phone = bound_phone(cast, no)
    window = {"admission_no": no, "amount_fen": 500_00}
    cast.sandbox.control("his", "admissions/deposits", window)
    for pay, fen in (
        (cast.pay_native, 300_00),
        (cast.pay_in_app, 200_00),
        (cast.pay_cash, 100_00),
    ):
        business_time.forward(60)  # WeChat's times are whole seconds; the newest goes back first
        pay(no, fen)
    account = cast.account(no)
    cast.charge_items(no, N001=10)
    done = settled(cast, settle(cast, no, confirmed=True)["no"])
    path = f"/v1/settlements/{done['no']}"
    rested = cast.channel.wait(path, _at_rest, "every refund to come to rest")
    for refund in rested["refunds"]:
        if refund["returned_through"] == "window":
            slip = f"/v1/refunds/{refund['no']}"
            cast.channel.post(f"{slip}:pay-out", {"terminal": "W02", "operator": "cashier-2"})
            cast.channel.wait(slip, ended, "the slip to be paid out")
    return {
        "no": no,
        "phone": phone,
        "day": day,
        "account": account,
        "refunds": rested["refunds"],
        "settlement_no": done["no"],
    }


def _at_rest(settlement: Json) -> bool:
    """WeChat has given back what it had; the slips wait for the patient."""
    return all(
        refund["state"] == "finished"
        or (refund["returned_through"] == "window" and refund["steps"][-1]["state"] == "pending")
        for refund in settlement["refunds"]
    )


def test_a_deposit_taken_at_the_his_s_own_window_counts_and_has_the_window_as_route(
    cast: Cast, surplus: Json, outside: Outside
):
    account = surplus["account"]
    assert account["deposit"]["balance_fen"] == 1100_00
    [elsewhere] = [lot for lot in account["lots"] if lot["channel"] == "window"]
    [theirs] = outside.his("deposits", admission_no=surplus["no"], amount_fen=500_00)
    assert (elsewhere["deposit_no"], elsewhere["paid_fen"]) == (theirs["number"], 500_00)
    assert elsewhere["returned_through"] == "window"
    lots = {lot["channel"] for lot in account["lots"] if lot["returned_through"] == "channel"}
    assert lots == {"wechat_pay"}


@pytest.mark.requirement("H4.1")
def test_the_refundable_deposit_is_computed_and_the_patient_told_to_come_to_the_window(
    cast: Cast, surplus: Json, outside: Outside
):
    """H4.1: refundable deposit computed, patient told to come to the window."""
    done = cast.settlement(surplus["settlement_no"])
    assert (done["cover"]["deposit_fen"], done["due_fen"]) == (1100_00, 340_00)
    assert done["cover"]["surplus_fen"] == 760_00
    pushed = outside.pushed(delivered(cast, surplus["no"], "surplus")["surplus"])
    assert (pushed["touser"], pushed["template_id"]) == (surplus["phone"], "surplus")
    assert pushed["data"] == {
        "amount1": "760.00",
        "amount2": "500.00",
        "amount3": "260.00",
        "thing4": "请到窗口办理押金退款",
    }
    assert pushed["url"].endswith(f"/v1/settlements/{surplus['settlement_no']}")


@pytest.mark.requirement("H4.2")
def test_what_came_through_the_platform_goes_back_its_way_and_the_rest_waits_at_the_window(
    cast: Cast, surplus: Json, outside: Outside
):
    """H4.2: the part of the surplus paid through the platform goes back along its routes over
    several top-ups; the part paid elsewhere is shown and left to the window."""
    refunds = [
        (refund["returned_through"], refund["channel"], refund["amount_fen"])
        for refund in surplus["refunds"]
    ]
    assert sorted(refunds) == [
        ("channel", "wechat_pay", 200_00),
        ("channel", "wechat_pay", 300_00),
        ("window", "cash", 100_00),
        ("window", "window", 160_00),
    ]
    for refund in surplus["refunds"]:
        if refund["returned_through"] == "window":
            assert refund["waiting_for"]["code"] == "pay_out"
            continue
        [order] = outside.orders(refund["payment_no"])
        [back] = outside.payments_back(refund["refund_no"])
        assert (back["out_trade_no"], back["status"]) == (order["out_trade_no"], "SUCCESS")
        assert back["refund_fen"] == order["refunded_fen"] == order["total_fen"]
        assert back["refund_fen"] == refund["amount_fen"]
    # the HIS has taken each part off its own deposit, and nothing is left on either side
    returned = outside.his("returns", admission_no=surplus["no"])
    assert sorted(one["amount_fen"] for one in returned) == [100_00, 160_00, 200_00, 300_00]
    assert outside.his_stay(surplus["no"])["deposit_balance_fen"] == 0
    account = cast.account(surplus["no"])
    assert (account["deposit"]["balance_fen"], account["deposit"]["held_fen"]) == (0, 0)
    assert sum(lot["returned_fen"] for lot in account["lots"]) == 760_00
    later = [cast.channel.get(f"/v1/refunds/{refund['no']}") for refund in surplus["refunds"]]
    assert all(refund["state"] == "finished" for refund in later)


def test_deposits_of_such_a_day_agree_with_the_his_s_statement(
    cast: Cast, surplus: Json, business_time: Any, outside: Outside
):
    business_time.forward(86_400)
    body = {"system": "his_deposits", "date": surplus["day"]}
    result = cast.operations.post("/v1/reconciliations", body)
    of_stay = {one["number"] for one in outside.his("deposits", admission_no=surplus["no"])}
    of_stay |= {one["number"] for one in outside.his("returns", admission_no=surplus["no"])}
    assert result["theirs_count"] > 0
    assert [found for found in result["differences"] if found["key"] in of_stay] == []
    audit = {check["name"]: check for check in cast.operations.get("/v1/audit")["checks"]}
    for name in ("balances_match_ledger", "balances_match_lots", "refunds_match_lots"):
        assert audit[name]["measured"] > 0
        assert [text for text in audit[name]["findings"] if surplus["no"] in text] == []
