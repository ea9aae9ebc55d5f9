"""Notifications (回调通知): believed only after origin, age, merchant and application are."""

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from adapters.payments.wechat_pay.fields import fen
from adapters.payments.wechat_pay.signatures import PlatformKeys
from adapters.payments.wechat_pay.translation import refund_of, v3_payment
from adapters.wire.answer_fields import (
    JsonObject,
    expect,
    inner,
    json_object,
    optional_text,
    text,
)
from adapters.wire.rsa_signatures import NotGenuine
from domain.identifiers import AttemptKey
from domain.payments.payment import PaymentNotice, PaymentState, RefundNotice
from ports.clock import Clock
from ports.errors import OutcomeUnknown
from ports.payment_channels import NoticeForged

PAYMENT_EVENT = "TRANSACTION.SUCCESS"
REFUND_EVENTS = frozenset({"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"})
ALGORITHM = "AEAD_AES_256_GCM"


class Notices:
    """Reads the notifications of one merchant."""

    def __init__(self, credentials: WechatPayCredentials, clock: Clock) -> None:
        self._credentials = credentials
        self._platform = PlatformKeys(credentials)
        self._clock = clock

    def read(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice | RefundNotice:
        """The verified content, or NoticeForged with the check that failed."""
        try:
            self._platform.check(headers, body, self._clock.now())
            return self._read(json_object(body))
        except NotGenuine as error:
            raise NoticeForged(error.reason) from error
        except OutcomeUnknown as error:  # the strict readers' word for "not as documented"
            raise NoticeForged(error.text) from error

    def _read(self, envelope: JsonObject) -> PaymentNotice | RefundNotice:
        event = text(envelope, "event_type")
        content = json_object(self._opened(inner(envelope, "resource")))
        if event == PAYMENT_EVENT:
            return self._payment(content)
        if event in REFUND_EVENTS:
            return self._refund(event, content)
        raise NoticeForged(f"event_type {event!r} is neither a payment's nor a refund's")

    def _opened(self, resource: JsonObject) -> bytes:
        expect(resource, "algorithm", ALGORITHM)
        return opened(
            self._credentials.apiv3_key,
            nonce=text(resource, "nonce"),
            associated_data=optional_text(resource, "associated_data"),
            ciphertext=text(resource, "ciphertext"),
        )

    def _payment(self, content: JsonObject) -> PaymentNotice:
        own = self._credentials
        key = AttemptKey(text(content, "out_trade_no"))
        view = v3_payment(content, key=key, appid=own.appid, mchid=own.mchid)
        if view.state is not PaymentState.PAID:
            raise NoticeForged(f"{PAYMENT_EVENT} with trade_state {view.code}")
        return PaymentNotice(key=key, view=view)

    def _refund(self, event: str, content: JsonObject) -> RefundNotice:
        expect(content, "mchid", self._credentials.mchid)  # it names no application, no currency
        word = text(content, "refund_status")
        if event != f"REFUND.{word}":
            raise NoticeForged(f"{event} with refund_status {word}")
        view = refund_of(content, word, fen(inner(content, "amount"), "refund"))
        return RefundNotice(key=AttemptKey(text(content, "out_refund_no")), view=view)


def opened(apiv3_key: str, *, nonce: str, associated_data: str, ciphertext: str) -> bytes:
    """The plaintext of an AES-256-GCM resource; NoticeForged when our key did not seal it."""
    try:
        sealed = base64.b64decode(ciphertext, validate=True)
        return AESGCM(apiv3_key.encode()).decrypt(nonce.encode(), sealed, associated_data.encode())
    except (binascii.Error, InvalidTag, ValueError) as error:
        raise NoticeForged("the resource does not open with our APIv3 key") from error
