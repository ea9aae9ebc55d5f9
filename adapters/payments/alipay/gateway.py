"""The open platform's one address: sends a signed call, returns its verified answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from adapters.payments.alipay.credentials import AlipayCredentials
from adapters.payments.alipay.envelope import Envelope, opened
from adapters.payments.alipay.signatures import SIGN_TYPE, AlipayKeys, AppKey
from adapters.payments.alipay.translation import FRONT_DOOR, SUCCESS
from adapters.wire.answer_fields import JsonObject, optional_text, text
from adapters.wire.recorded_http import INVALID, UNSIGNED, VERIFIED, RecordedHttp, Request
from adapters.wire.rsa_signatures import NotGenuine
from domain.reconciliation.business_day import BEIJING
from ports.clock import Clock
from ports.errors import OutcomeUnknown

PATH = "/gateway.do?charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified answer; `content` is the node, whatever it says."""

    content: JsonObject

    @property
    def result(self) -> str:
        """网关返回码: 10000, 10003, 40004 …"""
        return text(self.content, "code")

    @property
    def code(self) -> str:
        """Their error code, the particular one where there is one; empty when it says yes."""
        if self.result == SUCCESS:
            return ""
        return optional_text(self.content, "sub_code") or self.result

    @property
    def text(self) -> str:
        """Their message to us."""
        words = optional_text(self.content, "sub_msg")
        return words or optional_text(self.content, "msg")


class Gateway:
    """One application's calls."""

    def __init__(
        self, credentials: AlipayCredentials, http: RecordedHttp, clock: Clock, notify_url: str
    ) -> None:
        self._app_id = credentials.app_id
        self._key = AppKey(credentials)
        self._alipay = AlipayKeys(credentials)
        self._http = http
        self._clock = clock
        self._notify_url = notify_url

    async def call(
        self, method: str, content: Mapping[str, object], *, key: str = "", notified: bool = False
    ) -> Answer:
        """One method, say `trade.query`. Only a call that opens an order names the notify_url."""
        node = f"alipay.{method}".replace(".", "_") + "_response"
        request = self._request(method, content, key, notified)
        answer = await self._http.send(request, lambda found: self._verdict(found, node))
        if answer.status_code != httpx.codes.OK:
            status = answer.status_code
            raise OutcomeUnknown(f"{method}: HTTP {status}", code=f"http_{status}")
        return Answer(opened(answer.content, node).content)

    def _request(
        self, method: str, content: Mapping[str, object], key: str, notified: bool
    ) -> Request:
        now = self._clock.now().astimezone(BEIJING)
        parameters = {
            "app_id": self._app_id,
            "method": f"alipay.{method}",
            "format": "JSON",
            "charset": "utf-8",
            "timestamp": f"{now:%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }
        if notified:
            parameters["notify_url"] = self._notify_url
        form = self._key.signed(parameters)
        del form["charset"]  # the gateway must know it before it reads the form: it is in the path
        return Request(
            operation=method,
            method="POST",
            path=PATH,
            body=urlencode(form).encode(),
            headers={
                "Content-Type": "application/x-www-form-urlencoded;charset=utf-8",
                "User-Agent": "medsettle",
            },
            key=key,
            algorithm=SIGN_TYPE,
        )

    def _verdict(self, answer: httpx.Response, node: str) -> str:
        try:
            envelope = opened(answer.content, node)
        except OutcomeUnknown:
            return UNSIGNED  # nothing to verify; `call` says so
        if not envelope.sign:
            return UNSIGNED if _at_the_front_door(envelope) else INVALID
        try:
            self._alipay.check(envelope.raw, envelope.sign, envelope.certificate)
        except NotGenuine:
            return INVALID
        return VERIFIED


def _at_the_front_door(envelope: Envelope) -> bool:
    """Whether they say that they do not know whose key to use, which they cannot sign."""
    return envelope.content.get("sub_code") in FRONT_DOOR
