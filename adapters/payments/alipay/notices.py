"""Notifications (异步通知): believed only after origin, age, application and seller are."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from adapters.payments.alipay.credentials import AlipayCredentials
from adapters.payments.alipay.signatures import SIGN_TYPE, AlipayKeys, signed_content
from adapters.payments.alipay.translation import trade_view
from adapters.wire.answer_fields import beijing, expect, text, yuan
from adapters.wire.rsa_signatures import NotGenuine
from domain.identifiers import AttemptKey
from domain.payments.payment import (
    PaymentNotice,
    Product,
    RefundNotice,
    RefundState,
    RefundView,
)
from ports.clock import Clock
from ports.errors import OutcomeUnknown
from ports.payment_channels import NoticeForged

REPLY = "success"  # the whole body; anything else is "send it again"

Form = Mapping[str, str]


class Notices:
    """Reads the notifications of one application."""

    def __init__(
        self, credentials: AlipayCredentials, clock: Clock, max_age_seconds: float
    ) -> None:
        self._credentials = credentials
        self._alipay = AlipayKeys(credentials)
        self._clock = clock
        self._max_age_seconds = max_age_seconds

    def read(self, body: bytes) -> PaymentNotice | RefundNotice:
        """The verified content, or NoticeForged with the check that failed."""
        try:
            form = _form(body)
            self._check(form)
            return _refund(form) if form.get("out_biz_no") else _payment(form)
        except NotGenuine as error:
            raise NoticeForged(error.reason) from error
        except OutcomeUnknown as error:  # the strict readers' word for "not as documented"
            raise NoticeForged(error.text) from error

    def _check(self, form: Form) -> None:
        signature = text(form, "sign")
        expect(form, "sign_type", SIGN_TYPE)
        # Unlike in a request, `sign_type` takes no part in the signature.
        signed = {name: value for name, value in form.items() if name not in {"sign", "sign_type"}}
        self._alipay.check(signed_content(signed), signature, form.get("alipay_cert_sn", ""))
        sent = beijing(form, "notify_time")
        if abs((self._clock.now() - sent).total_seconds()) > self._max_age_seconds:
            raise NotGenuine(f"notify_time is more than {self._max_age_seconds} s off")
        expect(form, "app_id", self._credentials.app_id)
        expect(form, "seller_id", self._credentials.seller_id)


def _form(body: bytes) -> Form:
    """The form's fields, in UTF-8 as we asked for. A field that comes twice has two readings."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
    except ValueError as error:
        raise NotGenuine(f"not a form: {error}") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise NotGenuine("a field comes twice")
    if form.get("charset", "").lower() != "utf-8":
        raise NotGenuine(f"the charset is {form.get('charset')!r}")
    return form


def _payment(form: Form) -> PaymentNotice:
    """A trade changed its state: paid, or closed. Payment codes get one too."""
    key = AttemptKey(text(form, "out_trade_no"))
    view = trade_view(form, key=key, paid_at="gmt_payment", product=Product.NATIVE)
    return PaymentNotice(key=key, view=view)


def _refund(form: Form) -> RefundNotice:
    """Something happened to a refund. `refund_fee` is the sum of all refunds of the trade, so what
    became of this one is not said here; the refund has to be asked for."""
    yuan(form, "refund_fee")
    view = RefundView(
        state=RefundState.PROCESSING,
        their_number=text(form, "trade_no"),
        code=text(form, "trade_status"),
    )
    return RefundNotice(key=AttemptKey(text(form, "out_biz_no")), view=view)
