"""24xx, 5201 and 5303: a stay registered, changed, ended and looked for (§2.5, §2.11)."""

from datetime import date, datetime, timedelta

from adapters.insurance.nhsa_core.translation.nodes import DATE, Node, beijing, unreadable
from adapters.insurance.nhsa_core.translation.persons import CREDENTIALS
from domain.insurance.person import Coverage, Credential, InsuredPerson
from domain.insurance.stay import InsuredStay
from domain.visits.admission import Admission, Diagnosis
from ports.errors import Refused
from ports.insurer import FoundRegistration

WESTERN = "1"  # diag_type 西医诊断
YES, NO = "1", "0"
DISCHARGED = "0"  # inhosp_stas: 0 出院, 1 在院
HOSPITAL_STATES = ("0", "1")


def not_expressible(text: str) -> Refused:
    """The request cannot be written down, so the insurer would refuse it: nothing was sent."""
    return Refused(text, code="not_expressible")


def registration(
    person: InsuredPerson,
    coverage: Coverage,
    credential: Credential,
    admission: Admission,
    own_place: str,
) -> dict[str, object]:
    """2401. An e-credential is named without its token, which the text leaves optional here."""
    kept = InsuredStay.card_number(credential.kind, credential.number)
    main = {
        "psn_no": person.person_no,
        "insutype": coverage.insurance_type,
        "ipt_no": admission.no,
        "mdtrt_cert_type": CREDENTIALS[credential.kind],
        "mdtrt_cert_no": kept,
        "card_sn": credential.card_serial if kept else "",
        "cert_type": person.certificate_type,
        "certno": person.certificate_no,
        "insuplc_admdvs": coverage.insured_place or own_place,
        "mdtrtarea_admvs": own_place,
        "med_type": admission.medical_type,
        **_ward(admission),
    }
    rows = [{"psn_no": person.person_no, **row} for row in _diagnoses(admission)]
    return {"mdtrtinfo": main, "diseinfo": rows}


def registration_no(output: Node) -> str:
    """mdtrt_id of 2401's answer."""
    return output.node("result").need("mdtrt_id")


def change(stay: InsuredStay, admission: Admission) -> dict[str, object]:
    """2403; what is sent replaces what was."""
    main = {
        **identity(stay),
        "mdtrt_cert_type": CREDENTIALS[stay.credential],
        "med_type": stay.medical_type,
        "ipt_otp_no": admission.no,
        **_ward(admission),
    }
    return {"adminfo": main, "diseinfo": _stay_diagnoses(stay, admission)}


def discharge(stay: InsuredStay, admission: Admission, way: str) -> dict[str, object]:
    """2402."""
    if admission.discharged_at is None:
        raise not_expressible("the admission has no time of discharge")
    main = {
        **identity(stay),
        "insutype": stay.insurance_type,
        "endtime": beijing(admission.discharged_at),
        "dscg_dept_codg": admission.department_code,
        "dscg_dept_name": admission.department_name,
        "dscg_bed": admission.bed_no,
        "dscg_way": way,
    }
    return {"dscginfo": main, "diseinfo": _stay_diagnoses(stay, admission)}


def identity(stay: InsuredStay) -> dict[str, object]:
    """The two numbers every request about a stay carries."""
    return {"mdtrt_id": stay.registration_no, "psn_no": stay.person_no}


def stay_query(stay: InsuredStay, now: datetime, margin_days: int) -> dict[str, object]:
    """5201, around the registration: how long before it the stay began is not known here."""
    margin = timedelta(days=margin_days)
    return {
        "data": {
            **identity(stay),
            "begntime": beijing(stay.registered_at - margin),
            "endtime": beijing(max(now, stay.registered_at + margin)),
            "med_type": stay.medical_type,
        }
    }


def discharged(stay: InsuredStay, output: Node) -> bool:
    """Whether 5201 shows the stay as ended. A stay it does not show says nothing."""
    for row in output.nodes("mdtrtinfo"):
        if row.need("mdtrt_id") == stay.registration_no:
            return row.code("inhosp_stas", HOSPITAL_STATES) == DISCHARGED
    raise unreadable("mdtrtinfo", f"no row of {stay.registration_no}")


def registrations_query(person_no: str, began: date, ended: date) -> dict[str, object]:
    """5303; the dates are Beijing days and both count."""
    return {
        "data": {
            "psn_no": person_no,
            "begntime": f"{began.strftime(DATE)} 00:00:00",
            "endtime": f"{ended.strftime(DATE)} 23:59:59",
        }
    }


def registrations_of(output: Node) -> tuple[FoundRegistration, ...]:
    """data of 5303."""
    return tuple(
        FoundRegistration(
            registration_no=row.need("mdtrt_id"),
            admission_no=row.text("ipt_otp_no"),
            began_on=_began_on(row),
        )
        for row in output.nodes("data")
    )


def _began_on(row: Node) -> date:
    began = row.day("begndate")
    if began is None:
        raise unreadable("data.begndate", None)
    return began


def _ward(admission: Admission) -> dict[str, object]:
    """Where and with whom the patient lies, and why."""
    main = _main_diagnosis(admission)
    return {
        "tel": admission.phone,
        "begntime": beijing(admission.admitted_at),
        "medrcdno": admission.medical_record_no,
        "atddr_no": admission.attending_doctor_code,
        "chfpdr_name": admission.attending_doctor_name,
        "adm_diag_dscr": main.name,
        "adm_dept_codg": admission.department_code,
        "adm_dept_name": admission.department_name,
        "adm_bed": admission.bed_no,
        "dscg_maindiag_code": main.code,
        "dscg_maindiag_name": main.name,
    }


def _main_diagnosis(admission: Admission) -> Diagnosis:
    if not admission.diagnoses:
        raise not_expressible("the admission has no diagnosis")
    return min(admission.diagnoses, key=lambda diagnosis: diagnosis.order)


def _stay_diagnoses(stay: InsuredStay, admission: Admission) -> list[dict[str, object]]:
    return [{**identity(stay), **row} for row in _diagnoses(admission)]


def _diagnoses(admission: Admission) -> list[dict[str, object]]:
    main = _main_diagnosis(admission)
    return [
        {
            "diag_type": WESTERN,
            "maindiag_flag": YES if one is main else NO,
            "diag_srt_no": str(one.order),
            "diag_code": one.code,
            "diag_name": one.name,
            "diag_dept": one.department_code,
            "dise_dor_no": one.doctor_code,
            "dise_dor_name": one.doctor_name,
            "diag_time": beijing(one.diagnosed_at),
        }
        for one in admission.diagnoses
    ]
