"""WeChat Pay v2: payment codes, reversal behind a client certificate, v2 refunds and queries."""

import hashlib

import httpx
import pytest

from tests.simulators.payments.simulator_process import eventually
from tests.simulators.payments.wechat_pay_account import APIV2_KEY, APPID, MCHID
from tests.simulators.payments.wechat_pay_merchant import (
    Merchant,
    V2Fields,
    read_xml,
    v2_sign,
    write_xml,
)


def shown_code(merchant: Merchant, behaviour: str = "pays", **more: object) -> str:
    """The patient opens the payment code."""
    answer = merchant.simulator.act(
        "patient/payment-code", openid="oPatient0001", behaviour=behaviour, **more
    )
    return str(answer["auth_code"])


def queried(merchant: Merchant, out_trade_no: str = "CODE000001") -> V2Fields:
    """查询订单 by v2."""
    return merchant.v2("/pay/orderquery", out_trade_no=out_trade_no)


def reversed_order(merchant: Merchant) -> V2Fields:
    """撤销订单."""
    return merchant.v2("/secapi/pay/reverse", out_trade_no="CODE000001")


def refused(answer: V2Fields) -> str:
    """The err_code of a business refusal."""
    assert (answer["return_code"], answer["result_code"]) == ("SUCCESS", "FAIL")
    return answer["err_code"]


def test_a_payment_code_is_eighteen_digits_of_wechats_range(merchant: Merchant) -> None:
    code = shown_code(merchant)
    assert (len(code), code[:2], code.isdigit()) == (18, "13", True)


def test_a_code_that_pays_is_paid_at_once_and_without_notification(merchant: Merchant) -> None:
    answer = merchant.micropay(shown_code(merchant), fen=321)
    assert (answer["return_code"], answer["result_code"]) == ("SUCCESS", "SUCCESS")
    assert (answer["appid"], answer["mch_id"]) == (APPID, MCHID)
    assert (answer["trade_type"], answer["total_fee"]) == ("MICROPAY", "321")
    assert (answer["openid"], answer["out_trade_no"]) == ("oPatient0001", "CODE000001")
    assert len(answer["time_end"]) == 14
    assert queried(merchant)["trade_state"] == "SUCCESS"
    assert queried(merchant)["transaction_id"] == answer["transaction_id"]
    assert merchant.mailbox.letters == []


@pytest.mark.parametrize("sign_type", ["MD5", "HMAC-SHA256"])
def test_answers_are_signed_the_way_the_request_was(merchant: Merchant, sign_type: str) -> None:
    merchant.micropay(shown_code(merchant))
    answer = merchant.v2("/pay/orderquery", out_trade_no="CODE000001", sign_type=sign_type)
    assert answer["sign"] == v2_sign(answer, sign_type)
    assert len(answer["sign"]) == (32 if sign_type == "MD5" else 64)


def test_a_wrong_sign_has_no_effect(merchant: Merchant) -> None:
    code = shown_code(merchant)
    answer = merchant.v2(
        "/pay/micropay",
        body="门诊缴费",
        out_trade_no="CODE000001",
        total_fee="100",
        spbill_create_ip="127.0.0.1",
        auth_code=code,
        sign="0" * 32,
    )
    assert answer == {"return_code": "FAIL", "return_msg": "签名错误"}
    assert merchant.simulator.books()["orders"] == []
    assert merchant.simulator.journal("micropay")[0]["signature"] == "invalid"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"not xml", id="no xml"),
        pytest.param(b"<order></order>", id="other root"),
        pytest.param(b'<!DOCTYPE x [<!ENTITY e "x">]><xml><a>&e;</a></xml>', id="entity"),
    ],
)
def test_a_body_that_is_not_the_vendors_xml_is_refused(merchant: Merchant, raw: bytes) -> None:
    answer = read_xml(merchant.client.post("/pay/micropay", content=raw).content)
    assert answer == {"return_code": "FAIL", "return_msg": "XML格式错误"}


@pytest.mark.parametrize(
    ("name", "message"), [("mch_id", "mch_id不存在"), ("appid", "appid不存在")]
)
def test_another_account_is_refused(merchant: Merchant, name: str, message: str) -> None:
    answer = merchant.v2("/pay/orderquery", out_trade_no="CODE000001", **{name: "other"})
    assert answer == {"return_code": "FAIL", "return_msg": message}


@pytest.mark.parametrize(
    "missing", ["body", "out_trade_no", "total_fee", "spbill_create_ip", "auth_code"]
)
def test_a_missing_field_is_named(merchant: Merchant, missing: str) -> None:
    fields = {
        "body": "门诊缴费",
        "out_trade_no": "CODE000001",
        "total_fee": "100",
        "spbill_create_ip": "127.0.0.1",
        "auth_code": shown_code(merchant),
    }
    answer = merchant.v2("/pay/micropay", **fields | {missing: ""})
    assert answer == {"return_code": "FAIL", "return_msg": f"缺少参数{missing}"}


@pytest.mark.parametrize("fen", ["0", "-1", "1.5", "x"])
def test_an_amount_that_is_no_positive_fen_is_refused(merchant: Merchant, fen: str) -> None:
    answer = merchant.v2(
        "/pay/micropay",
        body="门诊缴费",
        out_trade_no="CODE000001",
        total_fee=fen,
        spbill_create_ip="127.0.0.1",
        auth_code=shown_code(merchant),
    )
    assert answer == {"return_code": "FAIL", "return_msg": "参数total_fee格式错误"}


def test_a_code_is_good_for_sixty_seconds(merchant: Merchant) -> None:
    code = shown_code(merchant)
    merchant.simulator.move_clock(61)
    assert refused(merchant.micropay(code)) == "AUTH_CODE_INVALID"
    assert refused(queried(merchant)) == "ORDERNOTEXIST"


def test_a_code_is_good_once(merchant: Merchant) -> None:
    code = shown_code(merchant)
    merchant.micropay(code)
    assert refused(merchant.micropay(code, "CODE000002")) == "AUTH_CODE_INVALID"
    assert merchant.simulator.books()["totals"]["paid_count"] == 1


@pytest.mark.parametrize("code", ["281234567890123456", "13123", "620000000000000000"])
def test_a_code_of_another_kind_is_refused(merchant: Merchant, code: str) -> None:
    answer = merchant.micropay(code)
    assert refused(answer) == "AUTH_CODE_INVALID"
    assert "10/11/12/13/14/15" in answer["err_code_des"]


def test_a_paid_number_is_not_paid_again(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    assert refused(merchant.micropay(shown_code(merchant))) == "ORDERPAID"


def test_a_patient_may_have_to_enter_the_password(merchant: Merchant) -> None:
    answer = merchant.micropay(shown_code(merchant, "asks_password"))
    assert refused(answer) == "USERPAYING"
    assert queried(merchant)["trade_state"] == "USERPAYING"
    merchant.simulator.act("patient/enter-password", out_trade_no="CODE000001", outcome="pay")
    assert queried(merchant)["trade_state"] == "SUCCESS"


def test_a_patient_may_refuse_to_enter_the_password(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant, "asks_password"))
    merchant.simulator.act("patient/enter-password", out_trade_no="CODE000001", outcome="refuse")
    assert queried(merchant)["trade_state"] == "PAYERROR"


def test_a_password_never_entered_is_a_failed_payment(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant, "asks_password", seconds=30))
    merchant.simulator.move_clock(29)
    assert queried(merchant)["trade_state"] == "USERPAYING"
    merchant.simulator.move_clock(31)
    eventually(lambda: queried(merchant)["trade_state"] == "PAYERROR")


@pytest.mark.parametrize(
    ("behaviour", "code"), [("refuses", "TRADE_ERROR"), ("not_enough", "NOTENOUGH")]
)
def test_a_code_may_not_pay(merchant: Merchant, behaviour: str, code: str) -> None:
    assert refused(merchant.micropay(shown_code(merchant, behaviour))) == code
    assert queried(merchant)["trade_state"] == "PAYERROR"


def test_a_password_can_be_asked_whatever_the_code(merchant: Merchant) -> None:
    merchant.simulator.arm("micropay", "user_paying", args={"seconds": 20})
    assert refused(merchant.micropay(shown_code(merchant))) == "USERPAYING"
    merchant.simulator.move_clock(21)
    eventually(lambda: queried(merchant)["trade_state"] == "PAYERROR")


def test_a_payment_code_order_is_known_to_v3_too(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    shown = merchant.query("CODE000001").json()
    assert (shown["trade_type"], shown["trade_state"]) == ("MICROPAY", "SUCCESS")


# ------------------------------------------------------------------------------------ reversal


def test_a_reversed_payment_goes_back(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    answer = reversed_order(merchant)
    assert (answer["result_code"], answer["recall"]) == ("SUCCESS", "N")
    assert queried(merchant)["trade_state"] == "REVOKED"
    order = merchant.simulator.books()["orders"][0]
    assert (order["trade_state"], order["refunded_fen"]) == ("REVOKED", 100)


def test_a_reversed_unpaid_order_can_no_longer_be_paid(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant, "asks_password"))
    reversed_order(merchant)
    reason = merchant.simulator.refused_act(
        "patient/enter-password", out_trade_no="CODE000001", outcome="pay"
    )
    assert "REVOKED" in reason
    assert refused(merchant.micropay(shown_code(merchant))) == "ORDERREVERSED"
    assert merchant.simulator.books()["totals"]["paid_count"] == 0


def test_a_reversal_again_is_the_same_reversal(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    reversed_order(merchant)
    assert reversed_order(merchant)["result_code"] == "SUCCESS"
    assert merchant.simulator.books()["totals"]["refunded_fen"] == 100


def test_a_reversal_may_ask_to_be_called_again(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    merchant.simulator.arm("reverse", "recall")
    answer = reversed_order(merchant)
    assert (refused(answer), answer["recall"]) == ("SYSTEMERROR", "Y")
    assert queried(merchant)["trade_state"] == "SUCCESS"
    assert reversed_order(merchant)["recall"] == "N"


def test_an_unknown_order_is_not_reversed(merchant: Merchant) -> None:
    assert refused(reversed_order(merchant)) == "ORDERNOTEXIST"


def test_a_native_order_is_not_reversed(merchant: Merchant) -> None:
    merchant.pay("CODE000001")
    assert refused(reversed_order(merchant)) == "TRADE_ERROR"


def test_after_seven_days_nothing_is_reversed(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    merchant.simulator.move_clock(7 * 86_400 + 60)
    assert refused(reversed_order(merchant)) == "REVERSE_EXPIRE"


def test_without_a_client_certificate_the_handshake_fails(merchant: Merchant) -> None:
    with (
        merchant.certified_client(None) as client,
        pytest.raises((httpx.ReadError, httpx.ConnectError, httpx.RemoteProtocolError)),
    ):
        client.post("/secapi/pay/reverse", content=b"")
    assert merchant.simulator.journal("reverse") == []


def test_another_certificate_of_the_same_authority_reverses_nothing(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    body = write_xml(merchant.v2_signed(out_trade_no="CODE000001"))
    with merchant.certified_client(merchant.account.server) as client:
        answer = read_xml(client.post("/secapi/pay/reverse", content=body).content)
    assert answer == {"return_code": "FAIL", "return_msg": "商户证书与商户号不匹配"}
    assert queried(merchant)["trade_state"] == "SUCCESS"


def test_the_plain_port_reverses_nothing(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    body = write_xml(merchant.v2_signed(out_trade_no="CODE000001"))
    response = merchant.client.post("/secapi/pay/reverse", content=body)
    assert response.status_code == 400
    assert "No required SSL certificate" in response.text
    assert queried(merchant)["trade_state"] == "SUCCESS"


def test_the_tls_address_is_in_health_too(merchant: Merchant) -> None:
    health = merchant.simulator.control.get("/health").json()
    assert health["secure"] == merchant.simulator.ready["secure"]


# ---------------------------------------------------------------------------------- v2 refunds


def v2_refund(merchant: Merchant, out_refund_no: str, fen: int, total: int = 100) -> V2Fields:
    """申请退款 by v2."""
    return merchant.v2(
        "/secapi/pay/refund",
        out_trade_no="CODE000001",
        out_refund_no=out_refund_no,
        refund_fee=str(fen),
        total_fee=str(total),
    )


def test_a_payment_code_order_is_refunded_by_v2(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    answer = v2_refund(merchant, "REFUND01", 40)
    assert answer["result_code"] == "SUCCESS"
    assert (answer["refund_fee"], answer["total_fee"]) == ("40", "100")
    merchant.simulator.act("refunds/finish", out_refund_no="REFUND01", status="SUCCESS")
    found = merchant.v2("/pay/refundquery", out_refund_no="REFUND01")
    assert found["refund_id_0"] == answer["refund_id"]
    assert found["refund_status_0"] == "SUCCESS"
    assert found["refund_fee_0"] == "40"
    assert found["refund_recv_accout_0"] == "支付用户零钱"  # the vendor's own spelling


def test_all_refunds_of_an_order_are_listed_with_an_index(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    v2_refund(merchant, "REFUND01", 40)
    v2_refund(merchant, "REFUND02", 60)
    found = merchant.v2("/pay/refundquery", out_trade_no="CODE000001")
    assert found["refund_count"] == "2"
    assert [found[f"out_refund_no_{index}"] for index in (0, 1)] == ["REFUND01", "REFUND02"]
    assert [found[f"refund_fee_{index}"] for index in (0, 1)] == ["40", "60"]
    assert found["refund_status_1"] == "PROCESSING"


def test_v2_and_v3_refund_the_same_money(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    v2_refund(merchant, "REFUND01", 40)
    over = merchant.refund("REFUND02", 61, out_trade_no="CODE000001")
    assert over.json()["code"] == "INVALID_REQUEST"
    assert merchant.query_refund("REFUND01").json()["amount"]["refund"] == 40


@pytest.mark.parametrize(
    ("fen", "total", "code"), [(101, 100, "INVALID_REQUEST"), (40, 99, "INVALID_REQUEST")]
)
def test_a_wrong_v2_refund_is_refused(merchant: Merchant, fen: int, total: int, code: str) -> None:
    merchant.micropay(shown_code(merchant))
    assert refused(v2_refund(merchant, "REFUND01", fen, total)) == code


def test_v2_says_notenough_in_one_word(merchant: Merchant) -> None:
    merchant.micropay(shown_code(merchant))
    merchant.simulator.act("merchant/balance", fen=0)
    assert refused(v2_refund(merchant, "REFUND01", 40)) == "NOTENOUGH"


def test_an_unknown_v2_refund_does_not_exist(merchant: Merchant) -> None:
    answer = merchant.v2("/pay/refundquery", out_refund_no="REFUND01")
    assert refused(answer) == "REFUNDNOTEXIST"


def test_the_simulators_sign_is_the_documents_rule(merchant: Merchant) -> None:
    answer = queried(merchant)
    pairs = "&".join(f"{name}={answer[name]}" for name in sorted(answer) if name != "sign")
    text = f"{pairs}&key={APIV2_KEY}"
    assert answer["sign"] == hashlib.md5(text.encode()).hexdigest().upper()
