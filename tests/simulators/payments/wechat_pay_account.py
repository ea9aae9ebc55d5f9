"""A made-up merchant account: both sides' keys and certificates, and the simulator's config."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

APPID = "wx00000000000000aa"
MCHID = "1900000001"
APIV3_KEY = "0123456789abcdef0123456789abcdef"
APIV2_KEY = "fedcba9876543210fedcba9876543210"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012025010100000000000001"


@dataclass(frozen=True)
class Certified:
    """A key with its certificate."""

    key: RSAPrivateKey
    certificate: x509.Certificate

    @property
    def key_pem(self) -> str:
        """PKCS#8 PEM of the private key."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def pem(self) -> str:
        """PEM of the certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def serial(self) -> str:
        """Serial number, hexadecimal, upper case."""
        return f"{self.certificate.serial_number:X}"


@dataclass(frozen=True)
class Account:
    """Every key of the merchant, the platform and the TLS port."""

    authority: Certified
    merchant: Certified
    platform: Certified
    server: Certified

    @property
    def platform_public_pem(self) -> str:
        """微信支付公钥."""
        public = self.platform.key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def config(self, **changes: object) -> dict[str, Any]:
        """The simulator's configuration file."""
        return {
            "appid": APPID,
            "mchid": MCHID,
            "apiv3_key": APIV3_KEY,
            "apiv2_key": APIV2_KEY,
            "merchant_serial": self.merchant.serial,
            "merchant_certificate_pem": self.merchant.pem,
            "platform_private_key_pem": self.platform.key_pem,
            "platform_public_key_id": PUBLIC_KEY_ID,
            "platform_certificate_pem": self.platform.pem,
            "platform_certificate_serial": self.platform.serial,
            "tls": {
                "server_certificate_pem": self.server.pem,
                "server_key_pem": self.server.key_pem,
                "client_ca_pem": self.authority.pem,
            },
            **changes,
        }


def make_account() -> Account:
    """Fresh keys under one authority."""
    authority = _certified("Test Authority", None)
    return Account(
        authority=authority,
        merchant=_certified("Test Merchant", authority),
        platform=_certified("Test Platform", authority),
        server=_certified("127.0.0.1", authority),
    )


def _certified(name: str, issuer: Certified | None) -> Certified:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
    )
    if issuer is None:
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            **dict.fromkeys(
                (
                    *("content_commitment", "key_encipherment", "data_encipherment"),
                    *("key_agreement", "encipher_only", "decipher_only"),
                ),
                False,
            ),
        )
        builder = builder.add_extension(usage, critical=True)
    return Certified(key, builder.sign(issuer.key if issuer else key, SHA256()))
