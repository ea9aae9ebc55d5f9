"""Sealed bodies, with gmalg as the other side, and the reference's own SM4 and SM2 vector (§3.4).

The mobile-payment centre's vector serves here because the primitives are the same: SM4-ECB with
PKCS7, SM3-with-SM2 under the default user id, r and s of 32 bytes.
"""

import base64
import json

import gmalg
import pytest
from gmssl_pyx import sm2_key_generate

from adapters.insurance.nhsa_core import ASSUMED_ENCRYPTED, BodyKeys
from adapters.insurance.nhsa_core.body_cipher import SealedBody, body_cipher_of
from adapters.wire.recorded_http import INVALID, VERIFIED
from tests.adapters.insurance.nhsa_core.scripted_core import CREDENTIALS

USER_ID = b"1234567812345678"
VECTOR_SM4_KEY = "59EE7E8C127F6D37"
VECTOR_PLAIN = (
    '{"idNo":"000000190001010000","idType":"01","orgCodg":"H00000000001",'
    '"payOrdId":"ORD000000202401010000000001","payToken":"TOKEN0001","userName":"测试甲"}'
)
VECTOR_CIPHER = (
    "DECDC528A42F171A2016E0431966E342613F4309D89C7C7743D37ED1150A8881E4BAD9CF0432368938AE7665"
    "B1AD7607260CAF5B28C537D69DF5885904319C4C34783B92E2C088337792B5243D0E183DECB9D70C79570696"
    "FB8930A57B3FE9100209171C174690F4A88BE9A247BB47A02638AB36E748C06E68CA47B0825015C81CE1951D"
    "C3AA28C2C677D05C269F4B17FBC074BF8A4D7A7974EBA20CC6C827E8"
)
VECTOR_SIGNED = (
    "appId=TESTAPPID0000001ABCDEF0123456789&data=" + VECTOR_PLAIN + "&encType=SM4&signType=SM2"
    "&timestamp=1704067200000&version=2.0.1&key=TESTSECRET00000199887766554433AA"
)
VECTOR_PUBLIC = (
    "BJv/TfFW7BYPmJ0CLt2I5T2zzmlbe3sI+UFDPTkpXRbPfw8PPn5OunUMwOnl9FzKBCQSUj6dDwAWcY7kXHWWEhI="
)
VECTOR_SIGNATURE = (
    "Nu3Ym89IT4rg5PwXVSMyDPvSmI7GxGw5xDdO7bfe5Kjo0u/ZFxsohODLq2IJirYL6FQi83XB26yVBg6zjKwKeg=="
)


class Centre:
    """The other side, on gmalg."""

    def __init__(self) -> None:
        public, private = sm2_key_generate()
        own_public, own_private = sm2_key_generate()
        self._signer = gmalg.SM2(private, USER_ID, b"\4" + public)
        self._hospital = gmalg.SM2(uid=USER_ID, pk=b"\4" + own_public)
        self.keys = BodyKeys(
            sm4_key=VECTOR_SM4_KEY,
            private_key=_base64(own_private),
            public_key=_base64(b"\4" + own_public),
            centre_public_key=_base64(b"\4" + public),
        )

    def accepts(self, text: str, signature: str) -> bool:
        raw = base64.b64decode(signature)
        assert len(raw) == 64
        return bool(self._hospital.verify(text.encode(), raw[:32], raw[32:]))

    def sign(self, text: str) -> str:
        r, s = self._signer.sign(text.encode())
        return _base64(r.rjust(32, b"\0") + s.rjust(32, b"\0"))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def vector_body() -> SealedBody:
    public, private = sm2_key_generate()
    return SealedBody(
        BodyKeys(
            sm4_key=VECTOR_SM4_KEY,
            private_key=_base64(private),
            public_key=_base64(b"\4" + public),
            centre_public_key=VECTOR_PUBLIC,
        )
    )


def test_the_sm4_vector_holds_both_ways() -> None:
    body = vector_body()
    sealed = body.seal(json.loads(VECTOR_PLAIN))
    assert sealed["input"] == _base64(bytes.fromhex(VECTOR_CIPHER))
    assert body.open(sealed["input"]) == VECTOR_PLAIN


def test_the_sm2_vector_verifies() -> None:
    envelope = {"infcode": 0, "output": VECTOR_SIGNED, "cainfo": VECTOR_SIGNATURE}
    assert vector_body().verdict(envelope) == VERIFIED


def test_a_stranger_verifies_what_we_sign() -> None:
    centre = Centre()
    for number in range(20):  # r or s now and then begins with a zero byte
        sealed = SealedBody(centre.keys).seal({"data": {"psn_no": str(number)}})
        text, signature = sealed["input"], sealed["cainfo"]
        assert isinstance(text, str)
        assert isinstance(signature, str)
        assert sealed["signtype"] == "SM2"
        assert centre.accepts(text, signature)


def test_we_verify_what_a_stranger_signs() -> None:
    centre = Centre()
    output = _base64(b"whatever is inside")
    envelope = {"infcode": 0, "output": output, "cainfo": centre.sign(output)}
    assert SealedBody(centre.keys).verdict(envelope) == VERIFIED


def test_an_answer_is_invalid_unless_its_own_signature_verifies() -> None:
    centre = Centre()
    body, output = SealedBody(centre.keys), _base64(b"whatever is inside")
    signature = centre.sign(output)
    raw = base64.b64decode(signature)
    answers: list[dict[str, object]] = [
        {"output": output},
        {"output": output, "cainfo": ""},
        {"output": output, "cainfo": None},
        {"output": output, "cainfo": "not base64!"},
        {"output": output, "cainfo": _base64(raw[:63])},
        {"output": output, "cainfo": _base64(bytes(64))},
        {"output": output, "cainfo": _base64(b"\xff" * 64)},
        {"output": output, "cainfo": _base64(bytes([raw[0] ^ 1]) + raw[1:])},
        {"output": output[::-1], "cainfo": signature},
        {"output": {"setlinfo": {}}, "cainfo": signature},
        {"output": None, "cainfo": signature},
    ]
    assert {body.verdict({"infcode": 0, **answer}) for answer in answers} == {INVALID}


@pytest.mark.parametrize("output", ["", "AA==", "!", _base64(bytes(16)), {"setlinfo": {}}])
def test_what_does_not_open_is_a_value_error(output: object) -> None:
    with pytest.raises(ValueError):
        vector_body().open(output)


def test_a_sealed_region_does_not_start_without_keys() -> None:
    with pytest.raises(ValueError, match="body_keys"):
        body_cipher_of(ASSUMED_ENCRYPTED, CREDENTIALS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sm4_key": "short"},
        {"private_key": _base64(bytes(31))},
        {"private_key": _base64(b"\1" + bytes(32))},
        {"public_key": _base64(bytes(64))},
        {"centre_public_key": _base64(b"\2" + bytes(64))},
    ],
)
def test_a_key_of_the_wrong_shape_is_said_at_the_start(wrong: dict[str, str]) -> None:
    keys = Centre().keys
    parts = {
        "sm4_key": keys.sm4_key,
        "private_key": keys.private_key,
        "public_key": keys.public_key,
        "centre_public_key": keys.centre_public_key,
    }
    with pytest.raises(ValueError):
        SealedBody(BodyKeys(**(parts | wrong)))


def test_a_private_key_may_come_with_a_leading_zero_byte() -> None:
    centre = Centre()
    keys = centre.keys
    longer = BodyKeys(
        sm4_key=keys.sm4_key,
        private_key=_base64(b"\0" + base64.b64decode(keys.private_key)),
        public_key=keys.public_key,
        centre_public_key=keys.centre_public_key,
    )
    sealed = SealedBody(longer).seal({})
    assert centre.accepts(str(sealed["input"]), str(sealed["cainfo"]))
