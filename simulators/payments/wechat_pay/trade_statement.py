"""交易账单: the lines of one Beijing day out of the books, and their text (channels.md §1.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from simulators.clock import BEIJING
from simulators.payments.statement_text import beijing_text, yuan
from simulators.payments.wechat_pay.books import Books, Order, Refund
from simulators.payments.wechat_pay.configuration import Configuration

BILL_TYPES = ("ALL", "SUCCESS", "REFUND")
_ORDER_COLUMNS = (
    *("交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号"),
    *("用户标识", "交易类型", "交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额"),
)
_REFUND_TIME_COLUMNS = ("退款申请时间", "退款成功时间")
_REFUND_COLUMNS = (
    *("微信退款单号", "商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态"),
)
_GOODS_COLUMNS = ("商品名称", "商户数据包", "手续费", "费率", "订单金额")
COLUMNS = {
    "ALL": (*_ORDER_COLUMNS, *_REFUND_COLUMNS, *_GOODS_COLUMNS, "申请退款金额", "费率备注"),
    "SUCCESS": (*_ORDER_COLUMNS, *_GOODS_COLUMNS, "费率备注"),
    "REFUND": (
        *_ORDER_COLUMNS,
        *_REFUND_TIME_COLUMNS,
        *_REFUND_COLUMNS,
        *_GOODS_COLUMNS,
        "申请退款金额",
        "费率备注",
    ),
}
_WHOLE_SUMMARY = (
    *("总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额"),
    *("手续费总金额", "订单总金额", "申请退款总金额"),
)
SUMMARY = {
    "ALL": _WHOLE_SUMMARY,
    "SUCCESS": ("总交易单数", "应结订单总金额", "手续费总金额", "订单总金额"),
    "REFUND": _WHOLE_SUMMARY,
}


@dataclass(frozen=True, slots=True)
class TradeLine:
    """One line: a payment (refund columns zero), a refund, or a reversal (撤销)."""

    at: datetime
    order: Order
    state: str
    paid_fen: int
    fee_fen: int
    refund_fen: int = 0
    refund: Refund | None = None
    refund_status: str = ""

    def shifted(self, fen: int) -> "TradeLine":
        """The same line with its amount off by `fen`."""
        if self.state == "SUCCESS":
            return replace(self, paid_fen=self.paid_fen + fen)
        return replace(self, refund_fen=self.refund_fen + fen)

    def speaks_of(self, number: str) -> bool:
        """Whether the line is the payment `number` or the refund `number`."""
        if self.refund is not None:
            return self.refund.out_refund_no == number
        return self.order.out_trade_no == number

    def stranger(self, number: str) -> "TradeLine":
        """The same line under numbers that are in no book."""
        order = replace(self.order, out_trade_no=number, transaction_id=f"42000{number[-16:]}")
        refund = self.refund and replace(self.refund, out_refund_no=number, refund_id=number)
        return replace(self, order=order, refund=refund)


def trade_lines(books: Books, day: date, bill_type: str) -> list[TradeLine]:
    """Payments by success time, refunds by acceptance time, reversals by their own time."""
    lines = [*_payments(books), *_refunds(books, day), *_reversals(books)]
    if bill_type == "SUCCESS":
        lines = [line for line in lines if line.state == "SUCCESS"]
    elif bill_type == "REFUND":
        lines = [line for line in lines if line.state != "SUCCESS"]
    mine = [line for line in lines if line.at.astimezone(BEIJING).date() == day]
    return sorted(mine, key=lambda line: line.at)


def _payments(books: Books) -> list[TradeLine]:
    return [
        TradeLine(order.success_time, order, "SUCCESS", order.total_fen, order.fee_fen)
        for order in books.orders.values()
        if order.success_time
    ]


def _refunds(books: Books, day: date) -> list[TradeLine]:
    written_at = datetime.combine(day + timedelta(days=1), time(9), BEIJING)
    return [
        TradeLine(
            at=refund.created_at,
            order=books.orders[refund.out_trade_no],
            state="REFUND",
            paid_fen=0,
            fee_fen=-refund.fee_fen,
            refund_fen=refund.refund_fen,
            refund=refund,
            # 退款状态 does not change after the statement is written, at nine the next morning.
            refund_status=(
                refund.status
                if refund.finished_at and refund.finished_at <= written_at
                else "PROCESSING"
            ),
        )
        for refund in books.refunds.values()
    ]


def _reversals(books: Books) -> list[TradeLine]:
    return [
        TradeLine(
            at=order.reversed_at,
            order=order,
            state="REVOKED",
            paid_fen=0,
            fee_fen=-order.fee_fen,
            refund_fen=order.total_fen,
            refund_status="SUCCESS",
        )
        for order in books.orders.values()
        if order.reversed_at and order.success_time
    ]


def trade_text(
    lines: Sequence[TradeLine], bill_type: str, configuration: Configuration
) -> list[str]:
    """Header, one line each, summary header, summary."""
    columns = COLUMNS[bill_type]
    values = [_values(line, configuration) for line in lines]
    totals = _totals(lines)
    return [
        ",".join(columns),
        *(_ticked([value[column] for column in columns]) for value in values),
        ",".join(SUMMARY[bill_type]),
        _ticked([totals[column] for column in SUMMARY[bill_type]]),
    ]


def _values(line: TradeLine, configuration: Configuration) -> dict[str, str]:
    order, refund = line.order, line.refund
    return {
        "交易时间": beijing_text(line.at),
        "公众账号ID": order.appid,
        "商户号": configuration.mchid,
        "特约商户号": "0",
        "设备号": order.device_info,
        "微信订单号": order.transaction_id or "",
        "商户订单号": order.out_trade_no,
        "用户标识": order.openid or "",
        "交易类型": order.trade_type,
        "交易状态": line.state,
        "付款银行": order.bank_type or "",
        "货币种类": "CNY",
        "应结订单金额": yuan(line.paid_fen),
        "代金券金额": "0.00",
        "退款申请时间": beijing_text(line.at),
        "退款成功时间": beijing_text(refund.success_time) if refund else beijing_text(line.at),
        "微信退款单号": refund.refund_id if refund else "0",
        "商户退款单号": refund.out_refund_no if refund else "0",
        "退款金额": yuan(line.refund_fen),
        "充值券退款金额": "0.00",
        "退款类型": "" if line.state == "SUCCESS" else "ORIGINAL",
        "退款状态": line.refund_status,
        "商品名称": one_line(order.description),
        "商户数据包": one_line(order.attach),
        "手续费": fee_text(line.fee_fen),
        "费率": f"{configuration.fee_rate * 100:.2f}%",
        "订单金额": yuan(line.paid_fen),
        "申请退款金额": yuan(line.refund_fen),
        "费率备注": "",
    }


def _totals(lines: Sequence[TradeLine]) -> dict[str, str]:
    paid = sum(line.paid_fen for line in lines)
    refunded = sum(line.refund_fen for line in lines)
    return {
        "总交易单数": str(len(lines)),
        "应结订单总金额": yuan(paid),
        "退款总金额": yuan(refunded),
        "充值券退款总金额": "0.00",
        "手续费总金额": fee_text(sum(line.fee_fen for line in lines)),
        "订单总金额": yuan(paid),
        "申请退款总金额": yuan(refunded),
    }


def _ticked(values: Sequence[str]) -> str:
    return ",".join(f"`{value}" for value in values)


def fee_text(fen: int) -> str:
    """A fee: yuan with five decimals."""
    return f"{Decimal(fen) / 100:.5f}"


def one_line(text: str) -> str:
    """Line breaks inside a field are written as the two characters `\\r`, `\\n`."""
    return text.replace("\r", "\\r").replace("\n", "\\n")
