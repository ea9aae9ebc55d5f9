"""The v2 wire: signed XML, and two paths that want the merchant's client certificate."""

import dataclasses
from typing import Any

from aiohttp import web

from simulators.exchange import Call, Reply, answer
from simulators.faults import Fault
from simulators.payments.wechat_pay import v2_rules, v2_xml
from simulators.payments.wechat_pay.refusals import V2_CODE, Refusal, refusal_of_fault
from simulators.payments.wechat_pay.statement_files import StatementFile
from simulators.payments.wechat_pay.v3_signatures import nonce
from simulators.payments.wechat_pay.wechat import WeChatPay

_NUMBERS = ("out_trade_no", "transaction_id", "out_refund_no", "refund_id", "bill_date")
_LONGEST_NONCE = 32
_NO_CERTIFICATE = (
    b"<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n"
    b"<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n</body>\r\n</html>\r\n"
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Failed:
    """return_code FAIL, or the web server's own page when a certificate is missing."""

    fields: dict[str, str]
    page: bytes | None = None


class _NoCertificate(v2_rules.ProtocolFailure):
    """The call came without the merchant's client certificate."""


class V2Dialect:
    """One v2 call: how it is verified, refused and signed."""

    def __init__(
        self, pay: WeChatPay, request: web.Request, call: Call, operation: v2_rules.Operation
    ) -> None:
        self._pay = pay
        self._request = request
        self._call = call
        self._operation = operation
        self._sign_type = _asked_sign_type(call.raw)

    async def act(self) -> v2_rules.Content | _Failed:
        """Checks certificate, shape and signature, then runs the rule."""
        try:
            self._check_certificate()
            fields = self._verified_fields()
            return await self._operation.rule(self._pay, v2_rules.Asked(self._call, fields))
        except _NoCertificate:
            return _Failed({}, _NO_CERTIFICATE)
        except v2_rules.ProtocolFailure as failure:
            fields = {"return_code": "FAIL", "return_msg": failure.message}
            if failure.error_code is not None:
                fields["error_code"] = failure.error_code
            return _Failed(fields)

    def _check_certificate(self) -> None:
        if not self._operation.certified:
            return
        transport = self._request.transport
        shown = transport.get_extra_info("peercert") if transport else None
        if not shown:
            raise _NoCertificate("no certificate")
        serial = int(self._pay.configuration.merchant_serial, 16)
        if int(shown["serialNumber"], 16) != serial:
            raise v2_rules.ProtocolFailure("商户证书与商户号不匹配")

    def _verified_fields(self) -> dict[str, str]:
        try:
            fields = v2_xml.read(self._call.raw)
        except v2_xml.BadXml as error:
            raise v2_rules.ProtocolFailure("XML格式错误") from error
        configuration = self._pay.configuration
        self._sign_type = fields.get("sign_type") or "MD5"
        if self._sign_type not in v2_xml.SIGN_TYPES:
            raise v2_rules.ProtocolFailure("sign_type参数有误")
        self._call.signature = "invalid" if fields.get("sign") else "unsigned"
        expected = v2_xml.sign(fields, configuration.apiv2_key, self._sign_type)
        if fields.get("sign") != expected:
            raise v2_rules.ProtocolFailure("签名错误")
        self._call.signature = "verified"
        if not fields.get("nonce_str") or len(fields["nonce_str"]) > _LONGEST_NONCE:
            raise v2_rules.ProtocolFailure("缺少参数nonce_str")
        if fields.get("mch_id") != configuration.mchid:
            raise v2_rules.ProtocolFailure("mch_id不存在")
        if fields.get("appid") != configuration.appid:
            raise v2_rules.ProtocolFailure("appid不存在")
        return fields

    def faulty(self, fault: Fault) -> Refusal:
        """The refusal a fault asks for."""
        return refusal_of_fault(fault)

    def refused(self, refusal: Refusal) -> dict[str, str]:
        """result_code FAIL with the v2 name of the code."""
        code = V2_CODE.get(refusal.code, refusal.code)
        if refusal.code == "RESOURCE_NOT_EXISTS":
            refunds = self._operation.name == "refundquery_v2"
            code = "REFUNDNOTEXIST" if refunds else "ORDERNOTEXIST"
        fields = {
            "result_code": "FAIL",
            "err_code": code,
            "err_code_des": refusal.message,
        }
        if self._operation.name == "reverse":
            fields["recall"] = (refusal.detail or {}).get("recall", "N")
        return fields

    def reply(self, content: v2_rules.Content | _Failed, *, broken: bool) -> Reply:
        """Signs everything but a statement and a protocol failure, which v2 leaves unsigned."""
        if isinstance(content, StatementFile):
            if broken:
                content = dataclasses.replace(content, content=content.content + b" ")
            return Reply(200, {"Content-Type": "text/plain"}, content.sent, "SUCCESS")
        if isinstance(content, _Failed):
            if content.page is not None:
                return Reply(400, {"Content-Type": "text/html"}, content.page, "400")
            body = v2_xml.write(content.fields)
            return Reply(200, _XML, body, f"return_code FAIL {content.fields['return_msg']}")
        result = content.get("result_code", "SUCCESS")
        fields = {
            "return_code": "SUCCESS",
            "return_msg": "OK",
            "appid": self._pay.configuration.appid,
            "mch_id": self._pay.configuration.mchid,
            "nonce_str": nonce(self._pay.random),
            "result_code": result,
            **content,
        }
        key = self._pay.configuration.apiv2_key
        fields["sign"] = v2_xml.sign(fields, f"{key}x" if broken else key, self._sign_type)
        verdict = result if result == "SUCCESS" else f"FAIL {fields['err_code']}"
        return Reply(200, _XML, v2_xml.write(fields), verdict)


_XML = {"Content-Type": "text/xml; charset=utf-8"}


def add_routes(app: web.Application, pay: WeChatPay) -> None:
    """All v2 paths."""
    for operation in v2_rules.OPERATIONS:
        app.router.add_post(operation.path, _serving(pay, operation))


def _serving(pay: WeChatPay, operation: v2_rules.Operation) -> Any:
    async def serve(request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        call = Call(operation.name, raw, _numbers(raw))
        return await answer(pay, request, call, V2Dialect(pay, request, call, operation))

    return serve


def _asked_sign_type(raw: bytes) -> str:
    """How the merchant signs; its answers are signed so too, a refusal by a fault included."""
    try:
        asked = v2_xml.read(raw).get("sign_type")
    except v2_xml.BadXml:
        return "MD5"  # refused later with return_code FAIL, unsigned
    return asked if asked in v2_xml.SIGN_TYPES else "MD5"


def _numbers(raw: bytes) -> dict[str, str]:
    """The business numbers of the call, for faults and the journal."""
    try:
        fields = v2_xml.read(raw)
    except v2_xml.BadXml:
        return {}  # refused later with return_code FAIL
    return {name: fields[name] for name in _NUMBERS if fields.get(name)}
