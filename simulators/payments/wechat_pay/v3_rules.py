"""What each v3 call does: reads its fields, asks the rules, shows the result."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography import x509

from simulators.exchange import Call
from simulators.payments.wechat_pay import v3_fields
from simulators.payments.wechat_pay.books import Order, wire_time
from simulators.payments.wechat_pay.refunds import RefundRequest
from simulators.payments.wechat_pay.refusals import Refusal, wrong_parameter
from simulators.payments.wechat_pay.statement_files import StatementFile
from simulators.payments.wechat_pay.trade_statement import BILL_TYPES
from simulators.payments.wechat_pay.v3_signatures import (
    aead_encrypt,
    decrypt_sensitive_field,
    nonce,
)
from simulators.payments.wechat_pay.wechat import WeChatPay, refund_json, transaction_json

ACCOUNT_TYPES = ("BASIC", "OPERATION", "FEES")
ABNORMAL_WAYS = ("USER_BANK_CARD", "MERCHANT_BANK_CARD")
Content = dict[str, Any] | StatementFile | None  # None: 204 without a body


@dataclass(frozen=True, slots=True)
class Asked:
    """One v3 request after its signature was verified."""

    call: Call
    path: Mapping[str, str]
    query: Mapping[str, str]
    base_url: str

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return v3_fields.json_object(self.call.raw)


Rule = Callable[[WeChatPay, Asked], Awaitable[Content]]


async def native(pay: WeChatPay, asked: Asked) -> Content:
    """Native下单 -> code_url."""
    order = await _place(pay, asked, "NATIVE")
    return {"code_url": order.link}


async def jsapi(pay: WeChatPay, asked: Asked) -> Content:
    """JSAPI/小程序下单 -> prepay_id."""
    order = await _place(pay, asked, "JSAPI")
    return {"prepay_id": order.link}


async def _place(pay: WeChatPay, asked: Asked, trade_type: str) -> Order:
    body = asked.body()
    _own_account(pay, body)
    amount = v3_fields.inner(body, "amount")
    v3_fields.cny(amount)
    order = Order(
        out_trade_no=v3_fields.number_of_shape(body, "out_trade_no", v3_fields.ORDER_NUMBER),
        trade_type=trade_type,
        appid=pay.configuration.appid,
        description=v3_fields.text(body, "description", 127),
        attach=v3_fields.optional_text(body, "attach", 128),
        total_fen=v3_fields.positive_fen(amount, "total"),
        created_at=pay.clock.now(),
        openid=_payer(pay, body) if trade_type == "JSAPI" else None,
        notify_url=v3_fields.notify_url(body, required=True),
        time_expire=v3_fields.future_time(body, "time_expire", pay.clock.now()),
        request_digest=f"{trade_type}:{v3_fields.digest(body)}",
    )
    placed = pay.orders.place(order)
    fault = asked.call.fault
    if fault is not None and fault.kind == "notify_early":
        await pay.pay(placed, fault.args.get("openid"), str(fault.args.get("bank_type", "OTHERS")))
    return placed


def _own_account(pay: WeChatPay, body: Mapping[str, Any]) -> None:
    if v3_fields.text(body, "mchid", 32) != pay.configuration.mchid:
        raise Refusal("MCH_NOT_EXISTS", "商户号不存在")
    if v3_fields.text(body, "appid", 32) != pay.configuration.appid:
        raise Refusal("APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")


def _payer(pay: WeChatPay, body: Mapping[str, Any]) -> str:
    openid = v3_fields.text(v3_fields.inner(body, "payer"), "openid", 128, within="/body/payer")
    known = pay.configuration.known_openids
    if known and openid not in known:
        raise wrong_parameter("/body/payer/openid", openid, "无效的openid")
    return openid


async def query(pay: WeChatPay, asked: Asked) -> Content:
    """查询订单, by either number."""
    _own_mchid(pay, asked)
    order = pay.orders.find(
        out_trade_no=asked.path.get("out_trade_no", ""),
        transaction_id=asked.path.get("transaction_id", ""),
    )
    return transaction_json(order, pay.configuration.mchid, asked.call.fault_fen())


def _own_mchid(pay: WeChatPay, asked: Asked) -> None:
    mchid = asked.query.get("mchid")
    if mchid != pay.configuration.mchid:
        raise wrong_parameter("/query/mchid", mchid, "与签名的商户号不一致", "query")


async def close(pay: WeChatPay, asked: Asked) -> Content:
    """关闭订单 -> 204."""
    if v3_fields.text(asked.body(), "mchid", 32) != pay.configuration.mchid:
        raise Refusal("MCH_NOT_EXISTS", "商户号不存在")
    pay.orders.close(asked.path["out_trade_no"])
    return None


async def refund(pay: WeChatPay, asked: Asked) -> Content:
    """申请退款 -> PROCESSING, or the refund that this number already is."""
    body = asked.body()
    amount = v3_fields.inner(body, "amount")
    v3_fields.cny(amount)
    request = RefundRequest(
        order=_refunded_order(pay, body),
        out_refund_no=v3_fields.number_of_shape(body, "out_refund_no", v3_fields.REFUND_NUMBER),
        refund_fen=v3_fields.positive_fen(amount, "refund"),
        total_fen=v3_fields.positive_fen(amount, "total"),
        reason=v3_fields.optional_text(body, "reason", 80),
        notify_url=v3_fields.notify_url(body, required=False),
    )
    made, new = pay.refunds.apply(request)
    shown = refund_json(made, request.order)
    if new and asked.call.fault is not None and asked.call.fault.kind == "notify_early":
        await pay.finish_refund(made, "SUCCESS")
    elif new:
        asked.call.afterwards.append(pay.after_refund_accepted(made))
    return shown


def _refunded_order(pay: WeChatPay, body: Mapping[str, Any]) -> Order:
    transaction_id = v3_fields.optional_text(body, "transaction_id", 32)
    out_trade_no = v3_fields.optional_text(body, "out_trade_no", 32)
    if not transaction_id and not out_trade_no:
        raise wrong_parameter("/body/out_trade_no", None, "与transaction_id二选一必填")
    try:
        return pay.orders.find(out_trade_no=out_trade_no, transaction_id=transaction_id)
    except Refusal as refusal:
        raise Refusal("RESOURCE_NOT_EXISTS", "订单不存在") from refusal


async def refund_query(pay: WeChatPay, asked: Asked) -> Content:
    """查询单笔退款."""
    found = pay.refunds.find(asked.path["out_refund_no"])
    order = pay.ledger.orders[found.out_trade_no]
    return refund_json(found, order, asked.call.fault_fen())


async def abnormal_refund(pay: WeChatPay, asked: Asked) -> Content:
    """发起异常退款: to the patient's bank card, or to the merchant's account."""
    body = asked.body()
    found = pay.refunds.find(
        v3_fields.number_of_shape(body, "out_refund_no", v3_fields.REFUND_NUMBER)
    )
    if found.refund_id != asked.path["refund_id"]:
        raise Refusal("INVALID_REQUEST", "退款单号与商户退款单号不一致")
    way = body.get("type")
    if way not in ABNORMAL_WAYS:
        raise wrong_parameter("/body/type", way, "枚举值不存在")
    if way == "USER_BANK_CARD":
        v3_fields.text(body, "bank_type", 16)
        for field in ("bank_account", "real_name"):
            sealed = v3_fields.text(body, field, 1024)
            decrypt_sensitive_field(pay.configuration.platform_private_key, field, sealed)
    pay.refunds.apply_abnormal(found, way)
    asked.call.afterwards.append(pay.after_refund_accepted(found))
    return refund_json(found, pay.ledger.orders[found.out_trade_no])


async def certificates(pay: WeChatPay, asked: Asked) -> Content:
    """平台证书列表; merchants in public-key mode have none."""
    pem = pay.configuration.platform_certificate_pem
    if pem is None:
        raise Refusal("RESOURCE_NOT_EXISTS", "无可用的平台证书，请使用微信支付公钥")
    certificate = x509.load_pem_x509_certificate(pem.encode())
    number = nonce(pay.random, 12)
    sealed = aead_encrypt(pay.configuration.apiv3_key, number, "certificate", pem.encode())
    return {
        "data": [
            {
                "serial_no": pay.configuration.platform_certificate_serial,
                "effective_time": wire_time(certificate.not_valid_before_utc),
                "expire_time": wire_time(certificate.not_valid_after_utc),
                "encrypt_certificate": {
                    "algorithm": "AEAD_AES_256_GCM",
                    "nonce": number,
                    "associated_data": "certificate",
                    "ciphertext": sealed,
                },
            }
        ]
    }


async def tradebill(pay: WeChatPay, asked: Asked) -> Content:
    """申请交易账单."""
    bill_type = _choice(asked, "bill_type", BILL_TYPES)
    statement = pay.statements.trade(
        _bill_date(asked), bill_type, gzipped=_gzipped(asked), fault=asked.call.fault
    )
    return _application(pay, asked, statement)


async def fundflowbill(pay: WeChatPay, asked: Asked) -> Content:
    """申请资金账单."""
    account = _choice(asked, "account_type", ACCOUNT_TYPES)
    statement = pay.statements.fund(
        _bill_date(asked), account, gzipped=_gzipped(asked), fault=asked.call.fault
    )
    return _application(pay, asked, statement)


def _application(pay: WeChatPay, asked: Asked, statement: StatementFile) -> dict[str, Any]:
    token = pay.statements.keep(statement)
    url = f"{asked.base_url}/v3/billdownload/file?token={token}"
    return {
        "hash_type": "SHA1",
        "hash_value": statement.sha1,
        "download_url": f"{url}&tartype=gzip" if statement.gzipped else url,
    }


def _choice(asked: Asked, name: str, choices: tuple[str, ...]) -> str:
    value = asked.query.get(name, choices[0])
    if value not in choices:
        raise wrong_parameter(f"/query/{name}", value, "枚举值不存在", "query")
    return value


def _gzipped(asked: Asked) -> bool:
    return "tar_type" in asked.query and _choice(asked, "tar_type", ("GZIP",)) == "GZIP"


def _bill_date(asked: Asked) -> date:
    value = asked.query.get("bill_date", "")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise wrong_parameter("/query/bill_date", value, "格式为yyyy-MM-dd", "query") from error


async def billdownload(pay: WeChatPay, asked: Asked) -> Content:
    """下载账单."""
    return pay.statements.download(asked.query.get("token", ""))


RULES: tuple[tuple[str, str, str, Rule], ...] = (
    ("POST", "/v3/pay/transactions/native", "native", native),
    ("POST", "/v3/pay/transactions/jsapi", "jsapi", jsapi),
    ("GET", "/v3/pay/transactions/out-trade-no/{out_trade_no}", "query", query),
    ("GET", "/v3/pay/transactions/id/{transaction_id}", "query", query),
    ("POST", "/v3/pay/transactions/out-trade-no/{out_trade_no}/close", "close", close),
    ("POST", "/v3/refund/domestic/refunds", "refund", refund),
    ("GET", "/v3/refund/domestic/refunds/{out_refund_no}", "refund_query", refund_query),
    (
        "POST",
        "/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund",
        "abnormal_refund",
        abnormal_refund,
    ),
    ("GET", "/v3/certificates", "certificates", certificates),
    ("GET", "/v3/bill/tradebill", "tradebill", tradebill),
    ("GET", "/v3/bill/fundflowbill", "fundflowbill", fundflowbill),
    ("GET", "/v3/billdownload/file", "billdownload", billdownload),
)
