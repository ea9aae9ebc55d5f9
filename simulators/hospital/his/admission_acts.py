"""Control acts on a stay: the admission desk, the ward, the doctor, the old deposit window."""

from typing import Any

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.control import BadAct
from simulators.hospital.his.act_fields import ActFields
from simulators.hospital.his.deposits import take_window_deposit
from simulators.hospital.his.hospital import Hospital
from simulators.hospital.his.records import Stay

FEE_CATEGORIES = {
    "self_pay": wire.FEE_CATEGORY_SELF_PAY,
    "insured": wire.FEE_CATEGORY_INSURED,
}
# Where the patient lies and who treats him, with what a new stay gets when nothing is said.
WARD_DEFAULTS = {
    "department_code": "0301",
    "department_name": "普通外科",
    "ward_code": "W0301",
    "ward_name": "普外一病区",
    "bed_no": "01",
    "attending_doctor_code": "D0001",
    "attending_doctor_name": "医生甲",
}
PATIENT_DEFAULTS = {
    "gender": "1",
    "birth_date": "1970-01-01",
    "phone": "13800000000",
    "medical_type": "21",
}
DIAGNOSIS_FIELDS = ("code", "name", "department_code", "doctor_code", "doctor_name")
USUAL_DIAGNOSIS = {"code": "K80.100x003", "name": "胆囊结石伴慢性胆囊炎"}


def admit(his: Hospital, body: dict[str, Any]) -> dict[str, Any]:
    """入院登记: a new stay in state ADMITTED."""
    fields = ActFields(
        body,
        *("admission_no", "patient_name", "fee_category", "id_card_no", "admitted_at"),
        *("diagnoses", *WARD_DEFAULTS, *PATIENT_DEFAULTS),
    )
    category = fields.text("fee_category")
    if category not in FEE_CATEGORIES:
        raise BadAct(f"'fee_category' must be one of {sorted(FEE_CATEGORIES)}")
    patient_name = fields.text("patient_name")
    admission_no = fields.text("admission_no", "") or his.state.next_number("ZY")
    if admission_no in his.state.stays:
        raise BadAct(f"'admission_no' {admission_no!r} exists")
    patient_no = his.state.next_number("BR")
    admission = wire.Admission(
        admission_no=admission_no,
        patient_no=patient_no,
        medical_record_no=his.state.next_number("BA"),
        patient_name=patient_name,
        id_card_no=fields.text("id_card_no", _fake_id_card_no(patient_no)),
        fee_category=FEE_CATEGORIES[category],
        state=wire.ADMISSION_STATE_ADMITTED,
        admitted_at=fields.instant("admitted_at", his.clock.now()),
    )
    for name, default in (WARD_DEFAULTS | PATIENT_DEFAULTS).items():
        setattr(admission, name, fields.text(name, default))
    given = fields.objects("diagnoses") if fields.has("diagnoses") else [USUAL_DIAGNOSIS]
    _write_diagnoses(admission, given)
    his.state.stays[admission_no] = Stay(admission)
    return {"admission_no": admission_no}


def move_ward(his: Hospital, body: dict[str, Any]) -> dict[str, Any]:
    """转科转床: another department, ward, bed or doctor, and the diagnoses of the new ward."""
    fields = ActFields(body, "admission_no", "diagnoses", *WARD_DEFAULTS)
    stay = his.state.stay(fields.text("admission_no"))
    for name in WARD_DEFAULTS:
        if fields.has(name):
            setattr(stay.admission, name, fields.text(name))
    if fields.has("diagnoses"):
        _write_diagnoses(stay.admission, fields.objects("diagnoses"))
    return {"admission_no": stay.number}


def order_discharge(his: Hospital, body: dict[str, Any]) -> dict[str, Any]:
    """开出院医嘱: from now on the bill may be locked and settled."""
    stay = his.state.stay(ActFields(body, "admission_no").text("admission_no"))
    if stay.admission.state != wire.ADMISSION_STATE_ADMITTED:
        raise BadAct(f"{stay.number} is not in state ADMITTED")
    stay.admission.state = wire.ADMISSION_STATE_DISCHARGE_ORDERED
    stay.admission.discharged_at.FromDatetime(his.clock.now())
    return {"admission_no": stay.number, "state": "discharge_ordered"}


def take_deposit(his: Hospital, body: dict[str, Any]) -> dict[str, Any]:
    """窗口收预交金: money that never passes through Medsettle."""
    fields = ActFields(body, "admission_no", "amount_fen", "channel")
    stay = his.state.stay(fields.text("admission_no"))
    amount_fen = fields.whole("amount_fen")
    if amount_fen <= 0:
        raise BadAct("'amount_fen' must be above zero")
    channel = fields.text("channel", "cash")
    deposit = take_window_deposit(his.state, stay, amount_fen, channel, his.clock.now())
    return {
        "his_deposit_no": deposit.his_deposit_no,
        "deposit_balance_fen": stay.balance_fen(),
    }


def _write_diagnoses(admission: wire.Admission, given: list[dict[str, Any]]) -> None:
    written = []
    for order, entry in enumerate(given, start=1):
        fields = ActFields(entry, *DIAGNOSIS_FIELDS)
        written.append(
            wire.Diagnosis(
                order=order,
                code=fields.text("code"),
                name=fields.text("name"),
                department_code=fields.text("department_code", admission.department_code),
                doctor_code=fields.text("doctor_code", admission.attending_doctor_code),
                doctor_name=fields.text("doctor_name", admission.attending_doctor_name),
                diagnosed_at=admission.admitted_at,
            )
        )
    del admission.diagnoses[:]
    admission.diagnoses.extend(written)


def _fake_id_card_no(patient_no: str) -> str:
    """An ID number nobody bears: area 110101, born in 1800."""
    return f"11010118000101{patient_no[-4:]}"
