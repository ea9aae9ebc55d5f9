"""What the centre refuses, and in which words: the field, the line or the number is named."""

import json
from typing import Any

import pytest

from tests.simulators.insurance.designated_institution import (
    ANAESTHESIA,
    BLOOD,
    EMPLOYEE,
    IDENTITY,
    RESIDENT,
    Hospital,
)


def person_input(**changed: str) -> dict[str, Any]:
    certno, name, _, _ = IDENTITY[EMPLOYEE]
    return {
        "data": {
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": certno,
            "psn_cert_type": "01",
            "certno": certno,
            "psn_name": name,
            **changed,
        }
    }


@pytest.mark.parametrize(
    ("changed", "mark"),
    [
        ({"mdtrt_cert_type": ""}, "字段[mdtrt_cert_type]不能为空"),
        ({"mdtrt_cert_type": "09"}, "字段[mdtrt_cert_type]的值[09]不在字典范围内"),
        ({"mdtrt_cert_no": "000000199999999999"}, "不存在"),
        ({"mdtrt_cert_type": "03", "mdtrt_cert_no": "A00000001"}, "字段[card_sn]不能为空"),
        ({"certno": "000000199999999999"}, "字段[certno]与参保人员信息不符"),
        ({"psn_name": "别人"}, "字段[psn_name]与参保人员信息不符"),
        ({"psn_name": "null"}, "字段[psn_name]不能为空"),
        ({"psn_name": "名" * 51}, "字段[psn_name]长度超过50"),
        ({"begntime": "2026-01-01"}, "字段[begntime]的值[2026-01-01]格式不正确"),
    ],
)
def test_a_wrong_person_query_is_refused_by_field(
    hospital: Hospital, changed: dict[str, str], mark: str
) -> None:
    assert mark in hospital.call("1101", person_input(**changed)).refusal


@pytest.mark.parametrize(
    ("changed", "mark"),
    [
        ({"msgid": ""}, "字段[msgid]不能为空"),
        ({"opter_name": None}, "字段[opter_name]不能为空"),
        ({"recer_sys_code": ""}, "字段[recer_sys_code]不能为空"),
        ({"opter_type": "7"}, "字段[opter_type]的值[7]不在字典范围内"),
        ({"inf_time": "20260101"}, "字段[inf_time]的值[20260101]格式不正确"),
        ({"fixmedins_code": "H00000000009"}, "定点医药机构编号[H00000000009]不存在"),
        ({"mdtrtarea_admvs": "000001"}, "就医地医保区划[000001]不正确"),
    ],
)
def test_a_wrong_envelope_is_refused_by_field(
    hospital: Hospital, changed: dict[str, Any], mark: str
) -> None:
    assert mark in hospital.call("1101", person_input(), **changed).refusal


def test_the_gateway_and_the_envelope_must_name_the_same_transaction(hospital: Hospital) -> None:
    body = json.dumps(hospital.envelope("2304", {"data": {}})).encode()
    assert "交易编号[2304]与网关请求不一致" in hospital.post("1101", body).refusal


def test_an_unknown_transaction_is_refused(hospital: Hospital) -> None:
    assert "交易编号[2207]不支持" in hospital.call("2207", {"data": {}}).refusal


def test_a_repeated_msgid_is_refused_even_after_a_refusal(hospital: Hospital) -> None:
    msgid = hospital.new_msgid()
    refused = hospital.call("1101", person_input(psn_name=""), msgid=msgid)
    assert "不能为空" in refused.refusal
    again = hospital.call("1101", person_input(), msgid=msgid)
    assert again.refusal == f"发送方报文ID[{msgid}]重复，请勿重复提交"


def test_the_insured_area_of_the_envelope_must_be_the_persons(hospital: Hospital) -> None:
    admission = hospital.admission(EMPLOYEE)
    wrong = hospital.call("2401", admission, insuplc_admdvs="119900")
    assert "参保地医保区划[119900]与参保信息不符" in wrong.refusal
    hospital.person(RESIDENT, insuplc_admdvs="119900")
    away = hospital.admission(RESIDENT, insuplc_admdvs="119900")
    assert "字段[insuplc_admdvs]不能为空" in hospital.call("2401", away, insuplc_admdvs="").refusal
    assert hospital.call("2401", away, insuplc_admdvs="119900").output
    assert hospital.call("2401", admission, insuplc_admdvs="").output


@pytest.mark.parametrize(
    ("changed", "mark"),
    [
        ({"psn_no": "99"}, "人员编号[99]不存在"),
        ({"insutype": "390"}, "无险种[390]的参保信息"),
        ({"med_type": "77"}, "字段[med_type]的值[77]不在字典范围内"),
        ({"mdtrt_cert_no": IDENTITY[RESIDENT][0]}, "与参保人员不符"),
        ({"certno": IDENTITY[RESIDENT][0]}, "字段[certno]与参保人员信息不符"),
        ({"adm_bed": ""}, "字段[adm_bed]不能为空"),
    ],
)
def test_a_wrong_admission_is_refused(
    hospital: Hospital, changed: dict[str, str], mark: str
) -> None:
    admission = hospital.admission(EMPLOYEE)
    admission["mdtrtinfo"] |= changed
    assert mark in hospital.call("2401", admission).refusal
    assert hospital.books()["stays"] == []


def test_an_admission_needs_its_diagnoses(hospital: Hospital) -> None:
    admission = hospital.admission(EMPLOYEE)
    admission["diseinfo"][0]["maindiag_flag"] = "0"
    assert "缺少主诊断" in hospital.call("2401", admission).refusal
    del admission["diseinfo"]
    assert "字段[diseinfo]不能为空" in hospital.call("2401", admission).refusal


@pytest.mark.parametrize(
    ("changed", "mark"),
    [
        ({"med_list_codg": "UNKNOWN"}, "医疗目录编码[UNKNOWN]不在医保目录内"),
        ({"med_list_codg": ""}, "字段[med_list_codg]不能为空"),
        ({"det_item_fee_sumamt": "18.61"}, "不等于数量乘以单价"),
        ({"det_item_fee_sumamt": "18.605"}, "字段[det_item_fee_sumamt]的值[18.605]格式不正确"),
        ({"cnt": "1.00001"}, "字段[cnt]的值[1.00001]格式不正确"),
        ({"cnt": "0", "det_item_fee_sumamt": "0"}, "数量或单价不正确"),
        ({"fee_ocur_time": "today"}, "字段[fee_ocur_time]的值[today]格式不正确"),
        ({"hosp_appr_flag": "9"}, "字段[hosp_appr_flag]的值[9]不在字典范围内"),
    ],
)
def test_one_bad_line_refuses_its_whole_batch(
    hospital: Hospital, changed: dict[str, str], mark: str
) -> None:
    stay = hospital.admitted()
    good = hospital.line(stay, ANAESTHESIA, "1", "980.00")
    bad = hospital.line(stay, BLOOD, "1", "18.60") | changed
    text = hospital.call("2301", {"feedetail": [good, bad]}).refusal
    assert mark in text
    if "校验不通过" in text:
        assert f"费用明细流水号[{bad['feedetl_sn']}]" in text
    assert hospital.books()["lines"] == []
    assert hospital.call("2301", {"feedetail": [good]}).output


def test_a_line_is_uploaded_once_and_again_only_after_its_withdrawal(hospital: Hospital) -> None:
    stay = hospital.admitted()
    line = hospital.line(stay, BLOOD, "1", "18.60")
    twice = hospital.call("2301", {"feedetail": [line, line]}).refusal
    assert "重复" in twice
    assert hospital.call("2301", {"feedetail": [line]}).output
    text = hospital.call("2301", {"feedetail": [line]}).refusal
    assert text == f"费用明细流水号[{line['feedetl_sn']}]重复，该明细已上传"
    undo = {"data": {"feedetl_sn": line["feedetl_sn"], "mdtrt_id": stay[1], "psn_no": stay[0]}}
    assert hospital.call("2302", undo).output is None
    assert "不存在" in hospital.call("2302", undo).refusal
    assert hospital.call("2301", {"feedetail": [line]}).output
    withdrawn = [one["withdrawn"] for one in hospital.books()["lines"]]
    assert withdrawn == [True, False]


def test_a_hundred_lines_are_taken_and_one_more_is_not(hospital: Hospital) -> None:
    stay = hospital.admitted()
    lines = [hospital.line(stay, BLOOD, "1", "18.60") for _ in range(101)]
    assert "不能超过100条" in hospital.call("2301", {"feedetail": lines}).refusal
    assert len(hospital.call("2301", {"feedetail": lines[:100]}).output["result"]) == 100
    assert hospital.books()["stays"][0]["total_fen"] == 1860_00
    several = [
        {"feedetl_sn": line["feedetl_sn"], "mdtrt_id": stay[1], "psn_no": stay[0]}
        for line in lines[:2]
    ]
    missing = {**several[0], "feedetl_sn": "999"}
    assert "[999]不存在" in hospital.call("2302", {"data": [*several, missing]}).refusal
    assert hospital.books()["stays"][0]["lines"] == 100
    assert hospital.call("2302", {"data": several}).output is None
    assert hospital.books()["stays"][0]["lines"] == 98
    every = {"data": {**several[0], "feedetl_sn": "0000"}}
    assert hospital.call("2302", every).output is None
    assert hospital.books()["stays"][0]["lines"] == 0
    assert "不存在" in hospital.call("2302", every).refusal


def test_a_return_gives_back_no_more_than_was_given(hospital: Hospital) -> None:
    stay = hospital.admitted()
    first = hospital.line(stay, BLOOD, "2", "37.20")
    hospital.call("2301", {"feedetail": [first]})

    def returned(cnt: str, amount: str, sn: str) -> dict[str, Any]:
        line = hospital.line(stay, BLOOD, cnt, amount, init_feedetl_sn=sn)
        return {"feedetail": [line]}

    assert "退费数量超过" in hospital.call("2301", returned("-3", "-55.80", "1")).refusal
    assert "不存在或不符" in hospital.call("2301", returned("-1", "-18.60", "77")).refusal
    assert "不能填写原费用流水号" in hospital.call("2301", returned("1", "18.60", "1")).refusal
    assert hospital.call("2301", returned("-1", "-18.60", "1")).output
    assert "退费数量超过" in hospital.call("2301", returned("-2", "-37.20", "1")).refusal
    undo = {"data": {"feedetl_sn": "1", "mdtrt_id": stay[1], "psn_no": stay[0]}}
    assert "存在未撤销的退费明细" in hospital.call("2302", undo).refusal
    assert hospital.books()["stays"][0]["total_fen"] == 18_60


@pytest.mark.parametrize(
    ("changed", "mark"),
    [
        ({"medfee_sumamt": "979.99"}, "与已上传费用明细合计[980.00]不一致"),
        ({"medfee_sumamt": "9e2"}, "字段[medfee_sumamt]的值[9e2]格式不正确"),
        ({"mdtrt_id": "77"}, "就诊ID[77]不存在"),
        ({"psn_no": RESIDENT}, "与就诊ID"),
        ({"insutype": "390"}, "无险种[390]"),
        ({"acct_used_flag": "5"}, "字段[acct_used_flag]的值[5]不在字典范围内"),
        ({"mid_setl_flag": "1"}, "不支持中途结算"),
        ({"psn_name": "别人"}, "字段[psn_name]与参保人员信息不符"),
        ({"mdtrtarea_admvs": ""}, "字段[mdtrtarea_admvs]不能为空"),
    ],
)
@pytest.mark.parametrize("infno", ["2303", "2304"])
def test_a_settlement_that_does_not_match_is_refused(
    hospital: Hospital, infno: str, changed: dict[str, str], mark: str
) -> None:
    stay = hospital.discharged(EMPLOYEE, (ANAESTHESIA, "1", "980.00"))
    asked = hospital.settling(stay, "980.00", **changed)
    assert mark in hospital.call(infno, asked).refusal
    assert hospital.books()["settlements"] == []


def test_a_stay_without_lines_is_not_settled(hospital: Hospital) -> None:
    stay = hospital.discharged(EMPLOYEE, (BLOOD, "1", "18.60"))
    hospital.call("2405", {"data": {"mdtrt_id": stay[1], "psn_no": stay[0]}})
    undo = {"feedetl_sn": "0000", "mdtrt_id": stay[1], "psn_no": stay[0]}
    hospital.call("2302", {"data": undo})
    hospital.call("2402", hospital.discharge_input(stay))
    assert "没有费用明细" in hospital.call("2304", hospital.settling(stay, "0")).refusal


def test_an_unreadable_body_is_refused(hospital: Hospital) -> None:
    assert "不是有效的JSON" in hospital.post("1101", b"{broken").refusal
    assert "必须为JSON对象" in hospital.post("1101", b"[1]").refusal
    assert "不是有效的JSON" in hospital.post("1101", b'{"a": NaN}').refusal
