"""Signatures against the documented samples, and against an independent RSA verification."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from adapters.payments.wechat_pay.notices import opened
from adapters.payments.wechat_pay.signatures import MerchantKey, PlatformKeys
from adapters.payments.wechat_pay.v2 import SignType, from_xml, sign, to_xml
from adapters.wire.rsa_signatures import NotGenuine
from ports.errors import OutcomeUnknown
from ports.payment_channels import NoticeForged
from tests.adapters.payments.wechat_pay.parties import MCHID, Parties, parties

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

# The sample of the vendor's v2 signature page; the key is the page's own.
SAMPLE = {
    "appid": "wxd930ea5d5a258f4f",
    "mch_id": "10000100",
    "device_info": "1000",
    "body": "test",
    "nonce_str": "ibuaiVcKdpRxkhJA",
}
SAMPLE_KEY = "192006250b4c09247ec02edce69f6a2d"


@pytest.fixture(name="both")
def both_parties() -> Parties:
    return parties()


def verify(both: Parties, signature: str, message: bytes) -> None:
    both.merchant_key.public_key().verify(
        base64.b64decode(signature), message, padding.PKCS1v15(), hashes.SHA256()
    )


@pytest.mark.parametrize(
    ("sign_type", "expected"),
    [
        (SignType.MD5, "9A0A8659F005D6984697E2CA0A9CF3B7"),
        (
            SignType.HMAC_SHA256,
            "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6",
        ),
    ],
)
def test_a_v2_signature_is_the_documented_one(sign_type: SignType, expected: str) -> None:
    assert sign(SAMPLE, SAMPLE_KEY, sign_type) == expected


def test_a_v2_signature_leaves_out_empty_fields_and_itself() -> None:
    fields = {**SAMPLE, "attach": "", "sign": "9A0A"}
    assert sign(fields, SAMPLE_KEY, SignType.MD5) == "9A0A8659F005D6984697E2CA0A9CF3B7"


def test_v2_xml_survives_markup_in_a_value() -> None:
    fields = {"body": "<押金> & ]]> 补缴", "total_fee": "1"}
    assert from_xml(to_xml(fields)) == fields


def test_v2_xml_with_a_document_type_is_unreadable() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><return_code>&a;</return_code></xml>'
    with pytest.raises(OutcomeUnknown) as raised:
        from_xml(bomb)
    assert raised.value.code == "answer_unreadable"


def test_a_sealed_resource_opens_as_in_the_reference_vector() -> None:
    plain = opened(
        "0123456789abcdef0123456789abcdef",
        nonce="nonce1234567",
        associated_data="transaction",
        ciphertext="ShQHJjjzsBp1G1BvqPzCIktRxobcO8VG3rCe2rFPFJmPeL731WY+Xp8=",
    )
    assert plain == b'{"trade_state":"SUCCESS"}'


def test_a_sealed_resource_with_other_associated_data_does_not_open() -> None:
    with pytest.raises(NoticeForged, match="APIv3 key"):
        opened(
            "0123456789abcdef0123456789abcdef",
            nonce="nonce1234567",
            associated_data="refund",
            ciphertext="ShQHJjjzsBp1G1BvqPzCIktRxobcO8VG3rCe2rFPFJmPeL731WY+Xp8=",
        )


def test_a_v3_request_is_signed_over_its_five_lines(both: Parties) -> None:
    path, body = "/v3/pay/transactions/native?x=1", '{"description":"住院预交金"}'.encode()
    header = MerchantKey(both.credentials()).authorization("POST", path, body, 1795341600, "n0nce")
    scheme, _, pairs = header.partition(" ")
    values = dict(re.findall(r'(\w+)="([^"]*)"', pairs))
    assert scheme == "WECHATPAY2-SHA256-RSA2048"
    assert values["mchid"] == MCHID
    assert values["serial_no"] == f"{both.merchant_certificate.serial_number:X}"
    message = f"POST\n{path}\n1795341600\nn0nce\n".encode() + body + b"\n"
    verify(both, values["signature"], message)


def test_a_request_without_body_is_signed_with_an_empty_fifth_line(both: Parties) -> None:
    header = MerchantKey(both.credentials()).authorization("GET", "/v3/x", b"", 1, "n")
    signature = re.findall(r'signature="([^"]*)"', header)[0]
    verify(both, signature, b"GET\n/v3/x\n1\nn\n\n")
    with pytest.raises(InvalidSignature):
        verify(both, signature, b"GET\n/v3/x\n1\nn\n")


def test_what_wechat_pay_signed_with_its_public_key_is_genuine(both: Parties) -> None:
    PlatformKeys(both.credentials()).check(both.signed(b"{}", NOW), b"{}", NOW)


def test_what_wechat_pay_signed_with_a_platform_certificate_is_genuine(both: Parties) -> None:
    headers = both.headers(
        b"{}", NOW, key=both.platform_certificate_key, serial=both.platform_serial
    )
    PlatformKeys(both.credentials()).check(headers, b"{}", NOW)


def test_a_key_is_only_good_for_its_own_serial(both: Parties) -> None:
    headers = both.headers(b"{}", NOW, key=both.platform_key, serial=both.platform_serial)
    with pytest.raises(NotGenuine, match="does not verify"):
        PlatformKeys(both.credentials()).check(headers, b"{}", NOW)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"wechatpay-serial": "PUB_KEY_ID_OTHER"}, "no key for the serial"),
        ({"wechatpay-serial": ""}, "wechatpay-serial is missing"),
        ({"wechatpay-signature": "WECHATPAY/SIGNTEST/abcd"}, "does not verify"),
        ({"wechatpay-signature": "not base64!"}, "does not verify"),
        ({"wechatpay-timestamp": "yesterday"}, "not a number"),
        ({"wechatpay-nonce": "another"}, "does not verify"),
    ],
)
def test_a_changed_header_is_not_genuine(
    both: Parties, change: dict[str, str], reason: str
) -> None:
    headers = {**both.signed(b"{}", NOW), **change}
    with pytest.raises(NotGenuine, match=reason):
        PlatformKeys(both.credentials()).check(headers, b"{}", NOW)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_of_clock_difference_are_allowed(both: Parties, seconds: int) -> None:
    headers = both.signed(b"{}", NOW + timedelta(seconds=seconds))
    PlatformKeys(both.credentials()).check(headers, b"{}", NOW)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_more_than_five_minutes_are_not(both: Parties, seconds: int) -> None:
    headers = both.signed(b"{}", NOW + timedelta(seconds=seconds))
    with pytest.raises(NotGenuine, match="300 s off"):
        PlatformKeys(both.credentials()).check(headers, b"{}", NOW)


def test_secrets_are_not_shown(both: Parties) -> None:
    credentials = both.credentials()
    shown = repr(credentials)
    for secret in (
        credentials.apiv3_key,
        credentials.apiv2_key,
        credentials.merchant_private_key,
    ):
        assert secret not in shown
