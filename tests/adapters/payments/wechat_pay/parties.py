"""Both parties of a made-up WeChat Pay contract: a hospital with its keys, and WeChat Pay."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from tests.adapters.payments.keys import (
    certificate,
    certificate_pem,
    key_pem,
    new_key,
    public_key_pem,
)

APPID, MCHID = "wx00000000000000f1", "1900000001"
APIV3_KEY, APIV2_KEY = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012026112200000000000001"


@dataclass(frozen=True)
class Parties:
    """Keys of both sides."""

    merchant_key: rsa.RSAPrivateKey
    merchant_certificate: x509.Certificate
    platform_key: rsa.RSAPrivateKey  # behind the WeChat Pay public key
    platform_certificate_key: rsa.RSAPrivateKey
    platform_certificate: x509.Certificate
    server_key: rsa.RSAPrivateKey  # of the port that wants a client certificate
    server_certificate: x509.Certificate

    @property
    def merchant_serial(self) -> str:
        return f"{self.merchant_certificate.serial_number:X}"

    @property
    def platform_serial(self) -> str:
        return f"{self.platform_certificate.serial_number:X}"

    def credentials(self) -> WechatPayCredentials:
        return WechatPayCredentials(
            appid=APPID,
            mchid=MCHID,
            apiv3_key=APIV3_KEY,
            apiv2_key=APIV2_KEY,
            merchant_serial=self.merchant_serial,
            merchant_private_key=key_pem(self.merchant_key),
            merchant_certificate=certificate_pem(self.merchant_certificate),
            platform_public_key_id=PUBLIC_KEY_ID,
            platform_public_key=public_key_pem(self.platform_key),
            platform_certificates={
                self.platform_serial: certificate_pem(self.platform_certificate)
            },
        )

    def simulator_configuration(self) -> dict[str, object]:
        """WeChat Pay's side of the same contract, as its simulator reads it."""
        return {
            "appid": APPID,
            "mchid": MCHID,
            "apiv3_key": APIV3_KEY,
            "apiv2_key": APIV2_KEY,
            "merchant_serial": self.merchant_serial,
            "merchant_certificate_pem": certificate_pem(self.merchant_certificate),
            "platform_private_key_pem": key_pem(self.platform_key),
            "platform_public_key_id": PUBLIC_KEY_ID,
            "refund_delay_seconds": None,  # a refund ends when the test says so
            "tls": {
                "server_certificate_pem": certificate_pem(self.server_certificate),
                "server_key_pem": key_pem(self.server_key),
                "client_ca_pem": certificate_pem(self.merchant_certificate),
            },
        }

    def headers(
        self, body: bytes, at: datetime, *, key: rsa.RSAPrivateKey, serial: str
    ) -> dict[str, str]:
        """What WeChat Pay puts beside a body it sends: three lines, SHA256withRSA."""
        timestamp, nonce = str(int(at.timestamp())), "EcNl3vVGiCXzlMqP"
        message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        signature = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return {
            "wechatpay-timestamp": timestamp,
            "wechatpay-nonce": nonce,
            "wechatpay-signature": base64.b64encode(signature).decode(),
            "wechatpay-serial": serial,
        }

    def signed(self, body: bytes, at: datetime) -> dict[str, str]:
        return self.headers(body, at, key=self.platform_key, serial=PUBLIC_KEY_ID)


def envelope(
    event: str, content: dict[str, object], *, apiv3_key: str = APIV3_KEY, algorithm: str = ""
) -> bytes:
    """A notification body: the content sealed with AES-256-GCM under the APIv3 key."""
    nonce, associated_data = "nonce1234567", "transaction"
    sealed = AESGCM(apiv3_key.encode()).encrypt(
        nonce.encode(), json.dumps(content).encode(), associated_data.encode()
    )
    return json.dumps(
        {
            "id": "EV-2026112210000000001",
            "create_time": "2026-11-22T18:00:00+08:00",
            "event_type": event,
            "resource_type": "encrypt-resource",
            "summary": "支付成功",
            "resource": {
                "original_type": associated_data,
                "algorithm": algorithm or "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(),
                "nonce": nonce,
                "associated_data": associated_data,
            },
        }
    ).encode()


@cache
def parties() -> Parties:
    """Made once a session: keys are slow."""
    merchant, platform, older, server = (new_key() for _ in range(4))
    return Parties(
        merchant_key=merchant,
        merchant_certificate=certificate(merchant, "Made-up Hospital"),
        platform_key=platform,
        platform_certificate_key=older,
        platform_certificate=certificate(older, "Made-up Tenpay"),
        server_key=server,
        server_certificate=certificate(server, "Made-up secapi"),
    )
