"""RSA2 and certificate names, compared with what strangers compute."""

import base64

import pytest
from alipay import DCAliPay  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from adapters.payments.alipay.signatures import (
    AlipayKeys,
    AppKey,
    certificate_sn,
    signed_content,
)
from adapters.wire.rsa_signatures import NotGenuine
from tests.adapters.payments.alipay.parties import parties
from tests.adapters.payments.keys import certificate_pem, new_key


def test_parameters_are_joined_in_the_order_of_their_names_unescaped() -> None:
    assert signed_content({"b": "x y&z", "a": "支付", "C": "1"}) == "C=1&a=支付&b=x y&z".encode()


def test_a_request_is_signed_over_everything_but_the_signature() -> None:
    signed = AppKey(parties().credentials()).signed({"method": "alipay.trade.query", "a": "b"})
    assert signed.keys() == {"method", "a", "sign_type", "sign"}
    parties().app_key.public_key().verify(
        base64.b64decode(signed["sign"]),
        b"a=b&method=alipay.trade.query&sign_type=RSA2",
        padding.PKCS1v15(),
        hashes.SHA256(),
    )


# The client reads names by functions that pyOpenSSL is about to drop.
@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
def test_certificates_are_named_as_an_independent_client_names_them() -> None:
    both = parties()
    signed = AppKey(both.certified_credentials()).signed({})
    assert signed["app_cert_sn"] == DCAliPay.get_cert_sn(certificate_pem(both.app_certificate))
    assert signed["alipay_root_cert_sn"] == DCAliPay.get_root_cert_sn(both.root_pem)
    assert signed["alipay_root_cert_sn"].count("_") == 1


def test_the_certificate_an_answer_names_is_the_one_it_is_checked_with() -> None:
    both = parties()
    keys = AlipayKeys(both.certified_credentials())
    signature = both.signature(b"message")
    keys.check(b"message", signature, certificate_sn(both.alipay_certificate))
    keys.check(b"message", signature)
    with pytest.raises(NotGenuine, match="no certificate"):
        keys.check(b"message", signature, "0" * 32)


@pytest.mark.parametrize("certified", [False, True])
def test_another_keys_signature_is_not_theirs(certified: bool) -> None:
    both = parties()
    given = both.certified_credentials() if certified else both.credentials()
    with pytest.raises(NotGenuine, match="does not verify"):
        AlipayKeys(given).check(b"message", both.signature(b"message", new_key()))
    for broken in ("", "!", "c2ln", both.signature(b"message ")):
        with pytest.raises(NotGenuine, match="does not verify"):
            AlipayKeys(given).check(b"message", broken)
