"""Each fault does what its name says, on the wire, as often as armed, and to nothing else."""

import time
from datetime import datetime, timedelta, timezone

import grpc
import pytest

from contracts.medsettle.his.v1 import his_pb2

BEIJING = timezone(timedelta(hours=8))
OPERATIONS = [
    method.name
    for method in his_pb2.DESCRIPTOR.services_by_name["HospitalInformationService"].methods
]
UNUSED = {"skip": 0, "match": {}}


def today():
    return datetime.now(BEIJING).date().isoformat()


def failure_of(call):
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code().name


def test_thirteen_operations_are_known():
    assert len(OPERATIONS) == 13


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("kind", ["no_answer_before_effect", "no_answer_after_effect"])
def test_a_lost_call_breaks_the_connection_on_every_operation(his, hospital, operation, kind):
    hospital.act("faults", operation=operation, kind=kind)
    assert failure_of(lambda: his.call(operation)) == "UNAVAILABLE"
    exchange = hospital.journal()[-1]
    assert (exchange["operation"], exchange["fault"]) == (operation, kind)
    assert (exchange["status"], exchange["response_sha256"]) == ("NO_ANSWER", None)
    assert hospital.faults()[0]["fired"] == 1


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_armed_refusal_is_spoken_in_the_contracts_form(his, hospital, operation):
    args = {"code": "HIS_CLOSED", "message": "日终结账中"}
    hospital.act("faults", operation=operation, kind="refuse", args=args)
    refusal = his.refusal_of(operation)
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "HIS_CLOSED")
    assert refusal.text == "日终结账中"
    exchange = hospital.journal()[-1]
    assert (exchange["status"], exchange["fault"]) == ("FAILED_PRECONDITION", "refuse")
    assert exchange["fields"] == {"reason": "HIS_CLOSED"}


def test_a_request_lost_on_its_way_had_no_effect(his, hospital):
    admission_no = hospital.admit()
    hospital.act("faults", operation="SaveDeposit", kind="no_answer_before_effect")
    assert failure_of(lambda: his.deposit(admission_no, 100, "D1")) == "UNAVAILABLE"
    assert hospital.books()["deposits"] == []
    assert his.call("QueryPosting", number="D1").state == 1
    assert his.deposit(admission_no, 100, "D1").deposit_balance_fen == 100


def test_an_answer_lost_on_its_way_had_its_effect_and_is_repeated(his, hospital):
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 23000, "D1")
    posting = his.self_pay_posting(admission_no, "S1", his.lock(admission_no, "S1"))
    hospital.act("faults", operation="PostSettlement", kind="no_answer_after_effect")
    assert failure_of(lambda: his.call("PostSettlement", **posting)) == "UNAVAILABLE"
    receipt_no = his.call("QueryPosting", number="S1").receipt_no
    assert receipt_no
    assert his.call("PostSettlement", **posting).receipt_no == receipt_no
    assert len(hospital.books()["settlements"]) == 1


def test_a_posting_refused_by_the_his_leaves_the_lock(his, hospital):
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 23000, "D1")
    posting = his.self_pay_posting(admission_no, "S1", his.lock(admission_no, "S1"))
    hospital.act(
        "faults", operation="PostSettlement", kind="refuse", args={"code": "POSTING_REFUSED"}
    )
    assert his.refusal_of("PostSettlement", **posting).reason == "POSTING_REFUSED"
    assert hospital.admission(admission_no)["locked_by"] == "S1"
    assert his.call("PostSettlement", **posting).receipt_no


def test_only_the_connection_of_the_lost_call_breaks(his, his_process, hospital):
    admission_no = hospital.admit()
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(his.address, options) as other:
        bystander = type(his)(his.address)
        bystander.channel.close()
        bystander.channel = other
        bystander.call("GetAdmission", admission_no=admission_no)
        hospital.act("faults", operation="GetAdmission", kind="delay", args={"seconds": 0.4})
        hospital.act("faults", operation="ListCharges", kind="no_answer_before_effect")
        request = his.request("GetAdmission", admission_no=admission_no)
        method = "/medsettle.his.v1.HospitalInformationService/GetAdmission"
        body = request.SerializeToString()
        waiting = other.unary_unary(method, None, None).future(
            body, metadata=his.signed(method, body), timeout=5
        )
        assert failure_of(lambda: his.call("ListCharges")) == "UNAVAILABLE"
        answer = his_pb2.GetAdmissionResponse.FromString(waiting.result())
        assert answer.admission.admission_no == admission_no


def test_a_delayed_answer_comes_late(his, hospital):
    admission_no = hospital.admit()
    hospital.act("faults", operation="GetAdmission", kind="delay", args={"seconds": 0.3})
    began = time.monotonic()
    assert his.call("GetAdmission", admission_no=admission_no).admission
    assert time.monotonic() - began >= 0.3


def test_an_answer_delayed_beyond_the_deadline_had_its_effect(his, hospital):
    admission_no = hospital.admit()
    hospital.act("faults", operation="SaveDeposit", kind="delay", args={"seconds": 5})
    request = his.request(
        "SaveDeposit",
        deposit_no="D1",
        admission_no=admission_no,
        amount_fen=100,
        channel="cash",
        paid_at="2024-01-01T00:00:00Z",
    )
    failure = failure_of(lambda: his.send("SaveDeposit", request, timeout=0.2))
    assert failure == "DEADLINE_EXCEEDED"
    assert his.call("QueryPosting", number="D1").state == 2
    assert his.send("SaveDeposit", request).deposit_balance_fen == 100


def test_a_silent_his_never_answers_and_does_nothing(his, hospital):
    admission_no = hospital.ready_to_settle()
    hospital.act("faults", operation="Lock", kind="silent", args={"times": 2})
    lock = {"settlement_no": "S1", "admission_no": admission_no, "purpose": 1}
    for _ in range(2):
        failure = failure_of(lambda: his.call("Lock", timeout=0.2, **lock))
        assert failure == "DEADLINE_EXCEEDED"
    assert hospital.admission(admission_no)["locked_by"] is None
    assert hospital.faults()[0]["fired"] == 2
    assert his.call("Lock", **lock).bill_no


def test_a_fault_waits_for_its_match_and_its_turn(his, hospital):
    first, second = hospital.ready_to_settle(), hospital.ready_to_settle()
    hospital.act(
        "faults",
        operation="Lock",
        kind="refuse",
        match={"admission_no": second, "purpose": "settle"},
        skip=1,
        args={"code": "BILL_LOCKED"},
    )
    bill = his.lock(first, "S1")
    his.call("Unlock", settlement_no="S1", admission_no=first, bill_no=bill.bill_no)
    his.lock(second, "S2")  # skipped
    refusal = his.refusal_of("Lock", settlement_no="S2", admission_no=second, purpose=1)
    assert refusal.reason == "BILL_LOCKED"


def test_a_forged_call_uses_up_no_fault(his, hospital):
    hospital.act("faults", operation="GetAdmission", kind="refuse", args={"code": "X"})
    request = his.request("GetAdmission", admission_no=hospital.admit())
    failure = failure_of(lambda: his.send("GetAdmission", request, metadata=[]))
    assert failure == "UNAUTHENTICATED"
    assert hospital.faults()[0]["fired"] == 0


def test_a_wrong_total_is_told_once_and_the_books_stay_right(his, hospital):
    admission_no = hospital.ready_to_settle()
    for operation in ("Lock", "ListPendingCharges"):
        hospital.act("faults", operation=operation, kind="wrong_total", args={"fen": -7})
    assert his.call("ListPendingCharges", admission_no=admission_no).total_fen == 22993
    assert his.call("ListPendingCharges", admission_no=admission_no).total_fen == 23000
    assert his.lock(admission_no, "S1").total_fen == 22993
    assert his.lock(admission_no, "S1").total_fen == 23000
    assert hospital.admission(admission_no)["pending_fen"] == 23000


@pytest.fixture
def listed(his, hospital):
    """Asks for a day with two entries; gives (number, amount) pairs."""
    for number in ("S1", "S2"):
        admission_no = hospital.ready_to_settle()
        his.deposit(admission_no, 23000, f"D-{number}")
        his.settle(admission_no, number)

    def ask(operation):
        answer = his.call(operation, business_date=today())
        if operation == "ListSettlements":
            return [(each.number.removeprefix("D-"), each.total_fen) for each in answer.settlements]
        return [(each.number.removeprefix("D-"), each.amount_fen) for each in answer.deposits]

    return ask


@pytest.mark.parametrize("operation", ["ListSettlements", "QueryDeposits"])
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("statement_short", [("S2", 23000)]),
        ("statement_doubled", [("S1", 23000), ("S2", 23000), ("S1", 23000)]),
        ("statement_off_by_one_fen", [("S1", 23001), ("S2", 23000)]),
    ],
)
def test_a_statement_is_falsified_once(hospital, listed, operation, kind, told):
    hospital.act("faults", operation=operation, kind=kind)
    assert listed(operation) == told
    assert listed(operation) == [("S1", 23000), ("S2", 23000)]
    assert hospital.books()["totals"]["settled_fen"] == 46000


def test_a_statement_fault_waits_for_a_page_with_an_entry(his, hospital):
    hospital.act("faults", operation="ListSettlements", kind="statement_short")
    assert not his.call("ListSettlements", business_date="2001-01-01").settlements
    assert hospital.faults()[0]["fired"] == 0
    assert hospital.journal()[-1]["fault"] is None


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"kind": "half_answer"}, "kind 'half_answer' does not exist here"),
        ({"kind": "bad_signature"}, "kind 'bad_signature' does not exist here"),
        ({"kind": "explode"}, "kind 'explode' is not one of"),
        ({"operation": "LockBill", "kind": "silent"}, "operation 'LockBill' is not one of"),
        ({"kind": "refuse"}, "'args.code' must name the reason"),
        ({"kind": "delay"}, "'args.seconds' is a number"),
        ({"kind": "delay", "args": 3}, "'args' must be an object"),
        ({"kind": "wrong_total", "args": {"fen": 1}}, "'wrong_total' is for"),
        ({"operation": "Lock", "kind": "wrong_total"}, "'args.fen' must not be 0"),
        ({"kind": "statement_short"}, "'statement_short' is for"),
        ({"kind": "silent", "args": {"times": "2"}}, "'args.times' must be an integer"),
    ],
)
def test_a_fault_that_could_never_fire_is_refused_when_armed(hospital, spec, text):
    answer = hospital.refused_act("faults", **({"operation": "SaveDeposit"} | spec))
    assert answer.startswith(text)
    assert hospital.faults() == []
