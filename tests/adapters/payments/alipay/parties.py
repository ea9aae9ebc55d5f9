"""Both parties of a made-up Alipay contract: a hospital with its keys, and Alipay."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from adapters.payments.alipay.credentials import AlipayCredentials
from tests.adapters.payments.keys import (
    certificate,
    certificate_pem,
    key_pem,
    new_key,
    public_key_pem,
)

APP_ID, SELLER_ID = "2021000000000001", "2088000000000001"
ISSUER = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Made-up Financial"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Made-up Financial Class 2 R1"),
    ]
)


@dataclass(frozen=True)
class Parties:
    """Keys of both sides. The certificates hold the same keys."""

    app_key: rsa.RSAPrivateKey
    app_certificate: x509.Certificate
    alipay_key: rsa.RSAPrivateKey
    alipay_certificate: x509.Certificate
    roots: tuple[x509.Certificate, ...]

    @property
    def root_pem(self) -> str:
        """The root file: certificates with an empty line between them."""
        return "\n".join(certificate_pem(root) for root in self.roots)

    def credentials(self) -> AlipayCredentials:
        """Public-key mode."""
        return AlipayCredentials(
            app_id=APP_ID,
            seller_id=SELLER_ID,
            app_private_key=key_pem(self.app_key),
            alipay_public_key=public_key_pem(self.alipay_key),
        )

    def certified_credentials(self) -> AlipayCredentials:
        """Certificate mode."""
        return AlipayCredentials(
            app_id=APP_ID,
            seller_id=SELLER_ID,
            app_private_key=key_pem(self.app_key),
            app_certificate=certificate_pem(self.app_certificate),
            alipay_root_certificates=self.root_pem,
            alipay_certificates=(certificate_pem(self.alipay_certificate),),
        )

    def simulator_configuration(self) -> dict[str, object]:
        """Alipay's side of the same contract, as its simulator reads it."""
        return {
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "app_public_key_pem": public_key_pem(self.app_key),
            "alipay_private_key_pem": key_pem(self.alipay_key),
        }

    def certified_configuration(self) -> dict[str, object]:
        """The same in certificate mode."""
        return {
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "app_certificate_pem": certificate_pem(self.app_certificate),
            "alipay_private_key_pem": key_pem(self.alipay_key),
            "alipay_certificate_pem": certificate_pem(self.alipay_certificate),
            "alipay_root_certificates_pem": self.root_pem,
        }

    def signature(self, message: bytes, key: rsa.RSAPrivateKey | None = None) -> str:
        """Alipay's RSA2 signature, or somebody else's."""
        signed = (key or self.alipay_key).sign(message, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signed).decode()

    def notice(
        self,
        form: Mapping[str, str],
        *,
        key: rsa.RSAPrivateKey | None = None,
        left_out: tuple[str, ...] = ("sign", "sign_type"),
    ) -> bytes:
        """A notification body, signed as the document says or wrong in one way."""
        names = sorted(name for name in form if name not in left_out)
        message = "&".join(f"{name}={form[name]}" for name in names).encode()
        return urlencode({**form, "sign": self.signature(message, key)}).encode()


@cache
def parties() -> Parties:
    """Made once a session: keys are slow."""
    app, alipay, authority = (new_key() for _ in range(3))
    issuer = (ISSUER, authority)
    return Parties(
        app_key=app,
        app_certificate=certificate(app, "Made-up Hospital", issuer),
        alipay_key=alipay,
        alipay_certificate=certificate(alipay, "Made-up Alipay", issuer),
        roots=tuple(certificate(authority, "Made-up Root", issuer) for _ in range(2)),
    )
