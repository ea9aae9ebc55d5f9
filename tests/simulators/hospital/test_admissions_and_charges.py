"""The stay and its bill: what the ward does is what Medsettle reads."""

from datetime import UTC, datetime, timedelta, timezone

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

BEIJING = timezone(timedelta(hours=8))


def beijing_day(timestamp: Timestamp) -> str:
    return timestamp.ToDatetime(UTC).astimezone(BEIJING).date().isoformat()


def test_an_unknown_admission_is_not_found(his):
    for name in ("GetAdmission", "ListCharges", "ListPendingCharges", "QueryDeposits"):
        refusal = his.refusal_of(name, admission_no="ZY-none")
        assert refusal.code == "NOT_FOUND"
        assert refusal.text == "admission_no: 'ZY-none' is unknown"


def test_a_missing_field_is_named(his):
    for name in ("GetAdmission", "ListCharges", "ListPendingCharges"):
        refusal = his.refusal_of(name)
        assert refusal.code == "INVALID_ARGUMENT"
        assert refusal.fields == ["admission_no"]


def test_bytes_that_are_no_message_are_malformed(his):
    class Broken:
        def SerializeToString(self):
            return b"\xff\xff\xff"

    with pytest.raises(grpc.RpcError) as caught:
        his.send("GetAdmission", Broken())
    refusal = his.read_refusal(caught.value)
    assert refusal.code == "INVALID_ARGUMENT"
    assert refusal.text == "message: is not a GetAdmissionRequest"


def test_an_admission_is_read_as_it_was_registered(his, hospital):
    admission_no = hospital.act(
        "admissions",
        admission_no="ZY-A-1",
        patient_name="测试甲",
        fee_category="insured",
        id_card_no="110101180001019999",
        gender="2",
        birth_date="1966-06-06",
        phone="13900000000",
        department_code="0402",
        department_name="心血管内科",
        ward_code="W0402",
        ward_name="心内二病区",
        bed_no="12",
        admitted_at="2024-01-02T03:04:05+08:00",
        diagnoses=[{"code": "I25.103", "name": "冠心病"}, {"code": "I10.x05", "name": "高血压病"}],
    )["admission_no"]
    admission = his.call("GetAdmission", admission_no=admission_no).admission
    assert admission.admission_no == "ZY-A-1"
    assert admission.patient_name == "测试甲"
    assert admission.id_card_no == "110101180001019999"
    assert (admission.fee_category, admission.state) == (2, 1)
    assert admission.ward_name == "心内二病区"
    assert admission.admitted_at.ToJsonString() == "2024-01-01T19:04:05Z"
    assert not admission.HasField("discharged_at")
    assert [(each.order, each.code) for each in admission.diagnoses] == [
        (1, "I25.103"),
        (2, "I10.x05"),
    ]
    assert admission.deposit_balance_fen == 0


def test_an_admission_without_diagnoses_gets_one(his, hospital):
    admission = his.call("GetAdmission", admission_no=hospital.admit()).admission
    assert len(admission.diagnoses) == 1
    assert admission.medical_type == "21"


def test_a_moved_patient_lies_elsewhere(his, hospital):
    admission_no = hospital.admit()
    hospital.act(
        "admissions/move-ward",
        admission_no=admission_no,
        department_code="0402",
        ward_code="W0402",
        bed_no="33",
        diagnoses=[{"code": "I10.x05", "name": "高血压病"}],
    )
    admission = his.call("GetAdmission", admission_no=admission_no).admission
    assert (admission.department_code, admission.ward_code) == ("0402", "W0402")
    assert admission.bed_no == "33"
    assert [each.code for each in admission.diagnoses] == ["I10.x05"]


def test_a_discharge_is_ordered_once(his, hospital):
    admission_no = hospital.admit()
    hospital.act("admissions/order-discharge", admission_no=admission_no)
    admission = his.call("GetAdmission", admission_no=admission_no).admission
    assert admission.state == 2
    assert admission.HasField("discharged_at")
    text = hospital.refused_act("admissions/order-discharge", admission_no=admission_no)
    assert text == f"{admission_no} is not in state ADMITTED"


@pytest.mark.parametrize(
    ("item", "quantity", "fen"),
    [
        ("M001", "0.6", 197),  # 3.2750 × 0.6 = 1.965: half up, not half to even
        ("X002", "3", 1690),  # 5.633333 × 3 = 16.899999
        ("X001", "0.1250", 144),  # 11.4860 × 0.1250 = 1.43575
        ("C001", "12.3456", 386),  # 0.3125 × 12.3456 = 3.858
        ("B001", 7, 33600),
    ],
)
def test_an_amount_is_rounded_half_up_exactly(his, hospital, item, quantity, fen):
    admission_no = hospital.admit()
    hospital.charge(admission_no, quantity, item)
    (charge,) = his.call("ListCharges", admission_no=admission_no).charges
    assert charge.amount_fen == fen
    assert charge.quantity == str(quantity)


def test_a_returned_charge_takes_its_amount_off_the_bill(his, hospital):
    admission_no = hospital.admit()
    charged = hospital.charge(admission_no, "0.6", "M001")
    hospital.charge(admission_no, "-0.6", "M001", returned_charge_no=charged)
    answer = his.call("ListPendingCharges", admission_no=admission_no)
    assert [charge.amount_fen for charge in answer.charges] == [197, -197]
    assert answer.charges[1].returned_charge_no == charged
    assert answer.total_fen == 0
    text = hospital.refused_act(
        "admissions/charges",
        admission_no=admission_no,
        charges=[{"item_code": "M001", "quantity": "-0.1", "returned_charge_no": charged}],
    )
    assert text == f"more is returned of {charged!r} than was charged"


def test_one_seed_draws_the_same_charges_and_another_draws_others(his, hospital):
    def drawn(seed):
        hospital.act("reset", seed=seed)
        admission_no = hospital.admit()
        hospital.act("admissions/charges", admission_no=admission_no, lines=40)
        charges = his.call("ListCharges", admission_no=admission_no).charges
        return [
            (each.charge_no, each.item_code, each.quantity, each.amount_fen) for each in charges
        ]

    first = drawn(11)
    assert first == drawn(11)
    assert first != drawn(12)
    assert {each[0] for each in first}.isdisjoint({each[0] for each in drawn(12)})


def test_drawn_charges_are_plausible_and_a_few_have_no_insurance_code(his, hospital):
    admission_no = hospital.admit()
    act = hospital.act("admissions/charges", admission_no=admission_no, lines=300)
    charges = his.call("ListCharges", admission_no=admission_no, page_size=500).charges
    assert [charge.charge_no for charge in charges] == act["charge_nos"]
    assert sum(charge.amount_fen for charge in charges) == act["total_fen"]
    uncoded = [charge for charge in charges if not charge.insurance_code]
    assert 0 < len(uncoded) < 40
    assert {charge.item_code for charge in uncoded} == {"O001"}
    assert {charge.charge_class for charge in charges} == {
        f"{number:02d}" for number in range(1, 15) if number != 13
    }
    assert any("." in charge.quantity for charge in charges)


def test_charges_are_listed_by_business_date_in_beijing(his, hospital):
    admission_no = hospital.admit()
    # Half past midnight in Beijing: in UTC it is still the day before.
    now = datetime.now(BEIJING)
    night = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), BEIJING)
    offset = int((night + timedelta(minutes=30) - now).total_seconds())
    hospital.charge(admission_no, item="B001")
    hospital.act("clock", offset_seconds=offset)
    hospital.charge(admission_no, item="N001")
    today, tomorrow = now.date().isoformat(), night.date().isoformat()

    def codes(day):
        answer = his.call("ListCharges", admission_no=admission_no, business_date=day)
        assert {beijing_day(charge.charged_at) for charge in answer.charges} <= {day}
        return [charge.item_code for charge in answer.charges]

    assert codes(today) == ["B001"]
    assert codes(tomorrow) == ["N001"]
    assert codes("2001-01-01") == []


def test_charges_may_be_booked_on_an_earlier_business_date(his, hospital):
    admission_no = hospital.admit()
    earlier = (datetime.now(BEIJING).date() - timedelta(days=2)).isoformat()
    hospital.act("admissions/charges", admission_no=admission_no, lines=3, business_date=earlier)
    answer = his.call("ListCharges", admission_no=admission_no, business_date=earlier)
    assert len(answer.charges) == 3
    later = (datetime.now(BEIJING).date() + timedelta(days=2)).isoformat()
    text = hospital.refused_act(
        "admissions/charges", admission_no=admission_no, lines=3, business_date=later
    )
    assert text == "'business_date' lies in the future"


@pytest.mark.parametrize("wrong", ["2024-1-1", "20240101", "yesterday", "2024-02-30"])
def test_a_business_date_of_another_form_is_named(his, hospital, wrong):
    refusal = his.refusal_of("ListCharges", admission_no=hospital.admit(), business_date=wrong)
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", ["business_date"])


def test_a_withdrawn_charge_stays_listed_and_leaves_the_bill(his, hospital):
    admission_no = hospital.admit()
    withdrawn = hospital.charge(admission_no)
    kept = hospital.charge(admission_no, item="B001")
    hospital.act("charges/cancel", charge_no=withdrawn)
    listed = his.call("ListCharges", admission_no=admission_no).charges
    assert [(each.charge_no, each.cancelled) for each in listed] == [
        (withdrawn, True),
        (kept, False),
    ]
    pending = his.call("ListPendingCharges", admission_no=admission_no)
    assert [each.charge_no for each in pending.charges] == [kept]
    assert pending.total_fen == 4800
    text = hospital.refused_act("charges/cancel", charge_no=withdrawn)
    assert text == f"'charge_no' {withdrawn!r} is cancelled or settled already"


@pytest.mark.parametrize("name", ["ListCharges", "ListPendingCharges"])
def test_pages_give_every_charge_once(his, hospital, name):
    admission_no = hospital.admit()
    act = hospital.act("admissions/charges", admission_no=admission_no, lines=7)
    token, sizes, numbers = "", [], []
    while True:
        answer = his.call(name, admission_no=admission_no, page_size=3, page_token=token)
        sizes.append(len(answer.charges))
        numbers += [charge.charge_no for charge in answer.charges]
        token = answer.next_page_token
        if name == "ListPendingCharges":
            assert answer.total_fen == act["total_fen"]
        if not token:
            break
    assert sizes == [3, 3, 1]
    assert numbers == act["charge_nos"]


def test_a_last_page_that_is_full_has_no_next(his, hospital):
    admission_no = hospital.admit()
    hospital.act("admissions/charges", admission_no=admission_no, lines=4)
    assert not his.call("ListCharges", admission_no=admission_no, page_size=4).next_page_token


def test_a_page_token_of_another_listing_or_none_of_ours_is_refused(his, hospital):
    first, second = hospital.admit(), hospital.admit()
    for admission_no in (first, second):
        hospital.act("admissions/charges", admission_no=admission_no, lines=2)
    token = his.call("ListCharges", admission_no=first, page_size=1).next_page_token
    for wrong in (token, "%%%", "abcd"):
        refusal = his.refusal_of("ListCharges", admission_no=second, page_token=wrong)
        assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", ["page_token"])


@pytest.mark.parametrize("size", [501, -1])
def test_a_page_size_out_of_range_is_refused(his, hospital, size):
    refusal = his.refusal_of("ListCharges", admission_no=hospital.admit(), page_size=size)
    assert (refusal.code, refusal.fields) == ("INVALID_ARGUMENT", ["page_size"])


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ({"quantity": 0.1}, "'quantity' must be decimal text, not float"),
        ({"quantity": "0.12345"}, "'quantity': '0.12345' is too large or has more than 4 places"),
        ({"quantity": "one"}, "'quantity': 'one' is not a decimal"),
        ({"quantity": "1e30"}, "'quantity': '1e30' is too large or has more than 4 places"),
        (
            {"quantity": "1", "unit_price": "1.1234567"},
            "'unit_price': '1.1234567' is too large or has more than 6 places",
        ),
        (
            {"quantity": "-1"},
            "a price is not negative; 'quantity' is, with 'returned_charge_no' only",
        ),
        ({"quantity": "1", "item_code": "none"}, "'item_code' 'none' is not in the price list"),
    ],
)
def test_a_charge_that_cannot_be_is_refused_by_its_field(hospital, line, text):
    admission_no = hospital.admit()
    line = {"item_code": "B001"} | line
    assert text == hospital.refused_act(
        "admissions/charges", admission_no=admission_no, charges=[line]
    )
    assert hospital.books()["charges"] == []


def test_an_act_with_a_misspelt_field_is_refused(hospital):
    text = hospital.refused_act("admissions", patient_name="测试甲", fee_categorie="insured")
    assert text.startswith("unknown field 'fee_categorie'")


def test_a_locked_bill_takes_no_charge_and_loses_none(his, hospital):
    admission_no = hospital.admit()
    charge_no = hospital.charge(admission_no)
    hospital.act("admissions/order-discharge", admission_no=admission_no)
    bill = his.lock(admission_no, "S1")
    refused = f"BILL_LOCKED: the bill of {admission_no} is locked"
    assert hospital.refused_act("admissions/charges", admission_no=admission_no, lines=1) == refused
    assert hospital.refused_act("charges/cancel", charge_no=charge_no) == refused
    his.call("Unlock", settlement_no="S1", admission_no=admission_no, bill_no=bill.bill_no)
    hospital.act("admissions/charges", admission_no=admission_no, lines=1)


def test_a_settled_stay_takes_no_charge(his, hospital):
    admission_no = hospital.ready_to_settle()
    his.deposit(admission_no, 23000, "D1")
    his.settle(admission_no, "S1")
    text = hospital.refused_act("admissions/charges", admission_no=admission_no, lines=1)
    assert text == f"ADMISSION_CLOSED: {admission_no} is settled"
