"""Notifications that must not be believed: each way of being wrong, made on purpose (fault F5)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from simulators.payments.wechat_pay.v3_signatures import signed_headers

HOWS = (
    *("bad_signature", "other_key", "old_timestamp", "unsigned", "signtest"),
    *("wrong_amount_right_signature", "wrong_appid", "wrong_mchid"),
)
OLD_SECONDS = 600
_PROBE = "WECHATPAY/SIGNTEST/"
Sign = Callable[[int, bytes], dict[str, str]]


def forged_content(plaintext: Mapping[str, Any], how: str, fen: int) -> dict[str, Any]:
    """The business content, wrong where `how` says so and right otherwise."""
    content: dict[str, Any] = json.loads(json.dumps(plaintext))
    if how == "wrong_amount_right_signature":
        for name in ("total", "refund", "payer_total", "payer_refund"):
            if name in content["amount"]:
                content["amount"][name] += fen
    elif how == "wrong_appid":
        if "appid" not in content:
            raise ValueError("a refund notification carries no appid to be wrong")
        content["appid"] = "wx0000000000000000"
    elif how == "wrong_mchid":
        content["mchid"] = "1999999999"
    return content


def forged_headers(how: str, sign: Sign, timestamp: int, body: bytes) -> dict[str, str]:
    """The signature headers for a body, wrong where `how` says so."""
    if how == "unsigned":
        return {}
    if how == "old_timestamp":
        return sign(timestamp - OLD_SECONDS, body)
    if how == "bad_signature":
        return sign(timestamp, body + b" ")
    headers = sign(timestamp, body)
    if how == "signtest":
        headers["Wechatpay-Signature"] = _PROBE + headers["Wechatpay-Signature"]
    elif how == "other_key":
        stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return signed_headers(
            stranger, headers["Wechatpay-Serial"], timestamp, headers["Wechatpay-Nonce"], body
        )
    return headers


def verdict(how: str | None) -> str:
    """What a right verification finds: verified, invalid or unsigned."""
    if how in ("bad_signature", "other_key", "signtest"):
        return "invalid"
    return "unsigned" if how == "unsigned" else "verified"
