"""5201, 5203, 5303: what the books say, without changing them."""

from simulators.insurance.nhsa_core.books import IN_HOSPITAL, WITHDRAWN, Stay
from simulators.insurance.nhsa_core.centre import Call, Centre, Output
from simulators.insurance.nhsa_core.input_rows import Row, moment
from simulators.insurance.nhsa_core.refusals import not_there
from simulators.insurance.nhsa_core.settlement_answer import settlement_answer

# Fields of the answer that 2401, 2402 and 2403 sent.
_RECORDED = """
    coner_name tel mdtrt_cert_type medrcdno atddr_no chfpdr_name adm_dept_codg adm_dept_name
    adm_bed dscg_maindiag_code dscg_maindiag_name dscg_dept_codg dscg_dept_name dscg_bed
    dscg_way main_cond_dscr dise_codg dise_name oprn_oprt_code oprn_oprt_name die_date
    fpsc_no matn_type birctrl_type latechb_flag geso_val fetts fetus_cnt pret_flag
    birctrl_matn_date cop_flag
"""


def visits(centre: Centre, call: Call) -> Output:
    """5201 就诊信息查询: visits that began in the range. It tells no setl_id."""
    row = call.row("data")
    centre.books.person(row["psn_no"])
    found = [
        stay
        for stay in centre.books.stays_of.get(row["psn_no"], [])
        if stay.state != WITHDRAWN
        and stay.record["med_type"] == row["med_type"]
        and row["mdtrt_id"] in ("", stay.mdtrt_id)
        and _began_within(stay, row)
    ]
    return {"mdtrtinfo": [_visit(centre, stay) for stay in found]}


def settlement(centre: Centre, call: Call) -> Output:
    """5203 结算信息查询: a cancelled settlement stays readable (refd_setl_flag 1)."""
    row = call.row("data")
    found = centre.books.settlements.get(row["setl_id"])
    if (
        found is None
        or found.taken_back
        or (found.mdtrt_id, found.psn_no) != (row["mdtrt_id"], row["psn_no"])
    ):
        raise not_there("结算ID", row["setl_id"])
    return settlement_answer("5203", centre, centre.books.stays[found.mdtrt_id], found)


def in_hospital(centre: Centre, call: Call) -> Output:
    """5303 在院信息查询: stays not discharged that began in the range."""
    row = call.row("data")
    if row["psn_no"]:
        centre.books.person(row["psn_no"])
        stays = centre.books.stays_of.get(row["psn_no"], [])
    else:
        stays = list(centre.books.stays.values())
    found = [one for one in stays if one.state == IN_HOSPITAL and _began_within(one, row)]
    return {"data": [_inpatient(centre, stay) for stay in found]}


def _began_within(stay: Stay, row: Row) -> bool:
    end = row["endtime"] if " " in row["endtime"] else f"{row['endtime']} 23:59:59"
    return moment(row["begntime"]) <= moment(stay.record["begntime"]) <= moment(end)


def _identity(centre: Centre, stay: Stay) -> Output:
    person = centre.books.person(stay.psn_no)
    return {
        "mdtrt_id": stay.mdtrt_id,
        "psn_no": stay.psn_no,
        "psn_cert_type": person.psn_cert_type,
        "certno": person.certno,
        "psn_name": person.psn_name,
        "gend": person.gend,
        "brdy": person.brdy,
        "age": person.age(centre.now()),
        "insutype": stay.insutype,
        "med_type": stay.record["med_type"],
        "ipt_otp_no": stay.record["ipt_no"],
    }


def _inpatient(centre: Centre, stay: Stay) -> Output:
    person = centre.books.person(stay.psn_no)
    local = person.insuplc_admdvs == centre.settings.mdtrtarea_admvs
    return {
        **_identity(centre, stay),
        "begndate": stay.record["begntime"][:10],
        "out_flag": "0" if local else "1",
    }


def _visit(centre: Centre, stay: Stay) -> Output:
    person = centre.books.person(stay.psn_no)
    record = stay.record
    days = None
    if record["endtime"]:
        apart = moment(record["endtime"]).date() - moment(record["begntime"]).date()
        days = max(1, apart.days)
    return {
        **_identity(centre, stay),
        **{name: record.get(name) or None for name in _RECORDED.split()},
        "naty": person.naty,
        "psn_type": person.psn_type,
        "maf_psn_flag": "1" if person.medical_aid else "0",
        "cvlserv_flag": person.cvlserv_flag,
        "flxempe_flag": "0",
        "nwb_flag": "0",
        "insu_optins": person.insuplc_admdvs,
        "emp_name": person.emp_name,
        "begntime": record["begntime"],
        "endtime": record["endtime"] or None,
        "ars_year_ipt_flag": "0",
        "pre_pay_flag": "0",
        "otp_diag_info": None,
        "inhosp_stas": "1" if stay.state == IN_HOSPITAL else "0",
        "ipt_days": days,
        "opter_id": record["opter"],
        "opter_name": record["opter_name"],
        "opt_time": record["begntime"],
        "memo": "",
    }
