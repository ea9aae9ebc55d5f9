"""What one simulated merchant account is made of: numbers, keys, fee and refund behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from simulators.configuration_fields import (
    BadConfiguration,
    one_of,
    private_key,
    rate,
    refuse_unknown,
    text,
)

PLENTY_FEN = 100_000_000_000


@dataclass(frozen=True, slots=True)
class TlsMaterial:
    """PEM texts of the port that asks for the merchant's client certificate (双向证书)."""

    server_certificate_pem: str
    server_key_pem: str
    client_ca_pem: str
    port: int


@dataclass(frozen=True, slots=True)
class Configuration:
    """One direct merchant (普通商户) and the platform's own keys."""

    appid: str
    mchid: str
    apiv3_key: str
    apiv2_key: str
    merchant_serial: str
    merchant_public_key: RSAPublicKey
    platform_private_key: RSAPrivateKey
    platform_public_key_id: str
    platform_certificate_pem: str | None
    platform_certificate_serial: str | None
    response_key: str
    tls: TlsMaterial | None
    fee_rate: Decimal
    refund_delay_seconds: int | None
    merchant_balance_fen: int
    known_openids: frozenset[str]
    signature_clock: str
    notification_gap_seconds: float

    @property
    def response_serial(self) -> str:
        """The `Wechatpay-Serial` of every answer: public-key id or certificate serial."""
        if self.response_key == "public_key":
            return self.platform_public_key_id
        assert self.platform_certificate_serial is not None  # noqa: S101 - checked when read
        return self.platform_certificate_serial


def read_configuration(source: Mapping[str, Any]) -> Configuration:
    """The configuration file as an object; raises BadConfiguration naming the wrong key."""
    refuse_unknown(source, _KEYS)
    certificate = _certificate(text(source, "merchant_certificate_pem"))
    serial = text(source, "merchant_serial")
    if int(serial, 16) != certificate.serial_number:
        raise BadConfiguration("'merchant_serial' is not the certificate's serial number")
    public_key = certificate.public_key()
    if not isinstance(public_key, RSAPublicKey):
        raise BadConfiguration("'merchant_certificate_pem' does not carry an RSA key")
    platform_pem, platform_serial = _platform_certificate(source)
    response_key = one_of(source, "response_key", "public_key", "certificate")
    if response_key == "certificate" and platform_serial is None:
        raise BadConfiguration("'response_key' is 'certificate' without a platform certificate")
    return Configuration(
        appid=text(source, "appid"),
        mchid=text(source, "mchid"),
        apiv3_key=text(source, "apiv3_key", length=32),
        apiv2_key=text(source, "apiv2_key", length=32),
        merchant_serial=serial,
        merchant_public_key=public_key,
        platform_private_key=private_key(source, "platform_private_key_pem"),
        platform_public_key_id=text(source, "platform_public_key_id"),
        platform_certificate_pem=platform_pem,
        platform_certificate_serial=platform_serial,
        response_key=response_key,
        tls=_tls(source.get("tls")),
        fee_rate=rate(source, "fee_rate", "0.0060"),
        refund_delay_seconds=_delay(source.get("refund_delay_seconds", 0)),
        merchant_balance_fen=int(source.get("merchant_balance_fen", PLENTY_FEN)),
        known_openids=frozenset(source.get("known_openids", ())),
        signature_clock=one_of(source, "signature_clock", "simulated", "machine"),
        notification_gap_seconds=float(source.get("notification_gap_seconds", 0.05)),
    )


_KEYS = frozenset(
    {
        *(
            "appid",
            "mchid",
            "apiv3_key",
            "apiv2_key",
            "merchant_serial",
            "merchant_certificate_pem",
        ),
        *("platform_private_key_pem", "platform_public_key_id", "platform_certificate_pem"),
        *("platform_certificate_serial", "response_key", "tls", "fee_rate", "refund_delay_seconds"),
        *("merchant_balance_fen", "known_openids", "signature_clock", "notification_gap_seconds"),
    }
)


def _certificate(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def _platform_certificate(source: Mapping[str, Any]) -> tuple[str | None, str | None]:
    if source.get("platform_certificate_pem") is None:
        return None, None
    pem = text(source, "platform_certificate_pem")
    serial = text(source, "platform_certificate_serial")
    if int(serial, 16) != _certificate(pem).serial_number:
        raise BadConfiguration("'platform_certificate_serial' is not that certificate's")
    return pem, serial


def _tls(source: Mapping[str, Any] | None) -> TlsMaterial | None:
    if source is None:
        return None
    return TlsMaterial(
        server_certificate_pem=text(source, "server_certificate_pem"),
        server_key_pem=text(source, "server_key_pem"),
        client_ca_pem=text(source, "client_ca_pem"),
        port=int(source.get("port", 0)),
    )


def _delay(value: object) -> int | None:
    if value is None or (isinstance(value, int) and value >= 0):
        return value
    raise BadConfiguration("'refund_delay_seconds' must be a number of seconds or null")
