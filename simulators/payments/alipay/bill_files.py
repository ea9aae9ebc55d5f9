"""业务账单: a day's lines out of the books, their two GBK files in a zip, its address (§2.5)."""

import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from simulators.clock import BEIJING
from simulators.faults import Fault
from simulators.payments import statement_faults
from simulators.payments.alipay import issued_numbers
from simulators.payments.alipay.books import Books, Refund, Trade
from simulators.payments.alipay.configuration import Configuration
from simulators.payments.alipay.refusals import Refusal
from simulators.payments.statement_text import beijing_text, yuan

ADDRESS_LIFE = timedelta(seconds=30)
READY_AT = time(10)
COLUMNS = (
    *("支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号"),
    *("门店名称", "操作员", "终端号", "对方账户", "订单金额（元）", "商家实收（元）"),
    *("支付宝红包（元）", "集分宝（元）", "支付宝优惠（元）", "商家优惠（元）", "券核销金额（元）"),
    *("券名称", "商家红包消费金额（元）", "卡消费金额（元）", "退款批次号/请求号", "服务费（元）"),
    *("分润（元）", "备注"),
)
TAB_AFTER = frozenset({0, 1, 2, 6, 7, 8, 9, 10, 19, 21})
SUMMARY_COLUMNS = (
    *("门店编号", "门店名称", "交易订单总笔数", "退款订单总笔数", "订单金额（元）"),
    *("商家实收（元）", "支付宝优惠（元）", "商家优惠（元）", "卡消费金额（元）", "服务费（元）"),
    *("分润（元）", "实收净额（元）"),
)


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line: a payment, a refund (or a cancellation, which has no number of its own)."""

    at: datetime
    trade: Trade
    fen: int  # negative on a refund
    fee_fen: int
    request_no: str = ""

    @property
    def refund(self) -> bool:
        """退款."""
        return self.fen < 0

    def shifted(self, fen: int) -> "BillLine":
        """The same line with its amount off by `fen`, whatever its direction."""
        return replace(self, fen=self.fen + (-fen if self.refund else fen))

    def speaks_of(self, number: str) -> bool:
        """Whether the line is the payment `number` or the refund `number`."""
        own = self.request_no if self.refund else self.trade.out_trade_no
        return own == number

    def stranger(self, number: str) -> "BillLine":
        """The same line under numbers that are in no book."""
        trade = replace(self.trade, out_trade_no=number, trade_no=number)
        return replace(self, trade=trade, request_no=number if self.refund else "")


@dataclass(frozen=True, slots=True)
class _Kept:
    content: bytes
    expires_at: datetime


class BillDesk:
    """Writes bills from the books and keeps them at an address for thirty seconds."""

    def __init__(
        self,
        books: Books,
        configuration: Configuration,
        now: Callable[[], datetime],
        source: random.Random,
    ) -> None:
        self._books = books
        self._configuration = configuration
        self._now = now
        self._random = source
        self._kept: dict[str, _Kept] = {}

    def write(self, day: date, fault: Fault | None) -> str:
        """The token of the day's bill; raises Refusal while there is none."""
        lines = self._lines(day)
        ready = datetime.combine(day + timedelta(days=1), READY_AT, BEIJING)
        late = fault is not None and fault.kind == "statement_late"
        if not lines or late or self._now() < ready:
            # The same words for a bill that is late and for a day on which nothing happened.
            raise Refusal("isp.bill_not_exist", "账单不存在")
        try:
            lines = statement_faults.altered(
                lines, fault, self._random, ("out_request_no", "out_trade_no")
            )
        except statement_faults.NoSuchLine as error:
            raise Refusal("isp.unknow-error", str(error), code="20000") from error
        wrong = 1 if fault is not None and fault.kind == "statement_wrong_total" else 0
        token = issued_numbers.token(self._random)
        self._kept[token] = _Kept(self._zip(day, lines, wrong), self._now() + ADDRESS_LIFE)
        return token

    def read(self, token: str) -> bytes | None:
        """The zip at an address, while it is good."""
        kept = self._kept.get(token)
        return kept.content if kept is not None and kept.expires_at > self._now() else None

    def _lines(self, day: date) -> list[BillLine]:
        lines: list[BillLine] = []
        for trade in self._books.trades.values():
            if trade.paid_at is None:
                continue
            lines.append(BillLine(trade.paid_at, trade, trade.total_fen, trade.fee_fen))
            if trade.cancelled_at:
                lines.append(BillLine(trade.cancelled_at, trade, -trade.total_fen, -trade.fee_fen))
        lines += [self._refunded(r) for r in self._books.refunds.values() if r.done_at]
        mine = [line for line in lines if line.at.astimezone(BEIJING).date() == day]
        return sorted(mine, key=lambda line: line.at)

    def _refunded(self, refund: Refund) -> BillLine:
        trade = self._books.trades[refund.out_trade_no]
        at = refund.done_at or refund.accepted_at
        return BillLine(at, trade, -refund.refund_fen, -refund.fee_fen, refund.out_request_no)

    def _zip(self, day: date, lines: Sequence[BillLine], wrong_by: int) -> bytes:
        account = f"{self._configuration.seller_id}0156"
        stem = f"{account}_{day:%Y%m%d}_业务明细"
        files = {
            f"{stem}.csv": self._detail(account, day, lines, wrong_by),
            f"{stem}(汇总).csv": self._summary(account, day, lines),
        }
        return _packed(
            {
                name: "".join(f"{line}\r\n" for line in text).encode("gbk")
                for name, text in files.items()
            }
        )

    def _detail(
        self, account: str, day: date, lines: Sequence[BillLine], wrong_by: int
    ) -> list[str]:
        paid = [line for line in lines if not line.refund]
        back = [line for line in lines if line.refund]
        return [
            *_preamble("业务明细查询", account, day),
            f"#{'-' * 41}业务明细列表{'-' * 40}",
            ",".join(COLUMNS),
            *(_row(line) for line in lines),
            f"#{'-' * 41}业务明细列表结束{'-' * 36}",
            f"#交易合计：{len(paid) + wrong_by}笔，商家实收共{_sum(paid)}元，商家优惠共0.00元",
            f"#退款合计：{len(back)}笔，商家实收退款共{_sum(back)}元，商家优惠退款共0.00元",
            self._exported(),
        ]

    def _summary(self, account: str, day: date, lines: Sequence[BillLine]) -> list[str]:
        refunds = sum(line.refund for line in lines)
        fees = yuan(-sum(line.fee_fen for line in lines))
        net = yuan(sum(line.fen - line.fee_fen for line in lines))
        counts = (str(len(lines) - refunds), str(refunds))
        amounts = (_sum(lines), _sum(lines), "0.00", "0.00", "0.00", fees, "0.00", net)
        return [
            *_preamble("业务汇总查询", account, day),
            f"#{'-' * 41}业务汇总列表{'-' * 40}",
            ",".join(SUMMARY_COLUMNS),
            ",".join(("合计\t", "\t", *counts, *amounts)),
            f"#{'-' * 40}业务汇总列表结束{'-' * 37}",
            self._exported(),
        ]

    def _exported(self) -> str:
        now = self._now().astimezone(BEIJING)
        return f"#导出时间：[{now:%Y年%m月%d日 %H:%M:%S}]"


def _preamble(title: str, account: str, day: date) -> list[str]:
    following = day + timedelta(days=1)
    return [
        f"#支付宝{title}",
        f"#账号：[{account}]",
        f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{following:%Y年%m月%d日} 00:00:00]",
    ]


def _row(line: BillLine) -> str:
    trade = line.trade
    values = (
        *(trade.trade_no, trade.out_trade_no, "退款" if line.refund else "交易", trade.subject),
        *(beijing_text(trade.created_at), beijing_text(line.at), trade.store_id, ""),
        *(trade.operator_id, trade.terminal_id, "*患者(138****0000)"),
        *(yuan(line.fen), yuan(line.fen), "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00"),
        *("0.00", line.request_no, yuan(-line.fee_fen), "0.00", ""),
    )
    return ",".join(
        f"{value}\t" if index in TAB_AFTER else value for index, value in enumerate(values)
    )


def _sum(lines: Sequence[BillLine]) -> str:
    return yuan(sum(line.fen for line in lines))


def _packed(files: Mapping[str, bytes]) -> bytes:
    """A zip with GBK names, as theirs are. The library writes only ASCII or UTF-8 names, so ASCII
    ones of the same length stand in while it does."""
    buffer, names = io.BytesIO(), {}
    with zipfile.ZipFile(buffer, "w") as bundle:
        for index, (name, content) in enumerate(files.items()):
            wanted = name.encode("gbk")
            names[str(index).rjust(len(wanted), "@").encode()] = wanted
            entry = zipfile.ZipInfo(str(index).rjust(len(wanted), "@"))
            bundle.writestr(entry, content, zipfile.ZIP_DEFLATED)
    packed = buffer.getvalue()
    for stand_in, wanted in names.items():
        packed = packed.replace(stand_in, wanted)
    return packed
