"""3201 对总账 and 3202 对明细账, both from the centre's own settlements by its own setl_time."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from simulators.insurance.nhsa_core import files
from simulators.insurance.nhsa_core.amounts import fen_of, yuan
from simulators.insurance.nhsa_core.books import Settlement
from simulators.insurance.nhsa_core.centre import Call, Centre, Output
from simulators.insurance.nhsa_core.input_rows import DATETIME, Row, fen, moment, number
from simulators.insurance.nhsa_core.refusals import Refusal
from simulators.insurance.nhsa_core.settlement_answer import CLR_TYPE, is_refund, wire_fund

BALANCED, UNBALANCED = "0", "1"
INPUT_COLUMNS = 7


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of the hospital's file, or the same facts from the centre's books."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    amounts: tuple[int, ...]  # medfee_sumamt, fund_pay_sumamt, acct_pay in fen
    refund: bool


def total_account(centre: Centre, call: Call) -> Output:
    """3201: totals of one insurance type, one clearing type, one clearing institution."""
    row = call.row("data")
    rows = [
        _row_of(centre, one) for one in _settlements(centre, row) if one.insutype == row["insutype"]
    ]
    medfee, fund, account = (sum(one.amounts[column] for one in rows) for column in range(3))
    sides = (
        ("医疗费总额", yuan(medfee), "medfee_sumamt"),
        ("基金支付总额", yuan(fund), "fund_pay_sumamt"),
        ("个人账户支付", yuan(account), "acct_pay"),
        ("结算笔数", Decimal(len(rows)), "fixmedins_setl_cnt"),
    )
    apart = [
        f"{title}中心为{ours}、机构为{row[name]}"
        for title, ours, name in sides
        if ours != number(row, name)
    ]
    return {
        "stmtinfo": {
            "setl_optins": row["setl_optins"],
            "stmt_rslt": UNBALANCED if apart else BALANCED,
            "stmt_rslt_dscr": "；".join(apart),
        }
    }


def detail_account(centre: Centre, call: Call) -> Output:
    """3202: the hospital's file row by row against the books; the result is a file again."""
    row = call.row("data")
    theirs = [
        _row_read(cells)
        for cells in files.unzipped(
            files.stored_file(centre, row["file_qury_no"]).content, INPUT_COLUMNS
        )
    ]
    _require_sums(row, theirs)
    ours = {one.setl_id: one for one in _settlements(centre, row)}
    result = [_compared(centre, one, ours.get(one.setl_id)) for one in theirs]
    told = {one.setl_id for one in theirs}
    result += [_only_ours(centre, one) for one in ours.values() if one.setl_id not in told]
    filename = f"3202_{row['stmt_begndate']}_{row['stmt_enddate']}_{centre.stamp()}"
    stored = files.store(centre, f"{filename}.zip", files.zipped(f"{filename}.txt", result))
    return {
        "fileinfo": {
            "file_qury_no": stored.file_qury_no,
            "filename": stored.filename,
            "dld_endtime": stored.until.strftime(DATETIME),
        }
    }


def _settlements(centre: Centre, row: Row) -> list[Settlement]:
    """The settlements of the range. What 2601 took back is in no statement; with
    fixmedins_refd_setl_flag 0 neither are refunds and what they refunded (assumed).
    """
    first, last = moment(row["stmt_begndate"]).date(), moment(row["stmt_enddate"]).date()
    if first > last:
        raise Refusal("对账开始日期晚于对账结束日期")
    if row["setl_optins"] != centre.settings.clr_optins or row["clr_type"] not in ("", CLR_TYPE):
        return []
    with_refunds = row["fixmedins_refd_setl_flag"] != "0"
    return [
        one
        for one in centre.books.settlements.values()
        if first <= one.at.date() <= last and not one.taken_back and (one.live or with_refunds)
    ]


def _row_of(centre: Centre, one: Settlement) -> StatementRow:
    return StatementRow(
        setl_id=one.setl_id,
        mdtrt_id=one.mdtrt_id,
        psn_no=one.psn_no,
        amounts=(
            one.breakdown.medfee_sumamt,
            wire_fund(centre, one.breakdown),
            one.breakdown.acct_pay,
        ),
        refund=is_refund(one),
    )


def _row_read(cells: list[str]) -> StatementRow:
    setl_id, mdtrt_id, psn_no, medfee, fund, account, flag = cells
    if not (setl_id and mdtrt_id and psn_no and flag in ("0", "1")):
        raise Refusal(f"文件中结算ID[{setl_id}]的必填列为空或不正确")
    try:
        amounts = tuple(fen_of(Decimal(text)) for text in (medfee, fund, account))
    except (InvalidOperation, ValueError) as error:
        raise Refusal(f"文件中结算ID[{setl_id}]的金额格式不正确") from error
    return StatementRow(setl_id, mdtrt_id, psn_no, amounts, refund=flag == "1")


def _require_sums(row: Row, rows: list[StatementRow]) -> None:
    sums = {
        "medfee_sumamt": (fen(row, "medfee_sumamt"), sum(one.amounts[0] for one in rows)),
        "fund_pay_sumamt": (fen(row, "fund_pay_sumamt"), sum(one.amounts[1] for one in rows)),
        "fixmedins_setl_cnt": (int(number(row, "fixmedins_setl_cnt")), len(rows)),
    }
    for name, (told, counted) in sums.items():
        if told != counted:
            raise Refusal(f"字段[{name}]与上传文件的合计不一致")


def _compared(centre: Centre, theirs: StatementRow, found: Settlement | None) -> list[str]:
    if found is None:
        return _result(theirs, "", UNBALANCED, "中心无此结算记录")
    ours = _row_of(centre, found)
    if (theirs.mdtrt_id, theirs.psn_no) != (ours.mdtrt_id, ours.psn_no):
        return _result(ours, found.msgid, UNBALANCED, "就诊ID或人员编号不一致")
    if theirs.amounts != ours.amounts:
        return _result(ours, found.msgid, UNBALANCED, "金额不一致，返回金额为中心金额")
    return _result(ours, found.msgid, BALANCED, "")


def _only_ours(centre: Centre, found: Settlement) -> list[str]:
    """A row of the centre alone: setl_id and mdtrt_id stay empty, msgid serves 2601."""
    ours = _row_of(centre, found)
    bare = StatementRow("", "", ours.psn_no, ours.amounts, refund=ours.refund)
    return _result(bare, found.msgid, UNBALANCED, "机构无此结算记录")


def _result(one: StatementRow, msgid: str, verdict: str, memo: str) -> list[str]:
    return [
        one.psn_no,
        one.mdtrt_id,
        one.setl_id,
        msgid,
        verdict,
        "1" if one.refund else "0",
        memo,
        *(str(yuan(amount)) for amount in one.amounts),
    ]
