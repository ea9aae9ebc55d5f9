"""资金账单: the movements of the merchant's balance on one Beijing day (channels.md §1.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from simulators.clock import BEIJING
from simulators.payments.statement_text import beijing_text, yuan
from simulators.payments.wechat_pay.books import Books, Movement
from simulators.payments.wechat_pay.trade_statement import one_line

COLUMNS = (
    *("记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型"),
    *("收支金额(元)", "账户结余(元)", "资金变更提交申请人", "备注", "业务凭证号"),
)
SUMMARY = ("资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额")


@dataclass(frozen=True, slots=True)
class FundLine:
    """One movement with the balance after it; `fen` is signed."""

    movement: Movement
    fen: int
    balance_fen: int

    def shifted(self, fen: int) -> "FundLine":
        """The same line with its amount off by `fen`, whatever its direction."""
        return replace(self, fen=self.fen + (fen if self.fen > 0 else -fen))

    def speaks_of(self, number: str) -> bool:
        """Whether the line belongs to the merchant's `number`."""
        return self.movement.voucher == number

    def stranger(self, number: str) -> "FundLine":
        """The same line under numbers that are in no book."""
        movement = replace(
            self.movement, business_number=number, flow_number=number, voucher=number
        )
        return replace(self, movement=movement)


def fund_lines(books: Books, day: date) -> list[FundLine]:
    """The day's movements in the order they were booked."""
    lines, balance = [], books.opening_balance_fen
    for movement in books.movements:
        balance += movement.fen
        if movement.at.astimezone(BEIJING).date() == day:
            lines.append(FundLine(movement, movement.fen, balance))
    return lines


def fund_text(lines: Sequence[FundLine]) -> list[str]:
    """Header, one line each, summary header, summary."""
    income = [line.fen for line in lines if line.fen > 0]
    outgo = [-line.fen for line in lines if line.fen < 0]
    return [
        ",".join(COLUMNS),
        *(_line(line) for line in lines),
        ",".join(SUMMARY),
        f"`{len(lines)},`{len(income)},`{yuan(sum(income))},`{len(outgo)},`{yuan(sum(outgo))}",
    ]


def _line(line: FundLine) -> str:
    movement = line.movement
    values = (
        beijing_text(movement.at),
        movement.business_number,
        movement.flow_number,
        movement.business,
        movement.kind,
        "收入" if line.fen > 0 else "支出",
        yuan(abs(line.fen)),
        yuan(line.balance_fen),
        movement.applicant,
        one_line(movement.remark),
        one_line(movement.voucher),
    )
    return ",".join(f"`{value}" for value in values)
