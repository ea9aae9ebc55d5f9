"""What each v2 call does: payment codes, reversal, and the v2 way to refund, query, download."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from simulators.clock import BEIJING
from simulators.exchange import Call
from simulators.payments.statement_text import beijing_text
from simulators.payments.wechat_pay.books import Order, Refund
from simulators.payments.wechat_pay.orders import CodePayment
from simulators.payments.wechat_pay.refunds import RefundRequest
from simulators.payments.wechat_pay.refusals import Refusal
from simulators.payments.wechat_pay.statement_files import StatementFile
from simulators.payments.wechat_pay.trade_statement import BILL_TYPES
from simulators.payments.wechat_pay.v3_fields import ORDER_NUMBER, REFUND_NUMBER
from simulators.payments.wechat_pay.wechat import STATE_WORDS, WeChatPay

Content = dict[str, str] | StatementFile
REFUND_STATUS = {
    "SUCCESS": "SUCCESS",
    "PROCESSING": "PROCESSING",
    "CLOSED": "REFUNDCLOSE",
    "ABNORMAL": "CHANGE",
}


class ProtocolFailure(Exception):
    """return_code FAIL: the request is not even looked at. `error_code` only for statements."""

    def __init__(self, message: str, error_code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = error_code


@dataclass(frozen=True, slots=True)
class Asked:
    """One v2 request after its signature was verified."""

    call: Call
    fields: dict[str, str]

    def required(self, name: str, longest: int) -> str:
        """A required field of at most `longest` characters."""
        value = self.fields.get(name, "")
        if not value:
            raise ProtocolFailure(f"缺少参数{name}")
        if len(value) > longest:
            raise ProtocolFailure(f"参数{name}长度有误")
        return value

    def fen(self, name: str) -> int:
        """A whole number of fen above zero."""
        value = self.required(name, 10)
        if not value.isascii() or not value.isdigit() or int(value) == 0:
            raise ProtocolFailure(f"参数{name}格式错误")
        return int(value)


Rule = Callable[[WeChatPay, Asked], Awaitable[Content]]


async def micropay(pay: WeChatPay, asked: Asked) -> Content:
    """付款码支付: the answer is the result; there is no notification."""
    asked.required("spbill_create_ip", 64)
    number = asked.required("out_trade_no", 32)
    if not ORDER_NUMBER.fullmatch(number):
        raise Refusal("PARAM_ERROR", "参数out_trade_no格式错误")
    fault = asked.call.fault
    asks = None
    if fault is not None and fault.kind == "user_paying":
        asks = int(fault.args.get("seconds", 45))
    order = pay.orders.micropay(
        CodePayment(
            out_trade_no=number,
            total_fen=asked.fen("total_fee"),
            auth_code=asked.required("auth_code", 128),
            description=asked.required("body", 128),
            attach=asked.fields.get("attach", ""),
            device_info=asked.fields.get("device_info", ""),
        ),
        ask_password=asks,
    )
    return _paid_fields(order, 0)


def _paid_fields(order: Order, off_by_fen: int) -> dict[str, str]:
    assert order.success_time is not None  # noqa: S101 - asked only of paid orders
    total = str(order.total_fen + off_by_fen)
    at = order.success_time.astimezone(BEIJING)
    return {
        "device_info": order.device_info,
        "openid": order.openid or "",
        "is_subscribe": "N",
        "trade_type": order.trade_type,
        "bank_type": order.bank_type or "",
        "fee_type": "CNY",
        "total_fee": total,
        "settlement_total_fee": total,
        "cash_fee_type": "CNY",
        "cash_fee": total,
        "transaction_id": order.transaction_id or "",
        "out_trade_no": order.out_trade_no,
        "attach": order.attach,
        "time_end": f"{at:%Y%m%d%H%M%S}",
    }


async def orderquery(pay: WeChatPay, asked: Asked) -> Content:
    """查询订单, any order of the merchant, v3 ones included."""
    order = _order(pay, asked)
    off = asked.call.fault_fen()
    state = {
        "trade_state": order.trade_state,
        "trade_state_desc": STATE_WORDS[order.trade_state],
    }
    if order.success_time:
        return _paid_fields(order, off) | state
    return {
        "device_info": order.device_info,
        "out_trade_no": order.out_trade_no,
        "total_fee": str(order.total_fen + off),
        "attach": order.attach,
        **state,
    }


def _order(pay: WeChatPay, asked: Asked) -> Order:
    transaction_id = asked.fields.get("transaction_id", "")
    out_trade_no = asked.fields.get("out_trade_no", "")
    if not transaction_id and not out_trade_no:
        raise ProtocolFailure("缺少参数out_trade_no")
    return pay.orders.find(out_trade_no=out_trade_no, transaction_id=transaction_id)


async def reverse(pay: WeChatPay, asked: Asked) -> Content:
    """撤销订单: answers `recall` Y when it wants to be called again."""
    fault = asked.call.fault
    if fault is not None and fault.kind == "recall":
        raise Refusal("SYSTEM_ERROR", "系统超时，请再次调用撤销", detail={"recall": "Y"})
    pay.orders.reverse(_order(pay, asked))
    return {"recall": "N"}


async def refund(pay: WeChatPay, asked: Asked) -> Content:
    """申请退款, v2. Its notification (req_info) is not simulated; refunds are queried."""
    number = asked.required("out_refund_no", 64)
    if not REFUND_NUMBER.fullmatch(number):
        raise Refusal("PARAM_ERROR", "参数out_refund_no格式错误")
    request = RefundRequest(
        order=_order(pay, asked),
        out_refund_no=number,
        refund_fen=asked.fen("refund_fee"),
        total_fen=asked.fen("total_fee"),
        reason=asked.fields.get("refund_desc", ""),
        notify_url=None,
    )
    made, new = pay.refunds.apply(request)
    if new:
        asked.call.afterwards.append(pay.after_refund_accepted(made))
    return {
        "transaction_id": made.transaction_id,
        "out_trade_no": made.out_trade_no,
        "out_refund_no": made.out_refund_no,
        "refund_id": made.refund_id,
        "refund_fee": str(made.refund_fen),
        "settlement_refund_fee": str(made.refund_fen),
        "total_fee": str(request.total_fen),
        "fee_type": "CNY",
        "cash_fee": str(request.total_fen),
        "cash_refund_fee": str(made.refund_fen),
        "coupon_refund_fee": "0",
        "coupon_refund_count": "0",
    }


async def refundquery(pay: WeChatPay, asked: Asked) -> Content:
    """查询退款: one refund by its number, or all of an order, in fields with an index."""
    refunds = _asked_refunds(pay, asked)
    if not refunds:
        raise Refusal("REFUNDNOTEXIST", "退款不存在", status=404)
    order = pay.ledger.orders[refunds[0].out_trade_no]
    shown = {
        "transaction_id": order.transaction_id or "",
        "out_trade_no": order.out_trade_no,
        "total_fee": str(order.total_fen),
        "fee_type": "CNY",
        "cash_fee": str(order.total_fen),
        "refund_count": str(len(refunds)),
    }
    for index, found in enumerate(refunds):
        shown |= _refund_fields(found, index, asked.call.fault_fen())
    return shown


def _asked_refunds(pay: WeChatPay, asked: Asked) -> list[Refund]:
    fields, refunds = asked.fields, list(pay.ledger.refunds.values())
    for name in ("refund_id", "out_refund_no", "transaction_id", "out_trade_no"):
        if fields.get(name):
            return [r for r in refunds if getattr(r, name) == fields[name]]
    raise ProtocolFailure("缺少参数out_refund_no")


def _refund_fields(refund: Refund, index: int, off_by_fen: int) -> dict[str, str]:
    return {
        f"out_refund_no_{index}": refund.out_refund_no,
        f"refund_id_{index}": refund.refund_id,
        f"refund_channel_{index}": refund.channel,
        f"refund_fee_{index}": str(refund.refund_fen + off_by_fen),
        f"settlement_refund_fee_{index}": str(refund.refund_fen + off_by_fen),
        f"refund_status_{index}": REFUND_STATUS[refund.status],
        f"refund_account_{index}": "REFUND_SOURCE_UNSETTLED_FUNDS",
        f"refund_recv_accout_{index}": refund.user_received_account,
        f"refund_success_time_{index}": beijing_text(refund.success_time),
    }


async def downloadbill(pay: WeChatPay, asked: Asked) -> Content:
    """下载交易账单, v2: the same statement as v3's, as the body of the answer, unsigned."""
    bill_type = asked.fields.get("bill_type") or "ALL"
    if bill_type not in BILL_TYPES:
        raise ProtocolFailure("invalid bill_type", "20001")
    try:
        day = datetime.strptime(asked.required("bill_date", 8), "%Y%m%d").date()  # noqa: DTZ007
    except ValueError as error:
        raise ProtocolFailure("invalid bill_date", "20001") from error
    gzipped = asked.fields.get("tar_type") == "GZIP"
    try:
        return pay.statements.trade(day, bill_type, gzipped=gzipped, fault=asked.call.fault)
    except Refusal as refusal:
        if refusal.code == "NO_STATEMENT_EXIST":
            raise ProtocolFailure("No Bill Exist", "20002") from refusal
        if refusal.code == "STATEMENT_CREATING":
            raise ProtocolFailure("Bill Creating", "20002") from refusal
        raise ProtocolFailure("invalid bill_date", "20001") from refusal


@dataclass(frozen=True, slots=True)
class Operation:
    """One v2 path. `certified`: only with the merchant's client certificate."""

    path: str
    name: str
    rule: Rule
    certified: bool = False


OPERATIONS = (
    Operation("/pay/micropay", "micropay", micropay),
    Operation("/pay/orderquery", "orderquery_v2", orderquery),
    Operation("/secapi/pay/reverse", "reverse", reverse, certified=True),
    Operation("/secapi/pay/refund", "refund_v2", refund, certified=True),
    Operation("/pay/refundquery", "refundquery_v2", refundquery),
    Operation("/pay/downloadbill", "downloadbill_v2", downloadbill),
)
