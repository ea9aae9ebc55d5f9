"""H2.3, H11.4, H11.18: what happens to a stay's charges day by day.

Two inpatients over two days, played once: what the nights and mornings did is read afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from interfaces.demo.actors import Cast
from interfaces.demo.channel import CallFailed, Channel
from tests.journeys.outside import (
    Outside,
    beijing_date,
    bound_phone,
    cast_of,
    insured_person,
    insured_stay,
    move_to,
    restart_platform,
    settle,
    settled,
    yuan,
)

Json = dict[str, Any]
# What the ward books on the two days: of the insured patient, of the one who pays by himself.
DAYS = (
    ({"S002": 1, "N001": 2}, {"D001": 1, "O001": 1}),
    ({"N001": 1}, {"X003": 2, "J001": 1}),
)


@dataclass(slots=True)
class Ward:
    """Two patients, the dates, and what each night brought."""

    stays: tuple[str, str]
    phones: tuple[str, str]
    dates: list[str] = field(default_factory=list)
    charged: list[tuple[list[str], list[str]]] = field(default_factory=list)  # charge numbers
    pulled: list[int] = field(default_factory=list)  # ListCharges of the second patient so far


@pytest.fixture(scope="module")
def outside(sandbox: Any) -> Outside:
    """The other sides' books."""
    return Outside(sandbox)


@pytest.fixture(scope="module")
def cast(sandbox: Any, channel: Channel, operations: Channel) -> Iterator[Cast]:
    """One cast for the whole ward."""
    acting = cast_of(sandbox, channel, operations)
    yield acting
    assert [check for check in acting.record.checks if not check.holds] == []


@pytest.fixture(scope="module")
def ward(cast: Cast, outside: Outside, business_time: Any) -> Ward:
    """Two days from an admission at six in the morning, before the lists of the day before go out.
    In the last morning the worker starts anew and the clock goes on to noon."""
    move_to(business_time, 6)
    insured = insured_stay(cast, insured_person(cast.sandbox))
    self_pay = cast.admit("测试自费己", "self_pay")
    stays = (insured, self_pay)
    ward = Ward(stays, tuple(bound_phone(cast, no) for no in stays))
    for items in DAYS:
        ward.dates.append(beijing_date(business_time))
        booked = [
            cast.charge_items(no, **of)["charge_nos"] for no, of in zip(stays, items, strict=True)
        ]
        ward.charged.append((booked[0], booked[1]))
        move_to(business_time, 3)
        for no in stays:
            _wait_for_the_night(cast, no, sum(len(day[stays.index(no)]) for day in ward.charged))
        move_to(business_time, 7, 5)
        for no in stays:
            _wait_for_the_morning(cast, no, ward.dates[-1])
        ward.pulled.append(len(outside.calls("his", "ListCharges", admission_no=self_pay)))
    restart_platform(cast.sandbox)
    move_to(business_time, 12)
    return ward


def _wait_for_the_night(cast: Cast, no: str, lines: int) -> None:
    """01:00 pulled, 02:00 uploaded what has an insurance code if the stay is insured."""
    insured = bool(cast.account(no)["insurance"])
    cast.channel.wait(
        f"/v1/admissions/{no}/charges",
        lambda seen: (
            len(seen["items"]) == lines
            and all(c["state"] == "uploaded" or not insured for c in seen["items"])
        ),
        "the night's pull and upload",
    )


def _wait_for_the_morning(cast: Cast, no: str, day: str) -> None:
    number = f"{no}-daily-{day}"
    cast.channel.wait(
        f"/v1/admissions/{no}/messages",
        lambda seen: any(m["no"] == number and m["delivered_at"] for m in seen["items"]),
        "the daily list",
    )


@pytest.mark.requirement("H11.4")
def test_the_nights_pull_prescriptions_and_charges_from_the_his_and_store_them(
    cast: Cast, ward: Ward, outside: Outside
):
    """H11.4: daily scheduled pull of inpatient prescriptions and charges from the HIS, stored."""
    read_before = outside.count("his")
    for place, no in enumerate(ward.stays):
        stored = cast.channel.get(f"/v1/admissions/{no}/charges")["items"]
        theirs = {row["charge_no"]: row for row in outside.his("charges", admission_no=no)}
        assert len(stored) == len(theirs) == sum(len(day[place]) for day in ward.charged)
        assert sorted(theirs) == sorted(charge["charge_no"] for charge in stored)
        for charge in stored:
            row = theirs[charge["charge_no"]]
            for name in ("item_code", "insurance_code", "charge_class", "quantity", "amount_fen"):
                assert charge[name] == row[name]
            assert charge["unit_price_yuan"] == row["unit_price"]
            # whose prescription it is
            assert charge["order_no"].startswith("YZ")
            assert (charge["doctor_name"], charge["department_name"]) == ("医生甲", "普通外科")
        by_day = dict.fromkeys(ward.dates, 0)
        for charge in stored:
            by_day[charge["business_date"]] += 1
        assert list(by_day.values()) == [len(day[place]) for day in ward.charged]
    assert outside.count("his") == read_before  # it is ours: the HIS was not asked for it again
    first, second = ward.pulled
    assert second == first + 1  # once a night; no channel ever asked for this patient's


@pytest.mark.requirement("H2.3")
def test_each_day_every_inpatient_is_sent_the_list_once_and_finds_that_day_behind_it(
    cast: Cast, ward: Ward, outside: Outside
):
    """H2.3: each day every inpatient's daily-list message is sent once; opening it shows that
    day's itemised list."""
    for place, no in enumerate(ward.stays):
        theirs = {row["charge_no"]: row for row in outside.his("charges", admission_no=no)}
        messages = cast.channel.get(f"/v1/admissions/{no}/messages")["items"]
        daily = [message for message in messages if message["kind"] == "daily_list"]
        assert [m["no"] for m in daily] == [f"{no}-daily-{day}" for day in ward.dates]
        so_far = 0
        for message, day, charged in zip(daily, ward.dates, ward.charged, strict=True):
            total = sum(theirs[number]["amount_fen"] for number in charged[place])
            so_far += total
            pushed = outside.pushed(message)
            assert (pushed["touser"], pushed["template_id"]) == (ward.phones[place], "daily_list")
            assert pushed["data"] == {
                "date1": day,
                "amount2": yuan(total),
                "amount3": yuan(so_far),
            }
            assert pushed["url"].endswith(message["path"])
            opened = cast.channel.get(message["path"])
            assert (opened["admission_no"], opened["date"]) == (no, day)
            assert {c["charge_no"]: c["amount_fen"] for c in opened["items"]} == {
                number: theirs[number]["amount_fen"] for number in charged[place]
            }
            assert (opened["total_fen"], opened["total_so_far_fen"]) == (total, so_far)
            assert sum(one["amount_fen"] for one in opened["by_class"]) == total


@pytest.mark.requirement("H11.18")
def test_a_wrongly_uploaded_charge_is_voided_and_charging_it_again_works(
    cast: Cast, outside: Outside
):
    """H11.18: wrongly uploaded charge voided; charging it again works; nobody pays for it."""
    no = insured_stay(cast, insured_person(cast.sandbox, balc_fen=0))
    wrong, right = cast.charge_items(no, S002=1, N001=1)["charge_nos"]
    cast.channel.post(f"/v1/admissions/{no}/charges:pull", {})
    cast.channel.post(f"/v1/admissions/{no}/charges:upload", {})
    visit = cast.account(no)["insurance"]["registration_no"]
    path = f"/v1/admissions/{no}/charges/{wrong}:withdraw"
    because = {"reason": "误上传", "operator": "nurse-1"}
    with pytest.raises(CallFailed) as still_billed:
        cast.channel.post(path, because)
    assert still_billed.value.code == "conflict"
    assert len(outside.insurer("lines", mdtrt_id=visit, withdrawn=False)) == 2
    cast.sandbox.control("his", "charges/cancel", {"charge_no": wrong})
    assert cast.channel.post(path, because)["state"] == "finished"
    with pytest.raises(CallFailed) as nothing_left:
        cast.channel.post(path, because)
    assert nothing_left.value.code == "conflict"
    [voided] = outside.calls("nhsa_core", "2302", mdtrt_id=visit)
    assert voided["status"] == "0"
    [gone] = outside.insurer("lines", mdtrt_id=visit, withdrawn=True)
    assert gone["amount_fen"] == 980_00
    [again] = cast.charge_items(no, S002=1)["charge_nos"]
    cast.channel.post(f"/v1/admissions/{no}/charges:pull", {})
    cast.channel.post(f"/v1/admissions/{no}/charges:upload", {})
    live = outside.insurer("lines", mdtrt_id=visit, withdrawn=False)
    assert sorted(line["amount_fen"] for line in live) == [34_00, 980_00]
    states = {c["charge_no"]: c["state"] for c in _charges(cast, no)}
    assert states == {wrong: "withdrawn", right: "uploaded", again: "uploaded"}
    # the patient is billed once: 980.00 + 34.00, of which the fund pays 181.90 (see the discharge)
    cast.pay_native(no, 832_10)
    done = settled(cast, settle(cast, no, confirmed=True)["no"])
    assert (done["bill"]["total_fen"], done["due_fen"]) == (1014_00, 832_10)
    [settlement] = outside.insurer("settlements", mdtrt_id=visit)
    assert (settlement["medfee_fen"], settlement["fund_fen"]) == (1014_00, 181_90)
    settled_by = {c["charge_no"]: c["settled_by"] for c in _charges(cast, no)}
    assert settled_by == {wrong: None, right: done["no"], again: done["no"]}


def _charges(cast: Cast, no: str) -> list[Json]:
    charges: list[Json] = cast.channel.get(f"/v1/admissions/{no}/charges")["items"]
    return charges
