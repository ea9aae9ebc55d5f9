"""What each method does: reads its fields, asks the rules, shows the result (§2.3)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from simulators.exchange import Call
from simulators.payments.alipay import request_fields as fields
from simulators.payments.alipay.alipay import AlipaySimulator
from simulators.payments.alipay.books import Refund, Trade
from simulators.payments.alipay.refunds import RefundRequest
from simulators.payments.alipay.refusals import Refusal, business, invalid
from simulators.payments.statement_text import beijing_text, yuan

CODE_LIFE = timedelta(hours=2)  # of a precreated code without a deadline of its own
TRADE_LIFE = timedelta(days=15)
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call after its signature was verified."""

    call: Call
    content: fields.Content
    notify_url: str | None
    base_url: str


Rule = Callable[[AlipaySimulator, Asked], Awaitable[Node]]


async def precreate(alipay: AlipaySimulator, asked: Asked) -> Node:
    """预创建 -> qr_code; there is no trade until it is scanned."""
    trade = alipay.trades.open(_order(alipay, asked, "precreate", CODE_LIFE))
    return {"out_trade_no": trade.out_trade_no, "qr_code": trade.qr_code}


async def create(alipay: AlipaySimulator, asked: Asked) -> Node:
    """交易创建 -> trade_no."""
    order = _order(alipay, asked, "create", TRADE_LIFE)
    names = ("buyer_id", "buyer_open_id")
    order.buyer_id = next((str(asked.content[n]) for n in names if asked.content.get(n)), None)
    if order.buyer_id is None:
        raise invalid("buyer_id", "买家不能为空")
    known = alipay.configuration.known_buyers
    if known and order.buyer_id not in known:
        raise business("BUYER_NOT_EXIST", "买家不存在")
    trade = alipay.trades.open(order)
    return {"out_trade_no": trade.out_trade_no, "trade_no": trade.trade_no}


async def pay(alipay: AlipaySimulator, asked: Asked) -> Node:
    """付款码支付: paid, 10003, or refused without a trade."""
    if asked.content.get("scene") != "bar_code":
        raise invalid("scene", "仅支持bar_code")
    fault = asked.call.fault
    asks = fault is not None and fault.kind == "user_paying"
    order = _order(alipay, asked, "pay", TRADE_LIFE)
    code = fields.text(asked.content, "auth_code", 64)
    trade = alipay.trades.charge(order, code, ask_password=asks)
    asked.call.afterwards.append(lambda: alipay.notifier.in_background(alipay.tell(trade)))
    return {
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        **_paid(trade, 0),
        "gmt_payment": beijing_text(trade.paid_at),
    }


def _order(alipay: AlipaySimulator, asked: Asked, method: str, life: timedelta) -> Trade:
    content, now = asked.content, alipay.clock.now()
    return Trade(
        out_trade_no=fields.number(content, "out_trade_no"),
        method=method,
        total_fen=fields.fen(content, "total_amount"),
        subject=fields.subject(content),
        created_at=now,
        expires_at=fields.time_expire(content) or now + life,
        digest=fields.digest(content),
        notify_url=asked.notify_url,
        terminal_id=fields.optional_text(content, "terminal_id", 32),
        operator_id=fields.optional_text(content, "operator_id", 28),
        store_id=fields.optional_text(content, "store_id", 32),
    )


def _paid(trade: Trade, off_by_fen: int) -> Node:
    total = yuan(trade.total_fen + off_by_fen)
    return {
        "buyer_logon_id": "138****0000",
        "buyer_user_id": trade.buyer_id,
        "total_amount": total,
        "receipt_amount": total,
        "buyer_pay_amount": total,
        "invoice_amount": total,
        "point_amount": "0.00",
        "fund_bill_list": [{"fund_channel": "ALIPAYACCOUNT", "amount": total}],
    }


async def query(alipay: AlipaySimulator, asked: Asked) -> Node:
    """交易查询, by either number."""
    trade = _trade(alipay, asked)
    shown = {
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "trade_status": trade.status,
        "total_amount": yuan(trade.total_fen + asked.call.fault_fen()),
    }
    if trade.paid_at:
        shown |= _paid(trade, asked.call.fault_fen())
        shown["send_pay_date"] = beijing_text(trade.paid_at)
    return shown


def _trade(alipay: AlipaySimulator, asked: Asked) -> Trade:
    content = asked.content
    if not content.get("out_trade_no") and not content.get("trade_no"):
        raise invalid("out_trade_no", "商户订单号与支付宝交易号不能同时为空")
    return alipay.trades.find(
        out_trade_no=str(content.get("out_trade_no", "")),
        trade_no=str(content.get("trade_no", "")),
    )


async def close(alipay: AlipaySimulator, asked: Asked) -> Node:
    """交易关闭."""
    trade = _trade(alipay, asked)
    alipay.trades.close(trade)
    asked.call.afterwards.append(lambda: alipay.notifier.in_background(alipay.tell(trade)))
    return {"trade_no": trade.trade_no, "out_trade_no": trade.out_trade_no}


async def cancel(alipay: AlipaySimulator, asked: Asked) -> Node:
    """交易撤销: `action` says what it did, and is missing when there is no such trade."""
    fault = asked.call.fault
    if fault is not None and fault.kind == "retry":
        raise Refusal("aop.unknow-error", "系统繁忙", code="20000", more={"retry_flag": "Y"})
    try:
        trade = _trade(alipay, asked)
    except Refusal as refusal:
        if refusal.sub_code != "ACQ.TRADE_NOT_EXIST":
            raise
        return {"out_trade_no": str(asked.content.get("out_trade_no", "")), "retry_flag": "N"}
    action = alipay.trades.cancel(trade)
    return {
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "retry_flag": "N",
        "action": action,
    }


async def refund(alipay: AlipaySimulator, asked: Asked) -> Node:
    """退款: `fund_change` Y when this call moved money, `refund_fee` the sum of all refunds."""
    trade = _trade(alipay, asked)
    amount = fields.fen(asked.content, "refund_amount")
    own = asked.content.get("out_request_no")
    if not own and amount != trade.total_fen:
        raise invalid("out_request_no", "部分退款时必填")
    request = RefundRequest(
        trade=trade,
        out_request_no=fields.number(asked.content, "out_request_no")
        if own
        else trade.out_trade_no,
        refund_fen=amount,
        reason=fields.optional_text(asked.content, "refund_reason", 256),
    )
    fault = asked.call.fault
    put_off = fault is not None and fault.kind == "put_off"
    made, moved = alipay.refunds.apply(request, put_off=put_off)
    if fault is not None and put_off:
        alipay.finish_later(made, float(fault.args.get("seconds", 10)))
    if moved:
        asked.call.afterwards.append(
            lambda: alipay.notifier.in_background(alipay.tell_of_refund(made))
        )
    shown: Node = {
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "buyer_logon_id": "138****0000",
        "buyer_user_id": trade.buyer_id,
        "fund_change": "Y" if moved else "N",
        "refund_fee": yuan(_done_fen(alipay, trade)),
    }
    if made.done_at:
        shown["gmt_refund_pay"] = beijing_text(made.done_at)
    return shown


def _done_fen(alipay: AlipaySimulator, trade: Trade) -> int:
    return sum(one.refund_fen for one in alipay.ledger.refunds_of(trade) if one.done_at)


async def refund_query(alipay: AlipaySimulator, asked: Asked) -> Node:
    """退款查询: nothing but the result code while the refund is not done."""
    trade = _trade(alipay, asked)
    number = fields.number(asked.content, "out_request_no")
    found = alipay.ledger.refunds.get((trade.out_trade_no, number))
    if found is None or found.done_at is None:
        return {}
    return _refund_shown(found, trade, asked)


def _refund_shown(found: Refund, trade: Trade, asked: Asked) -> Node:
    shown = {
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "out_request_no": found.out_request_no,
        "total_amount": yuan(trade.total_fen),
        "refund_amount": yuan(found.refund_fen + asked.call.fault_fen()),
        "refund_status": "REFUND_SUCCESS",
    }
    if "gmt_refund_pay" in asked.content.get("query_options", ()):
        shown["gmt_refund_pay"] = beijing_text(found.done_at)
    return shown


async def bill(alipay: AlipaySimulator, asked: Asked) -> Node:
    """查询对账单下载地址: an address good for thirty seconds."""
    if asked.content.get("bill_type") != "trade":
        raise invalid("bill_type", "仅支持trade")
    day = _bill_date(asked)
    token = alipay.bills.write(day, asked.call.fault)
    account = f"{alipay.configuration.seller_id}0156"
    address = (
        f"{asked.base_url}/downloadBillFile.resource?bizType=trade&userId={account}"
        f"&fileType=csv.zip&bizDates={day:%Y%m%d}&downloadFileName={account}_{day:%Y%m%d}.csv.zip"
        f"&fileId=%2Ftrade%2F{account}%2F{day:%Y%m%d}.csv.zip&token={token}"
    )
    return {"bill_download_url": address}


def _bill_date(asked: Asked) -> date:
    value = fields.text(asked.content, "bill_date", 15)
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError as error:
        raise invalid("bill_date", "格式为yyyy-MM-dd") from error


OPERATIONS: dict[str, tuple[str, Rule]] = {
    "alipay.trade.precreate": ("precreate", precreate),
    "alipay.trade.create": ("create", create),
    "alipay.trade.pay": ("pay", pay),
    "alipay.trade.query": ("query", query),
    "alipay.trade.close": ("close", close),
    "alipay.trade.cancel": ("cancel", cancel),
    "alipay.trade.refund": ("refund", refund),
    "alipay.trade.fastpay.refund.query": ("refund_query", refund_query),
    "alipay.data.dataservice.bill.downloadurl.query": ("bill", bill),
}
