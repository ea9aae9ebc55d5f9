"""`setlinfo` and `setldetail`: a settlement as 2303, 2304, 2305 and 5203 each print it."""

from decimal import Decimal
from typing import Any

from simulators.insurance.nhsa_core.amounts import yuan
from simulators.insurance.nhsa_core.books import SETTLEMENT, Settlement, Stay
from simulators.insurance.nhsa_core.breakdown import Breakdown
from simulators.insurance.nhsa_core.centre import Centre, Output
from simulators.insurance.nhsa_core.input_rows import DATE, DATETIME

CLR_TYPE = "21"  # 清算类别: 住院
CLR_WAY = "1"  # 清算方式: 按项目
SETL_TYPE = "2"  # 结算类别: not published; the one public sample shows 2
PAY_LOC = "2"  # 支付地点: 医疗机构

_AMOUNTS = """
    medfee_sumamt fulamt_ownpay_amt overlmt_selfpay preselfpay_amt inscp_scp_amt act_pay_dedc
    hifp_pay pool_prop_selfpay cvlserv_pay hifes_pay hifmi_pay hifob_pay maf_pay oth_pay
    fund_pay_sumamt acct_pay balc acct_mulaid_pay medins_setl_id
"""
_PERSON = """
    mdtrt_id psn_no psn_name psn_cert_type certno gend naty brdy age insutype psn_type
    cvlserv_flag setl_time mdtrt_cert_type med_type
"""
_SHARES = "psn_part_amt psn_cash_pay hosp_part_amt hifdm_pay exp_content"
_CLEARING = "clr_optins clr_way clr_type"

# Amounts that the wire and the breakdown call by the same name.
_IN_FEN = """
    medfee_sumamt fulamt_ownpay_amt overlmt_selfpay preselfpay_amt inscp_scp_amt act_pay_dedc
    hifp_pay cvlserv_pay hifes_pay hifmi_pay hifob_pay maf_pay oth_pay hifdm_pay psn_part_amt
    acct_pay psn_cash_pay hosp_part_amt balc acct_mulaid_pay
"""

# Which fields each transaction lists (insurance.md §2.7).
COLUMNS = {
    "2303": f"{_PERSON} {_AMOUNTS} {_SHARES} {_CLEARING}".split(),
    "2304": f"{_PERSON} {_AMOUNTS} {_SHARES} {_CLEARING} setl_id".split(),
    "2305": f"""
        mdtrt_id setl_time {_AMOUNTS} {_SHARES} clr_optins setl_id psn_insu_rlts_id insu_admdvs
        begndate enddate mdtrt_cert_no setl_type crt_dedc invono
    """.split(),
    "5203": f"""
        {_PERSON} {_AMOUNTS} {_CLEARING} setl_id begndate enddate invono flxempe_flag nwb_flag
        insu_optins emp_name pay_loc fixmedins_code fixmedins_name hosp_lv fixmedins_poolarea
        lmtpric_hosp_lv dedc_hosp_lv psn_pay cash_payamt refd_setl_flag year dise_codg dise_name
        opter_id opter_name opt_time pref_fund_pay
    """.split(),
}


def settlement_answer(infno: str, centre: Centre, stay: Stay, settlement: Settlement) -> Output:
    """The whole output of one settlement; `infno` chooses the columns."""
    everything = {
        **_of_person(centre, stay, settlement),
        **_of_amounts(centre, settlement.breakdown),
        **_of_settlement(centre, stay, settlement),
    }
    return {
        "setlinfo": {name: everything[name] for name in COLUMNS[infno]},
        "setldetail": [
            {
                "fund_pay_type": fund_pay_type,
                "inscp_scp_amt": yuan(settlement.breakdown.inscp_scp_amt),
                "crt_payb_lmt_amt": None,
                "fund_payamt": yuan(amount),
                "fund_pay_type_name": name,
                "setl_proc_info": None,
            }
            for fund_pay_type, name, amount in settlement.breakdown.shares(stay.insutype)
        ],
    }


def wire_fund(centre: Centre, breakdown: Breakdown) -> int:
    """fund_pay_sumamt in this region's meaning: Guangdong counts the personal account in."""
    if centre.settings.fund_includes_personal_account:
        return breakdown.fund_pay_sumamt + breakdown.acct_pay
    return breakdown.fund_pay_sumamt


def refd_setl_flag(settlement: Settlement) -> str:
    """1 for a refund and, in queries, for the settlement it refunded."""
    return "0" if settlement.live else "1"


def _of_person(centre: Centre, stay: Stay, settlement: Settlement) -> dict[str, Any]:
    person = centre.books.person(stay.psn_no)
    return {
        "mdtrt_id": stay.mdtrt_id,
        "psn_no": person.psn_no,
        "psn_name": person.psn_name,
        "psn_cert_type": person.psn_cert_type,
        "certno": person.certno,
        "gend": person.gend,
        "naty": person.naty,
        "brdy": person.brdy,
        "age": person.age(settlement.at),
        "insutype": stay.insutype,
        "psn_type": person.psn_type,
        "cvlserv_flag": person.cvlserv_flag,
        "insu_admdvs": person.insuplc_admdvs,
        "insu_optins": person.insuplc_admdvs,
        "emp_name": person.emp_name,
        "flxempe_flag": "0",
        "nwb_flag": "0",
        "psn_insu_rlts_id": None,
    }


def _of_amounts(centre: Centre, one: Breakdown) -> dict[str, Decimal]:
    return {
        **{name: yuan(getattr(one, name)) for name in _IN_FEN.split()},
        "fund_pay_sumamt": yuan(wire_fund(centre, one)),
        "pool_prop_selfpay": one.pool_prop_selfpay,
        "crt_dedc": yuan(one.act_pay_dedc),
        "psn_pay": yuan(one.psn_part_amt),
        "cash_payamt": yuan(one.psn_cash_pay),
        "pref_fund_pay": yuan(0),
    }


def _of_settlement(centre: Centre, stay: Stay, settlement: Settlement) -> dict[str, Any]:
    settings = centre.settings
    return {
        "setl_id": settlement.setl_id,
        "setl_time": settlement.at.strftime(DATETIME),
        "mdtrt_cert_type": settlement.mdtrt_cert_type,
        "mdtrt_cert_no": None,
        "med_type": stay.record["med_type"],
        "medins_setl_id": settlement.msgid,
        "clr_optins": settings.clr_optins,
        "clr_way": CLR_WAY,
        "clr_type": CLR_TYPE,
        "setl_type": SETL_TYPE,
        "exp_content": None,
        "begndate": stay.record["begntime"][:10],
        "enddate": settlement.at.strftime(DATE),
        "invono": settlement.invono,
        "pay_loc": PAY_LOC,
        "fixmedins_code": settings.fixmedins_code,
        "fixmedins_name": settings.fixmedins_name,
        "hosp_lv": None,
        "fixmedins_poolarea": settings.mdtrtarea_admvs,
        "lmtpric_hosp_lv": None,
        "dedc_hosp_lv": None,
        "refd_setl_flag": refd_setl_flag(settlement),
        "year": str(settlement.at.year),
        "dise_codg": stay.record.get("dise_codg", ""),
        "dise_name": stay.record.get("dise_name", ""),
        "opter_id": settlement.opter,
        "opter_name": settlement.opter_name,
        "opt_time": settlement.at.strftime(DATETIME),
    }


def is_refund(settlement: Settlement) -> bool:
    """A negative row."""
    return settlement.kind != SETTLEMENT
