"""Where regions differ, and each difference is one setting of the centre."""

import re
from collections.abc import Callable
from decimal import Decimal

from tests.simulators.insurance.designated_institution import (
    ANAESTHESIA,
    EMPLOYEE,
    IDENTITY,
    Hospital,
)

OpenCentre = Callable[..., Hospital]

# Differences that do not touch each other share one centre, and one process.
ELSEWHERE = {
    "infcode_as_text": True,
    "edition": "baseline",
    "discharge_before_pre_settlement": False,
    "reversible": ["2304"],
    "hi_setl_lv": "1",
}


def test_infcode_is_a_number_or_a_text(open_centre: OpenCentre) -> None:
    for hospital, good, bad in (
        (open_centre(), 0, -1),
        (open_centre(**ELSEWHERE), "0", "-1"),
    ):
        answer = hospital.call("2401", hospital.admission(EMPLOYEE)).json
        assert answer["infcode"] == good
        assert type(answer["infcode"]) is type(good)
        assert hospital.call("2401", hospital.admission(EMPLOYEE)).json["infcode"] == bad


def test_amounts_are_bare_numbers_with_two_decimals(hospital: Hospital) -> None:
    stay = hospital.discharged(EMPLOYEE, (ANAESTHESIA, "1", "980.00"))
    text = hospital.call("2303", hospital.settling(stay, "980.00")).http.text
    assert re.search(r'"medfee_sumamt":980\.00[,}]', text)
    assert re.search(r'"hifp_pay":153\.00[,}]', text)


def test_in_guangdong_the_fund_total_contains_the_personal_account(
    open_centre: OpenCentre,
) -> None:
    # 153.00 from the pool and 827.00 from the account: 980.00 "fund", no cash
    hospital = open_centre(fund_includes_personal_account=True)
    stay = hospital.discharged(EMPLOYEE, (ANAESTHESIA, "1", "980.00"))
    output = hospital.call("2304", hospital.settling(stay, "980.00", acct_used_flag="1")).output
    one = output["setlinfo"]
    assert one["fund_pay_sumamt"] == Decimal("980.00")
    assert one["hifp_pay"] == Decimal("153.00")
    assert (one["acct_pay"], one["psn_cash_pay"]) == (Decimal("827.00"), Decimal("0.00"))
    assert one["psn_part_amt"] == Decimal("827.00")
    assert sum(row["fund_payamt"] for row in output["setldetail"]) == Decimal("980.00")
    cancelled = hospital.cancelled(stay, one["setl_id"]).output["setlinfo"]
    assert cancelled["fund_pay_sumamt"] == Decimal("-980.00")


def test_discharge_must_precede_settlement_where_the_region_says_so(
    open_centre: OpenCentre,
) -> None:
    for hospital, before in (
        (open_centre(), True),
        (open_centre(**ELSEWHERE), False),
    ):
        stay = hospital.admitted()
        hospital.uploaded(stay, (ANAESTHESIA, "1", "980.00"))
        asked = hospital.settling(stay, "980.00")
        if before:
            assert "未办理出院" in hospital.call("2303", asked).refusal
            assert "未办理出院" in hospital.call("2304", asked).refusal
            hospital.call("2402", hospital.discharge_input(stay))
        assert hospital.call("2303", asked).output
        assert hospital.call("2304", asked).output
        if not before:
            assert hospital.call("2402", hospital.discharge_input(stay)).output is None


def test_what_2601_may_reverse_is_the_regions_list(open_centre: OpenCentre) -> None:
    hospital = open_centre(**ELSEWHERE)
    hospital.admitted()
    msgid = hospital.journal()[-1]["fields"]["msgid"]
    given = {"data": {"psn_no": EMPLOYEE, "omsgid": msgid, "oinfno": "2401"}}
    assert "不支持冲正" in hospital.call("2601", given).refusal


def test_where_sign_in_is_required_nothing_goes_without_it(open_centre: OpenCentre) -> None:
    hospital = open_centre(sign_in_required=True)
    admission = hospital.admission(EMPLOYEE)
    assert "未签到" in hospital.call("2401", admission).refusal
    sign_in = {"signIn": {"opter_no": "OP01", "mac": "00-00-00-00-00-00", "ip": "127.0.0.1"}}
    first = hospital.call("9001", sign_in).output["signinoutb"]["sign_no"]
    second = hospital.call("9001", sign_in).output["signinoutb"]["sign_no"]
    assert "未签到" in hospital.call("2401", admission, sign_no=first).refusal
    assert "未签到" in hospital.call("2401", admission, sign_no=second, opter="OP02").refusal
    assert hospital.call("2401", admission, sign_no=second).output
    sign_out = {"signOut": {"sign_no": second, "opter_no": "OP01"}}
    assert hospital.call("9002", sign_out, sign_no=second).output["sign_time"]
    assert "未签到" in hospital.call("9002", sign_out, sign_no=second).refusal


def test_a_sign_in_is_good_for_its_day(open_centre: OpenCentre) -> None:
    hospital = open_centre(sign_in_required=True)
    sign_in = {"signIn": {"opter_no": "OP01", "mac": "00-00-00-00-00-00", "ip": "127.0.0.1"}}
    sign_no = hospital.call("9001", sign_in).output["signinoutb"]["sign_no"]
    hospital.move_clock(86400)
    assert "未签到" in hospital.call("2401", hospital.admission(EMPLOYEE), sign_no=sign_no).refusal


def test_signing_out_needs_a_sign_in(hospital: Hospital) -> None:
    sign_out = {"signOut": {"sign_no": "77", "opter_no": "OP01"}}
    assert "签到编号[77]不存在" in hospital.call("9002", sign_out).refusal


def test_the_national_edition_asks_for_fewer_fields(open_centre: OpenCentre) -> None:
    by_id = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": IDENTITY[EMPLOYEE][0]}}
    hunan = open_centre()
    assert "字段[psn_cert_type]不能为空" in hunan.call("1101", by_id).refusal
    baseline = open_centre(**ELSEWHERE)
    assert baseline.call("1101", by_id).output["baseinfo"]["psn_no"] == EMPLOYEE


def test_a_smaller_hospital_has_a_smaller_deductible(open_centre: OpenCentre) -> None:
    for hospital, deductible in (
        (open_centre(), "800.00"),
        (open_centre(**ELSEWHERE), "300.00"),
    ):
        stay = hospital.discharged(EMPLOYEE, (ANAESTHESIA, "1", "980.00"))
        output = hospital.call("2303", hospital.settling(stay, "980.00")).output
        assert output["setlinfo"]["act_pay_dedc"] == Decimal(deductible)
