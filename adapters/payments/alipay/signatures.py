"""RSA2: ours on requests, Alipay's on what it sends, and how both name their certificates."""

import hashlib
from collections.abc import Mapping

from cryptography.x509 import (
    Certificate,
    load_pem_x509_certificate,
    load_pem_x509_certificates,
)

from adapters.payments.alipay.credentials import AlipayCredentials
from adapters.wire.rsa_signatures import NotGenuine, SigningKey, VerifyingKey

SIGN_TYPE = "RSA2"
RSA_SIGNED = "1.2.840.113549.1.1."  # their root file also holds SM2 certificates, not counted


def signed_content(parameters: Mapping[str, str]) -> bytes:
    """`name=value` in the order of the names, joined with `&`, nothing escaped."""
    return "&".join(f"{name}={value}" for name, value in sorted(parameters.items())).encode()


def certificate_sn(certificate: Certificate) -> str:
    """证书SN: MD5 of the issuer's name (RFC 2253) and the serial number, decimal."""
    named = f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}"
    # A name for a certificate, no proof of anything.
    return hashlib.md5(named.encode(), usedforsecurity=False).hexdigest()


class AppKey:
    """The application's private key (应用私钥) and the certificate it is known by."""

    def __init__(self, credentials: AlipayCredentials) -> None:
        self._key = SigningKey("app_private_key", credentials.app_private_key)
        self._names: dict[str, str] = {}
        if credentials.app_certificate:
            own = load_pem_x509_certificate(credentials.app_certificate.encode())
            roots = load_pem_x509_certificates(credentials.alipay_root_certificates.encode())
            counted = (
                certificate_sn(root)
                for root in roots
                if root.signature_algorithm_oid.dotted_string.startswith(RSA_SIGNED)
            )
            self._names = {
                "app_cert_sn": certificate_sn(own),
                "alipay_root_cert_sn": "_".join(counted),
            }

    def signed(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """The parameters with our certificates' names and `sign`."""
        whole = {**parameters, **self._names, "sign_type": SIGN_TYPE}
        return {**whole, "sign": self._key.sign(signed_content(whole))}


class AlipayKeys:
    """Alipay's public key, or its certificates by their SN."""

    def __init__(self, credentials: AlipayCredentials) -> None:
        self._key: VerifyingKey | None = None
        self._certified: dict[str, VerifyingKey] = {}
        if credentials.alipay_public_key:
            self._key = VerifyingKey("alipay_public_key", credentials.alipay_public_key)
        for pem in credentials.alipay_certificates:
            sn = certificate_sn(load_pem_x509_certificate(pem.encode()))
            self._certified[sn] = VerifyingKey(f"the certificate {sn}", pem)

    def check(self, message: bytes, signature: str, certificate: str = "") -> None:
        """Raises NotGenuine unless Alipay signed this. `certificate` is the SN it names, if any."""
        if self._key is not None:
            self._key.check(message, signature)
            return
        if certificate:
            named = self._certified.get(certificate)
            if named is None:
                raise NotGenuine(f"no certificate {certificate!r}")
            named.check(message, signature)
            return
        self._check_with_any(message, signature)

    def _check_with_any(self, message: bytes, signature: str) -> None:
        """A notification need not name the certificate."""
        wrong = NotGenuine("there is no key")
        for key in self._certified.values():
            try:
                key.check(message, signature)
            except NotGenuine as error:
                wrong = error
            else:
                return
        raise wrong
