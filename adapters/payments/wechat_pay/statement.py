"""The daily trade bill (交易账单): downloaded, checked against its digest and its own totals."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode, urlsplit

from adapters.payments.wechat_pay.translation import failure
from adapters.payments.wechat_pay.v3 import V3
from adapters.wire.answer_fields import (
    INCONSISTENT,
    UNREADABLE,
    beijing,
    expect,
    text,
    yuan,
)
from domain.money import total
from domain.payments.payment import StatementLine
from domain.reconciliation.business_day import moment
from ports.clock import Clock
from ports.errors import OutcomeUnknown, Refused

READY_HOUR = 10  # files are made from 09:00 of the next day
DOWNLOAD_PATH = "/v3/billdownload/file"
# Before the file's hour these say "not yet"; after it, "nothing happened" and "wrong date".
TOO_EARLY = frozenset({"NO_STATEMENT_EXIST", "INVALID_REQUEST"})
NONE = "0"  # how the file writes "no refund number"

MERCHANT, TIME, STATE, CURRENCY = "商户号", "交易时间", "交易状态", "货币种类"
ORDER_KEY, ORDER_NUMBER, ORDER_AMOUNT = "商户订单号", "微信订单号", "订单金额"
REFUND_KEY, REFUND_NUMBER, REFUND_AMOUNT = "商户退款单号", "微信退款单号", "申请退款金额"
COUNT, ORDER_TOTAL, REFUND_TOTAL = "总交易单数", "订单总金额", "申请退款总金额"

Row = dict[str, str]


class TradeBill:
    """One merchant's trade bills."""

    def __init__(self, v3: V3, mchid: str, clock: Clock) -> None:
        self._v3 = v3
        self._mchid = mchid
        self._clock = clock

    async def lines(self, day: date) -> tuple[StatementLine, ...]:
        """Every payment and refund of a Beijing day; empty when nothing happened on it."""
        query = urlencode({"bill_date": day.isoformat(), "bill_type": "ALL"})
        answer = await self._v3.get("tradebill", f"/v3/bill/tradebill?{query}")
        if answer.code == "STATEMENT_CREATING" or (
            answer.code in TOO_EARLY
            and self._clock.now() < moment(day + timedelta(days=1), READY_HOUR)
        ):
            raise Refused(answer.text, code="not_ready")
        if answer.code == "NO_STATEMENT_EXIST":
            return ()
        if answer.code:
            raise failure("tradebill", answer.code, answer.text)
        expect(answer.content, "hash_type", "SHA1")
        url = urlsplit(text(answer.content, "download_url"))
        if url.path != DOWNLOAD_PATH:
            raise OutcomeUnknown(f"unexpected download path {url.path!r}", code=UNREADABLE)
        file = await self._v3.download("billdownload", f"{url.path}?{url.query}")
        _check_digest(file, text(answer.content, "hash_value"))
        return read_trade_bill(file, self._mchid)


def read_trade_bill(file: bytes, mchid: str) -> tuple[StatementLine, ...]:
    """The lines of one file, columns found by their header, totals compared with the lines."""
    try:
        rows = file.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise OutcomeUnknown("the statement is not UTF-8", code=UNREADABLE) from error
    reading = iter([row for row in rows if row])
    details, summary_header = _details(reading)
    lines = tuple(_line(row, mchid) for row in details)
    summary = _row(summary_header, next(reading, ""))
    if (rest := next(reading, None)) is not None:
        raise OutcomeUnknown(f"text after the statement's totals: {rest!r}", code=UNREADABLE)
    _check_totals(lines, summary)
    return lines


def _details(reading: Iterator[str]) -> tuple[list[Row], list[str]]:
    """The rows between the first header and the next one, and that next one."""
    header = next(reading, "").split(",")
    found: list[Row] = []
    for row in reading:
        if not row.startswith("`"):
            return found, row.split(",")
        found.append(_row(header, row))
    raise OutcomeUnknown("the statement ends without totals", code=UNREADABLE)


def _row(header: Sequence[str], row: str) -> Row:
    """Cells start with a backtick; a name may contain a comma, so only ",`" separates."""
    cells = row.removeprefix("`").split(",`")
    if len(cells) != len(header):
        raise OutcomeUnknown(
            f"a row has {len(cells)} cells, the header {len(header)}", code=UNREADABLE
        )
    return dict(zip(header, cells, strict=True))


def _line(row: Row, mchid: str) -> StatementLine:
    expect(row, MERCHANT, mchid)
    expect(row, CURRENCY, "CNY")
    state, at = text(row, STATE), beijing(row, TIME)
    if state == "SUCCESS":
        return StatementLine(
            key=text(row, ORDER_KEY),
            their_number=text(row, ORDER_NUMBER),
            amount=yuan(row, ORDER_AMOUNT),
            at=at,
            refund=False,
        )
    if state not in {"REFUND", "REVOKED"}:
        raise OutcomeUnknown(f"unknown {STATE} {state!r} in the statement", code=UNREADABLE)
    # 已撤销: a reversal stands under its order's own number where it has none of its own.
    given = row.get(REFUND_KEY, NONE)
    own_key = given not in {"", NONE}
    if not own_key and state == "REFUND":
        raise OutcomeUnknown("a refund without its number in the statement", code=UNREADABLE)
    number = row.get(REFUND_NUMBER, NONE)
    return StatementLine(
        key=given if own_key else text(row, ORDER_KEY),
        their_number=text(row, ORDER_NUMBER) if number in {"", NONE} else number,
        amount=-yuan(row, REFUND_AMOUNT),
        at=at,
        refund=True,
    )


def _check_totals(lines: Sequence[StatementLine], summary: Row) -> None:
    taken = total(line.amount for line in lines if not line.refund)
    given_back = -total(line.amount for line in lines if line.refund)
    stated = (text(summary, COUNT), yuan(summary, ORDER_TOTAL), yuan(summary, REFUND_TOTAL))
    if stated != (str(len(lines)), taken, given_back):
        raise OutcomeUnknown(
            f"the totals say {stated}, the lines {(len(lines), taken, given_back)}",
            code=INCONSISTENT,
        )


def _check_digest(file: bytes, stated: str) -> None:
    # The vendor's digest; the application answer that states it is RSA-signed.
    found = hashlib.sha1(file, usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(found.encode(), stated.lower().encode()):
        raise OutcomeUnknown("the statement file is not the one announced", code=INCONSISTENT)
