"""WeChat Pay statements that are wrong on purpose: late, short, doubled, off by one fen (F9)."""

from datetime import date

import pytest

from tests.simulators.payments.wechat_pay_days import applied, fetched, next_morning, row
from tests.simulators.payments.wechat_pay_merchant import Merchant, refusal


def arm(merchant: Merchant, kind: str, **args: object) -> None:
    """A fault in the next trade statement."""
    merchant.simulator.arm("tradebill", kind, args=args)


def test_a_statement_can_be_late(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    arm(merchant, "statement_late")
    assert refusal(applied(merchant, day)) == (400, "STATEMENT_CREATING")
    assert applied(merchant, day).status_code == 200


def test_a_line_can_be_missing(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    arm(merchant, "statement_short", out_trade_no="ORDER00002")
    statement = fetched(merchant, day)
    assert "ORDER00002" not in statement.text
    assert statement.summary["总交易单数"] == "5"
    assert statement.summary["订单总金额"] == "132.50"


def test_every_line_can_stand_twice(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    arm(merchant, "statement_doubled")
    assert len(fetched(merchant, day).rows) == 12


@pytest.mark.parametrize(("fen", "amount"), [(1, "1.01"), (-1, "0.99")], ids=["more", "less"])
def test_a_payment_can_be_off_by_one_fen(
    merchant: Merchant, day: date, fen: int, amount: str
) -> None:
    next_morning(merchant, day)
    arm(merchant, "statement_off_by_one_fen", out_trade_no="ORDER00002", fen=fen)
    line = row(fetched(merchant, day), "ORDER00002")
    assert (line["订单金额"], line["应结订单金额"]) == (amount, amount)


def test_a_refund_can_be_off_by_one_fen(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    arm(merchant, "statement_off_by_one_fen", out_refund_no="REFUND01")
    line = row(fetched(merchant, day), "ORDER00001", "REFUND")
    assert (line["退款金额"], line["申请退款金额"]) == ("10.01", "10.01")


def test_a_line_nobody_knows_can_be_added(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    arm(merchant, "statement_extra")
    statement = fetched(merchant, day)
    assert len(statement.rows) == 7
    assert sum("UNKNOWN" in line["商户订单号"] for line in statement.rows) == 1


def test_a_statement_can_be_empty(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    arm(merchant, "statement_empty")
    statement = fetched(merchant, day)
    assert statement.rows == []
    assert statement.summary["总交易单数"] == "0"


def test_the_total_can_be_wrong(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    arm(merchant, "statement_wrong_total")
    statement = fetched(merchant, day)
    assert (len(statement.rows), statement.summary["总交易单数"]) == (6, "7")


def test_a_fund_statement_can_be_wrong_too(merchant: Merchant, day: date) -> None:
    next_morning(merchant, day)
    merchant.simulator.arm(
        "fundflowbill", "statement_off_by_one_fen", args={"out_refund_no": "REFUND01"}
    )
    rows = fetched(merchant, day, "fundflowbill").rows
    wrong = [r["收支金额(元)"] for r in rows if r["业务凭证号"] == "REFUND01"]
    assert wrong == ["10.01", "0.06"]


def test_an_altered_book_is_an_altered_statement(merchant: Merchant, day: date) -> None:
    answer = merchant.simulator.act("books/alter", out_trade_no="ORDER00002", fen=99)
    assert answer == {"before_fen": 100, "fen": 99}
    merchant.simulator.act("books/alter", out_refund_no="REFUND01", fen=1001)
    next_morning(merchant, day)
    statement = fetched(merchant, day)
    assert row(statement, "ORDER00002")["订单金额"] == "0.99"
    assert row(statement, "ORDER00001", "REFUND")["退款金额"] == "10.01"
    assert merchant.query("ORDER00002").json()["amount"]["total"] == 99
    assert "`0.99" in fetched(merchant, day, "fundflowbill").text
