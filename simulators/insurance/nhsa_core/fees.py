"""2301 住院费用明细上传 and 2302 撤销. A batch is taken as a whole or not at all.

2301 has no structured line errors: one bad line refuses its batch with a text that names it.
"""

from decimal import Decimal

from simulators.faults import Fault
from simulators.insurance.nhsa_core.amounts import yuan
from simulators.insurance.nhsa_core.benefit_policy import line_amount, split_line
from simulators.insurance.nhsa_core.books import DISCHARGED, FeeLine, Stay
from simulators.insurance.nhsa_core.centre import Call, Centre, Output
from simulators.insurance.nhsa_core.input_rows import Row, fen, number
from simulators.insurance.nhsa_core.refusals import (
    Refusal,
    already_settled,
    duplicate_line,
    line_refused,
    not_there,
)

MOST_LINES = 100
ALL_LINES = "0000"


def upload(centre: Centre, call: Call) -> Output:
    """2301."""
    rows = call.rows("feedetail")
    if len(rows) > MOST_LINES:
        raise Refusal(f"单次上传费用明细不能超过{MOST_LINES}条")
    stay = _changeable_stay(centre, rows)
    batch: dict[str, FeeLine] = {}
    for row in rows:
        if row["feedetl_sn"] in stay.live_lines or row["feedetl_sn"] in batch:
            raise duplicate_line(row["feedetl_sn"])
        batch[row["feedetl_sn"]] = _line(centre, call, row, {**stay.live_lines, **batch})
    stay.lines.extend(batch.values())
    stay.live_lines.update(batch)
    centre.books.batches.append((call.msgid, stay.mdtrt_id, len(batch)))
    return {"result": [_result(line) for line in batch.values()]}


def withdraw(centre: Centre, call: Call) -> None:
    """2302: single lines, or "0000" for all of the stay."""
    single = isinstance(call.input.get("data"), dict)
    rows = [call.row("data")] if single else call.rows("data")
    stay = _changeable_stay(centre, rows)
    chosen: dict[str, FeeLine] = {}
    for row in rows:
        if row["feedetl_sn"] == ALL_LINES:
            if not stay.live_lines:
                raise Refusal(f"就诊ID[{stay.mdtrt_id}]可撤销的费用明细不存在")
            chosen.update(stay.live_lines)
        elif row["feedetl_sn"] not in stay.live_lines:
            raise not_there("费用明细流水号", row["feedetl_sn"])
        else:
            chosen[row["feedetl_sn"]] = stay.live_lines[row["feedetl_sn"]]
    for line in stay.live_lines.values():
        if line.feedetl_sn not in chosen and line.init_feedetl_sn in chosen:
            raise Refusal(f"费用明细流水号[{line.init_feedetl_sn}]存在未撤销的退费明细")
    for line in chosen.values():
        line.withdrawn = True
        del stay.live_lines[line.feedetl_sn]


def refused_by_fault(fault: Fault, row: dict[str, str]) -> bool:
    """Whether a `refuse_line` fault means this line."""
    return all(str(row.get(name)) == str(fault.args[name]) for name in fault.args)


def _changeable_stay(centre: Centre, rows: list[Row]) -> Stay:
    if len({(row["mdtrt_id"], row["psn_no"]) for row in rows}) != 1:
        raise Refusal("同一批次的费用明细必须属于同一就诊")
    stay = centre.books.stay(rows[0]["mdtrt_id"], rows[0]["psn_no"])
    if stay.settlement is not None:
        raise already_settled(stay.mdtrt_id)
    if stay.state == DISCHARGED:
        raise Refusal(f"就诊ID[{stay.mdtrt_id}]已办理出院，不能变更费用明细，请先撤销出院")
    return stay


def _line(centre: Centre, call: Call, row: Row, before: dict[str, FeeLine]) -> FeeLine:
    sn = row["feedetl_sn"]
    item = centre.books.catalogue.get(row["med_list_codg"])
    if item is None:
        raise line_refused(sn, f"医疗目录编码[{row['med_list_codg']}]不在医保目录内")
    if call.fault and call.fault.kind == "refuse_line" and refused_by_fault(call.fault, row):
        raise line_refused(sn, "该明细不符合医保审核规则")
    cnt, pric = number(row, "cnt"), number(row, "pric")
    if sn == ALL_LINES or cnt == 0 or pric < 0:
        raise line_refused(sn, "流水号、数量或单价不正确")
    if line_amount(cnt, pric) != fen(row, "det_item_fee_sumamt"):
        raise line_refused(sn, "明细项目费用总额不等于数量乘以单价")
    line = FeeLine(
        feedetl_sn=sn,
        init_feedetl_sn=row["init_feedetl_sn"],
        item=item,
        cnt=cnt,
        pric=pric,
        amount=line_amount(cnt, pric),
        split=split_line(item, cnt, pric, row["hosp_appr_flag"]),
        batch_msgid=call.msgid,
    )
    _require_sound_return(line, before)
    return line


def _require_sound_return(line: FeeLine, before: dict[str, FeeLine]) -> None:
    """A negative line returns no more of one earlier line than is left of it."""
    if line.cnt > 0:
        if line.init_feedetl_sn:
            raise line_refused(line.feedetl_sn, "正数明细不能填写原费用流水号")
        return
    original = before.get(line.init_feedetl_sn)
    if original is None or original.item != line.item or original.pric != line.pric:
        raise line_refused(line.feedetl_sn, f"原费用流水号[{line.init_feedetl_sn}]不存在或不符")
    returned = sum(
        (one.cnt for one in before.values() if one.init_feedetl_sn == original.feedetl_sn),
        Decimal(0),
    )
    if original.cnt + returned + line.cnt < 0:
        raise line_refused(line.feedetl_sn, "退费数量超过原费用数量")


def _result(line: FeeLine) -> Output:
    return {
        "feedetl_sn": line.feedetl_sn,
        "det_item_fee_sumamt": yuan(line.amount),
        "cnt": line.cnt,
        "pric": line.pric,
        "pric_uplmt_amt": line.item.pric_uplmt_amt,
        "selfpay_prop": line.item.selfpay_prop,
        "fulamt_ownpay_amt": yuan(line.split.fulamt_ownpay_amt),
        "overlmt_amt": yuan(line.split.overlmt_amt),
        "preselfpay_amt": yuan(line.split.preselfpay_amt),
        "inscp_scp_amt": yuan(line.split.inscp_scp_amt),
        "chrgitm_lv": line.item.chrgitm_lv,
        "med_chrgitm_type": line.item.med_chrgitm_type,
        "bas_medn_flag": "0",
        "hi_nego_drug_flag": "0",
        "chld_medc_flag": "0",
        "list_sp_item_flag": "0",
        "lmt_used_flag": line.item.lmt_used_flag,
        "drt_reim_flag": "0",
        "memo": "",
        "exp_content": "",
    }
