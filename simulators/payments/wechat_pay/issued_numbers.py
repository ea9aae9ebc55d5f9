"""Numbers WeChat issues, in the shapes its documents and real bills show; all from one seed."""

import random
import string
from datetime import datetime


def transaction_id(source: random.Random, at: datetime) -> str:
    """微信支付订单号: 28 digits, `42000` + five digits + date + ten digits."""
    return f"42000{_digits(source, 5)}{at:%Y%m%d}{_digits(source, 10)}"


def refund_id(source: random.Random, at: datetime) -> str:
    """微信支付退款单号: 29 digits, `503` + eight digits + date + ten digits."""
    return f"503{_digits(source, 8)}{at:%Y%m%d}{_digits(source, 10)}"


def flow_number(source: random.Random, mchid: str, at: datetime) -> str:
    """资金流水单号: merchant number, date, ten digits."""
    return f"{mchid}{at:%Y%m%d}{_digits(source, 10)}"


def prepay_id(source: random.Random, at: datetime) -> str:
    """预支付交易会话标识: `wx`, fourteen digits of time, twenty hexadecimal digits."""
    return f"wx{at:%Y%m%d%H%M%S}{''.join(source.choices('0123456789abcdef', k=20))}"


def code_url(source: random.Random) -> str:
    """What a Native QR code contains."""
    token = "".join(source.choices(string.ascii_letters + string.digits, k=9))
    return f"weixin://wxpay/bizpayurl/up?pr={token}zz"


def payment_code(source: random.Random) -> str:
    """付款码: eighteen digits; WeChat owns the prefixes 10 to 15."""
    return f"13{_digits(source, 16)}"


def notification_id(source: random.Random, at: datetime) -> str:
    """The `EV-` number of a notification, the same in every repetition."""
    return f"EV-{at:%Y%m%d%H%M%S}{_digits(source, 10)}"


def openid(source: random.Random) -> str:
    """A patient nobody named: `oSIM` and 24 characters."""
    return "oSIM" + "".join(source.choices(string.ascii_letters + string.digits, k=24))


def _digits(source: random.Random, count: int) -> str:
    return "".join(source.choices(string.digits, k=count))
