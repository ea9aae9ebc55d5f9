"""From 2401 to 2304 and back: what the centre lets happen to a stay, and in which order."""

from decimal import Decimal
from typing import Any

import pytest

from tests.simulators.insurance.designated_institution import (
    ANAESTHESIA,
    BLOOD,
    EMPLOYEE,
    IDENTITY,
    PAUSED,
    RESIDENT,
    Hospital,
)

Stay = tuple[str, str]


def visit(stay: Stay, **more: str) -> dict[str, Any]:
    return {"data": {"psn_no": stay[0], "mdtrt_id": stay[1], **more}}


def reversal(psn_no: str, omsgid: str, oinfno: str) -> dict[str, Any]:
    return {"data": {"psn_no": psn_no, "omsgid": omsgid, "oinfno": oinfno}}


def ready_to_settle(hospital: Hospital) -> Stay:
    """One anaesthesia of 980.00: 800 deductible, 153.00 from the pool, 827.00 personal."""
    return hospital.discharged(EMPLOYEE, (ANAESTHESIA, "1", "980.00"))


def test_a_person_is_read_by_token_id_or_card(hospital: Hospital) -> None:
    certno, name, insutype, psn_type = IDENTITY[EMPLOYEE]
    for kind, number, card_sn in (
        ("01", "EC0000000000000000000000000001", ""),
        ("02", certno, "NULL"),
        ("03", "A00000001", "SN00000001"),
    ):
        given = {
            "mdtrt_cert_type": kind,
            "mdtrt_cert_no": number,
            "card_sn": card_sn,
            "psn_cert_type": "01",
            "certno": certno,
            "psn_name": name,
        }
        output = hospital.call("1101", {"data": given}).output
        assert output["baseinfo"]["psn_no"] == EMPLOYEE
        (insured,) = output["insuinfo"]
        assert (insured["insutype"], insured["psn_type"]) == (insutype, psn_type)
        assert insured["balc"] == Decimal("3500.00")
        assert insured["psn_insu_stas"] == "1"
        assert output["idetinfo"] == []


def test_entitlement_lists_the_funds_and_says_why_not(hospital: Hospital) -> None:
    def asked(psn_no: str) -> list[dict[str, Any]]:
        given = {
            "psn_no": psn_no,
            "insutype": "310",
            "fixmedins_code": "H00000000001",
            "med_type": "21",
            "begntime": "2026-01-05 08:00:00",
        }
        return hospital.call("2001", {"data": given}).output["trtinfo"]

    assert [(row["fund_pay_type"], row["trt_enjymnt_flag"]) for row in asked(EMPLOYEE)] == [
        ("310100", "1"),
        ("330100", "1"),
    ]
    assert {row["trt_enjymnt_flag"] for row in asked(PAUSED)} == {"0"}
    assert "暂停" in asked(PAUSED)[0]["trt_chk_rslt"]


def test_somebody_with_paused_insurance_is_not_admitted(hospital: Hospital) -> None:
    assert "参保状态异常" in hospital.call("2401", hospital.admission(PAUSED)).refusal
    assert hospital.books()["stays"] == []


def test_a_person_in_hospital_is_found_and_not_admitted_twice(hospital: Hospital) -> None:
    stay = hospital.admitted()
    assert "存在未结束的住院就诊" in hospital.call("2401", hospital.admission(EMPLOYEE)).refusal
    today = f"{hospital.now():%Y-%m-%d}"
    asked = {"data": {"psn_no": EMPLOYEE, "begntime": today, "endtime": today}}
    (found,) = hospital.call("5303", asked).output["data"]
    assert (found["mdtrt_id"], found["ipt_otp_no"]) == (stay[1], "ZY0001")
    asked["data"]["med_type"] = "21"
    (found,) = hospital.call("5201", asked).output["mdtrtinfo"]
    assert (found["mdtrt_id"], found["inhosp_stas"], found["endtime"]) == (stay[1], "1", None)


def test_discharge_and_its_undoing_show_in_the_queries(hospital: Hospital) -> None:
    stay = ready_to_settle(hospital)
    today = f"{hospital.now():%Y-%m-%d}"
    asked = {"data": {"psn_no": EMPLOYEE, "begntime": today, "endtime": today, "med_type": "21"}}
    (found,) = hospital.call("5201", asked).output["mdtrtinfo"]
    assert found["inhosp_stas"] == "0"
    assert found["endtime"].startswith(today)
    assert hospital.call("5303", asked).output["data"] == []
    assert "已办理出院" in hospital.call("2402", hospital.discharge_input(stay)).refusal
    assert hospital.call("2405", visit(stay)).output is None
    assert "不存在" in hospital.call("2405", visit(stay)).refusal
    (found,) = hospital.call("5303", asked).output["data"]
    assert found["mdtrt_id"] == stay[1]


def test_changed_admission_details_replace_the_old_ones(hospital: Hospital) -> None:
    stay = hospital.admitted()
    changed = hospital.admission(EMPLOYEE)["mdtrtinfo"] | {
        "mdtrt_id": stay[1],
        "ipt_otp_no": "ZY9999",
        "adm_bed": "88",
    }
    diagnoses = hospital.diagnosis(mdtrt_id=stay[1], psn_no=stay[0])
    assert hospital.call("2403", {"adminfo": changed, "diseinfo": diagnoses}).output is None
    today = f"{hospital.now():%Y-%m-%d}"
    asked = {"data": {"psn_no": EMPLOYEE, "begntime": today, "endtime": today, "med_type": "21"}}
    (found,) = hospital.call("5201", asked).output["mdtrtinfo"]
    assert (found["adm_bed"], found["ipt_otp_no"]) == ("88", "ZY9999")


def test_pre_settlement_changes_nothing(hospital: Hospital) -> None:
    stay = ready_to_settle(hospital)
    before = hospital.books()
    asked = hospital.settling(stay, "980.00", acct_used_flag="1")
    first = hospital.call("2303", asked).output["setlinfo"]
    assert (first["acct_pay"], first["balc"]) == (Decimal("827.00"), Decimal("2673.00"))
    assert "setl_id" not in first
    assert hospital.books() == before


def test_settlement_takes_from_the_account_and_can_be_queried(hospital: Hospital) -> None:
    stay = ready_to_settle(hospital)
    settled = hospital.settled(stay, "980.00", acct_used_flag="1", invono="INV1")
    assert settled["medins_setl_id"] == hospital.journal()[-1]["fields"]["msgid"]
    assert hospital.balance(EMPLOYEE) == 2673_00
    found = hospital.call("5203", visit(stay, setl_id=settled["setl_id"])).output
    for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "setl_time", "medins_setl_id"):
        assert found["setlinfo"][name] == settled[name]
    assert found["setlinfo"]["psn_pay"] == settled["psn_part_amt"]
    assert found["setlinfo"]["cash_payamt"] == settled["psn_cash_pay"]
    assert found["setlinfo"]["refd_setl_flag"] == "0"
    assert found["setlinfo"]["invono"] == "INV1"
    assert sum(row["fund_payamt"] for row in found["setldetail"]) == Decimal("980.00")


def test_a_settled_visit_is_closed_to_everything_but_cancellation(hospital: Hospital) -> None:
    stay = ready_to_settle(hospital)
    hospital.settled(stay, "980.00")
    asked = hospital.settling(stay, "980.00")
    assert "已结算" in hospital.call("2304", asked).refusal
    assert "已结算" in hospital.call("2303", asked).refusal
    assert "已结算" in hospital.call("2302", visit(stay, feedetl_sn="0000")).refusal
    assert "已结算" in hospital.call("2404", visit(stay)).refusal
    assert "已结算" in hospital.call("2405", visit(stay)).refusal
    line = hospital.line(stay, BLOOD, "1", "18.60")
    assert "已结算" in hospital.call("2301", {"feedetail": [line]}).refusal
    assert len(hospital.books()["settlements"]) == 1


def test_a_cancellation_is_a_settlement_of_its_own_with_every_amount_negated(
    hospital: Hospital,
) -> None:
    stay = ready_to_settle(hospital)
    original = hospital.settled(stay, "980.00", acct_used_flag="1")
    output = hospital.cancelled(stay, original["setl_id"]).output
    cancelled = output["setlinfo"]
    assert cancelled["setl_id"] != original["setl_id"]
    same = {"balc", "pool_prop_selfpay"}
    amounts = [n for n, v in cancelled.items() if isinstance(v, Decimal) and n not in same]
    assert len(amounts) >= 20
    for name in amounts:
        of_original = "act_pay_dedc" if name == "crt_dedc" else name
        assert cancelled[name] == -original[of_original], name
    assert cancelled["balc"] == Decimal("3500.00")
    assert sum(row["fund_payamt"] for row in output["setldetail"]) == Decimal("-980.00")
    assert hospital.balance(EMPLOYEE) == 3500_00
    again = hospital.cancelled(stay, original["setl_id"]).refusal
    assert "已撤销" in again
    found = hospital.call("5203", visit(stay, setl_id=original["setl_id"])).output["setlinfo"]
    assert (found["refd_setl_flag"], found["medfee_sumamt"]) == ("1", Decimal("980.00"))
    assert "不能撤销" in hospital.cancelled(stay, cancelled["setl_id"]).refusal


def test_a_cancelled_visit_reopens_changes_its_lines_and_settles_again(hospital: Hospital) -> None:
    stay = ready_to_settle(hospital)
    first = hospital.settled(stay, "980.00")
    hospital.cancelled(stay, first["setl_id"])
    line = hospital.line(stay, BLOOD, "1", "18.60")
    assert "请先撤销出院" in hospital.call("2301", {"feedetail": [line]}).refusal
    hospital.call("2405", visit(stay))
    assert hospital.call("2302", visit(stay, feedetl_sn="1")).output is None
    hospital.uploaded(stay, (ANAESTHESIA, "2", "1960.00"))
    hospital.call("2402", hospital.discharge_input(stay))
    second = hospital.settled(stay, "1960.00")
    assert second["setl_id"] != first["setl_id"]
    # 1960.00 - 800 = 1160.00 x .85 = 986.00: still the year's first stay
    assert second["hifp_pay"] == Decimal("986.00")
    assert hospital.books()["totals"] == {
        "live_settlements": 1,
        "medfee_fen": 1960_00,
        "fund_fen": 986_00,
        "personal_account_fen": 0,
        "cash_fen": 974_00,
    }


def test_everything_is_undone_backwards_to_an_empty_registration(hospital: Hospital) -> None:
    stay = ready_to_settle(hospital)
    settled = hospital.settled(stay, "980.00")
    hospital.cancelled(stay, settled["setl_id"])
    assert "请先撤销出院" in hospital.call("2404", visit(stay)).refusal
    hospital.call("2405", visit(stay))
    assert "存在未撤销的费用明细" in hospital.call("2404", visit(stay)).refusal
    assert hospital.call("2302", visit(stay, feedetl_sn="0000")).output is None
    assert hospital.call("2404", visit(stay)).output is None
    assert "不存在" in hospital.call("2404", visit(stay)).refusal
    assert hospital.books()["stays"][0]["state"] == "withdrawn"
    hospital.admitted()


def test_a_reversal_takes_a_settlement_back_as_if_it_had_never_been(hospital: Hospital) -> None:
    stay = ready_to_settle(hospital)
    settled = hospital.settled(stay, "980.00", acct_used_flag="1")
    undo = reversal(EMPLOYEE, settled["medins_setl_id"], "2304")
    assert hospital.call("2601", undo).output is None
    assert hospital.balance(EMPLOYEE) == 3500_00
    assert "已冲正" in hospital.call("2601", undo).refusal
    assert "不存在" in hospital.call("5203", visit(stay, setl_id=settled["setl_id"])).refusal
    assert "不存在" in hospital.cancelled(stay, settled["setl_id"]).refusal
    hospital.call("2303", hospital.settling(stay, "980.00")).output.keys()
    assert hospital.settled(stay, "980.00")["setl_id"] != settled["setl_id"]


def test_a_reversal_takes_an_empty_admission_back(hospital: Hospital) -> None:
    hospital.admitted()
    msgid = hospital.journal()[-1]["fields"]["msgid"]
    undo = reversal(EMPLOYEE, msgid, "2401")
    assert hospital.call("2601", undo).output is None
    assert "已冲正" in hospital.call("2601", undo).refusal
    assert hospital.books()["stays"][0]["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("oinfno", "mark"),
    [("2304", "不存在"), ("2401", "不存在"), ("2207", "不存在"), ("2305", "不支持冲正")],
)
def test_a_reversal_of_nothing_is_refused(hospital: Hospital, oinfno: str, mark: str) -> None:
    hospital.admitted(RESIDENT)
    undo = reversal(EMPLOYEE, "H00000000001202601010000009999", oinfno)
    assert mark in hospital.call("2601", undo).refusal


def test_a_reversal_needs_the_right_transaction_number(hospital: Hospital) -> None:
    stay = ready_to_settle(hospital)
    settled = hospital.settled(stay, "980.00")
    undo = reversal(EMPLOYEE, settled["medins_setl_id"], "2401")
    assert "不存在" in hospital.call("2601", undo).refusal
    assert hospital.books()["totals"]["live_settlements"] == 1


def test_a_cancelled_settlement_is_not_reversed_as_well(hospital: Hospital) -> None:
    stay = ready_to_settle(hospital)
    settled = hospital.settled(stay, "980.00", acct_used_flag="1")
    hospital.cancelled(stay, settled["setl_id"])
    undo = reversal(EMPLOYEE, settled["medins_setl_id"], "2304")
    assert "已撤销" in hospital.call("2601", undo).refusal
    assert hospital.balance(EMPLOYEE) == 3500_00


def test_time_is_the_centres_own_in_beijing(hospital: Hospital) -> None:
    stay = ready_to_settle(hospital)
    hospital.move_clock(10 * 86400)
    settled = hospital.settled(stay, "980.00")
    assert settled["setl_time"][:10] == f"{hospital.now():%Y-%m-%d}"
    answer = hospital.call("1101", {"data": {}}).json
    assert answer["respond_time"][:8] == f"{hospital.now():%Y%m%d}"
    assert len(answer["respond_time"]) == 17
    assert answer["inf_refmsgid"][:6] == "009900"
    assert len(answer["inf_refmsgid"]) == 30
