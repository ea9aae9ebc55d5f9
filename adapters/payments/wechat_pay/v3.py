"""API v3: sends one signed JSON request and returns its verified answer."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from adapters.payments.wechat_pay.signatures import (
    SCHEME,
    SIGNED_HEADERS,
    MerchantKey,
    PlatformKeys,
)
from adapters.wire.answer_fields import JsonObject, json_object
from adapters.wire.recorded_http import INVALID, UNSIGNED, VERIFIED, RecordedHttp, Request
from adapters.wire.rsa_signatures import NotGenuine
from ports.clock import Clock
from ports.errors import OutcomeUnknown


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified answer. `code` is empty when it says yes."""

    status: int
    content: JsonObject

    @property
    def code(self) -> str:
        """Their error code. A 202 may carry one too (`USER_PAYING`), so the status is no guide."""
        if self.status in {200, 204}:
            return ""
        code = self.content.get("code", "")
        return code if isinstance(code, str) and code else f"http_{self.status}"

    @property
    def text(self) -> str:
        """Their message to us."""
        return str(self.content.get("message", ""))


class V3:
    """One merchant's API v3."""

    def __init__(self, credentials: WechatPayCredentials, http: RecordedHttp, clock: Clock) -> None:
        self._credentials = credentials
        self._key = MerchantKey(credentials)
        self._platform = PlatformKeys(credentials)
        self._http = http
        self._clock = clock

    async def get(self, operation: str, path: str, *, key: str = "") -> Answer:
        """A query."""
        return await self._exchange(operation, "GET", path, b"", key)

    async def post(
        self, operation: str, path: str, content: Mapping[str, object], *, key: str = ""
    ) -> Answer:
        """A call with a body."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return await self._exchange(operation, "POST", path, body, key)

    async def download(self, operation: str, path: str) -> bytes:
        """A file. Its answer is not signed; whoever asks compares the file with a digest."""
        request = self._request(operation, "GET", path, b"", "")
        answer = await self._http.send(request, lambda _: UNSIGNED)
        if answer.status_code != httpx.codes.OK:
            raise OutcomeUnknown(
                f"{operation}: HTTP {answer.status_code}", code=f"http_{answer.status_code}"
            )
        return answer.content

    def page_parameters(self, prepay_id: str) -> dict[str, str]:
        """What a page passes to `getBrandWCPayRequest`, signed for this application."""
        timestamp, nonce = str(int(self._clock.now().timestamp())), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        return {
            "appId": self._credentials.appid,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._key.sign(self._credentials.appid, timestamp, nonce, package),
        }

    async def _exchange(
        self, operation: str, method: str, path: str, body: bytes, key: str
    ) -> Answer:
        request = self._request(operation, method, path, body, key)
        answer = await self._http.send(request, self._verdict)
        status, code = answer.status_code, _code_of(answer)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR or (
            _is_unsigned(answer) and code != "SIGN_ERROR"
        ):
            raise OutcomeUnknown(f"{operation}: HTTP {status}", code=code)
        content = json_object(answer.content) if answer.content else {}
        return Answer(status, content)

    def _request(self, operation: str, method: str, path: str, body: bytes, key: str) -> Request:
        timestamp, nonce = int(self._clock.now().timestamp()), secrets.token_hex(16)
        headers = {
            "Accept": "application/json",
            "Authorization": self._key.authorization(method, path, body, timestamp, nonce),
            "User-Agent": "medsettle",
        }
        if body:
            headers["Content-Type"] = "application/json"
        if self._credentials.platform_public_key_id:
            # Tells WeChat Pay which of its keys we expect while the merchant moves to it.
            headers["Wechatpay-Serial"] = self._credentials.platform_public_key_id
        return Request(
            operation=operation,
            method=method,
            path=path,
            body=body,
            headers=headers,
            key=key,
            algorithm=SCHEME,
        )

    def _verdict(self, answer: httpx.Response) -> str:
        if _is_unsigned(answer) and (
            answer.status_code == httpx.codes.UNAUTHORIZED
            or answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
        ):
            # Their front door speaks, before anybody looked at the request.
            return UNSIGNED
        try:
            self._platform.check(answer.headers, answer.content, self._clock.now())
        except NotGenuine:
            return INVALID
        return VERIFIED


def _is_unsigned(answer: httpx.Response) -> bool:
    return not any(name in answer.headers for name in SIGNED_HEADERS)


def _code_of(answer: httpx.Response) -> str:
    """The code in the answer if there is one; a gateway's page has none."""
    try:
        code = json_object(answer.content).get("code")
    except OutcomeUnknown:
        code = None
    return code if isinstance(code, str) and code else f"http_{answer.status_code}"
