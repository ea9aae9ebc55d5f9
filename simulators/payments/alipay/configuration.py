"""What one simulated Alipay application is made of: numbers, keys or certificates, fee, balance."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate, load_pem_x509_certificates

from simulators.configuration_fields import (
    BadConfiguration,
    private_key,
    rate,
    refuse_unknown,
    text,
)
from simulators.payments.alipay.signatures import certificate_sn, root_sn

PLENTY_FEN = 100_000_000_000
_CERTIFIED = ("app_certificate_pem", "alipay_certificate_pem", "alipay_root_certificates_pem")
_KEYS = frozenset(
    {
        *("app_id", "seller_id", "app_public_key_pem", "alipay_private_key_pem", *_CERTIFIED),
        *("fee_rate", "merchant_balance_fen", "known_buyers", "notification_gap_seconds"),
    }
)


@dataclass(frozen=True, slots=True)
class CertificateNames:
    """证书SN: how requests and answers name certificates in certificate mode."""

    app: str
    alipay: str
    root: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """One application (应用) of one direct merchant, and Alipay's own key."""

    app_id: str
    seller_id: str
    app_public_key: RSAPublicKey
    alipay_private_key: RSAPrivateKey
    certificates: CertificateNames | None  # None: public-key mode
    fee_rate: Decimal
    merchant_balance_fen: int
    known_buyers: frozenset[str]
    notification_gap_seconds: float


def read_configuration(source: Mapping[str, Any]) -> Configuration:
    """The configuration file as an object; raises BadConfiguration naming the wrong key."""
    refuse_unknown(source, _KEYS)
    if ("app_public_key_pem" in source) == ("app_certificate_pem" in source):
        raise BadConfiguration("either 'app_public_key_pem' or 'app_certificate_pem'")
    return Configuration(
        app_id=text(source, "app_id"),
        seller_id=text(source, "seller_id", 16),
        app_public_key=_app_key(source),
        alipay_private_key=private_key(source, "alipay_private_key_pem"),
        certificates=_certificates(source),
        fee_rate=rate(source, "fee_rate", "0.0060"),
        merchant_balance_fen=int(source.get("merchant_balance_fen", PLENTY_FEN)),
        known_buyers=frozenset(source.get("known_buyers", ())),
        notification_gap_seconds=float(source.get("notification_gap_seconds", 0.05)),
    )


def _app_key(source: Mapping[str, Any]) -> RSAPublicKey:
    if "app_public_key_pem" in source:
        key = load_pem_public_key(text(source, "app_public_key_pem").encode())
    else:
        pem = text(source, "app_certificate_pem").encode()
        key = load_pem_x509_certificate(pem).public_key()
    if not isinstance(key, RSAPublicKey):
        raise BadConfiguration("the application's key is not an RSA key")
    return key


def _certificates(source: Mapping[str, Any]) -> CertificateNames | None:
    if "app_certificate_pem" not in source:
        return None
    app, alipay, roots = (text(source, key).encode() for key in _CERTIFIED)
    return CertificateNames(
        app=certificate_sn(load_pem_x509_certificate(app)),
        alipay=certificate_sn(load_pem_x509_certificate(alipay)),
        root=root_sn(load_pem_x509_certificates(roots)),
    )
