"""24xx: admission, change, discharge and the undoing of each, in the order the text gives.

Undoing goes 2305, 2405, 2302, 2404; a step out of order is refused.
"""

from simulators.insurance.nhsa_core.books import DISCHARGED, IN_HOSPITAL, WITHDRAWN, Stay
from simulators.insurance.nhsa_core.centre import Call, Centre, Output
from simulators.insurance.nhsa_core.entitlement import insured_person
from simulators.insurance.nhsa_core.input_rows import Row, moment
from simulators.insurance.nhsa_core.refusals import Refusal, already_settled


def admit(centre: Centre, call: Call) -> Output:
    """2401 入院办理."""
    row = call.row("mdtrtinfo")
    diagnoses = call.rows("diseinfo")
    person = insured_person(centre, row)
    _require_main_diagnosis(diagnoses)
    if any(one["psn_no"] != person.psn_no for one in diagnoses):
        raise Refusal("诊断信息的人员编号与入院登记不符")
    opened = centre.books.open_stay_of(person.psn_no)
    if opened is not None:
        raise Refusal(f"人员编号[{person.psn_no}]存在未结束的住院就诊，就诊ID[{opened.mdtrt_id}]")
    stay = Stay(
        mdtrt_id=centre.new_number(),
        psn_no=person.psn_no,
        insutype=person.insutype,
        msgid=call.msgid,
        record={**row, "endtime": "", "opter": call.opter, "opter_name": call.opter_name},
        diagnoses={one["diag_srt_no"]: one for one in diagnoses},
    )
    centre.books.add_stay(stay)
    return {"result": {"mdtrt_id": stay.mdtrt_id, "exp_content": ""}}


def discharge(centre: Centre, call: Call) -> None:
    """2402 出院办理."""
    row = call.row("dscginfo")
    diagnoses = call.rows("diseinfo")
    stay = centre.books.stay(row["mdtrt_id"], row["psn_no"])
    _require_main_diagnosis(diagnoses)
    if stay.state == DISCHARGED:
        raise Refusal(f"就诊ID[{stay.mdtrt_id}]已办理出院，不能重复办理")
    if row["insutype"] != stay.insutype:
        raise Refusal(f"险种类型[{row['insutype']}]与入院登记不符")
    if moment(row["endtime"]) < moment(stay.record["begntime"]):
        raise Refusal("出院时间早于入院时间")
    stay.state = DISCHARGED
    stay.record.update(_given(row))
    stay.diagnoses.update({one["diag_srt_no"]: one for one in diagnoses})


def change(centre: Centre, call: Call) -> None:
    """2403 住院信息变更: what is sent replaces what was; diagnoses by diag_srt_no."""
    row = call.row("adminfo")
    diagnoses = call.rows("diseinfo")
    stay = centre.books.stay(row["mdtrt_id"], row["psn_no"])
    if stay.settlement is not None:
        raise already_settled(stay.mdtrt_id)
    changed = _given(row)
    changed["ipt_no"] = changed.pop("ipt_otp_no")
    stay.record.update(changed)
    stay.diagnoses.update({one["diag_srt_no"]: one for one in diagnoses})


def withdraw_admission(centre: Centre, call: Call) -> None:
    """2404 入院撤销: only a stay without settlement, discharge and lines."""
    row = call.row("data")
    stay = centre.books.stay(row["mdtrt_id"], row["psn_no"])
    require_withdrawable(stay)
    stay.state = WITHDRAWN


def undo_discharge(centre: Centre, call: Call) -> None:
    """2405 出院撤销: only without a live settlement."""
    row = call.row("data")
    stay = centre.books.stay(row["mdtrt_id"], row["psn_no"])
    if stay.settlement is not None:
        raise already_settled(stay.mdtrt_id)
    if stay.state != DISCHARGED:
        raise Refusal(f"就诊ID[{stay.mdtrt_id}]的出院登记不存在，无需撤销")
    stay.state = IN_HOSPITAL
    stay.record["endtime"] = ""


def require_withdrawable(stay: Stay) -> None:
    """A visit can only be withdrawn empty; the same holds for 2601 of its 2401."""
    if stay.settlement is not None:
        raise already_settled(stay.mdtrt_id)
    if stay.state == DISCHARGED:
        raise Refusal(f"就诊ID[{stay.mdtrt_id}]已办理出院，请先撤销出院")
    if stay.live_lines:
        raise Refusal(f"就诊ID[{stay.mdtrt_id}]存在未撤销的费用明细")


def _require_main_diagnosis(diagnoses: list[Row]) -> None:
    if not any(one["maindiag_flag"] == "1" for one in diagnoses):
        raise Refusal("诊断信息中缺少主诊断")


def _given(row: Row) -> Row:
    return {name: text for name, text in row.items() if text}
