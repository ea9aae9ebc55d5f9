"""异步通知: a signed form, repeated until the merchant answers `success` (§2.4)."""

import itertools
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import rsa

from simulators.control import Simulator
from simulators.notifier import Letter, Notification
from simulators.payments.alipay import issued_numbers, signatures
from simulators.payments.alipay.configuration import Configuration
from simulators.payments.statement_text import beijing_text, yuan

MINUTE, HOUR = 60, 3600
_GAPS = (4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR)
OLD_SECONDS = 600
HOWS = (
    *("bad_signature", "other_key", "unsigned", "old_notify_time", "sign_type_signed"),
    *("wrong_app_id", "wrong_seller_id", "wrong_amount_right_signature"),
)
_INVALID = frozenset({"bad_signature", "other_key", "sign_type_signed"})
_AMOUNTS = ("total_amount", "receipt_amount", "buyer_pay_amount", "invoice_amount")


class AlipayLetters:
    """Forms in UTF-8, signed over everything but `sign` and `sign_type`."""

    repeated_after_seconds = tuple(itertools.accumulate(_GAPS))
    answer_within_seconds: float = 5

    def __init__(self, simulator: Simulator, configuration: Configuration) -> None:
        self._simulator = simulator
        self._configuration = configuration
        self.gap_seconds = configuration.notification_gap_seconds

    def compose(
        self, operation: str, content: Mapping[str, str], url: str, fields: dict[str, str]
    ) -> Notification:
        """A new event with its own number."""
        simulator = self._simulator
        number = issued_numbers.notify_id(simulator.random, simulator.clock.beijing())
        return Notification(id=number, operation=operation, content=content, url=url, fields=fields)

    def letter(self, notification: Notification) -> Letter:
        """The right one, as of now."""
        form = self._form(notification)
        return self._sent({**form, "sign": self._sign(form)}, "verified")

    def forged(self, notification: Notification, how: str, fen: int) -> Letter:
        """A wrong one."""
        form = self._form(notification)
        if how == "wrong_app_id":
            form["app_id"] = "2021000000000000"
        elif how == "wrong_seller_id":
            form["seller_id"] = "2088999999999999"
        elif how == "old_notify_time":
            form["notify_time"] = self._now(OLD_SECONDS)
        elif how == "wrong_amount_right_signature":
            form = {**form, **_shifted(form, fen)}
        form = {**form, **self._signature(form, how)}
        verdict = "unsigned" if how == "unsigned" else "verified"
        return self._sent(form, "invalid" if how in _INVALID else verdict)

    def accepts(self, status: int, answer: bytes) -> bool:
        """Seven lower-case letters and nothing else."""
        return status == 200 and answer == b"success"  # noqa: PLR2004

    def _form(self, notification: Notification) -> dict[str, str]:
        return {
            "notify_time": self._now(),
            "notify_type": "trade_status_sync",
            "notify_id": notification.id,
            "app_id": self._configuration.app_id,
            "charset": "utf-8",
            "version": "1.0",
            "sign_type": "RSA2",
            "seller_id": self._configuration.seller_id,
            **notification.content,
        }

    def _now(self, earlier_seconds: int = 0) -> str:
        return beijing_text(self._simulator.clock.now() - timedelta(seconds=earlier_seconds))

    def _sign(self, form: Mapping[str, str], *without: str) -> str:
        names = without or ("sign", "sign_type")
        message = signatures.content(form, *names).encode()
        return signatures.sign(self._configuration.alipay_private_key, message)

    def _signature(self, form: Mapping[str, str], how: str) -> dict[str, str]:
        if how == "unsigned":
            return {}
        if how == "bad_signature":
            return {"sign": self._sign({**form, "notify_id": "0"})}
        if how == "sign_type_signed":
            return {"sign": self._sign(form, "sign")}
        if how == "other_key":
            stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            message = signatures.content(form, "sign", "sign_type").encode()
            return {"sign": signatures.sign(stranger, message)}
        return {"sign": self._sign(form)}

    @staticmethod
    def _sent(form: Mapping[str, str], verdict: str) -> Letter:
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return Letter(headers, urlencode(form).encode(), verdict)


def _shifted(form: Mapping[str, str], fen: int) -> dict[str, str]:
    return {name: yuan(int(Decimal(form[name]) * 100) + fen) for name in _AMOUNTS if name in form}
