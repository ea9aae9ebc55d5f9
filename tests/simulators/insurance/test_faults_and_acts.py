"""Faults on this wire, the control acts, the journal and the books."""

import hashlib
import json
import time
from decimal import Decimal

import httpx
import pytest

from tests.simulators.insurance.designated_institution import (
    ANAESTHESIA,
    BLOOD,
    EMPLOYEE,
    RESIDENT,
    Hospital,
)


@pytest.fixture
def stay(hospital: Hospital) -> tuple[str, str]:
    """A discharged stay of 980.00: pool 153.00, personal 827.00."""
    return hospital.discharged(EMPLOYEE, (ANAESTHESIA, "1", "980.00"))


def live(hospital: Hospital) -> int:
    return hospital.books()["totals"]["live_settlements"]


def test_a_lost_request_has_no_effect_and_its_msgid_is_still_free(
    hospital: Hospital, stay: tuple[str, str]
) -> None:
    hospital.arm("2304", "no_answer_before_effect")
    msgid, asked = hospital.new_msgid(), hospital.settling(stay, "980.00")
    with pytest.raises(httpx.TransportError):
        hospital.call("2304", asked, msgid=msgid)
    assert live(hospital) == 0
    assert hospital.journal()[-1]["response_sha256"] is None
    assert hospital.call("2304", asked, msgid=msgid).output
    assert hospital.act("faults", {"operation": "2304", "kind": "delay"}).status_code == 422


@pytest.mark.parametrize("kind", ["no_answer_after_effect", "half_answer"])
def test_a_lost_answer_leaves_a_settlement_that_2601_takes_back(
    hospital: Hospital, stay: tuple[str, str], kind: str
) -> None:
    hospital.arm("2304", kind)
    msgid = hospital.new_msgid()
    with pytest.raises(httpx.TransportError):
        hospital.call("2304", hospital.settling(stay, "980.00"), msgid=msgid)
    assert live(hospital) == 1
    entry = hospital.journal()[-1]
    assert (entry["fault"], entry["response_sha256"]) == (kind, None)
    undo = {"psn_no": EMPLOYEE, "omsgid": msgid, "oinfno": "2304"}
    assert hospital.call("2601", {"data": undo}).output is None
    assert live(hospital) == 0


@pytest.mark.parametrize(
    "kind", ["no_answer_before_effect", "no_answer_after_effect", "half_answer"]
)
@pytest.mark.parametrize("infno", ["1101", "2601", "3202", "9001", "9102"])
def test_the_wires_faults_work_on_every_kind_of_operation(
    hospital: Hospital, infno: str, kind: str
) -> None:
    hospital.arm(infno, kind)
    with pytest.raises(httpx.TransportError):
        hospital.call(infno, {})
    assert "不能为空" in hospital.call(infno, {}).refusal


def test_a_refusal_comes_in_the_words_of_the_fault(
    hospital: Hospital, stay: tuple[str, str]
) -> None:
    hospital.arm("2304", "refuse", args={"code": -2, "message": "系统繁忙"})
    answer = hospital.call("2304", hospital.settling(stay, "980.00")).json
    assert (answer["infcode"], answer["err_msg"], answer["output"]) == (-2, "系统繁忙", None)
    assert live(hospital) == 0


def test_a_delayed_answer_has_had_its_effect(hospital: Hospital, stay: tuple[str, str]) -> None:
    hospital.arm("2304", "delay", args={"seconds": 0.2})
    started = time.monotonic()
    assert hospital.call("2304", hospital.settling(stay, "980.00")).output
    assert time.monotonic() - started >= 0.2
    assert live(hospital) == 1


def test_a_settlement_can_come_out_other_than_its_pre_settlement(
    hospital: Hospital, stay: tuple[str, str]
) -> None:
    hospital.arm("2304", "settle_off_by", args={"fen": 7})
    asked = hospital.settling(stay, "980.00")
    before = hospital.call("2303", asked).output["setlinfo"]
    output = hospital.call("2304", asked).output
    after = output["setlinfo"]
    assert after["hifp_pay"] == before["hifp_pay"] - Decimal("0.07")
    assert after["psn_cash_pay"] == before["psn_cash_pay"] + Decimal("0.07")
    assert after["medfee_sumamt"] == after["fund_pay_sumamt"] + after["psn_part_amt"]
    assert after["psn_part_amt"] == after["acct_pay"] + after["psn_cash_pay"]
    assert sum(row["fund_payamt"] for row in output["setldetail"]) == after["fund_pay_sumamt"]
    assert hospital.books()["totals"]["cash_fen"] == 827_07


def test_a_settlement_off_by_more_than_the_pool_pays_is_an_error_not_a_lie(
    hospital: Hospital, stay: tuple[str, str]
) -> None:
    hospital.arm("2304", "settle_off_by", args={"fen": 153_01})
    assert hospital.call("2304", hospital.settling(stay, "980.00")).http.status_code == 500
    assert live(hospital) == 0


def test_an_identity_breach_is_in_the_answer_not_in_the_books(
    hospital: Hospital, stay: tuple[str, str]
) -> None:
    hospital.arm("2304", "identity_breach", args={"fen": 5})
    one = hospital.settled(stay, "980.00")
    assert one["psn_cash_pay"] == Decimal("827.05")
    assert one["psn_part_amt"] == Decimal("827.00")
    assert hospital.books()["totals"]["cash_fen"] == 827_00


def test_the_insurer_refuses_one_line_as_often_as_it_comes(hospital: Hospital) -> None:
    stay = hospital.admitted()
    lines = [hospital.line(stay, BLOOD, "1", "18.60") for _ in range(4)]
    guilty = lines[2]["feedetl_sn"]
    hospital.arm("2301", "refuse_line", args={"feedetl_sn": guilty}, times=9)
    text = hospital.call("2301", {"feedetail": lines}).refusal
    assert f"费用明细流水号[{guilty}]校验不通过" in text
    assert hospital.call("2301", {"feedetail": lines[:2]}).output
    assert f"[{guilty}]" in hospital.call("2301", {"feedetail": lines[2:]}).refusal
    assert hospital.call("2301", {"feedetail": lines[3:]}).output
    fired = httpx.get(f"{hospital.control}/_control/faults").json()["faults"][0]["fired"]
    assert fired == 2
    by_code = hospital.act(
        "faults",
        {"operation": "2301", "kind": "refuse_line", "args": {"med_list_codg": BLOOD[0]}},
    )
    assert by_code.status_code == 200
    assert "校验不通过" in hospital.call("2301", {"feedetail": lines[2:3]}).refusal


@pytest.mark.parametrize(
    ("kind", "message"),
    [("timestamp_rejected", "签名时间戳超时!"), ("unknown_ak", "非法用户!")],
)
def test_the_gateway_can_be_made_to_refuse(hospital: Hospital, kind: str, message: str) -> None:
    hospital.arm("2401", kind)
    msgid, admission = hospital.new_msgid(), hospital.admission(EMPLOYEE)
    answer = hospital.call("2401", admission, msgid=msgid)
    assert (answer.http.status_code, answer.json) == (401, {"code": 401, "message": message})
    assert hospital.call("2401", admission, msgid=msgid).output


@pytest.mark.parametrize(
    ("spec", "mark"),
    [
        ({"operation": "2207", "kind": "delay"}, "not simulated"),
        ({"operation": "2301", "kind": "settle_off_by", "args": {"fen": 1}}, "is about"),
        ({"operation": "2304", "kind": "settle_off_by", "args": {"fen": "1"}}, "args.fen"),
        ({"operation": "2304", "kind": "identity_breach"}, "args.fen"),
        ({"operation": "2301", "kind": "refuse_line"}, "args"),
        ({"operation": "2304", "kind": "refuse", "args": {"code": 0, "message": "x"}}, "args.code"),
        ({"operation": "1101", "kind": "bad_signature"}, "is not one of"),
    ],
)
def test_a_fault_that_could_not_fire_is_not_armed(
    hospital: Hospital, spec: dict[str, object], mark: str
) -> None:
    answer = hospital.act("faults", spec)
    assert answer.status_code == 422
    assert mark in answer.json()["error"]
    assert httpx.get(f"{hospital.control}/_control/faults").json() == {"faults": []}


def test_the_journal_knows_each_call_by_its_numbers_and_bytes(
    hospital: Hospital, stay: tuple[str, str]
) -> None:
    msgid = hospital.new_msgid()
    body = json.dumps(
        hospital.envelope("2304", hospital.settling(stay, "980.00"), msgid=msgid)
    ).encode()
    answer = hospital.post("2304", body)
    entry = hospital.journal()[-1]
    assert (entry["operation"], entry["status"], entry["signature"]) == ("2304", "0", "verified")
    assert entry["request_sha256"] == hashlib.sha256(body).hexdigest()
    assert entry["response_sha256"] == hashlib.sha256(answer.http.content).hexdigest()
    assert entry["fields"] == {
        "msgid": msgid,
        "psn_no": EMPLOYEE,
        "mdtrt_id": stay[1],
        "setl_id": answer.output["setlinfo"]["setl_id"],
    }


def test_the_books_show_stays_lines_settlements_and_batches(
    hospital: Hospital, stay: tuple[str, str]
) -> None:
    settled = hospital.settled(stay, "980.00", acct_used_flag="1")
    books = hospital.books()
    (kept,) = books["stays"]
    assert (kept["mdtrt_id"], kept["psn_no"], kept["ipt_no"]) == (stay[1], EMPLOYEE, "ZY0001")
    assert (kept["state"], kept["lines"], kept["total_fen"]) == ("discharged", 1, 980_00)
    (line,) = books["lines"]
    assert (line["amount_fen"], line["withdrawn"], line["settled"]) == (980_00, False, True)
    assert books["batches"] == [{"msgid": line["batch_msgid"], "mdtrt_id": stay[1], "lines": 1}]
    (one,) = books["settlements"]
    assert (one["setl_id"], one["msgid"]) == (settled["setl_id"], settled["medins_setl_id"])
    assert (one["kind"], one["reversed_by"]) == ("settlement", None)
    assert (one["medfee_fen"], one["fund_fen"], one["deductible_fen"]) == (980_00, 153_00, 800_00)
    assert (one["personal_account_fen"], one["cash_fen"], one["hospital_fen"]) == (827_00, 0, 0)
    cancelled = hospital.cancelled(stay, settled["setl_id"]).output["setlinfo"]
    first, second = hospital.books()["settlements"]
    assert first["reversed_by"] == second["setl_id"] == cancelled["setl_id"]
    assert (second["kind"], second["medfee_fen"]) == ("cancellation", -980_00)


def test_the_books_can_be_altered_behind_everyones_back(
    hospital: Hospital, stay: tuple[str, str]
) -> None:
    settled = hospital.settled(stay, "980.00")
    by_msgid = {"medins_setl_id": settled["medins_setl_id"], "field": "cash_fen", "fen": -3}
    assert hospital.act("books/alter", by_msgid).json()["settlement"]["cash_fen"] == 826_97
    assert hospital.books()["totals"]["cash_fen"] == 826_97
    for wrong in (
        {"setl_id": "77", "field": "cash_fen", "fen": 1},
        by_msgid | {"field": "cash"},
        by_msgid | {"fen": "1"},
        by_msgid | {"yuan": 1},
    ):
        assert hospital.act("books/alter", wrong).status_code == 422
    assert hospital.books()["totals"]["cash_fen"] == 826_97


def test_persons_can_be_added_and_overridden_but_not_made_nonsense(hospital: Hospital) -> None:
    hospital.person(EMPLOYEE, balc_fen=7)
    assert hospital.balance(EMPLOYEE) == 7
    new = {"psn_no": "9", "certno": "000000200001010099", "psn_name": "新", "insutype": "390"}
    assert hospital.act("persons", {"persons": [new]}).json() == {
        "error": "'psn_type' must not be empty"
    }
    hospital.person("9", **{k: v for k, v in new.items() if k != "psn_no"}, psn_type="15")
    for wrong in ({"balc_fen": 1.5}, {"insutype": "340"}, {"psn_type": "77"}, {"brdy": "x"}):
        answer = hospital.act("persons", {"persons": [{"psn_no": RESIDENT, **wrong}]})
        assert answer.status_code == 422, wrong
    assert len(hospital.books()["persons"]) == 6
    hospital.act("reset", {"seed": 1})
    assert hospital.balance(EMPLOYEE) == 3500_00
    assert len(hospital.books()["persons"]) == 5


def test_the_catalogue_can_be_extended(hospital: Hospital) -> None:
    item = {
        "med_list_codg": "XNEW",
        "name": "新增项目",
        "med_chrgitm_type": "14",
        "chrgitm_lv": "02",
        "selfpay_prop": "0.50",
        "pric_uplmt_amt": "8.00",
    }
    assert hospital.act("catalogue", {"items": [item]}).status_code == 200
    (row,) = hospital.uploaded(hospital.admitted(), (("XNEW", "10.00"), "1", "10.00"))
    assert (row["overlmt_amt"], row["preselfpay_amt"]) == (Decimal("2.00"), Decimal("4.00"))
    for wrong in ({"selfpay_prop": "2"}, {"chrgitm_lv": "09"}, {"med_chrgitm_type": "15"}):
        assert hospital.act("catalogue", {"items": [item | wrong]}).status_code == 422
