"""Every fault kind every wire understands, at every operation of WeChat Pay; then its own kinds."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.simulators.payments.wechat_pay_account import MCHID
from tests.simulators.payments.wechat_pay_days import first_day, next_morning, set_clock
from tests.simulators.payments.wechat_pay_merchant import (
    Merchant,
    read_xml,
    refusal,
    v2_sign,
    write_xml,
)

NO_ANSWER = (httpx.RemoteProtocolError, httpx.ReadError)


@dataclass
class Scene:
    """A merchant with a paid order, a payment by code, a refund, and a statement to fetch."""

    merchant: Merchant
    numbers: dict[str, str] = field(default_factory=dict)

    def v3(self, method: str, path: str, body: object = None) -> httpx.Response:
        """A v3 call."""
        return self.merchant.v3(method, path, body)


Step = Callable[[Scene], httpx.Response]


def jsapi(scene: Scene) -> httpx.Response:
    body = scene.merchant.order("ORDER00009", payer={"openid": "oPatient0001"})
    return scene.v3("POST", "/v3/pay/transactions/jsapi", body)


def native(scene: Scene) -> httpx.Response:
    return scene.v3("POST", "/v3/pay/transactions/native", scene.merchant.order("ORDER00009"))


def micropay(scene: Scene) -> httpx.Response:
    return scene.merchant.v2_raw(
        "/pay/micropay",
        body="门诊缴费",
        out_trade_no="CODE000009",
        total_fee="100",
        spbill_create_ip="127.0.0.1",
        auth_code=scene.numbers["auth_code"],
    )


def refund_v2(scene: Scene) -> httpx.Response:
    return scene.merchant.v2_raw(
        "/secapi/pay/refund",
        out_trade_no="CODE000001",
        out_refund_no="REFUND09",
        refund_fee="1",
        total_fee="100",
    )


def abnormal_refund(scene: Scene) -> httpx.Response:
    path = f"/v3/refund/domestic/refunds/{scene.numbers['refund_id']}/apply-abnormal-refund"
    return scene.v3("POST", path, {"out_refund_no": "REFUND01", "type": "MERCHANT_BANK_CARD"})


def bill(scene: Scene, kind: str) -> httpx.Response:
    return scene.v3("GET", f"/v3/bill/{kind}?bill_date={scene.numbers['day']}")


OPERATIONS: dict[str, Step] = {
    "native": native,
    "jsapi": jsapi,
    "query": lambda scene: scene.merchant.query("ORDER00001"),
    "close": lambda scene: scene.merchant.close("ORDER00002"),
    "refund": lambda scene: scene.merchant.refund("REFUND09", 1),
    "refund_query": lambda scene: scene.merchant.query_refund("REFUND01"),
    "abnormal_refund": abnormal_refund,
    "certificates": lambda scene: scene.v3("GET", "/v3/certificates"),
    "tradebill": lambda scene: bill(scene, "tradebill"),
    "fundflowbill": lambda scene: bill(scene, "fundflowbill"),
    "billdownload": lambda scene: scene.v3("GET", scene.numbers["download"]),
    "micropay": micropay,
    "orderquery_v2": lambda scene: scene.merchant.v2_raw(
        "/pay/orderquery", out_trade_no="CODE000001"
    ),
    "reverse": lambda scene: scene.merchant.v2_raw(
        "/secapi/pay/reverse", out_trade_no="CODE000001"
    ),
    "refund_v2": refund_v2,
    "refundquery_v2": lambda scene: scene.merchant.v2_raw(
        "/pay/refundquery", out_refund_no="REFUND01"
    ),
    "downloadbill_v2": lambda scene: scene.merchant.v2_raw(
        "/pay/downloadbill", bill_date=scene.numbers["day"].replace("-", "")
    ),
}
EFFECTS = (
    *("native", "jsapi", "close", "refund", "abnormal_refund"),
    *("micropay", "reverse", "refund_v2"),
)
V2 = ("micropay", "orderquery_v2", "reverse", "refund_v2", "refundquery_v2", "downloadbill_v2")
FILES = ("billdownload", "downloadbill_v2")
every_operation = pytest.mark.parametrize("operation", OPERATIONS)


@pytest.fixture
def scene(merchant: Merchant) -> Scene:
    """Everything the operations above need, the morning after."""
    today = first_day()
    set_clock(merchant, today, "12:00:00")
    merchant.pay("ORDER00001")
    made = Scene(merchant, {"day": today.isoformat()})
    made.numbers["refund_id"] = merchant.refund("REFUND01", 10).json()["refund_id"]
    merchant.simulator.act("refunds/finish", out_refund_no="REFUND01", status="ABNORMAL")
    next_morning(merchant, today)
    for number in ("CODE000001", "later"):
        code = merchant.simulator.act("patient/payment-code", behaviour="pays")["auth_code"]
        if number != "later":
            merchant.micropay(code, number)
    made.numbers["auth_code"] = code
    merchant.place("ORDER00002")
    url = bill(made, "tradebill").json()["download_url"]
    made.numbers["download"] = url.removeprefix(merchant.simulator.wire)
    return made


def exchanges(scene: Scene, operation: str) -> list[dict[str, Any]]:
    """The calls of one operation that a fault touched."""
    return [e for e in scene.merchant.simulator.journal(operation) if e["fault"]]


@every_operation
def test_without_a_fault_it_goes_well(scene: Scene, operation: str) -> None:
    before = scene.merchant.simulator.books()
    response = OPERATIONS[operation](scene)
    assert response.status_code in (200, 204)
    if operation in V2 and operation not in FILES:
        assert read_xml(response.content)["result_code"] == "SUCCESS"
    assert (scene.merchant.simulator.books() != before) == (operation in EFFECTS)
    entry = scene.merchant.simulator.journal(operation)[-1]
    assert (entry["fault"], entry["signature"]) == (None, "verified")
    assert entry["response_sha256"] == hashlib.sha256(response.content).hexdigest()


@every_operation
def test_a_lost_request_changes_nothing(scene: Scene, operation: str) -> None:
    before = scene.merchant.simulator.books()
    scene.merchant.simulator.arm(operation, "no_answer_before_effect")
    with pytest.raises(NO_ANSWER):
        OPERATIONS[operation](scene)
    assert scene.merchant.simulator.books() == before
    assert exchanges(scene, operation)[0]["response_sha256"] is None
    assert OPERATIONS[operation](scene).status_code in (200, 204)


@every_operation
def test_a_lost_answer_has_had_its_effect(scene: Scene, operation: str) -> None:
    before = scene.merchant.simulator.books()
    scene.merchant.simulator.arm(operation, "no_answer_after_effect")
    with pytest.raises(NO_ANSWER):
        OPERATIONS[operation](scene)
    assert (scene.merchant.simulator.books() != before) == (operation in EFFECTS)
    assert exchanges(scene, operation)[0]["response_sha256"] is None


@every_operation
def test_half_an_answer_has_had_its_effect(scene: Scene, operation: str) -> None:
    before = scene.merchant.simulator.books()
    scene.merchant.simulator.arm(operation, "half_answer")
    with pytest.raises(NO_ANSWER):
        OPERATIONS[operation](scene)
    assert (scene.merchant.simulator.books() != before) == (operation in EFFECTS)
    assert exchanges(scene, operation)[0]["response_sha256"] is None


@every_operation
def test_a_slow_answer_is_a_right_answer(scene: Scene, operation: str) -> None:
    scene.merchant.simulator.arm(operation, "delay", args={"seconds": 0.2})
    began = time.monotonic()
    assert OPERATIONS[operation](scene).status_code in (200, 204)
    assert time.monotonic() - began >= 0.2


@every_operation
def test_a_refusal_is_in_the_vendors_words(scene: Scene, operation: str) -> None:
    before = scene.merchant.simulator.books()
    scene.merchant.simulator.arm(
        operation, "refuse", args={"code": "RULE_LIMIT", "message": "业务规则限制"}
    )
    response = OPERATIONS[operation](scene)
    if operation in V2:
        answer = read_xml(response.content)
        assert (answer["result_code"], answer["err_code"]) == ("FAIL", "RULE_LIMIT")
        assert answer["err_code_des"] == "业务规则限制"
    else:
        assert refusal(response) == (403, "RULE_LIMIT")
        assert response.json()["message"] == "业务规则限制"
    assert scene.merchant.simulator.books() == before


@every_operation
def test_a_broken_signature_does_not_verify(scene: Scene, operation: str) -> None:
    right = OPERATIONS[operation](scene) if operation in FILES else None
    scene.merchant.simulator.arm(operation, "bad_signature")
    answer = OPERATIONS[operation](scene)
    if right is not None:  # the files are unsigned: their hash is broken instead
        assert hashlib.sha1(answer.content).digest() != hashlib.sha1(right.content).digest()
    elif operation in V2:
        fields = read_xml(answer.content)
        assert fields["result_code"] == "SUCCESS"
        assert fields["sign"] != v2_sign(fields)
    else:
        assert answer.status_code in (200, 204)
        assert not scene.merchant.accepts(answer.headers, answer.content)


# -------------------------------------------------------------------------------- own kinds


@every_operation
def test_a_system_error_can_hide_an_effect(scene: Scene, operation: str) -> None:
    before = scene.merchant.simulator.books()
    scene.merchant.simulator.arm(operation, "system_error", args={"effect": True})
    response = OPERATIONS[operation](scene)
    if operation in V2:
        assert read_xml(response.content)["err_code"] == "SYSTEMERROR"
    else:
        assert refusal(response) == (500, "SYSTEM_ERROR")
    assert (scene.merchant.simulator.books() != before) == (operation in EFFECTS)


def test_a_system_error_alone_has_no_effect(scene: Scene) -> None:
    before = scene.merchant.simulator.books()
    scene.merchant.simulator.arm("micropay", "system_error")
    assert read_xml(micropay(scene).content)["err_code"] == "SYSTEMERROR"
    assert scene.merchant.simulator.books() == before


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("query", "ORDER_NOT_EXIST"),
        ("refund_query", "RESOURCE_NOT_EXISTS"),
        ("orderquery_v2", "ORDERNOTEXIST"),
        ("refundquery_v2", "REFUNDNOTEXIST"),
    ],
)
def test_what_exists_may_not_be_found_at_first(scene: Scene, operation: str, code: str) -> None:
    scene.merchant.simulator.arm(operation, "not_found_first", times=2)
    for _ in range(2):
        answer = OPERATIONS[operation](scene)
        if operation in V2:
            assert read_xml(answer.content)["err_code"] == code
        else:
            assert refusal(answer) == (404, code)
    assert OPERATIONS[operation](scene).status_code == 200


@pytest.mark.parametrize("operation", ["query", "refund_query"])
def test_a_query_can_tell_a_wrong_amount(scene: Scene, operation: str) -> None:
    name = "total" if operation == "query" else "refund"
    right = OPERATIONS[operation](scene).json()["amount"][name]
    scene.merchant.simulator.arm(operation, "wrong_amount", args={"fen": -1})
    answer = OPERATIONS[operation](scene)
    assert answer.json()["amount"][name] == right - 1
    assert scene.merchant.accepts(answer.headers, answer.content)
    assert OPERATIONS[operation](scene).json()["amount"][name] == right


@pytest.mark.parametrize(
    ("operation", "name"), [("orderquery_v2", "total_fee"), ("refundquery_v2", "refund_fee_0")]
)
def test_a_v2_query_can_tell_a_wrong_amount(scene: Scene, operation: str, name: str) -> None:
    right = int(read_xml(OPERATIONS[operation](scene).content)[name])
    scene.merchant.simulator.arm(operation, "wrong_amount", args={"fen": 5})
    answer = read_xml(OPERATIONS[operation](scene).content)
    assert int(answer[name]) == right + 5
    assert answer["sign"] == v2_sign(answer)


def test_a_fault_waits_for_its_order(merchant: Merchant) -> None:
    merchant.place("ORDER00001")
    merchant.place("ORDER00002")
    merchant.simulator.arm(
        "query", "refuse", match={"out_trade_no": "ORDER00002"}, args={"code": "SYSTEM_ERROR"}
    )
    assert merchant.query("ORDER00001").status_code == 200
    assert refusal(merchant.query("ORDER00002")) == (500, "SYSTEM_ERROR")
    assert merchant.query("ORDER00002").status_code == 200


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("native", "user_paying"),
        ("query", "notify_never"),
        ("notify_transaction", "delay"),
        ("close", "statement_short"),
        ("no_such_operation", "delay"),
        ("native", "no_such_kind"),
    ],
)
def test_a_fault_that_cannot_happen_is_not_armed(
    merchant: Merchant, operation: str, kind: str
) -> None:
    merchant.simulator.refused_act("faults", operation=operation, kind=kind)
    assert merchant.simulator.fired() == []


def test_a_reset_forgets_everything(merchant: Merchant) -> None:
    merchant.mailbox.answers = [500] * 9
    merchant.pay()
    merchant.simulator.arm("query", "delay")
    merchant.simulator.reset()
    merchant.simulator.move_clock(86_700)
    time.sleep(0.3)
    assert len(merchant.mailbox.letters) == 1
    assert merchant.simulator.books()["orders"] == []
    assert merchant.simulator.journal() == []
    assert merchant.simulator.fired() == []


def test_the_same_seed_gives_the_same_numbers(merchant: Merchant) -> None:
    first = merchant.place()
    merchant.simulator.reset(7)
    assert merchant.place() == first
    merchant.simulator.reset(8)
    assert merchant.place() != first


def test_the_journal_keeps_the_digests_of_the_bytes_on_the_wire(merchant: Merchant) -> None:
    body = write_xml(merchant.v2_signed(out_trade_no="CODE000001"))
    answer = merchant.client.post("/pay/orderquery", content=body)
    entry = merchant.simulator.journal("orderquery_v2")[0]
    assert entry["request_sha256"] == hashlib.sha256(body).hexdigest()
    assert entry["response_sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert (entry["direction"], entry["status"]) == ("in", "FAIL ORDERNOTEXIST")
    assert entry["fields"] == {"out_trade_no": "CODE000001"}


def test_an_unknown_path_is_told_apart(merchant: Merchant) -> None:
    answer = merchant.v3("GET", f"/v3/pay/unknown?mchid={MCHID}")
    assert refusal(answer) == (404, "NOT_FOUND")
    assert merchant.simulator.journal()[0]["operation"] == "unknown"
