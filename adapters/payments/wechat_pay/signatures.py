"""RSA signatures of API v3: ours on requests and page parameters, WeChat Pay's on what it sends."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509 import load_pem_x509_certificate

from adapters.payments.wechat_pay.credentials import WechatPayCredentials

SCHEME = "WECHATPAY2-SHA256-RSA2048"
SIGNED_HEADERS = (
    "wechatpay-timestamp",
    "wechatpay-nonce",
    "wechatpay-signature",
    "wechatpay-serial",
)
MAX_AGE_SECONDS = 300


class NotGenuine(Exception):
    """A signature check failed; `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MerchantKey:
    """The merchant's private key (商户API私钥)."""

    def __init__(self, credentials: WechatPayCredentials) -> None:
        key = load_pem_private_key(credentials.merchant_private_key.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("merchant_private_key is not an RSA key")
        self._key = key
        self._credentials = credentials

    def sign(self, *lines: str) -> str:
        """Base64 of SHA256withRSA over the lines, every one (the last too) ended by a newline."""
        message = "".join(line + "\n" for line in lines).encode()
        signature = self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()

    def authorization(self, method: str, path: str, body: bytes, timestamp: int, nonce: str) -> str:
        """The Authorization header of one request; `path` with its query, exactly as sent."""
        signature = self.sign(method, path, str(timestamp), nonce, body.decode())
        return (
            f'{SCHEME} mchid="{self._credentials.mchid}",nonce_str="{nonce}",'
            f'signature="{signature}",timestamp="{timestamp}",'
            f'serial_no="{self._credentials.merchant_serial}"'
        )


class PlatformKeys:
    """WeChat Pay's keys by the serial it names in `Wechatpay-Serial`."""

    def __init__(self, credentials: WechatPayCredentials) -> None:
        self._keys: dict[str, rsa.RSAPublicKey] = {}
        if credentials.platform_public_key:
            key = load_pem_public_key(credentials.platform_public_key.encode())
            self._add(credentials.platform_public_key_id, key)
        for serial, pem in credentials.platform_certificates.items():
            self._add(serial, load_pem_x509_certificate(pem.encode()).public_key())

    def check(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Raises NotGenuine unless WeChat Pay signed this body, and not long ago.

        Deliberate bad signatures (探测流量, `WECHATPAY/SIGNTEST/…`) fail like any other bad one.
        """
        for name in SIGNED_HEADERS:
            if not headers.get(name):
                raise NotGenuine(f"header {name} is missing")
        timestamp = headers["wechatpay-timestamp"]
        if not (timestamp.isascii() and timestamp.isdigit()):
            raise NotGenuine(f"the timestamp is not a number: {timestamp!r}")
        if abs(now.timestamp() - int(timestamp)) > MAX_AGE_SECONDS:
            raise NotGenuine(f"the timestamp {timestamp} is more than {MAX_AGE_SECONDS} s off")
        serial = headers["wechatpay-serial"]
        key = self._keys.get(serial)
        if key is None:
            raise NotGenuine(f"no key for the serial {serial!r}")
        message = f"{timestamp}\n{headers['wechatpay-nonce']}\n".encode() + body + b"\n"
        try:
            signature = base64.b64decode(headers["wechatpay-signature"], validate=True)
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except (binascii.Error, InvalidSignature) as error:
            raise NotGenuine("the signature does not verify") from error

    def _add(self, serial: str, key: object) -> None:
        if not isinstance(key, rsa.RSAPublicKey):
            raise ValueError(f"the platform key {serial!r} is not an RSA key")
        self._keys[serial] = key
