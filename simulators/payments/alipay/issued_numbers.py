"""Numbers Alipay issues, in the shapes its documents and real answers show; all from one seed."""

import random
import string
from datetime import datetime


def trade_no(source: random.Random, at: datetime) -> str:
    """支付宝交易号: 28 digits, the date first."""
    return f"{at:%Y%m%d}22001{_digits(source, 15)}"


def qr_code(source: random.Random) -> str:
    """What a precreated code contains."""
    return "https://qr.alipay.com/bax" + "".join(
        source.choices(string.ascii_lowercase + string.digits, k=21)
    )


def payment_code(source: random.Random) -> str:
    """付款码: eighteen digits; Alipay owns the prefixes 25 to 30."""
    return f"28{_digits(source, 16)}"


def buyer_id(source: random.Random) -> str:
    """支付宝用户号: 2088 and twelve digits."""
    return f"2088{_digits(source, 12)}"


def notify_id(source: random.Random, at: datetime) -> str:
    """通知校验ID, the same in every repetition."""
    return f"{at:%Y%m%d}00222{_digits(source, 21)}"


def token(source: random.Random) -> str:
    """The token of a bill's address."""
    return "".join(source.choices("0123456789abcdef", k=32))


def _digits(source: random.Random, count: int) -> str:
    return "".join(source.choices(string.digits, k=count))
