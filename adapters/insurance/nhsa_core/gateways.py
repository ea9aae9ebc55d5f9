"""The two doors of the core: how the headers of a request prove who sends it.

Two classes with one interface, because a region has exactly one of them.
"""

import base64
import hashlib
import hmac
import secrets
from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from adapters.insurance.nhsa_core.credentials import Credentials
from adapters.insurance.nhsa_core.region import GatewayStyle, Region

MOST_NONCE = 10**10  # Shenzhen: one to ten digits


class Gateway(Protocol):
    """One style of door."""

    @property
    @abstractmethod
    def algorithm(self) -> str:
        """The signature's name in the record of exchanges."""

    @abstractmethod
    def headers(self, infno: str, at: datetime) -> dict[str, str]:
        """The signed headers of one request made at that moment."""


def gateway_of(region: Region, credentials: Credentials) -> Gateway:
    """The door of this region with this institution's key."""
    if region.gateway is GatewayStyle.AK_SK:
        return AccessKeyGateway(credentials.access_key, credentials.secret, region.api_version)
    return TokenGateway(credentials.access_key, credentials.secret)


class AccessKeyGateway:
    """AK/SK: HMAC-SHA1 over the four `_api_*` headers in the order of their names."""

    algorithm = "HMAC-SHA1"

    def __init__(self, access_key: str, secret: str, version: str) -> None:
        self._access_key = access_key
        self._secret = secret.encode()
        self._version = version

    def headers(self, infno: str, at: datetime) -> dict[str, str]:
        """`_api_timestamp` is in milliseconds."""
        signed = {
            "_api_access_key": self._access_key,
            "_api_name": infno,
            "_api_timestamp": f"{int(at.timestamp())}{at.microsecond // 1000:03d}",
            "_api_version": self._version,
        }
        text = "&".join(f"{name}={signed[name]}" for name in sorted(signed))
        code = hmac.new(self._secret, text.encode(), hashlib.sha1).digest()
        return {**signed, "_api_signature": base64.b64encode(code).decode()}


class TokenGateway:
    """x-tif: SHA-256 over timestamp, token, nonce and timestamp again, in lower-case hex."""

    algorithm = "SHA256-TOKEN"

    def __init__(self, paasid: str, token: str) -> None:
        self._paasid = paasid
        self._token = token

    def headers(self, infno: str, at: datetime) -> dict[str, str]:
        """`x-tif-timestamp` is in seconds; the transaction number stands in the path."""
        timestamp, nonce = str(int(at.timestamp())), str(secrets.randbelow(MOST_NONCE))
        return {
            "x-tif-paasid": self._paasid,
            "x-tif-timestamp": timestamp,
            "x-tif-nonce": nonce,
            "x-tif-signature": self.signature(timestamp, nonce),
        }

    def signature(self, timestamp: str, nonce: str) -> str:
        """The proof for one timestamp and nonce."""
        text = f"{timestamp}{self._token}{nonce}{timestamp}"
        return hashlib.sha256(text.encode()).hexdigest()
