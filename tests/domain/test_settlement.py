"""The insured settlement of DESIGN §3, core route: order, waits, hold, pivot, differences."""

from dataclasses import replace

import pytest

from domain.deposits.account import DepositAccount
from domain.errors import DepositShort
from domain.identifiers import PlanNo
from domain.insurance.profile import InsuranceProfile
from domain.insurance.stay import StayState
from domain.money import Money
from domain.plan.action import AskAPerson, Call, Finish, Wait
from domain.plan.shares import Payer, share_of
from domain.plan.step import StepState
from domain.refunds.plan import refund_of
from domain.settlement.steps import (
    CHANGE_REGISTRATION,
    POST_TO_HIS,
    REGISTER_DISCHARGE,
    SETTLE_INSURANCE,
    ChargesComplete,
)
from tests.domain.books import Refuses, insured_stay
from tests.domain.discharge import at_pivot, at_posting, plan_of
from tests.domain.patients import (
    AT,
    HOSPITAL,
    PRE_SETTLED,
    SETTLED,
    STAY,
    an_admission,
    discharge_answers,
    settled_away,
    settlement,
)

AFTER_2402 = InsuranceProfile(discharge_before_pre_settlement=False)


# --- order -------------------------------------------------------------------------------------


def test_the_effects_come_in_the_order_of_the_core_route() -> None:
    books = insured_stay(6000)
    books.open(settlement())
    assert books.run("SL1", discharge_answers()) == Finish()
    assert books.called == [
        "lock_bill",
        "upload_charges",
        "register_discharge",
        "pre_settle",
        "confirm_with_his",
        "settle_insurance",
        "post_to_his",
    ]


def test_a_region_may_want_the_pre_settlement_before_the_discharge() -> None:
    books = insured_stay(6000)
    books.open(settlement(profile=AFTER_2402))
    books.run("SL1", discharge_answers())
    assert books.called[1:5] == [
        "upload_charges",
        "pre_settle",
        "register_discharge",
        "confirm_with_his",
    ]


def test_a_changed_ward_is_reported_before_the_discharge() -> None:
    books = insured_stay(6000)
    books.admission = an_admission(bed_no="31")
    books.open(settlement())
    books.run("SL1", discharge_answers())
    assert books.called[1:4] == ["upload_charges", "change_registration", "register_discharge"]
    assert books.stay is not None
    assert books.stay.registered_as.bed_no == "31"


def test_an_unchanged_registration_is_skipped_and_says_why() -> None:
    books = at_pivot(insured_stay(6000))
    step = plan_of(books).step(CHANGE_REGISTRATION)
    assert (step.state, step.skipped) == (StepState.SKIPPED, "unchanged")
    assert CHANGE_REGISTRATION not in books.called


def test_a_stay_the_insurer_has_discharged_is_not_discharged_again() -> None:
    books = insured_stay(6000)
    assert books.stay is not None
    books.stay = replace(books.stay, state=StayState.DISCHARGED)
    at_pivot(books)
    assert plan_of(books).step(REGISTER_DISCHARGE).state is StepState.SKIPPED
    assert REGISTER_DISCHARGE not in books.called


def test_a_stay_whose_registration_is_gone_skips_nothing_and_is_refused_at_the_insurer() -> None:
    books = insured_stay(6000)
    books.stay = None
    books.open(settlement())
    refused = Refuses("not_registered", "the stay is not registered with the insurer")
    action = books.run("SL1", discharge_answers(change_registration=refused))
    assert isinstance(action, AskAPerson)
    assert action.code == "not_registered"


def test_the_discharge_is_written_on_the_stay() -> None:
    books = at_pivot(insured_stay(6000))
    assert books.stay is not None
    assert books.stay.state is StayState.DISCHARGED


@pytest.mark.parametrize("profile", [InsuranceProfile(), AFTER_2402])
@pytest.mark.parametrize(("uploaded", "excluded"), [(12849, 2150), (12850, 2151), (12850, 0)])
def test_totals_that_disagree_stop_before_anything_is_priced(
    profile: InsuranceProfile, uploaded: int, excluded: int
) -> None:
    books = insured_stay(6000)
    books.open(settlement(profile=profile))
    charges = ChargesComplete(uploaded=Money(uploaded), excluded=Money(excluded))
    action = books.run("SL1", discharge_answers(upload_charges=charges))
    assert isinstance(action, AskAPerson)
    assert action.code == "totals_disagree"
    assert "150.00" in action.reason
    assert books.called == ["lock_bill", "upload_charges"]


def test_it_waits_for_somebody_to_agree_to_the_figures() -> None:
    books = insured_stay(6000)
    books.open(settlement(confirmed_by=""))
    assert books.run("SL1", discharge_answers()) == Wait(None, "confirmation")
    assert books.deposit.held == Money(0)
    plan = plan_of(books).confirm("patient")
    assert plan.confirm("somebody else") == plan
    books.commit(plan)
    assert books.next("SL1") == Call(SETTLE_INSURANCE)


def test_the_patient_is_told_the_figures_when_the_his_has_confirmed_them() -> None:
    books = insured_stay(4000)
    books.open(settlement())
    books.run("SL1", discharge_answers())
    told = books.messages["SL1-pre_settled"]
    assert told.words == {
        "total": "150.00",
        "fund": "66.00",
        "account": "40.00",
        "due": "44.00",
        "deposit": "40.00",
        "short": "4.00",
    }
    assert books.messages["SL1-pending_settlement"].words == told.words


# --- cover and hold ----------------------------------------------------------------------------


def test_a_short_deposit_waits_for_the_arrears_payment_and_then_goes_on() -> None:
    books = insured_stay(4000)
    books.open(settlement())
    assert books.run("SL1", discharge_answers()) == Wait(None, "deposit_short")
    cover = plan_of(books).cover(books.account)
    assert (cover.due, cover.short, cover.surplus) == (Money(4400), Money(400), Money(0))
    wakes = books.wakes
    books.top_up("DP2", 400)
    assert books.wakes == wakes + 1
    assert books.next("SL1") == Call(SETTLE_INSURANCE)


def test_one_fen_short_is_short() -> None:
    books = insured_stay(4399)
    books.open(settlement())
    assert books.run("SL1", discharge_answers()) == Wait(None, "deposit_short")


def test_the_intent_of_the_pivot_holds_what_is_due() -> None:
    books = at_pivot(insured_stay(6000))
    assert books.deposit == DepositAccount(STAY, Money(6000), Money(0))
    books.begin("SL1", SETTLE_INSURANCE)
    assert books.deposit == DepositAccount(STAY, Money(6000), Money(4400))


def test_what_is_held_can_be_promised_to_nobody_else() -> None:
    books = at_pivot(insured_stay(6000))
    books.begin("SL1", SETTLE_INSURANCE)
    refund = refund_of(
        books.lots["DP1"],
        Money(1601),
        no=PlanNo("RF1"),
        institution=HOSPITAL,
        at=AT,
        reason="asked for",
    )
    with pytest.raises(DepositShort) as refused:
        books.open(refund, refund.opening())
    assert refused.value.code == "deposit_short"
    assert "RF1" not in books.plans


def test_the_hold_shrinks_with_an_outcome_that_leaves_the_patient_less() -> None:
    books = at_posting(insured_stay(6000), settled_away(-7))
    assert books.deposit.held == Money(4393)


def test_the_hold_grows_with_the_intent_of_the_posting() -> None:
    """Its outcome has happened and must not be refused for want of cover; the posting may."""
    books = at_posting(insured_stay(6000), settled_away(7))
    assert books.deposit.held == Money(4400)
    books.begin("SL1", POST_TO_HIS)
    assert books.deposit.held == Money(4407)


# --- settled differently -----------------------------------------------------------------------


@pytest.mark.parametrize("fen", [7, -7])
@pytest.mark.parametrize("limit", [7, 100])
def test_seven_fen_away_within_the_limit_is_settled_to_the_fen(fen: int, limit: int) -> None:
    books = insured_stay(6000)
    books.open(settlement(difference_limit=limit))
    answers = discharge_answers(settle_insurance=settled_away(fen))
    assert books.run("SL1", answers) == Finish()
    plan = plan_of(books)
    assert (plan.difference, plan.applied) == (Money(fen), Money(4400 + fen))
    assert plan.breaches == ()
    assert books.ledger["his_settled:B1"] == -15000
    assert books.ledger["receivable:fund"] == 6600 - fen


@pytest.mark.parametrize("fen", [7, -7])
def test_seven_fen_away_over_the_limit_pauses_until_somebody_accepts(fen: int) -> None:
    books = at_posting(insured_stay(6000), settled_away(fen), difference_limit=6)
    action = books.next("SL1")
    assert isinstance(action, AskAPerson)
    assert action.code == "settled_differently"
    books.commit(plan_of(books).accept_difference("cashier"))
    assert books.run("SL1", discharge_answers()) == Finish()
    assert plan_of(books).applied == Money(4400 + fen)


def test_a_settlement_the_deposit_no_longer_covers_waits_after_the_pivot() -> None:
    books = at_posting(insured_stay(4400), settled_away(7))
    assert books.next("SL1") == Wait(None, "deposit_short")
    assert plan_of(books).past_pivot
    books.top_up("DP2", 100)
    assert books.run("SL1", discharge_answers()) == Finish()
    assert plan_of(books).applied == Money(4407)
    assert plan_of(books).surplus == Money(93)


def test_an_identity_breach_is_suspended_and_strands_nobody() -> None:
    """Cash is 7 fen more while fund, account and total stay: B and C break, and 7 fen too many
    are borne."""
    books = insured_stay(6000)
    books.open(settlement())
    answers = discharge_answers(settle_insurance=replace(SETTLED, cash=Money(2257)))
    assert books.run("SL1", answers) == Finish()
    plan = plan_of(books)
    assert [breach[0] for breach in plan.breaches] == ["C"]
    assert share_of(plan.shares, Payer.UNEXPLAINED) == Money(-7)
    assert sum(share.amount.fen for share in plan.shares) == 15000
    assert books.ledger["suspense:unexplained"] == -7
    assert books.ledger["his_settled:B1"] == -15000


def test_a_negative_part_of_the_insurer_s_answer_is_unexplained_and_strands_nobody() -> None:
    """The region's profile says the fund sum includes the account, its answer does not: 30 - 40."""
    books = insured_stay(6000)
    books.open(settlement(profile=InsuranceProfile(fund_includes_personal_account=True)))
    odd = replace(PRE_SETTLED, basic_fund=Money(3000), fund_total=Money(3000))
    answers = discharge_answers(pre_settle=odd, settle_insurance=replace(odd, settlement_id="S1"))
    assert books.run("SL1", answers) == Finish()
    plan = plan_of(books)
    assert {share.payer: share.amount.fen for share in plan.shares} == {
        Payer.PERSONAL_ACCOUNT: 4000,
        Payer.DEPOSIT: 4400,
        Payer.UNEXPLAINED: 6600,
    }
    assert plan.breaches
    assert books.ledger["suspense:unexplained"] == 6600


def test_a_patient_s_part_below_zero_takes_nothing_and_gives_nothing() -> None:
    books = insured_stay(6000)
    books.open(settlement(difference_limit=100_000))
    odd = replace(SETTLED, personal_account=Money(10000), cash=Money(-3750))
    assert books.run("SL1", discharge_answers(settle_insurance=odd)) == Finish()
    plan = plan_of(books)
    assert (plan.due, plan.applied, plan.surplus) == (Money(0), Money(0), Money(6000))
    assert share_of(plan.shares, Payer.UNEXPLAINED) == Money(15000 - 6600 - 10000)
