"""Fields of v3 bodies: required, typed, bounded; each refusal names the field."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from simulators.payments.wechat_pay.refusals import wrong_parameter

ORDER_NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
REFUND_NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def json_object(raw: bytes) -> dict[str, Any]:
    """The body as an object; raises PARAM_ERROR when it is none."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise wrong_parameter("/body", "", "不是合法的JSON") from error
    if not isinstance(body, dict):
        raise wrong_parameter("/body", "", "不是JSON对象")
    return body


def text(body: Mapping[str, Any], name: str, longest: int, *, within: str = "/body") -> str:
    """A required text of at most `longest` characters."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise wrong_parameter(f"{within}/{name}", value, "必填字符串")
    if len(value) > longest:
        raise wrong_parameter(f"{within}/{name}", value, f"长度超过{longest}")
    return value


def optional_text(body: Mapping[str, Any], name: str, longest: int) -> str:
    """A text that may be absent; then empty."""
    return text(body, name, longest) if body.get(name) is not None else ""


def number_of_shape(body: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str:
    """A merchant's own number in the documented alphabet and length."""
    value = body.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise wrong_parameter(f"/body/{name}", value, "只能是数字、大小写字母_-|*，长度不符合规则")
    return value


def inner(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A required object."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise wrong_parameter(f"/body/{name}", value, "必填对象")
    return value


def positive_fen(amount: Mapping[str, Any], name: str) -> int:
    """A whole number of fen above zero; no text, no fraction, no truth value."""
    value = amount.get(name)
    if type(value) is not int or value <= 0:
        raise wrong_parameter(f"/body/amount/{name}", value, "必须是大于0的整数，单位为分")
    return value


def cny(amount: Mapping[str, Any]) -> None:
    """Currency is CNY; absent means CNY."""
    if amount.get("currency", "CNY") != "CNY":
        raise wrong_parameter("/body/amount/currency", amount["currency"], "仅支持CNY")


def notify_url(body: Mapping[str, Any], *, required: bool) -> str | None:
    """通知地址: https without a query; plain http only to this machine, where tests listen."""
    if body.get("notify_url") is None and not required:
        return None
    url = text(body, "notify_url", 255)
    parts = urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or not parts.netloc or parts.query:
        raise wrong_parameter("/body/notify_url", url, "必须为https且不携带参数")
    return url


def future_time(body: Mapping[str, Any], name: str, now: datetime) -> datetime | None:
    """An RFC 3339 instant in the future, or absent."""
    if body.get(name) is None:
        return None
    value = text(body, name, 64)
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise wrong_parameter(f"/body/{name}", value, "不是rfc3339格式") from error
    if at.tzinfo is None or at <= now:
        raise wrong_parameter(f"/body/{name}", value, "必须带时区且晚于当前时间")
    return at


def digest(body: Mapping[str, Any]) -> str:
    """What two requests with the same number must share to be the same order."""
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
