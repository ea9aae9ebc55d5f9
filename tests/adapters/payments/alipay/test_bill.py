"""Bills written here line by line as the public sample shows them, right and wrong."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from adapters.payments.alipay.bill import read_bill
from domain.money import Money
from ports.errors import OutcomeUnknown
from tests.adapters.payments.alipay.parties import SELLER_ID

DAY = date(2026, 11, 22)
HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,"
    "商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)
PAID = (
    "2026112222001000000000000001\t,DP1\t,交易\t,住院预交金,2026-11-22 09:00:00,"
    "2026-11-22 09:00:05,\t,\t,\t,W03\t,*患者(138****0000)\t,"
    "123.45,120.00,0.00,0.00,3.45,0.00,0.00,,0.00\t,0.00,\t,"
    "0.72,0.00,"
)
REFUNDED = (
    "2026112222001000000000000001\t,DP1\t,退款\t,住院预交金,2026-11-22 09:00:00,"
    "2026-11-22 17:00:00,\t,\t,\t,W03\t,*患者(138****0000)\t,"
    "-20.00,-19.00,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,RF1\t,"
    "-0.12,0.00,"
)
PAID_TOTAL = "#交易合计：1笔，商家实收共120.00元，商家优惠共0.00元"
REFUND_TOTAL = "#退款合计：1笔，商家实收退款共-19.00元，商家优惠退款共0.00元"


def text(
    *rows: str,
    header: str = HEADER,
    totals: tuple[str, ...] = (PAID_TOTAL, REFUND_TOTAL),
    account: str = f"{SELLER_ID}0156",
    begins: str = "2026年11月22日 00:00:00",
) -> str:
    lines = (
        "#支付宝业务明细查询",
        f"#账号：[{account}]",
        f"#起始日期：[{begins}]   终止日期：[2026年11月23日 00:00:00]",
        f"#{'-' * 41}业务明细列表{'-' * 40}",
        header,
        *rows,
        f"#{'-' * 41}业务明细列表结束{'-' * 36}",
        *totals,
        "#导出时间：[2026年11月23日 09:12:00]",
    )
    return "".join(f"{line}\r\n" for line in lines)


def packed(**files: str) -> bytes:
    """A zip; a name's underscore stands for what the keyword cannot hold."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, content in files.items():
            bundle.writestr(f"{SELLER_ID}0156_20261122_{name}.csv", content.encode("gbk"))
    return buffer.getvalue()


def bill(*rows: str, **options: object) -> bytes:
    summary = "#支付宝业务汇总查询\r\n"
    return packed(业务明细=text(*rows, **options), **{"业务明细(汇总)": summary})  # type: ignore[arg-type]


def test_a_payment_and_its_refund_are_read() -> None:
    paid, refunded = read_bill(bill(PAID, REFUNDED), SELLER_ID, DAY)
    assert (paid.key, paid.amount, paid.refund) == ("DP1", Money(12345), False)
    assert paid.their_number == "2026112222001000000000000001"
    assert paid.at == datetime(2026, 11, 22, 1, 0, 5, tzinfo=UTC)
    assert (refunded.key, refunded.amount, refunded.refund) == ("RF1", Money(-2000), True)
    assert refunded.at == datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)


def test_columns_are_found_by_their_names_whatever_their_order_and_brackets() -> None:
    names = HEADER.replace("（", "(").replace("）", ")").split(",")
    turned = [",".join(reversed(row.split(","))) for row in (PAID, REFUNDED)]
    read = read_bill(bill(*turned, header=",".join(reversed(names))), SELLER_ID, DAY)
    assert [line.key for line in read] == ["DP1", "RF1"]


def test_lines_padded_with_commas_and_blank_ones_do_not_matter() -> None:
    padded = tuple(f"{total},,,,," for total in (PAID_TOTAL, REFUND_TOTAL))
    assert len(read_bill(bill(PAID, REFUNDED, ",,,,", "", totals=padded), SELLER_ID, DAY)) == 2


def test_a_name_with_a_comma_may_be_quoted() -> None:
    quoted = PAID.replace("住院预交金", '"检查,检验"')
    assert len(read_bill(bill(quoted, REFUNDED), SELLER_ID, DAY)) == 2


def test_a_cancelled_payments_refund_goes_by_its_orders_number() -> None:
    line = read_bill(bill(PAID, REFUNDED.replace("RF1", "")), SELLER_ID, DAY)[1]
    assert (line.key, line.refund) == ("DP1", True)


def test_a_bill_without_a_line_must_say_so_in_its_totals() -> None:
    none = (
        "#交易合计：0笔，商家实收共0.00元，商家优惠共0.00元",
        "#退款合计：0笔，商家实收退款共0.00元，商家优惠退款共0.00元",
    )
    assert read_bill(bill(totals=none), SELLER_ID, DAY) == ()


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (bill(PAID), "statement_inconsistent"),
        (bill(PAID, REFUNDED, REFUNDED), "statement_inconsistent"),
        (bill(PAID, REFUNDED, totals=()), "statement_inconsistent"),
        (bill(PAID.replace("120.00", "120.01"), REFUNDED), "statement_inconsistent"),
        (bill(PAID, REFUNDED, account="20880000000000020156"), "answer_mismatch"),
        (bill(PAID, REFUNDED, begins="2026年11月21日 00:00:00"), "answer_mismatch"),
        (bill(PAID.replace("交易\t", "转账\t"), REFUNDED), "answer_unreadable"),
        (bill(PAID, REFUNDED.replace(",-20.00", ",20.00")), "answer_unreadable"),
        (bill(PAID.replace("123.45", "123.456"), REFUNDED), "answer_unreadable"),
        (bill(PAID + ",", REFUNDED), "answer_unreadable"),
        (bill(PAID.replace("09:00:05", "soon"), REFUNDED), "answer_unreadable"),
        (bill(PAID, REFUNDED, header=HEADER.replace("订单金额", "金额")), "answer_unreadable"),
        (packed(业务汇总=text(PAID, REFUNDED)), "answer_unreadable"),
        (packed(业务明细=text(PAID, REFUNDED), 另一业务明细=text(PAID)), "answer_unreadable"),
        (bill(PAID, REFUNDED)[:-20], "answer_unreadable"),
        (b"", "answer_unreadable"),
        (text(PAID, REFUNDED).encode("gbk"), "answer_unreadable"),
    ],
)
def test_a_bill_that_does_not_fit_is_not_used(file: bytes, code: str) -> None:
    with pytest.raises(OutcomeUnknown) as raised:
        read_bill(file, SELLER_ID, DAY)
    assert raised.value.code == code


def test_names_in_the_zip_may_be_gbk() -> None:
    # The library writes UTF-8 names; a stand-in of the same length is replaced by the GBK bytes.
    name = f"{SELLER_ID}0156_20261122_业务明细.csv".encode("gbk")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("#" * len(name), text(PAID, REFUNDED).encode("gbk"))
    file = buffer.getvalue().replace(b"#" * len(name), name)
    assert len(read_bill(file, SELLER_ID, DAY)) == 2


def test_a_text_that_is_not_gbk_is_not_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("业务明细.csv", text(PAID, REFUNDED).encode() + b"\xff\xff")
    with pytest.raises(OutcomeUnknown) as raised:
        read_bill(buffer.getvalue(), SELLER_ID, DAY)
    assert raised.value.code == "answer_unreadable"
