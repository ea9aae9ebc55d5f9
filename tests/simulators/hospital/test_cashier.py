"""A HIS that leads: the cashier posts or refuses, and Medsettle hears of it over signed gRPC."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from contracts.medsettle.his.v1 import his_pb2

SERVICE = "medsettle.his.v1.PostingService"
SECRET = "secret-of-the-his-at-medsettle"


class Medsettle:
    """The PostingService as the HIS sees it: notes, verifies, and answers or refuses."""

    def __init__(self, his):
        self.his = his
        self.calls = []
        self.nonces = []
        self.refuse_with = None

    def confirm(self, body, context):
        self.verify("ConfirmPosting", body, context)
        self.calls.append(his_pb2.ConfirmPostingRequest.FromString(body))
        return his_pb2.ConfirmPostingResponse(settlement_state="POSTED").SerializeToString()

    def cancel(self, body, context):
        self.verify("CancelPosting", body, context)
        self.calls.append(his_pb2.CancelPostingRequest.FromString(body))
        return his_pb2.CancelPostingResponse(
            settlement_state="CANCELLING", cancellation_no="C77"
        ).SerializeToString()

    def verify(self, name, body, context):
        sent = {
            key: value
            for key, value in context.invocation_metadata()
            if key.startswith("medsettle-")
        }
        right = self.his.signed(
            f"/{SERVICE}/{name}",
            body,
            key_id="his-1",
            secret=SECRET,
            timestamp=sent["medsettle-timestamp"],
            nonce=sent["medsettle-nonce"],
        )
        assert sent == dict(right)
        self.nonces.append(sent["medsettle-nonce"])
        if self.refuse_with:
            context.abort(grpc.StatusCode.NOT_FOUND, self.refuse_with)


@pytest.fixture
def medsettle(his, hospital):
    """Medsettle's side, reachable for the HIS."""
    medsettle = Medsettle(his)
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                SERVICE,
                {
                    "ConfirmPosting": grpc.unary_unary_rpc_method_handler(medsettle.confirm),
                    "CancelPosting": grpc.unary_unary_rpc_method_handler(medsettle.cancel),
                },
            ),
        )
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    hospital.act("platform", grpc=f"127.0.0.1:{port}", key_id="his-1", secret=SECRET)
    yield medsettle
    server.stop(None).wait()


@pytest.fixture
def locked(his, hospital):
    """A self-pay stay of 230.00 yuan, locked by S1, with its deposit."""
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 25000, "D1")
    his.lock(admission_no, "S1")
    return admission_no


def test_a_cashiers_posting_is_booked_and_confirmed_to_medsettle(his, hospital, medsettle, locked):
    answer = hospital.act("settlements/post-by-cashier", settlement_no="S1", receipt_no="SJ-9")
    assert answer == {
        "settlement_no": "S1",
        "receipt_no": "SJ-9",
        "settlement_state": "POSTED",
        "status": "OK",
        "details": "",
    }
    (request,) = medsettle.calls
    assert (request.settlement_no, request.receipt_no) == ("S1", "SJ-9")
    posting = his.call("QueryPosting", number="S1")
    assert (posting.state, posting.receipt_no) == (2, "SJ-9")
    assert posting.acted_at == request.posted_at
    assert hospital.admission(locked)["state"] == "discharged"
    (settlement,) = hospital.books()["settlements"]
    assert settlement["shares"] == {"deposit": 23000}


def test_the_confirmation_is_journalled_as_an_outgoing_call(his, hospital, medsettle, locked):
    hospital.act("settlements/post-by-cashier", settlement_no="S1")
    exchange = hospital.journal()[-1]
    assert (exchange["operation"], exchange["direction"]) == ("ConfirmPosting", "out")
    assert exchange["fields"] == {"settlement_no": "S1"}
    sent = medsettle.calls[0].SerializeToString()
    assert exchange["request_sha256"] == hashlib.sha256(sent).hexdigest()


def test_a_confirmed_pre_settlement_is_what_the_cashier_posts(his, hospital, medsettle):
    admission_no = hospital.ready_to_settle("insured")
    his.deposit(admission_no, 5000, "D1")
    bill = his.lock(admission_no, "S1")
    text = hospital.refused_act("settlements/post-by-cashier", settlement_no="S1")
    assert text == "'settlement_no' 'S1' is insured and has no confirmed pre-settlement"
    his.call(
        "ConfirmPreSettlement",
        settlement_no="S1",
        admission_no=admission_no,
        bill_no=bill.bill_no,
        total_fen=23000,
        shares=[
            his_pb2.Share(payer="pooled_fund", amount_fen=18000),
            his_pb2.Share(payer="deposit", amount_fen=5000),
        ],
        insurance=his_pb2.InsuranceResult(
            registration_no="MDTRT1", pooled_fund_fen=18000, cash_fen=5000
        ),
        due_fen=5000,
    )
    hospital.act("settlements/post-by-cashier", settlement_no="S1", insurance_settlement_id="SETL1")
    (settlement,) = hospital.books()["settlements"]
    assert settlement["shares"] == {"pooled_fund": 18000, "deposit": 5000}
    assert settlement["insurance_settlement_id"] == "SETL1"
    assert settlement["deposit_applied_fen"] == 5000


def test_posting_again_tells_again_under_a_new_nonce_and_books_once(hospital, medsettle, locked):
    first = hospital.act("settlements/post-by-cashier", settlement_no="S1")
    assert hospital.act("settlements/post-by-cashier", settlement_no="S1") == first
    assert len(medsettle.calls) == 2
    assert len(set(medsettle.nonces)) == 2
    assert len(hospital.books()["settlements"]) == 1


def test_a_posting_medsettle_refuses_stays_booked_and_says_so(hospital, medsettle, locked):
    medsettle.refuse_with = "settlement is unknown"
    answer = hospital.act("settlements/post-by-cashier", settlement_no="S1")
    assert (answer["status"], answer["details"]) == ("NOT_FOUND", "settlement is unknown")
    assert "settlement_state" not in answer
    assert len(hospital.books()["settlements"]) == 1
    assert hospital.journal()[-1]["status"] == "NOT_FOUND"


def test_a_cashier_may_post_and_stay_silent(his, hospital, medsettle, locked):
    answer = hospital.act("settlements/post-by-cashier", settlement_no="S1", tell=False)
    assert set(answer) == {"settlement_no", "receipt_no"}
    assert medsettle.calls == []
    assert his.call("QueryPosting", number="S1").receipt_no == answer["receipt_no"]


def test_medsettle_posting_what_the_cashier_posted_is_refused_with_the_receipt(
    his, hospital, medsettle, locked
):
    receipt_no = hospital.act("settlements/post-by-cashier", settlement_no="S1")["receipt_no"]
    bill = his.lock(locked, "S1")  # the first answer again
    refusal = his.refusal_of("PostSettlement", **his.self_pay_posting(locked, "S1", bill))
    assert refusal.reason == "POSTING_REFUSED"
    assert refusal.numbers == {"receipt_no": receipt_no}


def test_a_cashiers_refusal_is_told_and_no_posting_follows(his, hospital, medsettle, locked):
    answer = hospital.act("settlements/refuse-by-cashier", settlement_no="S1", reason="发票已用完")
    assert answer == {
        "settlement_no": "S1",
        "settlement_state": "CANCELLING",
        "cancellation_no": "C77",
        "status": "OK",
        "details": "",
    }
    (request,) = medsettle.calls
    assert (request.settlement_no, request.reason) == ("S1", "发票已用完")
    bill = his.lock(locked, "S1")
    refusal = his.refusal_of("PostSettlement", **his.self_pay_posting(locked, "S1", bill))
    assert (refusal.reason, refusal.text) == ("POSTING_REFUSED", "收费员拒绝入账: 发票已用完")
    text = hospital.refused_act("settlements/post-by-cashier", settlement_no="S1")
    assert text == "POSTING_REFUSED: 收费员拒绝入账: 发票已用完"
    posting = his.call("QueryPosting", number="S1")
    assert (posting.state, posting.receipt_no) == (2, "")
    assert posting.result_text.endswith("收费员拒绝入账：发票已用完")
    his.call("Unlock", settlement_no="S1", admission_no=locked, bill_no=bill.bill_no)
    assert his.call("QueryPosting", number="S1").state == 3
    assert his.lock(locked, "S2").bill_no


def test_the_cashier_cannot_post_more_than_the_deposit_holds(his, hospital, medsettle):
    admission_no = hospital.ready_to_settle()
    his.lock(admission_no, "S1")
    text = hospital.refused_act("settlements/post-by-cashier", settlement_no="S1")
    assert text.startswith("DEPOSIT_SHORT: ")
    assert medsettle.calls == []


def test_posted_and_never_locked_settlements_are_not_refused_by_the_cashier(
    hospital, medsettle, locked
):
    for path in ("settlements/post-by-cashier", "settlements/refuse-by-cashier"):
        fields = {"reason": "x"} if path.endswith("refuse-by-cashier") else {}
        text = hospital.refused_act(path, settlement_no="S9", **fields)
        assert text == "'settlement_no' 'S9' never locked a bill"
    hospital.act("settlements/post-by-cashier", settlement_no="S1")
    text = hospital.refused_act("settlements/refuse-by-cashier", settlement_no="S1", reason="x")
    assert text == "'settlement_no' 'S1' is posted already"


def test_a_wrong_platform_is_refused_by_its_field(hospital):
    text = hospital.refused_act("platform", grpc="127.0.0.1:1", key_id="his-1")
    assert text == "platform.secret must be text"


def test_a_platform_that_cannot_be_reached_is_reported(hospital, his, locked):
    hospital.act("platform", grpc="127.0.0.1:1", key_id="his-1", secret=SECRET)
    answer = hospital.act("settlements/post-by-cashier", settlement_no="S1")
    assert answer["status"] == "UNAVAILABLE"
    assert hospital.journal()[-1]["response_sha256"] is None
