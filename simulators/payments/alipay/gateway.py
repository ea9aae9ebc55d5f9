"""The wire: gateway.do with its signed form, answers signed over the node as written, the bills."""

import json
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from simulators.exchange import Call, Reply, answer
from simulators.faults import Fault
from simulators.payments.alipay import operations, request_fields, signatures
from simulators.payments.alipay.alipay import AlipaySimulator
from simulators.payments.alipay.refusals import Refusal, refusal_of_fault

_NUMBERS = ("out_trade_no", "trade_no", "out_request_no", "bill_date", "bill_type")
_SPACES = ("", "", "", " ", "\r\n", "\t", "\r\n ")
_REQUIRED = ("app_id", "method", "charset", "sign_type", "sign", "timestamp", "version")
Parameters = Mapping[str, str]


class GatewayDialect:
    """One call of gateway.do: how it is verified, refused and signed."""

    def __init__(
        self, alipay: AlipaySimulator, request: web.Request, call: Call, parameters: Parameters
    ) -> None:
        self._alipay = alipay
        self._request = request
        self._call = call
        self._parameters = parameters
        self._method = parameters.get("method", "")

    async def act(self) -> operations.Node:
        """Checks parameters and signature, then runs the method."""
        self._verify()
        _, rule = operations.OPERATIONS[self._method]
        asked = operations.Asked(
            call=self._call,
            content=request_fields.biz_content(self._parameters.get("biz_content", "")),
            notify_url=self._parameters.get("notify_url"),
            base_url=f"{self._request.scheme}://{self._request.host}",
        )
        node = await rule(self._alipay, asked)
        return {"code": "10000", "msg": "Success", **node}

    def _verify(self) -> None:
        given, own = self._parameters, self._alipay.configuration
        self._call.signature = "invalid" if given.get("sign") else "unsigned"
        for name in _REQUIRED:
            if not given.get(name):
                raise _gateway("40001", f"isv.missing-{_dashed(name)}", f"缺少{name}参数")
        if given["app_id"] != own.app_id:
            raise _gateway("40002", "isv.invalid-app-id", "无效的AppID参数", signed=False)
        if given["sign_type"] != "RSA2":
            raise _gateway("40002", "isv.invalid-signature-type", "无效的签名类型")
        self._verify_certificates()
        message = signatures.content(given, "sign").encode(_charset(given))
        if not signatures.verifies(own.app_public_key, message, given["sign"]):
            raise _gateway("40002", "isv.invalid-signature", "无效签名", signed=False)
        self._call.signature = "verified"
        if self._method not in operations.OPERATIONS:
            raise _gateway("40002", "isv.invalid-method", "不存在的方法名")

    def _verify_certificates(self) -> None:
        names = self._alipay.configuration.certificates
        if names is None:
            return
        expected = {"app_cert_sn": names.app, "alipay_root_cert_sn": names.root}
        for name, value in expected.items():
            if not self._parameters.get(name):
                raise _gateway("40001", f"isv.missing-{_dashed(name)}", f"缺少{name}参数")
            if self._parameters[name] != value:
                raise _gateway("40002", f"isv.invalid-{_dashed(name)}", f"无效的{name}参数")

    def faulty(self, fault: Fault) -> Refusal:
        """The refusal a fault asks for."""
        return refusal_of_fault(fault)

    def refused(self, refusal: Refusal) -> Refusal:
        """It is shown as it is."""
        return refusal

    def reply(self, content: operations.Node | Refusal, *, broken: bool) -> Reply:
        """The node in the vendor's envelope, signed over exactly these characters."""
        node, signed = (
            (content.node, content.signed) if isinstance(content, Refusal) else (content, True)
        )
        charset = _charset(self._parameters)
        raw = _written(node, self._alipay.random)
        name = _node_name(self._method)
        parts = [f'"{name}":{_space(self._alipay.random)}{raw}']
        if signed:
            message = (raw + " " if broken else raw).encode(charset)
            signature = signatures.sign(self._alipay.configuration.alipay_private_key, message)
            names = self._alipay.configuration.certificates
            if names is not None:
                parts.append(f'"alipay_cert_sn":"{names.alipay}"')
            parts.append(f'"sign":"{signature}"')
        body = "{" + ",".join(parts) + "}"
        verdict = f"{node['code']} {node.get('sub_code', '')}".rstrip()
        headers = {"Content-Type": f"text/html;charset={charset}"}
        return Reply(200, headers, body.encode(charset), verdict)


def _node_name(method: str) -> str:
    known = method in operations.OPERATIONS
    return method.replace(".", "_") + "_response" if known else "error_response"


def _written(value: Any, source: random.Random) -> str:
    """JSON with the liberties JSON allows: escaped slashes and letters, spaces, line breaks.

    Whoever verifies a signature over the answer written anew sees it fail.
    """
    if isinstance(value, dict):
        members = (
            f"{_text(name, source)}:{_written(item, source)}" for name, item in value.items()
        )
        return "{" + _joined(members, source) + "}"
    if isinstance(value, list):
        return "[" + _joined((_written(item, source) for item in value), source) + "]"
    return _text(str(value), source)


def _joined(parts: Any, source: random.Random) -> str:
    return "".join(
        f"{',' if index else ''}{_space(source)}{part}" for index, part in enumerate(parts)
    )


def _text(value: str, source: random.Random) -> str:
    written = json.dumps(value, ensure_ascii=source.random() < 0.5)  # noqa: PLR2004
    return written.replace("/", "\\/") if source.random() < 0.5 else written  # noqa: PLR2004


def _space(source: random.Random) -> str:
    return source.choice(_SPACES)


def _gateway(code: str, sub_code: str, words: str, *, signed: bool = True) -> Refusal:
    return Refusal(sub_code, words, code=code, signed=signed)


def _dashed(name: str) -> str:
    return {"sign": "signature", "sign_type": "signature-type"}.get(name, name.replace("_", "-"))


def _charset(parameters: Parameters) -> str:
    return "gbk" if parameters.get("charset", "").lower() in ("gbk", "gb2312") else "utf-8"


class DownloadDialect:
    """The bill centre: an address with a token, no signature in either direction."""

    def __init__(self, alipay: AlipaySimulator, token: str) -> None:
        self._alipay = alipay
        self._token = token

    async def act(self) -> bytes:
        """The zip, while the address is good."""
        content = self._alipay.bills.read(self._token)
        if content is None:
            raise Refusal("isv.invalid-token", "下载链接已失效")
        return content

    def faulty(self, fault: Fault) -> Refusal:
        """The refusal a fault asks for."""
        return refusal_of_fault(fault)

    def refused(self, refusal: Refusal) -> Refusal:
        """A page instead of a file."""
        return refusal

    def reply(self, content: bytes | Refusal, *, broken: bool) -> Reply:
        """The file; a broken one lacks its end."""
        if isinstance(content, Refusal):
            page = f"<html><body>{content.sub_msg}</body></html>".encode()
            return Reply(404, {"Content-Type": "text/html;charset=utf-8"}, page, str(content))
        body = content[:-20] if broken else content
        return Reply(200, {"Content-Type": "application/zip"}, body, "200")


def add_routes(app: web.Application, alipay: AlipaySimulator) -> None:
    """The gateway and the bill centre."""

    async def gateway(request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        parameters = _parameters(request, raw)
        operation, _ = operations.OPERATIONS.get(parameters.get("method", ""), ("unknown", None))
        call = Call(operation, raw or request.query_string.encode(), _numbers(parameters))
        return await answer(
            alipay, request, call, GatewayDialect(alipay, request, call, parameters)
        )

    async def download(request: web.Request) -> web.StreamResponse:
        call = Call("bill_download", b"", {"bill_date": request.query.get("bizDates", "")})
        dialect = DownloadDialect(alipay, request.query.get("token", ""))
        return await answer(alipay, request, call, dialect)

    app.router.add_route("GET", "/gateway.do", gateway)
    app.router.add_route("POST", "/gateway.do", gateway)
    app.router.add_get("/downloadBillFile.resource", download)


def _parameters(request: web.Request, raw: bytes) -> dict[str, str]:
    """Query and form together: the vendor's own client uses both."""
    query = request.query_string
    charset = _charset(dict(parse_qsl(query)) or dict(parse_qsl(raw.decode("latin-1"))))
    pairs = [
        *parse_qsl(query, keep_blank_values=True, encoding=charset),
        *parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding=charset),
    ]
    return dict(pairs)


def _numbers(parameters: Parameters) -> dict[str, str]:
    """The business numbers of the call, for faults and the journal."""
    try:
        content = request_fields.biz_content(parameters.get("biz_content", ""))
    except Refusal:
        return {}  # refused later with a reason
    return {name: str(content[name]) for name in _NUMBERS if content.get(name)}
