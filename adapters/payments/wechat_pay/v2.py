"""API v2, for payment codes: sends one signed XML request and returns its verified fields."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from enum import StrEnum
from xml.etree.ElementTree import ParseError

import httpx
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from adapters.wire.answer_fields import UNREADABLE, expect
from adapters.wire.recorded_http import INVALID, UNSIGNED, VERIFIED, RecordedHttp, Request
from ports.errors import OutcomeUnknown


class SignType(StrEnum):
    """Which signature the merchant's v2 calls carry, both ways."""

    MD5 = "MD5"
    HMAC_SHA256 = "HMAC-SHA256"


def sign(fields: Mapping[str, str], key: str, sign_type: SignType) -> str:
    """Upper-case hex over the non-empty fields in ASCII order of their names, then the key."""
    pairs = sorted((name, value) for name, value in fields.items() if value and name != "sign")
    message = "&".join(f"{name}={value}" for name, value in [*pairs, ("key", key)]).encode()
    if sign_type is SignType.MD5:
        # The vendor's choice; kept for merchants whose account still demands it.
        return hashlib.md5(message, usedforsecurity=False).hexdigest().upper()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest().upper()


def to_xml(fields: Mapping[str, str]) -> bytes:
    """The fields as one flat `<xml>`, values as CDATA."""
    parts = (f"<{name}><![CDATA[{_cdata(value)}]]></{name}>" for name, value in fields.items())
    return f"<xml>{''.join(parts)}</xml>".encode()


def from_xml(body: bytes) -> dict[str, str]:
    """The fields of one flat `<xml>`. Document types and entities are refused."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise OutcomeUnknown(f"not XML: {error!r}", code=UNREADABLE) from error
    return {child.tag: child.text or "" for child in root}


class V2:
    """One merchant's API v2. Operations under /secapi need the client certificate."""

    def __init__(
        self,
        credentials: WechatPayCredentials,
        http: RecordedHttp,
        secure_http: RecordedHttp,
        sign_type: SignType,
    ) -> None:
        self._credentials = credentials
        self._http = http
        self._secure_http = secure_http
        self._sign_type = sign_type

    async def send(
        self, operation: str, path: str, fields: Mapping[str, str], *, key: str
    ) -> dict[str, str]:
        """The answer's fields; `result_code` is for the caller to look at."""
        request = Request(
            operation=operation,
            method="POST",
            path=path,
            body=to_xml(self._signed(fields)),
            headers={"Content-Type": "text/xml; charset=utf-8", "User-Agent": "medsettle"},
            key=key,
            algorithm=self._sign_type,
        )
        http = self._secure_http if path.startswith("/secapi/") else self._http
        answer = await http.send(request, self._verdict)
        return self._read(operation, answer)

    def _signed(self, fields: Mapping[str, str]) -> dict[str, str]:
        whole = {
            "appid": self._credentials.appid,
            "mch_id": self._credentials.mchid,
            "nonce_str": secrets.token_hex(16),
            "sign_type": str(self._sign_type),
            **{name: value for name, value in fields.items() if value},
        }
        return {**whole, "sign": sign(whole, self._credentials.apiv2_key, self._sign_type)}

    def _verdict(self, answer: httpx.Response) -> str:
        try:
            fields = from_xml(answer.content)
        except OutcomeUnknown:
            return UNSIGNED  # nothing to verify; `_read` says so
        if fields.get("return_code") != "SUCCESS":
            return UNSIGNED  # v2 signs no transport failure
        expected = sign(fields, self._credentials.apiv2_key, self._sign_type)
        genuine = hmac.compare_digest(expected.encode(), fields.get("sign", "").encode())
        return VERIFIED if genuine else INVALID

    def _read(self, operation: str, answer: httpx.Response) -> dict[str, str]:
        if answer.status_code != httpx.codes.OK:
            status = answer.status_code
            raise OutcomeUnknown(f"{operation}: HTTP {status}", code=f"http_{status}")
        fields = from_xml(answer.content)
        if fields.get("return_code") != "SUCCESS":
            # Unsigned, hence no evidence of anything, whatever it says.
            raise OutcomeUnknown(
                f"{operation}: {fields.get('return_msg', '')}",
                code=fields.get("return_code") or UNREADABLE,
            )
        expect(fields, "appid", self._credentials.appid)
        expect(fields, "mch_id", self._credentials.mchid)
        return fields


def _cdata(value: str) -> str:
    return value.replace("]]>", "]]]]><![CDATA[>")
