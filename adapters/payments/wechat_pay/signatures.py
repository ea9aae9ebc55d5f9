"""RSA signatures of API v3: ours on requests and page parameters, WeChat Pay's on what it sends."""

from collections.abc import Mapping
from datetime import datetime

from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from adapters.wire.rsa_signatures import NotGenuine, SigningKey, VerifyingKey

SCHEME = "WECHATPAY2-SHA256-RSA2048"
SIGNED_HEADERS = (
    "wechatpay-timestamp",
    "wechatpay-nonce",
    "wechatpay-signature",
    "wechatpay-serial",
)
MAX_AGE_SECONDS = 300


class MerchantKey:
    """The merchant's private key (商户API私钥)."""

    def __init__(self, credentials: WechatPayCredentials) -> None:
        self._key = SigningKey("merchant_private_key", credentials.merchant_private_key)
        self._credentials = credentials

    def sign(self, *lines: str) -> str:
        """Base64 of SHA256withRSA over the lines, every one (the last too) ended by a newline."""
        return self._key.sign("".join(line + "\n" for line in lines).encode())

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
        given = dict(credentials.platform_certificates)
        if credentials.platform_public_key:
            given[credentials.platform_public_key_id] = credentials.platform_public_key
        self._keys = {
            serial: VerifyingKey(f"the platform key {serial!r}", pem)
            for serial, pem in given.items()
        }

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
        key.check(message, headers["wechatpay-signature"])
