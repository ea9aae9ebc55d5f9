"""A made-up Alipay application: both sides' keys and certificates, and the simulator's config."""

from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import NameOID

from tests.adapters.payments.keys import (
    certificate,
    certificate_pem,
    key_pem,
    new_key,
    public_key_pem,
)

APP_ID = "2021000000000009"
SELLER_ID = "2088000000000009"
ISSUER = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test Financial"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Test Authority"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Test Financial Class 2 R1"),
    ]
)


@dataclass(frozen=True)
class Account:
    """Every key, and certificates over the same keys."""

    app: RSAPrivateKey
    alipay: RSAPrivateKey
    app_certificate: str
    alipay_certificate: str
    roots: str

    @property
    def app_pem(self) -> str:
        """应用私钥."""
        return key_pem(self.app)

    @property
    def alipay_public_pem(self) -> str:
        """支付宝公钥."""
        return public_key_pem(self.alipay)

    def config(self, *, certified: bool = False, **changes: object) -> dict[str, Any]:
        """The simulator's configuration file."""
        keys: dict[str, object] = {"app_public_key_pem": public_key_pem(self.app)}
        if certified:
            keys = {
                "app_certificate_pem": self.app_certificate,
                "alipay_certificate_pem": self.alipay_certificate,
                "alipay_root_certificates_pem": self.roots,
            }
        return {
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "alipay_private_key_pem": key_pem(self.alipay),
            **keys,
            **changes,
        }


def make_account() -> Account:
    """Fresh keys under one authority."""
    app, alipay, authority = (new_key() for _ in range(3))
    issuer = (ISSUER, authority)
    roots = (certificate_pem(certificate(authority, "Root", issuer)) for _ in range(2))
    return Account(
        app=app,
        alipay=alipay,
        app_certificate=certificate_pem(certificate(app, "Test Merchant", issuer)),
        alipay_certificate=certificate_pem(certificate(alipay, "Test Alipay", issuer)),
        roots="\n".join(roots),
    )
