"""H2.2, H2.4, half of H15.3: inpatients pay through WeChat, and are told how much is missing."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from interfaces.demo.actors import Cast
from tests.journeys.outside import (
    Outside,
    beijing_date,
    bound_phone,
    delivered,
    insured_person,
    insured_stay,
    move_to,
)

MINIMUM_FEN = 1000_00  # 最低押金允许余额 of the hospital, as its settings have it


@pytest.fixture
def outside(sandbox: Any) -> Outside:
    """The other sides' books."""
    return Outside(sandbox)


@pytest.mark.requirement("H2.2")
def test_a_deposit_is_paid_online_from_the_wechat_portal(cast: Cast, outside: Outside):
    """H2.2: inpatient deposit paid online from the WeChat portal."""
    no = cast.admit("测试自费丙", "self_pay")
    phone = bound_phone(cast, no)
    opened = cast.top_up(no, 345_67, channel="wechat_pay", product="in_app", openid=phone)
    page = opened["in_app"]
    # WeChat's own page takes these parameters only with the merchant's signature under them.
    signed = "".join(f"{page[name]}\n" for name in ("appId", "timeStamp", "nonceStr", "package"))
    key = serialization.load_pem_public_key(cast.sandbox.credentials.merchant.public_key.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    signature = base64.b64decode(page["paySign"])
    key.verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    assert (page["signType"], cast.balance(no)) == ("RSA", 0)
    prepay_id = page["package"].removeprefix("prepay_id=")
    paid = {"prepay_id": prepay_id, "outcome": "pay"}
    cast.sandbox.control("wechat_pay", "patient/pay", paid)
    cast.deposit_done(opened)
    again = {"out_trade_no": opened["payment_no"], "times": 2}
    cast.sandbox.control("wechat_pay", "notifications/resend", again)
    [order] = outside.orders(opened["payment_no"])
    assert (order["trade_type"], order["trade_state"]) == ("JSAPI", "SUCCESS")
    assert (order["total_fen"], order["openid"]) == (345_67, phone)
    [saved] = outside.his("deposits", admission_no=no)
    assert (saved["number"], saved["amount_fen"]) == (opened["no"], 345_67)
    assert saved["channel_transaction_no"] == order["transaction_id"]
    assert outside.his_stay(no)["deposit_balance_fen"] == cast.balance(no) == 345_67
    [lot] = cast.account(no)["lots"]
    assert (lot["deposit_no"], lot["paid_fen"]) == (opened["no"], 345_67)
    told = outside.pushed(delivered(cast, no, "deposit_received")["deposit_received"])
    assert (told["touser"], told["data"]["amount1"]) == (phone, "345.67")


@pytest.mark.requirement("H2.4")
@pytest.mark.parametrize(
    ("insured", "expected_part"),
    [(False, 2860_00), (True, 858_00)],  # all of it; the 30 % an insured patient usually bears
)
def test_the_top_up_is_suggested_from_the_minimum_balance_and_paying_it_moves_the_deposit(
    cast: Cast, outside: Outside, insured: bool, expected_part: int
):
    """H2.4: amount suggested from the hospital's minimum allowed balance; pays; balance moves."""
    if insured:
        no = insured_stay(cast, insured_person(cast.sandbox))
    else:
        no = cast.admit("测试自费丁", "self_pay")
    phone = bound_phone(cast, no)
    cast.pay_native(no, 200_00)
    cast.charge_items(no, S001=1)
    cast.channel.post(f"/v1/admissions/{no}/charges:pull", {})
    found = cast.channel.get(f"/v1/admissions/{no}/arrears")
    suggested = expected_part + MINIMUM_FEN - 200_00
    assert found == {
        "admission_no": no,
        "deposit_fen": 200_00,
        "charged_fen": 2860_00,
        "expected_patient_part_fen": expected_part,
        "minimum_balance_fen": MINIMUM_FEN,
        "suggested_fen": suggested,
    }
    opened = cast.top_up(no, suggested, channel="wechat_pay", product="in_app", openid=phone)
    prepay_id = opened["in_app"]["package"].removeprefix("prepay_id=")
    cast.sandbox.control("wechat_pay", "patient/pay", {"prepay_id": prepay_id, "outcome": "pay"})
    cast.deposit_done(opened)
    [order] = outside.orders(opened["payment_no"])
    assert (order["trade_state"], order["total_fen"]) == ("SUCCESS", suggested)
    assert len(outside.his("deposits", admission_no=no, number=opened["no"])) == 1
    moved = 200_00 + suggested
    assert outside.his_stay(no)["deposit_balance_fen"] == cast.balance(no) == moved
    after = cast.channel.get(f"/v1/admissions/{no}/arrears")
    assert (after["deposit_fen"], after["suggested_fen"]) == (moved, 0)


def test_every_opened_wechat_product_tops_up_and_stands_in_its_trade_bill(
    cast: Cast, outside: Outside, business_time: Any
):
    """H15.3, half of it: every opened product, top-up included. No mark: the platform does not read
    the fund bill, so neither the payout nor the account it goes to is looked at."""
    day = beijing_date(business_time)
    no = cast.admit("测试自费戊", "self_pay")
    deposits = [
        cast.pay_native(no, 101_01),
        cast.pay_in_app(no, 202_02),
        cast.pay_by_code(no, 303_03, asks_password=False),
    ]
    types = [outside.orders(deposit["payment_no"])[0]["trade_type"] for deposit in deposits]
    assert types == ["NATIVE", "JSAPI", "MICROPAY"]
    assert outside.his_stay(no)["deposit_balance_fen"] == cast.balance(no) == 606_06
    ours = {deposit["payment_no"] for deposit in deposits}
    move_to(business_time, 10, 30)
    if beijing_date(business_time) == day:
        business_time.forward(86_400)
    body = {"system": "wechat_pay", "date": day}
    result = cast.operations.post("/v1/reconciliations", body)
    assert result["theirs_count"] >= len(ours)
    assert [found for found in result["differences"] if found["key"] in ours] == []
    altered = {"out_trade_no": deposits[1]["payment_no"], "fen": 202_01}
    cast.sandbox.control("wechat_pay", "books/alter", altered)
    result = cast.operations.post("/v1/reconciliations", body)
    [found] = [found for found in result["differences"] if found["key"] in ours]
    assert (found["ours_fen"], found["theirs_fen"]) == (202_02, 202_01)
    cast.sandbox.control("wechat_pay", "books/alter", altered | {"fen": 202_02})
