"""1101 人员信息获取 and 2001 人员待遇享受检查: who somebody is, and what they are entitled to."""

from simulators.insurance.nhsa_core.amounts import yuan
from simulators.insurance.nhsa_core.centre import Call, Centre, Output
from simulators.insurance.nhsa_core.input_rows import DATE, Row, moment
from simulators.insurance.nhsa_core.persons import Person
from simulators.insurance.nhsa_core.refusals import Refusal, missing_field

IN_FORCE = "1"  # psn_insu_stas 正常参保


def read_person(centre: Centre, call: Call) -> Output:
    """1101: by e-credential token, ID number or social-security card."""
    row = call.row("data")
    person = _holder(centre, row)
    if person is None:
        raise Refusal("未查询到参保人员信息，人员不存在")
    _require_same(row, person)
    today = centre.now()
    return {
        "baseinfo": {
            "psn_no": person.psn_no,
            "psn_cert_type": person.psn_cert_type,
            "certno": person.certno,
            "psn_name": person.psn_name,
            "gend": person.gend,
            "naty": person.naty,
            "brdy": person.brdy,
            "age": person.age(today),
            "exp_content": "",
        },
        "insuinfo": [
            {
                "balc": yuan(person.balc_fen),
                "insutype": person.insutype,
                "psn_type": person.psn_type,
                "psn_insu_stas": person.psn_insu_stas,
                "psn_insu_date": "2010-01-01",
                "paus_insu_date": None if _in_force(person) else f"{today.year}-01-01",
                "cvlserv_flag": person.cvlserv_flag,
                "insuplc_admdvs": person.insuplc_admdvs,
                "emp_name": person.emp_name,
            }
        ],
        "idetinfo": [_medical_aid_identity()] if person.medical_aid else [],
    }


def check_entitlement(centre: Centre, call: Call) -> Output:
    """2001: one row for each fund of the person's insurance."""
    row = call.row("data")
    person = centre.books.person(row["psn_no"])
    _require_insurance(row, person)
    if row["fixmedins_code"] != centre.settings.fixmedins_code:
        raise Refusal(f"定点医药机构编号[{row['fixmedins_code']}]不存在")
    begun = moment(row["begntime"]).strftime(DATE)
    return {
        "trtinfo": [
            {
                "psn_no": person.psn_no,
                "trt_chk_type": "01",
                "fund_pay_type": fund,
                "trt_enjymnt_flag": "1" if _in_force(person) else "0",
                "begndate": begun,
                "enddate": None,
                "trt_chk_rslt": "" if _in_force(person) else "参保状态异常，暂停享受待遇",
                "exp_content": "",
            }
            for fund in _funds(person)
        ]
    }


def insured_person(centre: Centre, row: Row) -> Person:
    """The person of an admission or settlement: identity, insurance, area and voucher agree."""
    person = centre.books.person(row["psn_no"])
    _require_same(row, person)
    _require_insurance(row, person)
    if row["insuplc_admdvs"] not in ("", person.insuplc_admdvs):
        raise Refusal(f"参保地医保区划[{row['insuplc_admdvs']}]与参保信息不符")
    if row["mdtrtarea_admvs"] not in ("", centre.settings.mdtrtarea_admvs):
        raise Refusal(f"就医地医保区划[{row['mdtrtarea_admvs']}]不正确")
    if row["mdtrt_cert_no"] and _holder(centre, row) is not person:
        raise Refusal(f"就诊凭证编号[{row['mdtrt_cert_no']}]与参保人员不符")
    if not _in_force(person):
        raise Refusal(f"人员编号[{person.psn_no}]参保状态异常，不能享受医保待遇")
    return person


def _holder(centre: Centre, row: Row) -> Person | None:
    """Who holds the voucher (就诊凭证) of a row."""
    number = row["mdtrt_cert_no"]
    if row["mdtrt_cert_type"] == "03" and not row["card_sn"]:
        raise missing_field("card_sn")
    for person in centre.books.persons.values():
        held = {
            "01": (person.ec_token,),
            "02": (person.certno,),
            "03": (person.card_no, person.card_sn),
        }[row["mdtrt_cert_type"]]
        shown = (number, row["card_sn"]) if row["mdtrt_cert_type"] == "03" else (number,)
        if held == shown:
            return person
    return None


def _require_same(row: Row, person: Person) -> None:
    for name in ("certno", "psn_name"):
        if row.get(name, "") not in ("", getattr(person, name)):
            raise Refusal(f"字段[{name}]与参保人员信息不符")


def _require_insurance(row: Row, person: Person) -> None:
    if row["insutype"] != person.insutype:
        raise Refusal(f"人员编号[{person.psn_no}]无险种[{row['insutype']}]的参保信息")


def _in_force(person: Person) -> bool:
    return person.psn_insu_stas == IN_FORCE


def _funds(person: Person) -> list[str]:
    funds = ["390100", "390200"] if person.insutype == "390" else ["310100", "330100"]
    if person.cvlserv_flag == "1":
        funds.append("320100")
    if person.medical_aid:
        funds.append("610100")
    return funds


def _medical_aid_identity() -> dict[str, str | None]:
    return {
        "psn_idet_type": "2303",  # 低保救助对象
        "psn_type_lv": None,
        "memo": "",
        "begntime": "2020-01-01 00:00:00",
        "endtime": None,
    }
