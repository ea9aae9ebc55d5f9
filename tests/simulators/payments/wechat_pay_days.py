"""Business days at the simulator: its clock set to a Beijing time, statements fetched and read."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

import httpx

from tests.simulators.payments.wechat_pay_merchant import Merchant

BEIJING = timezone(timedelta(hours=8))


def first_day() -> date:
    """The day on which a test's business begins: tomorrow, in Beijing."""
    return datetime.now(BEIJING).date() + timedelta(days=1)


def set_clock(merchant: Merchant, day: date, at: str) -> None:
    """Moves the simulator's and the merchant's clock to a Beijing time such as 10:00:01."""
    instant = datetime.combine(day, time.fromisoformat(at), BEIJING)
    seconds = round((instant - datetime.now(UTC)).total_seconds())
    merchant.clock_offset = seconds
    merchant.simulator.move_clock(seconds)


def do_business(merchant: Merchant) -> date:
    """A day with two payments, two payments by code, one of them reversed, and a refund."""
    today = first_day()
    set_clock(merchant, today, "12:00:00")
    merchant.pay("ORDER00001", 3250, description="检查,检验", attach="a,b")
    merchant.pay("ORDER00002", 100)
    for number in ("CODE000001", "CODE000002"):
        code = merchant.simulator.act("patient/payment-code", behaviour="pays")["auth_code"]
        merchant.micropay(code, number, fen=5000)
    merchant.v2("/secapi/pay/reverse", out_trade_no="CODE000002")
    merchant.refund("REFUND01", 1000, total=3250)
    return today


@dataclass(frozen=True)
class Statement:
    """A fetched statement: column names, values without their backticks, the summary."""

    text: str
    columns: list[str]
    rows: list[dict[str, str]]
    summary: dict[str, str]


def applied(
    merchant: Merchant, day: date, kind: str = "tradebill", more: str = ""
) -> httpx.Response:
    """申请账单."""
    return merchant.v3("GET", f"/v3/bill/{kind}?bill_date={day.isoformat()}{more}")


def downloaded(merchant: Merchant, url: str) -> httpx.Response:
    """The signed download of an unsigned file."""
    path = url.removeprefix(merchant.simulator.wire)
    return merchant.v3("GET", path)


def fetched(merchant: Merchant, day: date, kind: str = "tradebill", more: str = "") -> Statement:
    """The statement of the day, its hash checked."""
    promised = applied(merchant, day, kind, more).json()
    content = downloaded(merchant, promised["download_url"]).content
    if "GZIP" in more:
        content = gzip.decompress(content)
    assert promised["hash_type"] == "SHA1"
    assert hashlib.sha1(content).hexdigest() == promised["hash_value"]
    return read_statement(content)


def read_statement(content: bytes) -> Statement:
    """Reads header, lines, summary header and summary."""
    text = content.decode("utf-8-sig")
    lines = text.splitlines()
    columns = lines[0].split(",")
    rows = [_values(line, columns) for line in lines[1:-2]]
    return Statement(text, columns, rows, _values(lines[-1], lines[-2].split(",")))


def _values(line: str, columns: list[str]) -> dict[str, str]:
    assert line.startswith("`")
    values = line[1:].split(",`")  # a name of goods may contain a comma
    assert len(values) == len(columns), line
    return dict(zip(columns, values, strict=True))


def next_morning(merchant: Merchant, day: date, at: str = "10:00:01") -> None:
    """The day after, when the statement can be fetched."""
    set_clock(merchant, day + timedelta(days=1), at)


def row(statement: Statement, number: str, state: str = "SUCCESS") -> dict[str, str]:
    """The one line of an order in that state."""
    found = [r for r in statement.rows if (r["商户订单号"], r["交易状态"]) == (number, state)]
    assert len(found) == 1
    return found[0]
