"""The trade bill file as the vendor's page describes it, and what may be wrong with one."""

from datetime import UTC, datetime

import pytest

from adapters.payments.wechat_pay.statement import read_trade_bill
from domain.money import Money
from domain.payments.payment import StatementLine
from ports.errors import OutcomeUnknown

MCHID = "1900000001"
HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
SUMMARY = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)


def row(**changes: str) -> str:
    """A payment of 123.45 with a coupon of 3.45; changes by column name."""
    values = dict.fromkeys(HEADER.split(","), "")
    values |= {
        "交易时间": "2026-11-22 09:30:00",
        "公众账号ID": "wx00000000000000f1",
        "商户号": MCHID,
        "特约商户号": "0",
        "微信订单号": "4200000001202611220000000001",
        "商户订单号": "DP1",
        "用户标识": "oMadeUp",
        "交易类型": "NATIVE",
        "交易状态": "SUCCESS",
        "付款银行": "OTHERS",
        "货币种类": "CNY",
        "应结订单金额": "120.00",
        "代金券金额": "3.45",
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": "0.00",
        "充值券退款金额": "0.00",
        "商品名称": "住院预交金,三病区",
        "手续费": "0.72000",
        "费率": "0.60%",
        "订单金额": "123.45",
        "申请退款金额": "0.00",
    }
    return ",".join("`" + value for value in {**values, **changes}.values())


def refund_row(**changes: str) -> str:
    """A refund of 23.45 of it."""
    return row(
        **{
            "交易时间": "2026-11-22 15:00:00",
            "交易状态": "REFUND",
            "应结订单金额": "0.00",
            "代金券金额": "0.00",
            "微信退款单号": "50000000012026112200000000001",
            "商户退款单号": "RF1",
            "退款金额": "20.00",
            "退款类型": "ORIGINAL",
            "退款状态": "PROCESSING",
            "手续费": "-0.12000",
            "订单金额": "0.00",
            "申请退款金额": "23.45",
            **changes,
        }
    )


def bill(*rows: str, totals: str, end: str = "\n", header: str = HEADER) -> bytes:
    return end.join([header, *rows, SUMMARY, totals, ""]).encode()


PAYMENT = StatementLine(
    key="DP1",
    their_number="4200000001202611220000000001",
    amount=Money(12345),
    at=datetime(2026, 11, 22, 1, 30, tzinfo=UTC),
    refund=False,
)
REFUND = StatementLine(
    key="RF1",
    their_number="50000000012026112200000000001",
    amount=Money(-2345),
    at=datetime(2026, 11, 22, 7, 0, tzinfo=UTC),
    refund=True,
)
TOTALS = "`2,`120.00,`20.00,`0.00,`0.60000,`123.45,`23.45"


def refused(file: bytes) -> str:
    with pytest.raises(OutcomeUnknown) as raised:
        read_trade_bill(file, MCHID)
    return raised.value.code


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_payments_and_refunds_are_lines_with_our_numbers(end: str, mark: bytes) -> None:
    file = mark + bill(row(), refund_row(), totals=TOTALS, end=end)
    assert read_trade_bill(file, MCHID) == (PAYMENT, REFUND)


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    names = HEADER.split(",")
    order = [*range(len(names) - 1, -1, -1)]
    cells = [row().removeprefix("`").split(",`"), refund_row().removeprefix("`").split(",`")]
    turned = [",".join("`" + line[index] for index in order) for line in cells]
    header = ",".join(names[index] for index in order)
    file = bill(*turned, totals=TOTALS, header=header)
    assert read_trade_bill(file, MCHID) == (PAYMENT, REFUND)


def test_a_reversal_stands_under_its_orders_number_when_it_has_none_of_its_own() -> None:
    reversal = refund_row(交易状态="REVOKED", 商户退款单号="0", 微信退款单号="0")
    lines = read_trade_bill(bill(row(), reversal, totals=TOTALS), MCHID)
    assert (lines[1].key, lines[1].refund, lines[1].amount) == ("DP1", True, Money(-2345))


@pytest.mark.parametrize(
    "totals",
    [
        "`3,`120.00,`20.00,`0.00,`0.60000,`123.45,`23.45",
        "`2,`120.00,`20.00,`0.00,`0.60000,`123.46,`23.45",
        "`2,`120.00,`20.00,`0.00,`0.60000,`123.45,`23.44",
    ],
)
def test_totals_that_disagree_with_the_lines_are_refused(totals: str) -> None:
    assert refused(bill(row(), refund_row(), totals=totals)) == "statement_inconsistent"


@pytest.mark.parametrize(
    "file",
    [
        bill(row(交易状态="FROZEN"), totals="`1,`0,`0,`0,`0,`123.45,`0.00"),
        bill(row(订单金额="123.455"), totals="`1,`0,`0,`0,`0,`123.45,`0.00"),
        bill(row(交易时间="22/11/2026"), totals="`1,`0,`0,`0,`0,`123.45,`0.00"),
        bill(refund_row(商户退款单号="0"), totals="`1,`0,`0,`0,`0,`0.00,`23.45"),
        bill(row() + ",`more", totals="`1,`0,`0,`0,`0,`123.45,`0.00"),
        bill(row(), totals="`1,`0,`0,`0,`0,`123.45,`0.00") + b"more",
        (HEADER + "\n" + row()).encode(),
        bill(row(), totals="`1,`0,`0,`0,`0,`123.45,`0.00").decode().encode("gbk"),
        b"",
    ],
)
def test_a_file_that_is_not_as_documented_is_unreadable(file: bytes) -> None:
    assert refused(file) == "answer_unreadable"


@pytest.mark.parametrize("changes", [{"商户号": "1900000002"}, {"货币种类": "HKD"}])
def test_another_merchants_or_currencys_line_is_refused(changes: dict[str, str]) -> None:
    file = bill(row(**changes), totals="`1,`0,`0,`0,`0,`123.45,`0.00")
    assert refused(file) == "answer_mismatch"
