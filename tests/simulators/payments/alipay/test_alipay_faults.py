"""Faults on the wire: what the merchant sees, and what happened in the books all the same."""

from datetime import timedelta

import httpx
import pytest

from tests.simulators.payments.alipay.alipay_merchant import Merchant, tomorrow

CALLS: dict[str, tuple[str, dict[str, object]]] = {
    "precreate": (
        "trade.precreate",
        {"out_trade_no": "NEW00001", "total_amount": "1.00", "subject": "门诊"},
    ),
    "create": (
        "trade.create",
        {
            "out_trade_no": "NEW00001",
            "total_amount": "1.00",
            "subject": "门诊",
            "buyer_id": "2088000000000001",
        },
    ),
    "pay": (
        "trade.pay",
        {
            "out_trade_no": "NEW00001",
            "total_amount": "1.00",
            "subject": "门诊",
            "scene": "bar_code",
        },
    ),
    "query": ("trade.query", {"out_trade_no": "ORDER001"}),
    "close": ("trade.close", {"out_trade_no": "OPEN0001"}),
    "cancel": ("trade.cancel", {"out_trade_no": "ORDER001"}),
    "refund": (
        "trade.refund",
        {"out_trade_no": "ORDER001", "out_request_no": "RF01", "refund_amount": "1.00"},
    ),
    "refund_query": (
        "trade.fastpay.refund.query",
        {"out_trade_no": "ORDER001", "out_request_no": "RF00"},
    ),
    "bill": (
        "data.dataservice.bill.downloadurl.query",
        {"bill_type": "trade", "bill_date": "2026-01-01"},
    ),
}
LOST = (httpx.RemoteProtocolError, httpx.ReadError)


@pytest.fixture
def prepared(merchant: Merchant) -> Merchant:
    """A paid order and a scanned one."""
    merchant.paid("ORDER001")
    merchant.precreate("OPEN0001")
    merchant.simulator.act("patient/scan", out_trade_no="OPEN0001")
    return merchant


def send(merchant: Merchant, operation: str) -> httpx.Response:
    method, content = CALLS[operation]
    if operation == "pay":
        content = {**content, "auth_code": merchant.code("pays")}
    return merchant.send(merchant.parameters(method, content))


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("kind", ["no_answer_before_effect", "no_answer_after_effect"])
def test_no_answer_comes_with_or_without_effect(
    prepared: Merchant, operation: str, kind: str
) -> None:
    before = prepared.simulator.books()
    prepared.simulator.arm(operation, kind)
    with pytest.raises(LOST):
        send(prepared, operation)
    changed = prepared.simulator.books() != before
    silent = operation in {"query", "refund_query", "bill"}
    assert changed is (kind == "no_answer_after_effect" and not silent)
    assert prepared.simulator.journal(operation)[-1]["response_sha256"] is None
    assert prepared.simulator.fired() == [1]


@pytest.mark.parametrize("operation", CALLS)
def test_half_an_answer_breaks_off(prepared: Merchant, operation: str) -> None:
    prepared.simulator.arm(operation, "half_answer")
    with pytest.raises(LOST):
        send(prepared, operation)


@pytest.mark.parametrize("operation", CALLS)
def test_a_bad_signature_does_not_verify(prepared: Merchant, operation: str) -> None:
    prepared.simulator.arm(operation, "bad_signature")
    response = send(prepared, operation)
    assert not prepared.believes(response, CALLS[operation][0])


@pytest.mark.parametrize("operation", CALLS)
def test_it_refuses_in_the_words_it_is_given(prepared: Merchant, operation: str) -> None:
    before = prepared.simulator.books()
    args = {"result": "40006", "code": "isv.insufficient-isv-permissions", "message": "无权限"}
    prepared.simulator.arm(operation, "refuse", args=args)
    node = prepared.verified(send(prepared, operation), CALLS[operation][0])
    assert (node["code"], node["sub_code"], node["sub_msg"]) == (
        "40006",
        "isv.insufficient-isv-permissions",
        "无权限",
    )
    assert prepared.simulator.books() == before


@pytest.mark.parametrize("operation", sorted(CALLS.keys() - {"bill"}))
@pytest.mark.parametrize("effect", [False, True])
def test_a_system_error_may_have_had_its_effect(
    prepared: Merchant, operation: str, effect: bool
) -> None:
    before = prepared.simulator.books()
    prepared.simulator.arm(operation, "system_error", args={"effect": effect})
    node = prepared.verified(send(prepared, operation), CALLS[operation][0])
    assert (node["code"], node["sub_code"]) == ("20000", "isp.unknow-error")
    silent = operation in {"query", "refund_query"}
    assert (prepared.simulator.books() != before) is (effect and not silent)


def test_a_delay_is_waited_for(prepared: Merchant) -> None:
    prepared.simulator.arm("query", "delay", args={"seconds": 0.3})
    assert send(prepared, "query").elapsed.total_seconds() > 0.25


@pytest.mark.parametrize("operation", ["query", "refund_query"])
def test_it_may_not_find_at_first(prepared: Merchant, operation: str) -> None:
    prepared.simulator.arm(operation, "not_found_first", times=2)
    for _ in range(2):
        node = prepared.verified(send(prepared, operation), CALLS[operation][0])
        assert node["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert prepared.verified(send(prepared, operation), CALLS[operation][0])["code"] == "10000"


def test_a_query_may_show_another_amount_well_signed(prepared: Merchant) -> None:
    prepared.simulator.arm("query", "wrong_amount", args={"fen": -1})
    node = prepared.query("ORDER001")
    assert node["total_amount"] == "32.49"
    assert prepared.query("ORDER001")["total_amount"] == "32.50"


def test_a_cancellation_may_ask_to_be_repeated_and_does_nothing(prepared: Merchant) -> None:
    prepared.simulator.arm("cancel", "retry")
    node = prepared.call("trade.cancel", out_trade_no="ORDER001")
    assert (node["code"], node["retry_flag"]) == ("20000", "Y")
    assert prepared.query("ORDER001")["trade_status"] == "TRADE_SUCCESS"


def test_any_code_may_be_made_to_ask_for_the_password(prepared: Merchant) -> None:
    prepared.simulator.arm("pay", "user_paying")
    assert prepared.charge("CODE0001", prepared.code("pays"))["code"] == "10003"


def test_the_download_can_be_lost_cut_and_spoilt(merchant: Merchant) -> None:
    day = tomorrow()
    merchant.at(day, "12:00:00")
    merchant.paid("ORDER001")
    merchant.at(day + timedelta(days=1), "10:00:01")
    asked = {"bill_type": "trade", "bill_date": f"{day}"}
    url = merchant.call("data.dataservice.bill.downloadurl.query", **asked)["bill_download_url"]
    whole = merchant.client.get(url).content
    merchant.simulator.arm("bill_download", "bad_signature")
    assert merchant.client.get(url).content != whole
    for kind in ("no_answer_before_effect", "no_answer_after_effect", "half_answer"):
        merchant.simulator.arm("bill_download", kind)
        with pytest.raises(LOST):
            merchant.client.get(url)
    assert merchant.client.get(url).content == whole


@pytest.mark.parametrize(
    ("operation", "kind"),
    [("precreate", "retry"), ("query", "notify_never"), ("notify_trade", "half_answer")],
)
def test_a_fault_that_cannot_happen_there_is_refused(
    merchant: Merchant, operation: str, kind: str
) -> None:
    reason = merchant.simulator.refused_act("faults", operation=operation, kind=kind)
    assert "cannot happen" in reason


def test_matching_and_counting(prepared: Merchant) -> None:
    prepared.simulator.arm("query", "system_error", match={"out_trade_no": "OPEN0001"}, skip=1)
    assert prepared.query("OPEN0001")["code"] == "10000"
    assert prepared.query("ORDER001")["code"] == "10000"
    assert prepared.query("OPEN0001")["code"] == "20000"


def test_altered_books_show_everywhere(prepared: Merchant) -> None:
    altered = prepared.simulator.act("books/alter", out_trade_no="ORDER001", fen=3251)
    assert altered == {"before_fen": 3250, "fen": 3251}
    assert prepared.query("ORDER001")["total_amount"] == "32.51"


def test_the_same_seed_gives_the_same_numbers(merchant: Merchant) -> None:
    numbers = []
    for _ in range(2):
        merchant.simulator.reset(42)
        numbers.append(merchant.precreate("ORDER001")["qr_code"])
    assert numbers[0] == numbers[1]
