"""Answers read exactly, or refused as unreadable by the name of the field."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from adapters.hospital.his_grpc import GrpcHospital
from contracts.medsettle.his.v1 import his_pb2 as wire
from domain.identifiers import AdmissionNo, PlanNo
from domain.money import Money
from ports.errors import OutcomeUnknown
from ports.hospital import LockPurpose, NumberUse
from tests.adapters.hospital.scripted_his import Context, ScriptedHis

NO = AdmissionNo("ZY1")
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BIRTH_DATE = "1970-02-31"  # no such day


def told_charge(**changes: Any) -> wire.Charge:
    """A sound charge, with changes."""
    told = wire.Charge(
        charge_no="FY1",
        admission_no=NO,
        charged_at=AT,
        item_code="X001",
        item_name="注射用头孢呋辛钠0.75g",
        charge_class="09",
        quantity="3",
        unit_price="11.4860",
        amount_fen=3446,
    )
    told.MergeFrom(wire.Charge(**changes))
    return told


def told_admission(**changes: Any) -> wire.Admission:
    """A sound admission, with changes."""
    told = wire.Admission(
        admission_no=NO,
        birth_date="1970-01-01",
        fee_category=wire.FEE_CATEGORY_SELF_PAY,
        state=wire.ADMISSION_STATE_ADMITTED,
        admitted_at=AT,
    )
    told.MergeFrom(wire.Admission(**changes))
    return told


async def refused_charge(
    scripted: ScriptedHis, hospital: GrpcHospital, told: wire.Charge
) -> OutcomeUnknown:
    scripted.replies["ListCharges"] = wire.ListChargesResponse(charges=[told])
    with pytest.raises(OutcomeUnknown) as unknown:
        await hospital.charges(NO, None)
    assert unknown.value.code == "unreadable"
    return unknown.value


async def test_a_charge_is_read_exactly(scripted: ScriptedHis, hospital: GrpcHospital) -> None:
    scripted.replies["ListCharges"] = wire.ListChargesResponse(charges=[told_charge()])

    (charge,) = await hospital.charges(NO, None)

    assert (charge.quantity, charge.unit_price) == (Decimal("3"), Decimal("11.4860"))
    assert (charge.amount, charge.charged_at) == (Money(3446), AT)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 1, 2, 15, 59, 59, tzinfo=UTC), date(2026, 1, 2)),
        (datetime(2026, 1, 2, 16, 0, 0, tzinfo=UTC), date(2026, 1, 3)),
    ],
    ids=["before_midnight_in_Beijing", "at_midnight_in_Beijing"],
)
async def test_the_business_date_is_cut_in_beijing(
    scripted: ScriptedHis, hospital: GrpcHospital, instant: datetime, day: date
) -> None:
    told = told_charge()
    told.charged_at.FromDatetime(instant)
    scripted.replies["ListCharges"] = wire.ListChargesResponse(charges=[told])

    (charge,) = await hospital.charges(NO, day)

    assert charge.business_date == day
    asked = wire.ListChargesRequest.FromString(scripted.seen[0].message)
    assert asked.business_date == day.isoformat()


@pytest.mark.parametrize("fen", [3445, 3446])  # 3 x 11.4860 = 34.458: rounded down, half up
async def test_the_his_rounds_as_it_likes_within_a_fen(
    scripted: ScriptedHis, hospital: GrpcHospital, fen: int
) -> None:
    told = told_charge(amount_fen=fen)
    scripted.replies["ListCharges"] = wire.ListChargesResponse(charges=[told])

    (charge,) = await hospital.charges(NO, None)

    assert charge.amount == Money(fen)


@pytest.mark.parametrize("fen", [3444, 3447, -3446])
async def test_an_amount_more_than_a_fen_off_is_unreadable(
    scripted: ScriptedHis, hospital: GrpcHospital, fen: int
) -> None:
    unknown = await refused_charge(scripted, hospital, told_charge(amount_fen=fen))

    assert "'FY1' amount_fen" in unknown.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "3.00000"),
        ("quantity", "3e0"),
        ("quantity", "NaN"),
        ("quantity", "٣"),
        ("unit_price", "-11.4860"),
        ("unit_price", "11,4860"),
        ("unit_price", "11.4860000"),
        ("charge_class", "15"),
        ("admission_no", "ZY2"),
    ],
)
async def test_a_field_of_a_charge_that_cannot_be_read_is_named(
    scripted: ScriptedHis, hospital: GrpcHospital, field: str, value: str
) -> None:
    unknown = await refused_charge(scripted, hospital, told_charge(**{field: value}))

    assert f"'FY1' {field}" in unknown.text


async def test_a_charge_without_its_instant_is_unreadable(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    told = told_charge()
    told.ClearField("charged_at")

    assert "charged_at is not set" in (await refused_charge(scripted, hospital, told)).text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"state": 9}, "admission.state"),
        ({"fee_category": 9}, "admission.fee_category"),
        ({"birth_date": BIRTH_DATE}, "admission.birth_date"),
        ({"birth_date": "19700101"}, "admission.birth_date"),
        ({"admission_no": "ZY2"}, "admission.admission_no"),
        ({"discharged_at": Timestamp(seconds=10**15)}, "discharged_at"),
    ],
    ids=["state", "fee_category", "no_such_day", "other_form", "other_stay", "out_of_range"],
)
async def test_a_field_of_an_admission_that_cannot_be_read_is_named_but_not_told(
    scripted: ScriptedHis, hospital: GrpcHospital, changes: dict[str, Any], field: str
) -> None:
    scripted.replies["GetAdmission"] = wire.GetAdmissionResponse(
        admission=told_admission(**changes)
    )

    with pytest.raises(OutcomeUnknown) as unknown:
        await hospital.admission(NO)

    assert unknown.value.code == "unreadable"
    assert field in unknown.value.text
    assert BIRTH_DATE not in unknown.value.text


async def test_an_enum_left_unspecified_is_unreadable(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    told = told_admission()
    told.ClearField("state")
    scripted.replies["GetAdmission"] = wire.GetAdmissionResponse(admission=told)
    scripted.replies["QueryPosting"] = wire.QueryPostingResponse()

    with pytest.raises(OutcomeUnknown) as of_stay:
        await hospital.admission(NO)
    with pytest.raises(OutcomeUnknown) as of_number:
        await hospital.find("JS1", NumberUse.SETTLEMENT)

    assert (of_stay.value.code, of_number.value.code) == ("unreadable", "unreadable")
    assert "admission.state" in of_stay.value.text
    assert "state" in of_number.value.text


async def test_a_receipt_without_its_number_is_unreadable(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    scripted.replies["Lock"] = wire.LockResponse(total_fen=1)
    scripted.replies["CancelSettlement"] = wire.CancelSettlementResponse(cancelled_at=AT)

    with pytest.raises(OutcomeUnknown) as locked:
        await hospital.lock(PlanNo("JS1"), NO, LockPurpose.SETTLE)
    with pytest.raises(OutcomeUnknown) as cancelled:
        await hospital.cancel_settlement(PlanNo("CX1"), PlanNo("JS1"), NO, "测试撤销")

    assert (locked.value.code, cancelled.value.code) == ("unreadable", "unreadable")
    assert "bill_no" in locked.value.text
    assert "red_receipt_no" in cancelled.value.text


async def test_pages_are_asked_for_until_the_last(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    async def three_pages(message: bytes, _: Context) -> bytes:
        token = wire.ListChargesRequest.FromString(message).page_token
        following = {"": "b", "b": "c", "c": ""}[token]
        told = told_charge(charge_no=f"FY{token}")
        return wire.ListChargesResponse(
            charges=[told], next_page_token=following
        ).SerializeToString()

    scripted.replies["ListCharges"] = three_pages

    charges = await hospital.charges(NO, None)

    assert [charge.no for charge in charges] == ["FY", "FYb", "FYc"]
    asked = [wire.ListChargesRequest.FromString(seen.message) for seen in scripted.seen]
    assert [each.page_size for each in asked] == [500, 500, 500]


async def test_a_listing_that_never_ends_is_unreadable(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    scripted.replies["ListSettlements"] = wire.ListSettlementsResponse(next_page_token="again")

    with pytest.raises(OutcomeUnknown) as unknown:
        await hospital.settlements(date(2026, 1, 2))

    assert unknown.value.code == "unreadable"
    assert "ListSettlements next_page_token" in unknown.value.text


async def test_a_bill_that_changes_between_its_pages_is_unreadable(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    async def changing(message: bytes, _: Context) -> bytes:
        first = not wire.ListPendingChargesRequest.FromString(message).page_token
        return wire.ListPendingChargesResponse(
            total_fen=100 if first else 200, next_page_token="b" if first else ""
        ).SerializeToString()

    scripted.replies["ListPendingCharges"] = changing

    with pytest.raises(OutcomeUnknown) as unknown:
        await hospital.pending_charges(NO)
    assert (unknown.value.code, "total_fen" in unknown.value.text) == ("unreadable", True)


async def test_deposits_of_another_stay_are_unreadable(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    scripted.replies["QueryDeposits"] = wire.QueryDepositsResponse(
        deposits=[wire.Deposit(number="YJ1", admission_no="ZY2", acted_at=AT)]
    )

    with pytest.raises(OutcomeUnknown) as unknown:
        await hospital.deposits(no=NO)
    assert unknown.value.code == "unreadable"
    assert len(await hospital.deposits(day=date(2026, 1, 2))) == 1
