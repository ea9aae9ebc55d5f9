"""Files (9101, 9102) and reconciliation (3201, 3202) from the centre's own books."""

import base64
import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.simulators.insurance.designated_institution import (
    ANAESTHESIA,
    BLOOD,
    CIVIL_SERVANT,
    EMPLOYEE,
    RESIDENT,
    RETIREE,
    Hospital,
)

OWN_CODE = "H00000000001"


def upload(content: list[int] | str, filename: str = "rows.zip") -> dict[str, Any]:
    return {"fsUploadIn": {"in": content, "filename": filename, "fixmedins_code": OWN_CODE}}


def download(hospital: Hospital, file_qury_no: str, filename: str) -> bytes:
    given = {"file_qury_no": file_qury_no, "filename": filename, "fixmedins_code": OWN_CODE}
    answer = hospital.call("9102", {"fsDownloadIn": given})
    assert answer.http.headers["content-type"] == "application/octet-stream"
    return answer.http.content


def zipped(rows: list[tuple[Any, ...]]) -> bytes:
    text = "\n".join("\t".join(str(cell) for cell in row) for row in rows)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("rows.txt", text)
    return buffer.getvalue()


def unzipped(content: bytes) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        return [line.split("\t") for line in archive.read(name).decode().splitlines()]


def multipart(hospital: Hospital, content: bytes, input_node: dict[str, Any]) -> httpx.Response:
    envelope = json.dumps(hospital.envelope("9101", input_node), ensure_ascii=False)
    return hospital.client.post(
        f"{hospital.wire}/fsi/api/rsfComIfsService/callService",
        files={
            "jsonStr": (None, envelope.encode(), "application/json"),
            "file": ("rows.zip", content, "application/octet-stream"),
        },
        headers=hospital.aksk_headers("9101"),
    )


# --------------------------------------------------------------------------------- files


@pytest.mark.parametrize("form", ["signed bytes", "unsigned bytes", "base64", "multipart"])
def test_a_file_comes_back_byte_for_byte(hospital: Hospital, form: str) -> None:
    content = bytes(range(256)) + b"\r\n--\r\n" + random.Random(3).randbytes(5000)
    if form == "multipart":
        node = {"fsUploadIn": {"filename": "rows.zip", "fixmedins_code": OWN_CODE}}
        stored = multipart(hospital, content, node).json()["output"]
    else:
        given = {
            "signed bytes": [byte - 256 if byte > 127 else byte for byte in content],
            "unsigned bytes": list(content),
            "base64": base64.b64encode(content).decode(),
        }[form]
        stored = hospital.call("9101", upload(given)).output
    assert stored.keys() == {"file_qury_no", "filename", "fixmedins_code", "dld_endtime"}
    assert download(hospital, stored["file_qury_no"], "rows.zip") == content


def test_what_is_wrong_with_a_file_is_an_envelope_not_a_file(hospital: Hospital) -> None:
    assert "字段[in]不能为空" in hospital.call("9101", upload([])).refusal
    assert "字段[in]不能为空" in hospital.call("9101", upload([300])).refusal
    stored = hospital.call("9101", upload([1, 2, 3])).output
    number = stored["file_qury_no"]

    def refused(**changed: str) -> str:
        given = {"file_qury_no": number, "filename": "rows.zip", "fixmedins_code": OWN_CODE}
        return hospital.call("9102", {"fsDownloadIn": given | changed}).refusal

    assert "文件查询号[77]不存在" in refused(file_qury_no="77")
    assert "与文件查询号不符" in refused(filename="other.zip")
    assert "定点医药机构编号[H00000000009]不存在" in refused(fixmedins_code="H00000000009")
    hospital.move_clock(8 * 86400)
    assert "不存在" in refused()


def test_a_multipart_without_its_file_is_refused(hospital: Hospital) -> None:
    answer = hospital.client.post(
        f"{hospital.wire}/fsi/api/rsfComIfsService/callService",
        files={"jsonStr": (None, b"{}")},
        headers=hospital.aksk_headers("9101"),
    )
    assert "jsonStr和file" in answer.json()["err_msg"]


# -------------------------------------------------------------------------- reconciliation


def settle_one(hospital: Hospital, psn_no: str) -> tuple[tuple[str, str], dict[str, Any]]:
    stay = hospital.discharged(psn_no, (ANAESTHESIA, "1", "980.00"))
    return stay, hospital.settled(stay, "980.00", acct_used_flag="1")


def totals(
    hospital: Hospital, medfee: str, fund: str, account: str, count: int, **changed: str
) -> dict[str, str]:
    today = f"{hospital.now():%Y-%m-%d}"
    given = {
        "insutype": "310",
        "clr_type": "21",
        "setl_optins": "009900",
        "stmt_begndate": today,
        "stmt_enddate": today,
        "medfee_sumamt": medfee,
        "fund_pay_sumamt": fund,
        "acct_pay": account,
        "fixmedins_setl_cnt": count,
        "fixmedins_refd_setl_flag": "1",
        **changed,
    }
    return hospital.call("3201", {"data": given}).output["stmtinfo"]


def test_totals_balance_to_the_fen_per_insurance_type(hospital: Hospital) -> None:
    # 310: pool 153.00, account 827.00. 390: 980.00 < deductible 1000, all cash.
    settle_one(hospital, EMPLOYEE)
    settle_one(hospital, RESIDENT)
    balanced = totals(hospital, "980.00", "153.00", "827.00", 1)
    assert balanced == {"setl_optins": "009900", "stmt_rslt": "0", "stmt_rslt_dscr": ""}
    assert totals(hospital, "980.00", "0", "0", 1, insutype="390")["stmt_rslt"] == "0"
    off = totals(hospital, "980.00", "153.01", "827.00", 1)
    assert off["stmt_rslt"] == "1"
    assert off["stmt_rslt_dscr"] == "基金支付总额中心为153.00、机构为153.01"
    assert "结算笔数" in totals(hospital, "980.00", "153.00", "827.00", 2)["stmt_rslt_dscr"]


def test_totals_go_by_the_centres_day(hospital: Hospital) -> None:
    settle_one(hospital, EMPLOYEE)
    hospital.move_clock(86400)
    assert totals(hospital, "0", "0", "0", 0)["stmt_rslt"] == "0"


def test_refunds_count_as_rows_of_their_own_unless_left_out(hospital: Hospital) -> None:
    stay, settled = settle_one(hospital, EMPLOYEE)
    hospital.cancelled(stay, settled["setl_id"])
    assert totals(hospital, "0", "0", "0", 2)["stmt_rslt"] == "0"
    without = totals(hospital, "0", "0", "0", 0, fixmedins_refd_setl_flag="0")
    assert without["stmt_rslt"] == "0"


def test_what_2601_took_back_is_in_no_statement(hospital: Hospital) -> None:
    _, settled = settle_one(hospital, EMPLOYEE)
    undo = {"psn_no": EMPLOYEE, "omsgid": settled["medins_setl_id"], "oinfno": "2304"}
    hospital.call("2601", {"data": undo})
    assert totals(hospital, "0", "0", "0", 0)["stmt_rslt"] == "0"
    assert details(hospital, []) == []


def details(hospital: Hospital, rows: list[tuple[Any, ...]], **changed: str) -> list[list[str]]:
    """9101, 3202, 9102: the result file's rows."""
    stored = hospital.call("9101", upload(list(zipped(rows)))).output
    output = hospital.call("3202", {"data": asked(hospital, rows, stored, **changed)}).output
    told = output["fileinfo"]
    return unzipped(download(hospital, told["file_qury_no"], told["filename"]))


def asked(
    hospital: Hospital, rows: list[tuple[Any, ...]], stored: dict[str, str], **changed: str
) -> dict[str, Any]:
    today = f"{hospital.now():%Y-%m-%d}"
    return {
        "setl_optins": "009900",
        "file_qury_no": stored["file_qury_no"],
        "stmt_begndate": today,
        "stmt_enddate": today,
        "medfee_sumamt": sum(row[3] for row in rows) if rows else "0",
        "fund_pay_sumamt": sum(row[4] for row in rows) if rows else "0",
        "cash_payamt": "0",
        "fixmedins_setl_cnt": len(rows),
        "clr_type": "21",
        "fixmedins_refd_setl_flag": "1",
        **changed,
    }


def own_row(one: dict[str, Any], psn_no: str, refund: str = "0") -> tuple[Any, ...]:
    amounts = (int(one["medfee_sumamt"]), int(one["fund_pay_sumamt"]), int(one["acct_pay"]))
    return (one["setl_id"], one["mdtrt_id"], psn_no, *amounts, refund)


def test_details_name_what_agrees_what_differs_and_what_one_side_lacks(
    hospital: Hospital,
) -> None:
    _, agreed = settle_one(hospital, EMPLOYEE)
    _, differing = settle_one(hospital, RETIREE)
    _, lost = settle_one(hospital, CIVIL_SERVANT)
    hospital.act("books/alter", {"setl_id": differing["setl_id"], "field": "fund_fen", "fen": 1})
    invented = ("NOSUCHSETTLEMENT", "NOSUCHVISIT", RESIDENT, 10, 5, 0, "0")
    rows = [own_row(agreed, EMPLOYEE), own_row(differing, RETIREE), invented]
    result = details(hospital, rows)
    # Retiree: 980 - 600 = 380 x .90 = 342.00 pool, plus the altered fen; account 500.00.
    assert [row[:6] + row[7:] for row in result[:2]] == [
        [EMPLOYEE, agreed["mdtrt_id"], agreed["setl_id"], agreed["medins_setl_id"], "0", "0",
         "980.00", "153.00", "827.00"],
        [RETIREE, differing["mdtrt_id"], differing["setl_id"], differing["medins_setl_id"], "1",
         "0", "980.00", "342.01", "500.00"],
    ]  # fmt: skip
    assert "金额不一致" in result[1][6]
    assert result[2][2:5] == ["NOSUCHSETTLEMENT", "null", "1"]
    # Civil servant: 153.00 pool, (827 - 800) x .50 = 13.50 supplement; account 813.50.
    assert result[3] == [
        CIVIL_SERVANT, "null", "null", lost["medins_setl_id"], "1", "0", "机构无此结算记录",
        "980.00", "166.50", "813.50",
    ]  # fmt: skip
    assert len(result) == 4


def test_the_msgid_of_a_row_only_the_centre_has_serves_the_reversal(hospital: Hospital) -> None:
    settle_one(hospital, EMPLOYEE)
    (row,) = details(hospital, [])
    undo = {"psn_no": row[0], "omsgid": row[3], "oinfno": "2304"}
    assert hospital.call("2601", {"data": undo}).output is None
    assert details(hospital, []) == []


def test_a_refunded_settlement_is_two_rows(hospital: Hospital) -> None:
    stay, settled = settle_one(hospital, EMPLOYEE)
    cancelled = hospital.cancelled(stay, settled["setl_id"]).output["setlinfo"]
    rows = [own_row(settled, EMPLOYEE), own_row(cancelled, EMPLOYEE, "1")]
    result = details(hospital, rows)
    assert [(row[2], row[4], row[5], row[7]) for row in result] == [
        (settled["setl_id"], "0", "0", "980.00"),
        (cancelled["setl_id"], "0", "1", "-980.00"),
    ]
    only_positive = details(hospital, rows[:1])
    assert [row[2] for row in only_positive] == [settled["setl_id"], "null"]
    assert only_positive[1][7] == "-980.00"


def test_a_file_that_does_not_match_its_own_call_is_refused(hospital: Hospital) -> None:
    _, settled = settle_one(hospital, EMPLOYEE)
    rows = [own_row(settled, EMPLOYEE)]
    stored = hospital.call("9101", upload(list(zipped(rows)))).output

    def refused(**changed: str) -> str:
        return hospital.call("3202", {"data": asked(hospital, rows, stored, **changed)}).refusal

    assert "字段[medfee_sumamt]与上传文件的合计不一致" in refused(medfee_sumamt="1")
    assert "字段[fixmedins_setl_cnt]与上传文件的合计不一致" in refused(fixmedins_setl_cnt="2")
    assert "文件查询号[77]不存在" in refused(file_qury_no="77")
    assert "对账开始日期晚于" in refused(stmt_enddate="2020-01-01")
    stored = hospital.call("9101", upload([1, 2, 3])).output
    assert "不是有效的ZIP文件" in refused()
    stored = hospital.call("9101", upload(list(zipped([("a", "b")])))).output
    assert "应有7列，实有2列" in refused()


def test_a_guangdong_statement_compares_the_fund_in_its_own_meaning(
    open_centre: Callable[..., Hospital],
) -> None:
    hospital = open_centre(fund_includes_personal_account=True)
    settle_one(hospital, EMPLOYEE)
    assert totals(hospital, "980.00", "980.00", "827.00", 1)["stmt_rslt"] == "0"
    stay = hospital.discharged(RESIDENT, (BLOOD, "1", "18.60"))
    hospital.settled(stay, "18.60")
    assert totals(hospital, "18.60", "0", "0", 1, insutype="390")["stmt_rslt"] == "0"
