"""The v3 wire: JSON, signed requests verified, signed answers, everything through `exchange`."""

import dataclasses
import json
from typing import Any

from aiohttp import web

from simulators.exchange import Call, Reply, answer
from simulators.faults import Fault
from simulators.payments.wechat_pay import v3_rules
from simulators.payments.wechat_pay.notifications import signature_time
from simulators.payments.wechat_pay.refusals import Refusal, refusal_of_fault
from simulators.payments.wechat_pay.statement_files import StatementFile
from simulators.payments.wechat_pay.v3_signatures import (
    SignedRequest,
    nonce,
    signed_headers,
    verify_request,
)
from simulators.payments.wechat_pay.wechat import WeChatPay

_NUMBERS = (
    *("out_trade_no", "transaction_id", "out_refund_no", "refund_id"),
    *("bill_date", "bill_type", "account_type"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Refused:
    """A refusal on its way out."""

    status: int
    body: dict[str, Any]


class V3Dialect:
    """One v3 call: how it is verified, refused and signed."""

    def __init__(
        self, pay: WeChatPay, request: web.Request, call: Call, rule: v3_rules.Rule | None
    ) -> None:
        self._pay = pay
        self._request = request
        self._call = call
        self._rule = rule

    async def act(self) -> v3_rules.Content:
        """Verifies the Authorization header and runs the rule."""
        self._verify()
        if self._rule is None:
            raise Refusal("NOT_FOUND", "请求的资源不存在")
        request = self._request
        asked = v3_rules.Asked(
            call=self._call,
            path=request.match_info,
            query=request.query,
            base_url=f"{request.scheme}://{request.host}",
        )
        return await self._rule(self._pay, asked)

    def _verify(self) -> None:
        headers = self._request.headers
        if "Accept" not in headers or "User-Agent" not in headers:
            raise Refusal("PARAM_ERROR", "Http头缺少Accept或User-Agent")
        signed = SignedRequest(
            method=self._request.method,
            path_and_query=self._request.raw_path,
            body=self._call.raw,
            authorization=headers.get("Authorization"),
        )
        self._call.signature = "invalid" if signed.authorization else "unsigned"
        now = signature_time(self._pay, self._pay.configuration)
        verify_request(signed, self._pay.configuration, now)
        self._call.signature = "verified"

    def faulty(self, fault: Fault) -> Refusal:
        """The refusal a fault asks for."""
        return refusal_of_fault(fault)

    def refused(self, refusal: Refusal) -> _Refused:
        """The error body: code, message, detail."""
        body: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
        if refusal.detail is not None:
            body["detail"] = refusal.detail
        return _Refused(refusal.http_status, body)

    def reply(self, content: v3_rules.Content | _Refused, *, broken: bool) -> Reply:
        """Signs everything but the download, whose only protection is its hash."""
        if isinstance(content, StatementFile):
            return _download(content, broken=broken)
        if isinstance(content, _Refused):
            status, verdict = content.status, f"{content.status} {content.body['code']}"
            body = _json(content.body)
        elif content is None:
            status, verdict, body = 204, "204", b""
        else:
            status, verdict, body = 200, "200", _json(content)
        headers = signed_headers(
            self._pay.configuration.platform_private_key,
            self._pay.configuration.response_serial,
            signature_time(self._pay, self._pay.configuration),
            nonce(self._pay.random),
            body + b" " if broken else body,
        )
        headers["Request-ID"] = nonce(self._pay.random).upper()
        if body:
            headers["Content-Type"] = "application/json; charset=utf-8"
        return Reply(status, headers, body, verdict)


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _download(statement: StatementFile, *, broken: bool) -> Reply:
    """Unsigned. A broken one has a byte too much, so that its hash is not the one promised."""
    if broken:
        statement = dataclasses.replace(statement, content=statement.content + b" ")
    kind = "application/gzip" if statement.gzipped else "text/plain; charset=utf-8"
    return Reply(200, {"Content-Type": kind}, statement.sent, "200")


def add_routes(app: web.Application, pay: WeChatPay) -> None:
    """All v3 paths; an unknown one is refused in the vendor's words."""
    for method, path, operation, rule in v3_rules.RULES:
        app.router.add_route(method, path, _serving(pay, operation, rule))
    app.router.add_route("*", "/v3/{unknown:.*}", _serving(pay, "unknown", None))


def _serving(pay: WeChatPay, operation: str, rule: v3_rules.Rule | None) -> Any:
    async def serve(request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        call = Call(operation, raw, _numbers(request, raw))
        return await answer(pay, request, call, V3Dialect(pay, request, call, rule))

    return serve


def _numbers(request: web.Request, raw: bytes) -> dict[str, str]:
    """The business numbers of the call, wherever they stand; for faults and the journal."""
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        body = {}  # refused later, with a reason; a fault can still match the path
    sources = (body if isinstance(body, dict) else {}, request.query, request.match_info)
    return {name: str(source[name]) for source in sources for name in _NUMBERS if name in source}
