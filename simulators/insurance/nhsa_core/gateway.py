"""The two doors of the centre: AK/SK (`_api_*`) and x-tif headers; each proves who is calling.

Apart from the transactions: a gateway refuses with its own JSON 401 and knows no infcode.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from simulators.insurance.nhsa_core.settings import Settings

HEADERS_MISSING = "缺少服务网关的请求头!"
TIMESTAMP_EXPIRED = "签名时间戳超时!"
UNKNOWN_CALLER = "非法用户!"
WRONG_SIGNATURE = "签名不一致!"


class GatewayRefusal(Exception):
    """The gateway turns the call away before the centre sees it."""

    def __init__(self, message: str, verdict: str = "invalid") -> None:
        super().__init__(message)
        self.message = message
        self.verdict = verdict


class Gateway(Protocol):
    """One style of door."""

    route: str

    def operation(self, path: str, headers: Mapping[str, str]) -> str:
        """The transaction number as the door itself names it; empty when it does not."""

    def check(self, headers: Mapping[str, str], now: datetime) -> None:
        """Raises GatewayRefusal unless the headers are whole, in time and truly signed."""


def gateway_for(settings: Settings) -> Gateway:
    """The door of this region."""
    return AkskGateway(settings) if settings.gateway == "aksk" else XTifGateway(settings)


class AkskGateway:
    """One URL for all transactions; HMAC-SHA1 over the four sorted headers."""

    route = "/fsi/api/rsfComIfsService/callService"
    signed = ("_api_access_key", "_api_name", "_api_timestamp", "_api_version")

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def operation(self, path: str, headers: Mapping[str, str]) -> str:
        return headers.get("_api_name", "")

    def check(self, headers: Mapping[str, str], now: datetime) -> None:
        _whole(headers, (*self.signed, "_api_signature"))
        _in_time(headers["_api_timestamp"], 1000, now, self.settings.timestamp_window_seconds)
        if headers["_api_access_key"] != self.settings.access_key:
            raise GatewayRefusal(UNKNOWN_CALLER)
        message = "&".join(f"{name}={headers[name]}" for name in self.signed)
        code = hmac.new(self.settings.secret_key.encode(), message.encode(), hashlib.sha1).digest()
        if not hmac.compare_digest(base64.b64encode(code), headers["_api_signature"].encode()):
            raise GatewayRefusal(WRONG_SIGNATURE)


class XTifGateway:
    """The transaction number ends the path; SHA-256 over timestamp, token, nonce, timestamp."""

    route = "/ebus/{project}/{rest:.+}"
    needed = ("x-tif-paasid", "x-tif-timestamp", "x-tif-nonce", "x-tif-signature")

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def operation(self, path: str, headers: Mapping[str, str]) -> str:
        return path.rsplit("/", 1)[-1]

    def check(self, headers: Mapping[str, str], now: datetime) -> None:
        _whole(headers, self.needed)
        at = headers["x-tif-timestamp"]
        _in_time(at, 1, now, self.settings.timestamp_window_seconds)
        if headers["x-tif-paasid"] != self.settings.paasid:
            raise GatewayRefusal(UNKNOWN_CALLER)
        message = f"{at}{self.settings.token}{headers['x-tif-nonce']}{at}"
        digest = hashlib.sha256(message.encode()).hexdigest()
        # Upper-case hex exists in the field; both are the same signature.
        if not hmac.compare_digest(digest.encode(), headers["x-tif-signature"].lower().encode()):
            raise GatewayRefusal(WRONG_SIGNATURE)


def _whole(headers: Mapping[str, str], names: tuple[str, ...]) -> None:
    if any(not headers.get(name) for name in names):
        raise GatewayRefusal(HEADERS_MISSING, "unsigned")


def _in_time(text: str, units_per_second: int, now: datetime, window_seconds: int) -> None:
    if not (text.isascii() and text.isdigit()):
        raise GatewayRefusal(TIMESTAMP_EXPIRED)
    apart = abs(int(text) // units_per_second - int(now.timestamp()))
    if apart > window_seconds:
        raise GatewayRefusal(TIMESTAMP_EXPIRED)
