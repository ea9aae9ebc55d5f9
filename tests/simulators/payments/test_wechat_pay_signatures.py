"""WeChat Pay cryptography on the wire: v3 requests and answers, certificates, pinned vectors."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simulators.payments.wechat_pay import v2_xml, v3_signatures
from tests.simulators.payments.conftest import StartMerchant
from tests.simulators.payments.wechat_pay_account import APIV3_KEY, PUBLIC_KEY_ID
from tests.simulators.payments.wechat_pay_merchant import Merchant, refusal

NATIVE = "/v3/pay/transactions/native"


def test_every_answer_is_signed_by_the_public_key(merchant: Merchant) -> None:
    merchant.place()
    answers = [
        merchant.query(),
        merchant.close(),  # 204 without a body
        merchant.query("NOBODY0001"),  # a refusal
        merchant.v3("GET", "/v3/no-such-thing"),
    ]
    assert [answer.status_code for answer in answers] == [200, 204, 404, 404]
    for answer in answers:
        assert answer.headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
        assert answer.headers["Wechatpay-Signature-Type"] == "WECHATPAY2-SHA256-RSA2048"
        assert merchant.accepts(answer.headers, answer.content)
        assert not merchant.accepts(answer.headers, answer.content + b" ")


def test_in_certificate_mode_answers_name_the_certificate(start_merchant: StartMerchant) -> None:
    merchant = start_merchant(response_key="certificate")
    answer = merchant.query()
    assert answer.headers["Wechatpay-Serial"] == merchant.account.platform.serial
    assert merchant.accepts(answer.headers, answer.content)


def test_the_platform_certificate_is_handed_out_encrypted(merchant: Merchant) -> None:
    entry = merchant.v3("GET", "/v3/certificates").json()["data"][0]
    sealed = entry["encrypt_certificate"]
    assert entry["serial_no"] == merchant.account.platform.serial
    assert (sealed["algorithm"], sealed["associated_data"]) == (
        "AEAD_AES_256_GCM",
        "certificate",
    )
    pem = AESGCM(APIV3_KEY.encode()).decrypt(
        sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), b"certificate"
    )
    assert pem.decode() == merchant.account.platform.pem


def test_a_merchant_in_public_key_mode_has_no_certificate(start_merchant: StartMerchant) -> None:
    merchant = start_merchant(platform_certificate_pem=None, platform_certificate_serial=None)
    assert refusal(merchant.v3("GET", "/v3/certificates")) == (404, "RESOURCE_NOT_EXISTS")


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param({"signature": "AAAA"}, id="signature"),
        pytest.param({"signature": "not base64!"}, id="no base64"),
        pytest.param({"serial_no": "1234ABCD"}, id="serial"),
        pytest.param({"mchid": "1900000009"}, id="merchant"),
        pytest.param({"nonce_str": "another"}, id="nonce"),
        pytest.param({"seconds_off": -301}, id="old timestamp"),
        pytest.param({"seconds_off": 302}, id="future timestamp"),
    ],
)
def test_a_request_not_signed_by_the_merchant_has_no_effect(
    merchant: Merchant, spoilt: dict[str, str]
) -> None:
    response = merchant.v3("POST", NATIVE, merchant.order(), **spoilt)  # type: ignore[arg-type]
    assert refusal(response) == (401, "SIGN_ERROR")
    assert merchant.simulator.books()["orders"] == []
    assert merchant.simulator.journal()[0]["signature"] == "invalid"


def test_a_request_four_minutes_old_is_still_taken(merchant: Merchant) -> None:
    assert merchant.v3("POST", NATIVE, merchant.order(), seconds_off=-240).status_code == 200


def test_a_request_without_authorization_has_no_effect(merchant: Merchant) -> None:
    response = merchant.client.post(NATIVE, json=merchant.order())
    assert refusal(response) == (401, "SIGN_ERROR")
    assert merchant.simulator.journal()[0]["signature"] == "unsigned"


def test_a_body_changed_on_its_way_is_refused(merchant: Merchant) -> None:
    headers = merchant.headers("POST", NATIVE, json.dumps(merchant.order()).encode())
    changed = json.dumps(merchant.order(fen=1)).encode()
    response = merchant.client.post(NATIVE, content=changed, headers=headers)
    assert refusal(response) == (401, "SIGN_ERROR")


def test_a_query_string_is_part_of_what_is_signed(merchant: Merchant) -> None:
    path = "/v3/pay/transactions/out-trade-no/ORDER00001?mchid="
    headers = merchant.headers("GET", f"{path}1900000001", b"")
    response = merchant.client.get(f"{path}1900000009", headers=headers)
    assert refusal(response) == (401, "SIGN_ERROR")


def test_a_body_that_is_no_json_is_refused(merchant: Merchant) -> None:
    headers = merchant.headers("POST", NATIVE, b"{")
    response = merchant.client.post(NATIVE, content=b"{", headers=headers)
    assert refusal(response) == (400, "PARAM_ERROR")


def test_a_request_must_say_what_it_accepts(merchant: Merchant) -> None:
    headers = merchant.headers("GET", "/v3/certificates", b"")
    request = merchant.client.build_request("GET", "/v3/certificates", headers=headers)
    del request.headers["Accept"]
    assert refusal(merchant.client.send(request)) == (400, "PARAM_ERROR")


def test_the_signing_clock_can_be_the_machines(start_merchant: StartMerchant) -> None:
    merchant = start_merchant(signature_clock="machine")
    merchant.simulator.move_clock(3 * 24 * 3600)
    assert merchant.v3("POST", NATIVE, merchant.order()).status_code == 200


def test_the_signing_clock_is_by_default_the_simulated_one(merchant: Merchant) -> None:
    merchant.simulator.move_clock(3600)
    assert refusal(merchant.v3("POST", NATIVE, merchant.order())) == (401, "SIGN_ERROR")
    merchant.clock_offset = 3600
    assert merchant.v3("POST", NATIVE, merchant.order()).status_code == 200


def test_aead_produces_the_pinned_vector() -> None:
    sealed = v3_signatures.aead_encrypt(
        "0123456789abcdef0123456789abcdef",
        "nonce1234567",
        "transaction",
        b'{"trade_state":"SUCCESS"}',
    )
    assert sealed == "ShQHJjjzsBp1G1BvqPzCIktRxobcO8VG3rCe2rFPFJmPeL731WY+Xp8="


@pytest.mark.parametrize(
    ("sign_type", "sign"),
    [
        ("MD5", "9A0A8659F005D6984697E2CA0A9CF3B7"),
        ("HMAC-SHA256", "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"),
    ],
)
def test_v2_signs_are_the_documents_own(sign_type: str, sign: str) -> None:
    fields = {
        "mch_id": "10000100",
        "device_info": "1000",
        "body": "test",
        "appid": "wxd930ea5d5a258f4f",
        "nonce_str": "ibuaiVcKdpRxkhJA",
        "attach": "",  # empty fields are not signed
    }
    assert v2_xml.sign(fields, "192006250b4c09247ec02edce69f6a2d", sign_type) == sign
