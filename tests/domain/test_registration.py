"""Registration with the insurer, its change and its withdrawal; no e-credential's token is kept."""

from dataclasses import replace

import pytest

from domain.billing.charge import ChargesMarked, ChargeState
from domain.identifiers import PlanNo
from domain.insurance.person import Coverage, CredentialKind, Entitlement, InsuredPerson
from domain.insurance.registration import (
    CHANGE_REGISTRATION,
    CHECK_ENTITLEMENT,
    IDENTIFY,
    REGISTER_ADMISSION,
    WITHDRAW_CHARGES,
    WITHDRAW_REGISTRATION,
    RegistrationChangePlan,
    RegistrationPlan,
    RegistrationWithdrawalPlan,
)
from domain.insurance.stay import RegisteredAs, StayState
from domain.money import Money
from domain.plan.action import AskAPerson, Call, Finish
from domain.plan.plan import PlanState, steps_of
from tests.domain.books import Books, Dies, Refuses, Unknown
from tests.domain.patients import AT, HOSPITAL, STAY, a_stay, an_admission

LAPSED = Coverage("390", "14", False, Money(0), "000000", False)
IN_FORCE = Coverage("310", "11", True, Money(12345), "000001", False)
PERSON = InsuredPerson(
    person_no="PN1",
    name="测试甲",
    certificate_type="01",
    certificate_no="000000196002290000",
    gender="1",
    birth_date=None,
    coverages=(LAPSED, IN_FORCE),
)
ANSWERS: dict[str, object] = {
    IDENTIFY: PERSON,
    CHECK_ENTITLEMENT: (Entitlement("310100", True), Entitlement("390100", False, "未参保")),
    REGISTER_ADMISSION: "M1",
}


def registration(kind: CredentialKind = CredentialKind.ID_CARD, number: str = "N1") -> Books:
    books = Books()
    books.open(
        RegistrationPlan(
            no=PlanNo("RG1"),
            institution=HOSPITAL,
            admission_no=STAY,
            opened_at=AT,
            steps=steps_of(IDENTIFY, CHECK_ENTITLEMENT, REGISTER_ADMISSION),
            credential=kind,
            credential_no=number,
        )
    )
    return books


def withdrawal(*line_nos: str) -> Books:
    books = Books(stay=a_stay())
    first = (WITHDRAW_CHARGES,) if line_nos else ()
    books.open(
        RegistrationWithdrawalPlan(
            no=PlanNo("RW1"),
            institution=HOSPITAL,
            admission_no=STAY,
            opened_at=AT,
            steps=steps_of(*first, WITHDRAW_REGISTRATION),
            reason="登记错误",
            operator="cashier",
            registration_no="M1",
            line_nos=line_nos,
        )
    )
    return books


def test_a_stay_is_registered_with_the_coverage_that_is_in_force() -> None:
    books = registration()
    assert books.run("RG1", ANSWERS) == Finish()
    assert books.called == [IDENTIFY, CHECK_ENTITLEMENT, REGISTER_ADMISSION]
    stay = books.stay
    assert stay is not None
    assert (stay.registration_no, stay.person_no, stay.state) == ("M1", "PN1", StayState.REGISTERED)
    assert (stay.insurance_type, stay.insured_place) == ("310", "000001")
    assert stay.account_balance == Money(12345)
    assert stay.registered_as == RegisteredAs.of(books.admission)
    assert stay.credential_no == "N1"


def test_the_token_of_an_e_credential_is_not_part_of_the_stay() -> None:
    books = registration(CredentialKind.E_CREDENTIAL, "token-that-must-not-be-kept")
    books.run("RG1", ANSWERS)
    assert books.stay is not None
    assert books.stay.credential_no == ""


def test_neither_plan_nor_stay_nor_person_shows_a_personal_number() -> None:
    books = registration(number="000000196002290000")
    books.run("RG1", ANSWERS)
    shown = repr((books.plans["RG1"], books.stay, PERSON, books.admission))
    assert "000000196002290000" not in shown
    assert "测试甲" not in shown


def test_a_person_without_coverage_in_force_is_not_registered() -> None:
    books = registration()
    action = books.run("RG1", ANSWERS | {IDENTIFY: replace(PERSON, coverages=(LAPSED,))})
    assert isinstance(action, AskAPerson)
    assert action.code == "not_insured"
    assert books.called == [IDENTIFY]


@pytest.mark.parametrize("entitlements", [(), (Entitlement("310100", False, "待遇等待期"),)])
def test_a_person_no_fund_pays_for_is_not_registered(entitlements: tuple[Entitlement, ...]) -> None:
    books = registration()
    action = books.run("RG1", ANSWERS | {CHECK_ENTITLEMENT: entitlements})
    assert isinstance(action, AskAPerson)
    assert action.code == "not_entitled"
    if entitlements:
        assert action.reason == "待遇等待期"
    assert REGISTER_ADMISSION not in books.called


@pytest.mark.parametrize("effect", [IDENTIFY, CHECK_ENTITLEMENT, REGISTER_ADMISSION])
def test_a_registration_the_insurer_refuses_is_closed_and_leaves_no_stay(effect: str) -> None:
    books = registration()
    assert books.run("RG1", ANSWERS | {effect: Refuses("-1", "人员已在院")}) == Finish()
    plan = books.plans["RG1"]
    assert (plan.state, plan.ended_because) == (PlanState.CLOSED, "人员已在院")
    assert books.stay is None


def test_a_lost_registration_is_made_again_only_after_it_is_proven_absent() -> None:
    books = registration()
    books.run("RG1", ANSWERS | {REGISTER_ADMISSION: Unknown()})
    assert books.stay is None
    books.conclude("RG1", REGISTER_ADMISSION, Dies())
    assert books.next("RG1") == Call(REGISTER_ADMISSION)
    assert books.run("RG1", ANSWERS) == Finish()
    assert books.stay is not None


def test_a_withdrawal_takes_the_uploaded_charges_back_first() -> None:
    books = withdrawal("1", "2")
    assert books.run("RW1", {WITHDRAW_CHARGES: None, WITHDRAW_REGISTRATION: None}) == Finish()
    assert books.called == [WITHDRAW_CHARGES, WITHDRAW_REGISTRATION]
    assert books.marks == [ChargesMarked(STAY, ("1", "2"), ChargeState.PULLED)]
    assert books.stay is not None
    assert (books.stay.state, books.stay.live) == (StayState.WITHDRAWN, False)


def test_a_stay_without_uploaded_charges_is_withdrawn_in_one_call() -> None:
    books = withdrawal()
    assert books.run("RW1", {WITHDRAW_REGISTRATION: None}) == Finish()
    assert books.marks == []


def test_a_withdrawal_the_insurer_refuses_keeps_the_stay_and_asks_a_person() -> None:
    books = withdrawal()
    action = books.run("RW1", {WITHDRAW_REGISTRATION: Refuses("-1", "存在结算")})
    assert action == AskAPerson("withdraw_registration_refused", "存在结算")
    assert books.stay is not None
    assert books.stay.live


def test_a_reported_change_is_what_the_insurer_now_knows() -> None:
    books = Books(stay=a_stay(), admission=an_admission(bed_no="31", attending_doctor_code="Y2"))
    books.open(
        RegistrationChangePlan(
            no=PlanNo("RC1"),
            institution=HOSPITAL,
            admission_no=STAY,
            opened_at=AT,
            steps=steps_of(CHANGE_REGISTRATION),
        )
    )
    assert books.run("RC1", {CHANGE_REGISTRATION: None}) == Finish()
    assert books.stay is not None
    assert (books.stay.registered_as.bed_no, books.stay.registered_as.doctor_code) == ("31", "Y2")
