"""WeChat Pay statements: when they exist, and every column."""

from datetime import date, timedelta

import pytest

from tests.simulators.payments.conftest import StartMerchant
from tests.simulators.payments.wechat_pay_account import APPID, MCHID
from tests.simulators.payments.wechat_pay_days import (
    applied,
    downloaded,
    fetched,
    first_day,
    next_morning,
    read_statement,
    row,
    set_clock,
)
from tests.simulators.payments.wechat_pay_merchant import Merchant, read_xml, refusal

# channels.md §1.6, copied from there.
ALL_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,"
    "交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,"
    "充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,"
    "费率备注"
)
ALL_SUMMARY = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
FUND_COLUMNS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),"
    "账户结余(元),资金变更提交申请人,备注,业务凭证号"
)


def test_the_trade_statement_has_the_documented_columns(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    statement = fetched(merchant, day)
    assert ",".join(statement.columns) == ALL_COLUMNS
    assert len(statement.columns) == 27
    assert ",".join(statement.summary) == ALL_SUMMARY


def test_a_payment_line_is_complete(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    line = row(fetched(merchant, day), "ORDER00001")
    paid = merchant.query("ORDER00001").json()
    assert line == {
        "交易时间": paid["success_time"].removesuffix("+08:00").replace("T", " "),
        "公众账号ID": APPID,
        "商户号": MCHID,
        "特约商户号": "0",
        "设备号": "",
        "微信订单号": paid["transaction_id"],
        "商户订单号": "ORDER00001",
        "用户标识": paid["payer"]["openid"],
        "交易类型": "NATIVE",
        "交易状态": "SUCCESS",
        "付款银行": "OTHERS",
        "货币种类": "CNY",
        "应结订单金额": "32.50",
        "代金券金额": "0.00",
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": "0.00",
        "充值券退款金额": "0.00",
        "退款类型": "",
        "退款状态": "",
        "商品名称": "检查,检验",
        "商户数据包": "a,b",
        "手续费": "0.20000",  # 32.50 at 0.60 % is 0.195; real statements round to the fen
        "费率": "0.60%",
        "订单金额": "32.50",
        "申请退款金额": "0.00",
        "费率备注": "",
    }


def test_a_refund_line_stands_beside_its_payment(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    line = row(fetched(merchant, day), "ORDER00001", "REFUND")
    refund = merchant.query_refund("REFUND01").json()
    assert line["微信订单号"] == refund["transaction_id"]
    assert line["微信退款单号"] == refund["refund_id"]
    assert line["商户退款单号"] == "REFUND01"
    assert (line["退款金额"], line["申请退款金额"]) == ("10.00", "10.00")
    assert (line["应结订单金额"], line["订单金额"]) == ("0.00", "0.00")
    assert (line["退款类型"], line["退款状态"]) == ("ORIGINAL", "PROCESSING")
    assert line["手续费"] == "-0.06000"


def test_payment_codes_are_in_the_statement_and_so_are_reversals(
    merchant: Merchant, day: date
) -> None:
    next_morning(merchant, day)
    statement = fetched(merchant, day)
    assert row(statement, "CODE000001")["交易类型"] == "MICROPAY"
    assert row(statement, "CODE000002")["应结订单金额"] == "50.00"
    reversal = row(statement, "CODE000002", "REVOKED")
    assert (reversal["退款金额"], reversal["退款状态"]) == ("50.00", "SUCCESS")
    assert reversal["手续费"] == "-0.30000"


def test_the_summary_adds_up(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    # fees: 0.20 + 0.01 + 0.30 + 0.30 - 0.30 - 0.06
    assert fetched(merchant, day).summary == {
        "总交易单数": "6",
        "应结订单总金额": "133.50",
        "退款总金额": "60.00",
        "充值券退款总金额": "0.00",
        "手续费总金额": "0.45000",
        "订单总金额": "133.50",
        "申请退款总金额": "60.00",
    }


def test_the_statement_of_payments_only_has_twenty_columns(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    statement = fetched(merchant, day, more="&bill_type=SUCCESS")
    assert len(statement.columns) == 20
    assert not any("退款" in column for column in statement.columns)
    assert [r["商户订单号"] for r in statement.rows] == [
        "ORDER00001",
        "ORDER00002",
        "CODE000001",
        "CODE000002",
    ]


def test_the_statement_of_refunds_only_has_their_times(merchant: Merchant, day: date) -> None:
    merchant.simulator.act("refunds/finish", out_refund_no="REFUND01", status="SUCCESS")
    next_morning(merchant, day)
    statement = fetched(merchant, day, more="&bill_type=REFUND")
    line = row(statement, "ORDER00001", "REFUND")
    assert statement.columns[14:16] == ["退款申请时间", "退款成功时间"]
    assert line["退款申请时间"] == line["交易时间"]
    assert line["退款成功时间"]
    assert line["退款状态"] == "SUCCESS"


def test_a_refund_status_stays_as_it_was_when_the_statement_was_written(
    merchant: Merchant, day: date
) -> None:
    next_morning(merchant, day, "09:30:00")
    merchant.simulator.act("refunds/finish", out_refund_no="REFUND01", status="SUCCESS")
    next_morning(merchant, day)
    assert merchant.query_refund("REFUND01").json()["status"] == "SUCCESS"
    assert row(fetched(merchant, day), "ORDER00001", "REFUND")["退款状态"] == "PROCESSING"


def test_the_day_is_cut_at_midnight_in_beijing(merchant: Merchant) -> None:
    today = first_day()
    set_clock(merchant, today, "23:59:30")
    merchant.pay("ORDER00001")
    set_clock(merchant, today + timedelta(days=1), "00:00:05")
    merchant.pay("ORDER00002")
    merchant.refund("REFUND01", 40)
    set_clock(merchant, today + timedelta(days=2), "12:00:00")
    first, second = (fetched(merchant, today + timedelta(days=n)) for n in (0, 1))
    assert [(r["商户订单号"], r["交易状态"]) for r in first.rows] == [("ORDER00001", "SUCCESS")]
    assert [(r["商户订单号"], r["交易状态"]) for r in second.rows] == [
        ("ORDER00002", "SUCCESS"),
        ("ORDER00001", "REFUND"),
    ]


def test_partial_refunds_never_return_more_fee_than_was_taken(merchant: Merchant) -> None:
    today = first_day()
    set_clock(merchant, today, "12:00:00")
    merchant.pay("ORDER00001", 300)  # a fee of 1.8 fen, two when rounded
    for number in range(3):
        merchant.refund(f"REFUND{number}", 100, total=300)
    next_morning(merchant, today)
    statement = fetched(merchant, today)
    assert [r["手续费"] for r in statement.rows] == [
        "0.02000",
        "-0.01000",
        "0.00000",
        "-0.01000",
    ]
    assert statement.summary["手续费总金额"] == "0.00000"


def test_another_rate_is_another_fee(start_merchant: StartMerchant) -> None:
    merchant = start_merchant(fee_rate="0.0100")
    today = first_day()
    set_clock(merchant, today, "12:00:00")
    merchant.pay("ORDER00001", 3250)
    next_morning(merchant, today)
    line = fetched(merchant, today).rows[0]
    assert (line["手续费"], line["费率"]) == ("0.33000", "1.00%")


# ------------------------------------------------------------------------------- availability


def test_before_ten_the_statement_is_being_written(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day, "09:59:30")
    assert refusal(applied(merchant, day)) == (400, "STATEMENT_CREATING")
    next_morning(merchant, day, "10:00:01")
    assert applied(merchant, day).status_code == 200


def test_a_day_without_business_has_no_statement(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day + timedelta(days=1))
    empty = day + timedelta(days=1)
    assert refusal(applied(merchant, empty)) == (400, "NO_STATEMENT_EXIST")
    assert refusal(applied(merchant, empty, "fundflowbill")) == (400, "NO_STATEMENT_EXIST")


@pytest.mark.parametrize("days", [0, 1, -100])
def test_a_day_out_of_range_is_refused(merchant: Merchant, day: date, days: int) -> None:
    assert refusal(applied(merchant, day + timedelta(days=days))) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("more", ["&bill_type=EVERYTHING", "&tar_type=ZIP"])
def test_an_unknown_choice_is_refused(merchant: Merchant, day: date, more: str) -> None:
    next_morning(merchant, day)
    assert refusal(applied(merchant, day, more=more)) == (400, "PARAM_ERROR")


def test_a_statement_can_come_compressed(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    plain = fetched(merchant, day)
    assert fetched(merchant, day, more="&tar_type=GZIP") == plain
    url = applied(merchant, day, more="&tar_type=GZIP").json()["download_url"]
    assert url.endswith("&tartype=gzip")


def test_the_download_is_unsigned_and_its_url_lives_five_minutes(
    merchant: Merchant, day: date
) -> None:
    next_morning(merchant, day)
    url = applied(merchant, day).json()["download_url"]
    answer = downloaded(merchant, url)
    assert "Wechatpay-Signature" not in answer.headers
    next_morning(merchant, day, "10:04:30")
    assert downloaded(merchant, url).status_code == 200
    next_morning(merchant, day, "10:05:10")
    assert refusal(downloaded(merchant, url)) == (400, "INVALID_REQUEST")


def test_an_unsigned_download_is_refused(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    url = applied(merchant, day).json()["download_url"]
    assert refusal(merchant.client.get(url)) == (401, "SIGN_ERROR")


def test_v2_hands_out_the_same_statement(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    raw = merchant.v2_raw("/pay/downloadbill", bill_date=f"{day:%Y%m%d}", bill_type="ALL")
    assert read_statement(raw.content) == fetched(merchant, day)


def test_v2_says_that_there_is_no_statement(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day + timedelta(days=1))
    empty = day + timedelta(days=1)
    raw = merchant.v2_raw("/pay/downloadbill", bill_date=f"{empty:%Y%m%d}")
    assert read_xml(raw.content) == {
        "return_code": "FAIL",
        "return_msg": "No Bill Exist",
        "error_code": "20002",
    }


# --------------------------------------------------------------------------------- fund statement


def test_the_fund_statement_shows_every_movement_and_the_balance_after_it(
    merchant: Merchant, day: date
) -> None:
    merchant.simulator.act("merchant/withdraw", fen=5000, bank_account="0000-TEST-ACCOUNT")
    next_morning(merchant, day)
    statement = fetched(merchant, day, "fundflowbill")
    assert ",".join(statement.columns) == FUND_COLUMNS
    moved = [
        (r["业务名称"], r["业务类型"], r["收支类型"], r["收支金额(元)"]) for r in statement.rows
    ]
    assert moved == [
        ("交易", "交易", "收入", "32.50"),
        ("交易", "扣除交易手续费", "支出", "0.20"),
        ("交易", "交易", "收入", "1.00"),
        ("交易", "扣除交易手续费", "支出", "0.01"),
        ("交易", "交易", "收入", "50.00"),
        ("交易", "扣除交易手续费", "支出", "0.30"),
        ("交易", "交易", "收入", "50.00"),
        ("交易", "扣除交易手续费", "支出", "0.30"),
        ("退款", "退款", "支出", "50.00"),
        ("退款", "退还交易手续费", "收入", "0.30"),
        ("退款", "退款", "支出", "10.00"),
        ("退款", "退还交易手续费", "收入", "0.06"),
        ("充值/提现", "提现", "支出", "50.00"),
    ]
    assert statement.rows[-1]["备注"] == "0000-TEST-ACCOUNT"
    balance = merchant.simulator.books()["merchant_balance_fen"]
    last = statement.rows[-1]["账户结余(元)"]
    assert int(last.replace(".", "")) == balance
    assert statement.summary == {
        "资金流水总笔数": "13",
        "收入笔数": "6",
        "收入金额": "133.86",
        "支出笔数": "7",
        "支出金额": "110.81",
    }


def test_only_the_basic_account_has_movements(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    for account in ("OPERATION", "FEES"):
        answer = applied(merchant, day, "fundflowbill", f"&account_type={account}")
        assert refusal(answer) == (400, "NO_STATEMENT_EXIST")
