"""Fields of `biz_content`: required, typed, bounded; each refusal names the field."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.clock import BEIJING
from simulators.payments.alipay.refusals import Refusal, invalid

NUMBER = re.compile(r"[0-9A-Za-z_]{1,64}")
FORBIDDEN = re.compile(r"[/=&]")  # in a subject
LARGEST_FEN = 10_000_000_000

Content = Mapping[str, Any]


def biz_content(value: str) -> Content:
    """The business parameters; numbers with a point stay exact."""
    try:
        content = json.loads(value, parse_float=Decimal)
    except ValueError as error:
        raise _malformed() from error
    if not isinstance(content, dict):
        raise _malformed()
    return content


def _malformed() -> Refusal:
    return Refusal("isv.invalid-parameter", "biz_content不是合法的JSON", code="40002")


def text(content: Content, name: str, longest: int) -> str:
    """A required text of at most `longest` characters."""
    value = content.get(name)
    if not isinstance(value, str) or not value or len(value) > longest:
        raise invalid(name, f"必填，长度不超过{longest}")
    return value


def optional_text(content: Content, name: str, longest: int) -> str:
    """A text that may be absent; then empty."""
    return text(content, name, longest) if content.get(name) else ""


def number(content: Content, name: str) -> str:
    """A merchant's own number in the documented alphabet and length."""
    value = content.get(name)
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        raise invalid(name, "只能是字母、数字、下划线，长度不超过64")
    return value


def subject(content: Content) -> str:
    """订单标题."""
    value = text(content, "subject", 256)
    if FORBIDDEN.search(value):
        raise invalid("subject", "不可使用特殊字符")
    return value


def fen(content: Content, name: str) -> int:
    """An amount in yuan, text or number, above zero, at most two decimals."""
    try:
        amount = Decimal(str(content[name])) * 100
    except (KeyError, InvalidOperation) as error:
        raise invalid(name, "必填金额") from error
    if amount != amount.to_integral_value() or not 0 < amount <= LARGEST_FEN:
        raise invalid(name, "金额必须大于0，精确到小数点后两位")
    return int(amount)


def time_expire(content: Content) -> datetime | None:
    """绝对超时时间 in Beijing time, or absent."""
    if not content.get("time_expire"):
        return None
    value = text(content, "time_expire", 32)
    try:
        return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError as error:
        raise invalid("time_expire", "格式为yyyy-MM-dd HH:mm:ss") from error


def digest(content: Content) -> str:
    """What two requests with the same number must share to be the same order."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
