"""The daily bill as the documents and the public sample lay it out, and what faults do to it."""

import csv
import struct
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.simulators.payments.alipay.alipay_account import SELLER_ID
from tests.simulators.payments.alipay.alipay_merchant import Merchant, tomorrow

BILL = "data.dataservice.bill.downloadurl.query"


def business(merchant: Merchant) -> date:
    """Two payments, one refunded in part, one by code and cancelled; then the next morning."""
    day = tomorrow()
    merchant.at(day, "12:00:00")
    merchant.paid("ORDER001", "32.50")
    merchant.charge("CODE0001", merchant.code("pays"), "50.00")
    merchant.refund("ORDER001", "RF01", "10.00")
    merchant.call("trade.cancel", out_trade_no="CODE0001")
    merchant.at(day + timedelta(days=1), "10:00:01")
    return day


def rows(text: str) -> list[dict[str, str]]:
    """The detail rows by column, tabs removed."""
    reading = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    header = next(reading)
    assert len(header) == 25
    return [
        {name: cell.strip() for name, cell in zip(header, cells, strict=True)} for cells in reading
    ]


def detail(merchant: Merchant, day: date) -> str:
    files = merchant.bill_files(day)
    return files[f"{SELLER_ID}0156_{day:%Y%m%d}_业务明细.csv"]


def test_the_bill_has_a_line_for_every_movement(merchant: Merchant) -> None:
    day = business(merchant)
    found = {
        (row["商户订单号"], row["业务类型"], row["订单金额（元）"], row["退款批次号/请求号"])
        for row in rows(detail(merchant, day))
    }
    assert found == {
        ("ORDER001", "交易", "32.50", ""),
        ("ORDER001", "退款", "-10.00", "RF01"),
        ("CODE0001", "交易", "50.00", ""),
        ("CODE0001", "退款", "-50.00", ""),
    }


def test_the_file_is_laid_out_as_the_sample(merchant: Merchant) -> None:
    day = business(merchant)
    lines = detail(merchant, day).split("\r\n")
    following = day + timedelta(days=1)
    assert lines[:4] == [
        "#支付宝业务明细查询",
        f"#账号：[{SELLER_ID}0156]",
        f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{following:%Y年%m月%d日} 00:00:00]",
        "#" + "-" * 41 + "业务明细列表" + "-" * 40,
    ]
    assert lines[9:12] == [
        "#" + "-" * 41 + "业务明细列表结束" + "-" * 36,
        "#交易合计：2笔，商家实收共82.50元，商家优惠共0.00元",
        "#退款合计：2笔，商家实收退款共-60.00元，商家优惠退款共0.00元",
    ]
    cells = lines[5].split(",")
    tabbed = [index for index, cell in enumerate(cells, start=1) if cell.endswith("\t")]
    assert tabbed == [1, 2, 3, 7, 8, 9, 10, 11, 20, 22]


def test_the_summary_adds_up(merchant: Merchant) -> None:
    day = business(merchant)
    files = merchant.bill_files(day)
    text = files[f"{SELLER_ID}0156_{day:%Y%m%d}_业务明细(汇总).csv"]
    header, total = (line.split(",") for line in text.splitlines() if not line.startswith("#"))
    sums = dict(zip(header, (cell.strip() for cell in total), strict=True))
    assert (sums["交易订单总笔数"], sums["退款订单总笔数"]) == ("2", "2")
    assert Decimal(sums["商家实收（元）"]) == Decimal("22.50")


def test_names_in_the_zip_are_gbk(merchant: Merchant) -> None:
    day = business(merchant)
    answer = merchant.call(BILL, bill_type="trade", bill_date=f"{day}")
    content = merchant.client.get(answer["bill_download_url"]).content
    flags, length = struct.unpack("<6xH18xH", content[:28])
    assert not flags & 0x800  # no mark of UTF-8
    name = content[30 : 30 + length]
    assert name.decode("gbk") == f"{SELLER_ID}0156_{day:%Y%m%d}_业务明细.csv"


def test_a_bill_is_there_from_ten_and_its_address_lives_thirty_seconds(merchant: Merchant) -> None:
    day = business(merchant)
    merchant.at(day + timedelta(days=1), "09:59:58")
    early = merchant.call(BILL, bill_type="trade", bill_date=f"{day}")
    assert early["sub_code"].lower().endswith("bill_not_exist")
    merchant.at(day + timedelta(days=1), "10:00:02")
    url = merchant.call(BILL, bill_type="trade", bill_date=f"{day}")["bill_download_url"]
    merchant.at(day + timedelta(days=1), "10:00:35")
    assert merchant.client.get(url).status_code == 404


def test_a_day_without_business_has_no_bill(merchant: Merchant) -> None:
    day = business(merchant) - timedelta(days=1)
    empty = merchant.call(BILL, bill_type="trade", bill_date=f"{day}")
    assert empty["sub_code"].lower().endswith("bill_not_exist")


@pytest.mark.parametrize(
    ("kind", "args", "count", "cents"),
    [
        ("statement_short", {"out_trade_no": "ORDER001"}, 3, "-10.00"),
        ("statement_doubled", {}, 8, "45.00"),
        ("statement_off_by_one_fen", {"out_request_no": "RF01"}, 4, "22.49"),
        ("statement_extra", {"out_trade_no": "ORDER001"}, 5, "55.00"),
        ("statement_empty", {}, 0, "0"),
    ],
)
def test_a_fault_makes_the_bill_lie_consistently(
    merchant: Merchant, kind: str, args: dict[str, str], count: int, cents: str
) -> None:
    day = business(merchant)
    merchant.simulator.arm("bill", kind, args=args)
    text = detail(merchant, day)
    found = rows(text)
    assert len(found) == count
    total = sum((Decimal(row["商家实收（元）"]) for row in found), Decimal(0))
    assert total == Decimal(cents)
    paid = [row for row in found if row["业务类型"] == "交易"]
    assert f"#交易合计：{len(paid)}笔" in text
    assert merchant.simulator.fired() == [1]
    assert len(rows(detail(merchant, day))) == 4


def test_wrong_totals_and_lateness(merchant: Merchant) -> None:
    day = business(merchant)
    merchant.simulator.arm("bill", "statement_wrong_total")
    assert "#交易合计：3笔" in detail(merchant, day)
    merchant.simulator.arm("bill", "statement_late")
    late = merchant.call(BILL, bill_type="trade", bill_date=f"{day}")
    assert late["sub_code"].lower().endswith("bill_not_exist")
    merchant.simulator.arm("bill", "statement_short", args={"out_trade_no": "NOBODY"})
    assert merchant.call(BILL, bill_type="trade", bill_date=f"{day}")["code"] == "20000"
