"""The daily bill (业务账单): applied for, downloaded, unzipped, checked against its own totals."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from urllib.parse import urlsplit

import httpx

from adapters.payments.alipay.gateway import Gateway
from adapters.payments.alipay.translation import NO_BILL, failure
from adapters.wire.answer_fields import (
    INCONSISTENT,
    MISMATCH,
    UNREADABLE,
    beijing,
    text,
    yuan,
)
from adapters.wire.recorded_http import UNSIGNED, RecordedHttp, Request
from domain.money import Money, total
from domain.payments.payment import StatementLine
from domain.reconciliation.business_day import moment
from ports.clock import Clock
from ports.errors import OutcomeUnknown, Refused

METHOD = "data.dataservice.bill.downloadurl.query"
READY_HOUR = 10  # made by 09:00 of the next day
# A day without any trade has no bill, and a late bill is not there either: what is missing means
# "nothing happened" only when nobody would be that late any more.
MISSING_MEANS_EMPTY = timedelta(days=1)
DETAIL = "业务明细.csv"
LARGEST_BYTES = 512 * 1024 * 1024

KIND, AT = "业务类型", "完成时间"
ORDER_KEY, NUMBER, REFUND_KEY = "商户订单号", "支付宝交易号", "退款批次号/请求号"
AMOUNT, RECEIVED = "订单金额(元)", "商家实收(元)"
PAID, REFUNDED = "交易", "退款"
TOTALS = re.compile(r"#(交易|退款)合计：([0-9]+)笔，商家实收(?:退款)?共(-?[0-9.]+)元")

Row = dict[str, str]


class DailyBill:
    """One merchant's bills."""

    def __init__(
        self, gateway: Gateway, http: RecordedHttp, bill_base_url: str, seller_id: str, clock: Clock
    ) -> None:
        self._gateway = gateway
        self._http = http
        self._place = urlsplit(bill_base_url).netloc
        self._seller_id = seller_id
        self._clock = clock

    async def lines(self, day: date) -> tuple[StatementLine, ...]:
        """Every payment and refund of a Beijing day; empty when nothing happened on it."""
        asked = {"bill_type": "trade", "bill_date": day.isoformat()}
        answer = await self._gateway.call(METHOD, asked)
        if answer.code.rpartition(".")[2].upper() == NO_BILL:
            if (
                self._clock.now()
                < moment(day + timedelta(days=1), READY_HOUR) + MISSING_MEANS_EMPTY
            ):
                raise Refused(answer.text, code="not_ready")
            return ()
        if answer.code:
            raise failure(METHOD, answer.result, answer.code, answer.text)
        file = await self._download(text(answer.content, "bill_download_url"))
        return read_bill(file, self._seller_id, day)

    async def _download(self, url: str) -> bytes:
        """The file. Nothing signs it: only its address is, and TLS and its totals are the proof."""
        place = urlsplit(url)
        if place.netloc != self._place:
            raise OutcomeUnknown(f"the bill is at {place.netloc!r}", code=MISMATCH)
        request = Request(
            operation="bill_download",
            method="GET",
            path=f"{place.path}?{place.query}",
            headers={"User-Agent": "medsettle"},
        )
        answer = await self._http.send(request, lambda _: UNSIGNED)
        if answer.status_code != httpx.codes.OK:
            status = answer.status_code
            raise OutcomeUnknown(f"bill_download: HTTP {status}", code=f"http_{status}")
        return answer.content


def read_bill(file: bytes, seller_id: str, day: date) -> tuple[StatementLine, ...]:
    """The lines of one zip, columns found by their header, totals compared with the lines."""
    rows = [row for row in _detail(file).splitlines() if row.strip(" \t,")]
    remarks = [row for row in rows if row.startswith("#")]
    _check_whose(remarks, seller_id, day)
    reading = csv.reader([row for row in rows if not row.startswith("#")])
    details = [_row(header, cells) for header, cells in _with_header(reading)]
    lines = tuple(_line(row) for row in details)
    _check_totals(details, remarks)
    return lines


def _detail(file: bytes) -> str:
    """The detail file's text; names in the zip are GBK, as the text is."""
    try:
        with zipfile.ZipFile(io.BytesIO(file), metadata_encoding="gbk") as bundle:
            (found,) = [entry for entry in bundle.infolist() if entry.filename.endswith(DETAIL)]
            if found.file_size > LARGEST_BYTES:
                raise OutcomeUnknown("the bill is too large", code=UNREADABLE)
            return bundle.read(found).decode("gbk")
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise OutcomeUnknown(f"not a zip with one bill: {error}", code=UNREADABLE) from error


def _check_whose(remarks: Sequence[str], seller_id: str, day: date) -> None:
    head = "\n".join(remarks)
    begins = f"起始日期：[{day.year}年{day.month:02d}月{day.day:02d}日 00:00:00]"
    for expected in (f"#账号：[{seller_id}", begins):
        if expected not in head:
            raise OutcomeUnknown(f"the bill does not say {expected!r}", code=MISMATCH)


def _with_header(reading: Iterator[list[str]]) -> Iterator[tuple[list[str], list[str]]]:
    header = [_plain(name) for name in next(reading, [])]
    for cells in reading:
        yield header, cells


def _plain(name: str) -> str:
    """Column names are spelt with full or half width brackets."""
    return name.strip().replace("（", "(").replace("）", ")")


def _row(header: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) != len(header):
        raise OutcomeUnknown(
            f"a row has {len(cells)} cells, the header {len(header)}", code=UNREADABLE
        )
    return dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _line(row: Row) -> StatementLine:
    kind, amount = text(row, KIND), yuan(row, AMOUNT)
    refund = kind == REFUNDED
    if kind not in {PAID, REFUNDED} or amount.negative is not refund:
        raise OutcomeUnknown(f"{KIND} {kind!r} of {amount.fen} fen in the bill", code=UNREADABLE)
    # A cancelled payment's refund has no number of its own.
    own = row.get(REFUND_KEY, "") if refund else ""
    return StatementLine(
        key=own or text(row, ORDER_KEY),
        their_number=text(row, NUMBER),
        amount=amount,
        at=beijing(row, AT),
        refund=refund,
    )


def _check_totals(details: Sequence[Row], remarks: Sequence[str]) -> None:
    stated = dict(_stated(remarks))
    for kind in (PAID, REFUNDED):
        rows = [row for row in details if row[KIND] == kind]
        found = (len(rows), total(yuan(row, RECEIVED) for row in rows))
        if stated.get(kind) != found:
            raise OutcomeUnknown(
                f"the totals of {kind} say {stated.get(kind)}, the lines {found}",
                code=INCONSISTENT,
            )


def _stated(remarks: Sequence[str]) -> Iterator[tuple[str, tuple[int, Money]]]:
    for remark in remarks:
        if found := TOTALS.match(remark):
            kind, count, amount = found.groups()
            yield kind, (int(count), yuan({"合计": amount}, "合计"))
