"""H11.1, H11.3, H11.5, H11.8: who the patient is, what he is entitled to, his registration."""

import json
from typing import Any

import pytest

from interfaces.demo.actors import Cast
from interfaces.demo.channel import CallFailed
from tests.journeys.outside import (
    Outside,
    admit_insured,
    insured_person,
    insured_stay,
    register,
)


@pytest.fixture
def outside(sandbox: Any) -> Outside:
    """The other sides' books."""
    return Outside(sandbox)


@pytest.mark.requirement("H11.1")
@pytest.mark.parametrize("kind", ["id_card", "social_card", "e_credential"])
def test_an_identity_is_read_by_card_or_scan_with_the_rest_of_what_belongs_to_it(
    cast: Cast, outside: Outside, kind: str
):
    """H11.1: identity by card or scan, then the rest of the card's or e-credential's data."""
    person = insured_person(
        cast.sandbox, insutype="390", psn_type="15", balc_fen=123_45, cvlserv_flag="0"
    )
    no = admit_insured(cast, person)
    registered = register(cast, no, person, kind)
    [read] = outside.calls("nhsa_core", "1101", psn_no=person.person_no)
    assert read["status"] == "0"
    identified = registered["steps"][0]
    assert identified["action"] == "identify"
    assert identified["attempts"][0]["evidence"]["their_number"] == person.person_no
    theirs = outside.insurer_person(person)
    rest = {
        "insurance_type": theirs["insutype"],
        "insurance_type_name": "城乡居民基本医疗保险",
        "person_type": theirs["psn_type"],
        "insured_place": theirs["insuplc_admdvs"],
        "personal_account_fen": theirs["balance_fen"],
    }
    assert rest["personal_account_fen"] == 123_45
    later = cast.channel.get(f"/v1/registrations/{registered['no']}")
    assert later["coverage"] == rest
    assert later["credential"] == kind
    account = cast.account(no)
    assert account["insurance"].items() >= rest.items()
    # The scanned token proves who he is this once; nothing of the platform repeats it.
    assert person.e_credential not in json.dumps([registered, later, account])


@pytest.mark.parametrize("kind", ["id_card", "social_card", "e_credential"])
def test_a_card_or_code_the_insurer_does_not_know_registers_nobody(
    cast: Cast, outside: Outside, kind: str
):
    somebody = insured_person(cast.sandbox)
    no = admit_insured(cast, somebody)
    credential = somebody.credential(kind) | {"number": "9" * 18}
    with pytest.raises(CallFailed) as refused:
        cast.channel.post("/v1/registrations", {"admission_no": no, "credential": credential})
    assert refused.value.code == "outside_refused"
    assert outside.insurer("stays", ipt_no=no) == []
    assert cast.account(no)["insurance"] is None


@pytest.mark.requirement("H11.5")
def test_the_insurer_is_asked_whether_the_person_is_entitled_and_its_answer_decides(
    cast: Cast, outside: Outside
):
    """H11.5: eligibility asked of the insurer, with what card or code have told."""
    person = insured_person(cast.sandbox, cvlserv_flag="1")
    no = admit_insured(cast, person)
    registered = register(cast, no, person, "social_card")
    [asked] = outside.calls("nhsa_core", "2001", psn_no=person.person_no)
    assert asked["status"] == "0"
    assert [e["action"] for e in registered["steps"]] == [
        "identify",
        "check_entitlement",
        "register_admission",
    ]
    later = cast.channel.get(f"/v1/registrations/{registered['no']}")
    # 职工统筹, 大额 and, for a civil servant, 公务员补助
    assert {e["fund_type"]: e["entitled"] for e in later["entitlements"]} == {
        "310100": True,
        "330100": True,
        "320100": True,
    }
    without = insured_person(cast.sandbox)
    refused = {
        "operation": "2001",
        "kind": "refuse",
        "match": {"psn_no": without.person_no},
        "args": {"message": "待遇享受检查不通过"},
    }
    cast.sandbox.control("nhsa_core", "faults", refused)
    other = admit_insured(cast, without)
    with pytest.raises(CallFailed, match="待遇享受检查不通过") as problem:
        register(cast, other, without)
    assert problem.value.code == "outside_refused"
    assert outside.insurer("stays", ipt_no=other) == []


@pytest.mark.requirement("H11.8")
def test_the_cashier_sees_insurance_type_and_personal_account(cast: Cast, outside: Outside):
    """H11.8: insurance type and personal account shown at the cashier, as the insurer has them."""
    employee = insured_person(cast.sandbox, balc_fen=3_210_99)
    resident = insured_person(cast.sandbox, insutype="390", psn_type="15", balc_fen=0)
    for person, code, name in (
        (employee, "310", "职工基本医疗保险"),
        (resident, "390", "城乡居民基本医疗保险"),
    ):
        shown = cast.account(insured_stay(cast, person))["insurance"]
        theirs = outside.insurer_person(person)
        assert (shown["insurance_type"], shown["insurance_type_name"]) == (code, name)
        assert shown["insurance_type"] == theirs["insutype"]
        assert shown["personal_account_fen"] == theirs["balance_fen"] == person.account_fen


@pytest.mark.requirement("H11.3")
def test_a_registration_is_revoked_at_the_insurer_with_what_had_been_uploaded(
    cast: Cast, outside: Outside
):
    """H11.3: registration revoked."""
    person = insured_person(cast.sandbox)
    no = insured_stay(cast, person)
    cast.charge_items(no, N001=1, D001=2)
    cast.channel.post(f"/v1/admissions/{no}/charges:pull", {})
    uploaded = cast.channel.post(f"/v1/admissions/{no}/charges:upload", {})
    assert [batch["lines"] for batch in uploaded["batches"]] == [2]
    first = outside.insurer_stay(no)
    assert (first["state"], first["lines"]) == ("in_hospital", 2)
    withdrawn = cast.channel.post(
        f"/v1/admissions/{no}/registration:withdraw", {"reason": "登记有误", "operator": "C001"}
    )
    assert withdrawn["state"] == "finished"
    after = outside.insurer_stay(no)
    assert after["mdtrt_id"] == first["mdtrt_id"] == withdrawn["registration_no"]
    assert (after["state"], after["lines"]) == ("withdrawn", 0)
    for operation in ("2302", "2404"):
        [once] = outside.calls("nhsa_core", operation, mdtrt_id=first["mdtrt_id"])
        assert once["status"] == "0"
    assert cast.account(no)["insurance"] is None
    again = register(cast, no, person)
    assert again["registration_no"] not in ("", first["mdtrt_id"])
    assert cast.account(no)["insurance"]["registration_no"] == again["registration_no"]
    assert outside.insurer_stay(no)["state"] == "in_hospital"
