"""When a statement can be fetched, what a fault does to it, and the download token (§1.6)."""

import gzip
import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from simulators.clock import BEIJING
from simulators.faults import Fault
from simulators.payments import statement_faults
from simulators.payments.statement_faults import L
from simulators.payments.wechat_pay.books import Books
from simulators.payments.wechat_pay.configuration import Configuration
from simulators.payments.wechat_pay.fund_statement import fund_lines, fund_text
from simulators.payments.wechat_pay.refusals import Refusal
from simulators.payments.wechat_pay.trade_statement import trade_lines, trade_text

TOKEN_LIFE = timedelta(minutes=5)
READY_AT = time(10)
KEPT_MONTHS = 3
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A written statement: plain bytes, the SHA-1 of those, and how it is downloaded."""

    content: bytes
    gzipped: bool
    expires_at: datetime

    @property
    def sha1(self) -> str:
        """哈希值 of the uncompressed file."""
        return hashlib.sha1(self.content).hexdigest()  # noqa: S324 - the vendor's hash

    @property
    def sent(self) -> bytes:
        """The bytes of the download."""
        return gzip.compress(self.content, mtime=0) if self.gzipped else self.content


class StatementDesk:
    """Writes statements from the books and keeps them under tokens for five minutes."""

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
        self._files: dict[str, StatementFile] = {}

    def trade(
        self, day: date, bill_type: str, *, gzipped: bool, fault: Fault | None
    ) -> StatementFile:
        """交易账单 of the day; raises Refusal STATEMENT_CREATING or NO_STATEMENT_EXIST."""
        self._refuse_unready(day, fault)
        lines = _altered(trade_lines(self._books, day, bill_type), fault, self._random)
        return self._file(trade_text(lines, bill_type, self._configuration), fault, gzipped)

    def fund(self, day: date, account: str, *, gzipped: bool, fault: Fault | None) -> StatementFile:
        """资金账单 of the day. Everything moves on the BASIC account; the others are empty."""
        self._refuse_unready(day, fault)
        booked = fund_lines(self._books, day) if account == "BASIC" else []
        lines = _altered(booked, fault, self._random)
        return self._file(fund_text(lines), fault, gzipped)

    def keep(self, statement: StatementFile) -> str:
        """The token under which the file can be downloaded."""
        token = "".join(self._random.choices("0123456789abcdef", k=64))
        self._files[token] = statement
        return token

    def download(self, token: str) -> StatementFile:
        """The file of an unexpired token; raises Refusal otherwise."""
        statement = self._files.get(token)
        if statement is None or statement.expires_at <= self._now():
            raise Refusal("INVALID_REQUEST", "下载地址已失效")
        return statement

    def _refuse_unready(self, day: date, fault: Fault | None) -> None:
        now = self._now().astimezone(BEIJING)
        if day >= now.date() or day < _months_before(now.date(), KEPT_MONTHS):
            raise Refusal("INVALID_REQUEST", "账单日期不在可申请的范围内")
        ready = datetime.combine(day + timedelta(days=1), READY_AT, BEIJING)
        if now < ready or (fault is not None and fault.kind == "statement_late"):
            raise Refusal("STATEMENT_CREATING", "账单生成中")

    def _file(self, text: list[str], fault: Fault | None, gzipped: bool) -> StatementFile:
        if fault is not None and fault.kind == "statement_wrong_total":
            first, _, rest = text[-1].partition(",")
            text = [*text[:-1], f"`{int(first[1:]) + 1},{rest}"]
        # The real v3 file begins with a byte order mark; its line ends are CRLF.
        content = BYTE_ORDER_MARK + "".join(f"{line}\r\n" for line in text)
        return StatementFile(content.encode(), gzipped, self._now() + TOKEN_LIFE)


def _altered(lines: list[L], fault: Fault | None, source: random.Random) -> list[L]:
    if not lines:
        raise Refusal("NO_STATEMENT_EXIST", "请求的账单文件不存在")
    try:
        return statement_faults.altered(lines, fault, source)
    except statement_faults.NoSuchLine as error:
        raise Refusal("SYSTEM_ERROR", str(error)) from error


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, 28))
