"""H3.10, H3.13–H3.15, H11.2, H11.6, H11.7, H11.11, H11.16, H11.17: an insured stay to its end.

Two stays, played once; then API and worker start anew, and everything is read from what is stored.
The bills are worked out by hand from the simulated insurer's published policy (an employee, a
tertiary hospital, the first stay of the year: deductible 800, then 85 %).

Stay 1: 磁共振 540.00 (乙 20 %, ceiling 500) = 40.00 over, 100.00 paid first, 400.00 in scope; 胆囊
切除 2860.00 (乙 5 %) = 143.00 first, 2717.00 in scope; 麻醉 980.00; 护理 2 × 34.00; 陪护餐费 35.00
without an insurance code. Deductible: 400.00 of class 03, 400.00 of class 06. Fund: 85 % of 3297.00
and of 68.00 = 2802.45 + 57.80 = 2860.25. Patient: 4448.00 − 2860.25 = 1587.75, of it 500.00 from
his account, 1087.75 in cash; with the meals 1122.75. Deposit 1000.00: 122.75 are missing.

Stay 2: 麻醉 980.00, 护理 34.00. Fund: 85 % of 180.00 and of 34.00 = 181.90. With an empty account
832.10 are left to the patient.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from interfaces.demo.actors import Cast, ended
from interfaces.demo.channel import Channel
from tests.journeys.outside import (
    Outside,
    Person,
    admit_insured,
    bound_phone,
    cast_of,
    delivered,
    insured_person,
    insured_stay,
    register,
    restart_platform,
    settle,
    settled,
)

Json = dict[str, Any]
TOTAL, UPLOADED, FUND, ACCOUNT = 4483_00, 4448_00, 2860_25, 500_00
DUE, DEPOSIT, SHORT = 1122_75, 1000_00, 122_75
TOTAL_2, FUND_2, DUE_2 = 1014_00, 181_90, 832_10


@dataclass(frozen=True, slots=True)
class Discharged:
    """Stay 1, as seen on the way."""

    no: str
    person: Person
    phone: str
    registered: Json
    unknown_before: set[str]  # charges the platform had not pulled when the settlement began
    refused: Json  # the settlement while the HIS refuses the pre-settlement
    told_while_refused: set[str]  # kinds of messages
    opened: Json  # pre-settled and confirmed by the HIS
    opened_by_link: dict[str, Json]  # what the pushed messages opened then
    number: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Stay 2, settled and cancelled."""

    no: str
    number: str  # of the settlement
    settled: Json
    cancellation_no: str


@pytest.fixture(scope="module")
def outside(sandbox: Any) -> Outside:
    """The other sides' books."""
    return Outside(sandbox)


@pytest.fixture(scope="module")
def cast(sandbox: Any, channel: Channel, operations: Channel) -> Iterator[Cast]:
    """One cast for both stays."""
    acting = cast_of(sandbox, channel, operations)
    yield acting
    assert [check for check in acting.record.checks if not check.holds] == []


@pytest.fixture(scope="module")
def stays(cast: Cast) -> tuple[Discharged, Cancelled, dict[str, Json]]:
    """Both stays and what the API said of them; then the platform starts anew."""
    first, second = _discharged(cast), _cancelled(cast)
    paths = [
        f"/v1/admissions/{first.no}",
        f"/v1/admissions/{first.no}/charges",
        f"/v1/admissions/{first.no}/deposits",
        f"/v1/admissions/{first.no}/messages",
        f"/v1/registrations/{first.registered['no']}",
        f"/v1/settlements/{first.number}",
        f"/v1/admissions/{second.no}",
        f"/v1/settlements/{second.number}",
        f"/v1/cancellations/{second.cancellation_no}",
    ]
    before = {path: cast.channel.get(path) for path in paths}
    restart_platform(cast.sandbox)
    return first, second, before


@pytest.fixture(scope="module")
def stay(stays: tuple[Discharged, Cancelled, Json]) -> Discharged:
    """Stay 1."""
    return stays[0]


@pytest.fixture(scope="module")
def undone(stays: tuple[Discharged, Cancelled, Json]) -> Cancelled:
    """Stay 2."""
    return stays[1]


def _discharged(cast: Cast) -> Discharged:
    person = insured_person(cast.sandbox, balc_fen=ACCOUNT)
    no = admit_insured(cast, person)
    phone = bound_phone(cast, no)
    registered = register(cast, no, person)
    cast.pay_native(no, DEPOSIT)
    cast.charge_items(no, S001=1, S002=1, N001=2)
    cast.channel.post(f"/v1/admissions/{no}/charges:pull", {})
    cast.channel.post(f"/v1/admissions/{no}/charges:upload", {})
    late = cast.charge_items(no, J003=1, O001=1)
    refusal = {
        "operation": "ConfirmPreSettlement",
        "kind": "refuse",
        "match": {"admission_no": no},
        "args": {"code": "FIGURES_REJECTED", "message": "医生尚未核对费用"},
    }
    cast.sandbox.control("his", "faults", refusal)
    refused = settle(cast, no)
    number = refused["no"]
    told = cast.channel.get(f"/v1/admissions/{no}/messages")["items"]
    opened = cast.channel.post(f"/v1/settlements/{number}:resume", {"by": "cashier-1"})
    messages = delivered(cast, no, "pre_settled", "pending_settlement")
    by_link = {kind: cast.channel.get(message["path"]) for kind, message in messages.items()}
    cast.channel.post(f"/v1/settlements/{number}:confirm", {"by": "cashier-1"})
    cast.pay_in_app(no, SHORT)
    settled(cast, number)
    delivered(cast, no, "settled")
    return Discharged(
        no=no,
        person=person,
        phone=phone,
        registered=registered,
        unknown_before=set(late["charge_nos"]),
        refused=refused,
        told_while_refused={message["kind"] for message in told},
        opened=opened,
        opened_by_link=by_link,
        number=number,
    )


def _cancelled(cast: Cast) -> Cancelled:
    no = insured_stay(cast, insured_person(cast.sandbox, balc_fen=0))
    cast.pay_native(no, DUE_2)
    cast.charge_items(no, S002=1, N001=1)
    number = settle(cast, no, confirmed=True)["no"]
    done = settled(cast, number)
    body = {"reason": "费用有误", "operator": "supervisor-1", "reopen": True}
    answer = cast.channel.post(f"/v1/settlements/{number}:cancel", body)
    cancellation_no = answer["cancellation"]["no"]
    path = f"/v1/cancellations/{cancellation_no}"
    cast.channel.wait(path, ended, "the cancellation")
    return Cancelled(no, number, done, cancellation_no)


def shares(settlement: Json) -> dict[str, int]:
    """Who bears how much."""
    return {share["payer"]: share["amount_fen"] for share in settlement["shares"]}


def test_everything_reads_the_same_after_api_and_worker_have_started_anew(
    cast: Cast, stays: tuple[Discharged, Cancelled, dict[str, Json]]
):
    before = stays[2]
    assert {path: cast.channel.get(path) for path in before} == before


@pytest.mark.requirement("H11.2")
def test_the_registration_is_stored_with_its_visit_number_and_settled_under_it(
    cast: Cast, stay: Discharged, outside: Outside
):
    """H11.2: insurance admission registration stored (visit no) for later settlement."""
    [held] = outside.insurer("stays", ipt_no=stay.no)
    assert held["psn_no"] == stay.person.person_no
    stored = cast.channel.get(f"/v1/registrations/{stay.registered['no']}")
    assert stored["registration_no"] == held["mdtrt_id"] != ""
    assert cast.account(stay.no)["insurance"]["registration_no"] == held["mdtrt_id"]
    [settlement] = outside.insurer("settlements", psn_no=stay.person.person_no)
    assert settlement["mdtrt_id"] == stored["registration_no"]
    done = cast.settlement(stay.number)
    assert done["settled"]["registration_no"] == stored["registration_no"]
    assert done["settled"]["settlement_id"] == settlement["setl_id"]


@pytest.mark.requirement("H11.7")
def test_the_charges_to_pre_settle_are_asked_of_the_his_and_stored(
    cast: Cast, stay: Discharged, outside: Outside
):
    """H11.7: charges to pre-settle asked of the HIS and stored."""
    asked = outside.calls("his", "ListPendingCharges", admission_no=stay.no)
    assert [call["status"] for call in asked] == ["OK"]
    stored = cast.channel.get(f"/v1/admissions/{stay.no}/charges")["items"]
    theirs = outside.his("charges", admission_no=stay.no)
    amounts = {charge["charge_no"]: charge["amount_fen"] for charge in stored}
    assert amounts == {charge["charge_no"]: charge["amount_fen"] for charge in theirs}
    assert len(stored) == len(theirs) == 5
    assert stay.unknown_before < amounts.keys()
    assert all(charge["settled_by"] == stay.number for charge in stored)


@pytest.mark.requirement("H11.6")
def test_a_pre_settlement_goes_to_the_insurer_and_the_his_and_then_to_the_phone(
    cast: Cast, stay: Discharged, outside: Outside
):
    """H11.6: uploaded, pre-settled, sent back to the HIS and confirmed by it; after success result,
    list and arrears pushed to the phone."""
    visit = stay.registered["registration_no"]
    lines = outside.insurer("lines", mdtrt_id=visit, withdrawn=False)
    coded = [c for c in outside.his("charges", admission_no=stay.no) if c["insurance_code"]]
    # each charge once; both sides keep them in the order they were made
    assert [line["amount_fen"] for line in lines] == [c["amount_fen"] for c in coded]
    assert sum(line["amount_fen"] for line in lines) == UPLOADED
    [priced] = outside.calls("nhsa_core", "2303", mdtrt_id=visit)
    assert priced["status"] == "0"
    # while the HIS refuses the figures nobody is told anything
    assert stay.refused["waiting_for"]["code"] == "confirm_with_his_refused"
    assert "医生尚未核对费用" in stay.refused["waiting_for"]["reason"]
    assert stay.refused["his_confirmed_at"] is None
    assert not stay.told_while_refused & {"pre_settled", "pending_settlement"}
    sent = outside.calls("his", "ConfirmPreSettlement", settlement_no=stay.number)
    assert [call["status"] for call in sent] == ["FAILED_PRECONDITION", "OK"]
    figures = stay.opened["pre_settled"]
    assert (figures["total_fen"], figures["fund_total_fen"]) == (UPLOADED, FUND)
    assert (figures["personal_account_fen"], figures["cash_fen"]) == (ACCOUNT, DUE - 35_00)
    assert cast.settlement(stay.number)["pre_settled"] == figures
    assert cast.settlement(stay.number)["his_confirmed_at"]
    # result and arrears in the message, the list behind its link
    message = delivered(cast, stay.no, "pre_settled")["pre_settled"]
    assert message["at"] >= stay.opened["his_confirmed_at"]
    pushed = outside.pushed(message)
    assert pushed["touser"] == stay.phone
    assert pushed["data"] == {
        "amount1": "4483.00",
        "amount2": "2860.25",
        "amount3": "500.00",
        "amount4": "1122.75",
        "amount5": "122.75",
    }
    assert pushed["url"].endswith(message["path"])
    opened = stay.opened_by_link["pre_settled"]
    assert opened["cover"]["short_fen"] == SHORT
    itemised = cast.channel.get(opened["bill"]["list_path"])
    assert itemised["total_fen"] == opened["bill"]["total_fen"] == TOTAL
    assert len(itemised["items"]) == opened["bill"]["charge_count"] == 5


@pytest.mark.requirement("H3.14")
def test_a_pending_settlement_is_pushed_through_the_official_account(
    cast: Cast, stay: Discharged, outside: Outside
):
    """H3.14: pending settlement pushed through the WeChat official account."""
    message = delivered(cast, stay.no, "pending_settlement")["pending_settlement"]
    pushed = outside.pushed(message)
    assert (pushed["touser"], pushed["template_id"]) == (stay.phone, "pending_settlement")
    assert pushed["data"] == {"amount1": "4483.00", "amount2": "1122.75", "amount3": "122.75"}
    opened = stay.opened_by_link["pending_settlement"]
    assert (opened["no"], opened["state"]) == (stay.number, "open")
    assert opened["waiting_for"]["code"] == "confirmation"
    assert opened["bill"]["total_fen"] == TOTAL
    listed = cast.channel.get(opened["bill"]["list_path"])
    assert sum(charge["amount_fen"] for charge in listed["items"]) == TOTAL


@pytest.mark.requirement("H11.11")
def test_the_discharge_is_registered_with_the_insurer(
    cast: Cast, stay: Discharged, outside: Outside
):
    """H11.11: insurance discharge registration, once, before the pre-settlement."""
    visit = stay.registered["registration_no"]
    [discharged] = outside.calls("nhsa_core", "2402", mdtrt_id=visit)
    [priced] = outside.calls("nhsa_core", "2303", mdtrt_id=visit)
    assert discharged["status"] == "0"
    assert discharged["sequence"] < priced["sequence"]
    assert outside.insurer_stay(stay.no)["state"] == "discharged"
    assert cast.account(stay.no)["insurance"]["state"] == "discharged"
    [step] = [s for s in stay.opened["steps"] if s["action"] == "register_discharge"]
    assert step["state"] == "done"


@pytest.mark.requirement("H3.10")
def test_the_patient_reads_what_the_insurer_paid_and_what_he_topped_up(
    cast: Cast, stay: Discharged, outside: Outside
):
    """H3.10: patient reads the settlement's result: 医保报销金额, 自费补缴金额 and the rest."""
    read = cast.settlement(stay.number)
    [theirs] = outside.insurer("settlements", psn_no=stay.person.person_no)
    assert shares(read) == {"pooled_fund": FUND, "personal_account": ACCOUNT, "deposit": DUE}
    assert (theirs["fund_fen"], theirs["personal_account_fen"]) == (FUND, ACCOUNT)
    assert sum(shares(read).values()) == read["bill"]["total_fen"] == TOTAL
    assert read["cover"] == {
        "due_fen": DUE,
        "deposit_fen": DUE,
        "short_fen": 0,
        "surplus_fen": 0,
        "topped_up_fen": SHORT,
    }
    [posted] = outside.his("settlements", admission_no=stay.no)
    assert read["receipt_no"] == posted["receipt_no"]
    assert read["result"]["receipt_no"] == posted["receipt_no"]
    assert "医保基金支付 2860.25 元" in "".join(read["explanation"]["zh"])


@pytest.mark.requirement("H3.13")
def test_after_the_settlement_the_patient_finds_what_to_do_before_he_leaves(
    cast: Cast, stay: Discharged
):
    """H3.13: take-home medicine, printed lists, leaving steps after settlement."""
    assert stay.opened["result"] is None
    done = cast.settlement(stay.number)
    medicine, lists, leaving = done["result"]["guidance"]
    assert medicine.startswith("出院带药")
    assert done["receipt_no"] in medicine
    assert lists.startswith("打印清单")
    assert leaving.startswith("离院流程")


@pytest.mark.requirement("H3.15")
def test_the_settlement_s_success_is_pushed_through_the_official_account(
    cast: Cast, stay: Discharged, outside: Outside
):
    """H3.15: success pushed through the WeChat official account."""
    message = delivered(cast, stay.no, "settled")["settled"]
    pushed = outside.pushed(message)
    assert (pushed["touser"], pushed["template_id"]) == (stay.phone, "settled")
    done = cast.settlement(stay.number)
    assert pushed["data"]["amount1"] == "4483.00"
    assert pushed["data"]["amount2"] == "1122.75"
    assert pushed["data"]["number3"] == done["receipt_no"]
    assert pushed["data"]["thing4"].startswith("结算成功")
    assert pushed["url"].endswith(f"/v1/settlements/{stay.number}")
    assert message["at"] >= done["posted_at"]


@pytest.mark.requirement("H11.16")
def test_a_settlement_is_reversed_at_the_insurer_and_the_result_stored(
    cast: Cast, undone: Cancelled, outside: Outside
):
    """H11.16: settlement reversed at the insurer, result stored."""
    assert shares(undone.settled) == {"pooled_fund": FUND_2, "deposit": DUE_2}
    visit = undone.settled["settled"]["registration_no"]
    original, reversal = outside.insurer("settlements", mdtrt_id=visit)
    assert (original["kind"], original["reversed_by"]) == ("settlement", reversal["setl_id"])
    assert (reversal["kind"], reversal["cancels"]) == ("cancellation", original["setl_id"])
    assert [call["status"] for call in outside.calls("nhsa_core", "2305", mdtrt_id=visit)] == ["0"]
    cancellation = cast.channel.get(f"/v1/cancellations/{undone.cancellation_no}")
    assert cancellation["state"] == "finished"
    stored = cancellation["reversal"]
    assert stored["settlement_id"] == reversal["setl_id"]
    assert (stored["total_fen"], stored["fund_total_fen"]) == (-TOTAL_2, -FUND_2)
    assert stored["cash_fen"] == reversal["cash_fen"] == -DUE_2
    settlement = cast.settlement(undone.number)
    assert settlement["cancelled_at"]
    assert settlement["cancellation"]["no"] == undone.cancellation_no
    # the patient's money is on his deposit again, in both books
    assert cancellation["returned_to_deposit_fen"] == DUE_2
    assert outside.his_stay(undone.no)["deposit_balance_fen"] == cast.balance(undone.no) == DUE_2


@pytest.mark.requirement("H11.17")
def test_a_discharge_registration_is_voided_at_the_insurer_and_the_result_stored(
    cast: Cast, undone: Cancelled, outside: Outside
):
    """H11.17: voided at the insurer, result stored."""
    visit = undone.settled["settled"]["registration_no"]
    [voided] = outside.calls("nhsa_core", "2405", mdtrt_id=visit)
    assert voided["status"] == "0"
    held = outside.insurer_stay(undone.no)
    assert (held["mdtrt_id"], held["state"], held["setl_id"]) == (visit, "in_hospital", None)
    cancellation = cast.channel.get(f"/v1/cancellations/{undone.cancellation_no}")
    [step] = [s for s in cancellation["steps"] if s["action"] == "undo_discharge"]
    assert step["state"] == "done"
    assert step["attempts"][-1]["evidence"]["proof"] == "answer"
    insurance = cast.account(undone.no)["insurance"]
    assert (insurance["registration_no"], insurance["state"]) == (visit, "registered")
