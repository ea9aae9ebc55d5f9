"""What constructors refuse: a value that exists is sound, wherever it was rebuilt from."""

from dataclasses import replace

import pytest

from domain import errors
from domain.deposits.account import DepositAccount
from domain.deposits.lot import Lot
from domain.errors import DepositShort, IllegalTransition, LotExceeded, MedsettleError
from domain.identifiers import AttemptKey, PlanNo
from domain.ledger.journal import Entry, Journal, booked, counter
from domain.money import Money
from domain.plan.attempt import Attempt, AttemptState, Evidence, Proof
from domain.plan.shares import Payer, Share, require_sum
from domain.plan.step import Step, StepState
from domain.visits.admission import AdmissionState
from tests.domain.patients import AT, STAY, an_admission, settlement

LOT = Lot(
    no=PlanNo("DP1"),
    admission_no=STAY,
    channel="wechat_pay",
    channel_order_no="DP101",
    paid=Money(1000),
    paid_at=AT,
)


# --- deposit and lots --------------------------------------------------------------------------


@pytest.mark.parametrize(("balance", "held"), [(100, 101), (100, -1), (-1, 0), (-1, -1), (0, 1)])
def test_a_deposit_never_holds_more_than_it_has_and_has_never_less_than_nothing(
    balance: int, held: int
) -> None:
    with pytest.raises(DepositShort) as refused:
        DepositAccount(STAY, Money(balance), Money(held))
    assert refused.value.code == "deposit_short"


def test_all_of_a_deposit_may_be_held() -> None:
    assert DepositAccount(STAY, Money(100), Money(100)).available == Money(0)


@pytest.mark.parametrize(
    "parts",
    [
        {"applied": 1001},
        {"returning": 1001},
        {"returned": 1001},
        {"applied": 500, "returning": 300, "returned": 201},
        {"applied": -1},
        {"returning": -1},
        {"returned": -1},
        {"applied": -1, "returned": 1},
    ],
)
def test_a_lot_is_never_promised_beyond_what_was_paid(parts: dict[str, int]) -> None:
    with pytest.raises(LotExceeded) as refused:
        replace(LOT, **{name: Money(fen) for name, fen in parts.items()})  # type: ignore[arg-type]
    assert refused.value.code == "refund_exceeds_payment"


def test_a_lot_may_be_used_up_to_the_fen() -> None:
    assert replace(LOT, applied=Money(500), returned=Money(500)).left == Money(0)


@pytest.mark.parametrize(
    ("channel", "through"), [("wechat_pay", True), ("cash", False), ("window", False)]
)
def test_only_money_of_a_channel_goes_back_along_its_route(channel: str, through: bool) -> None:
    assert replace(LOT, channel=channel).through_platform is through


# --- ledger ------------------------------------------------------------------------------------


def test_an_entry_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="empty entry on unapplied"):
        Entry("unapplied", Money(0))


def test_a_journal_out_of_balance_by_one_fen_is_refused() -> None:
    entries = (Entry("unapplied", Money(100)), Entry("cash:W1", Money(-99)))
    with pytest.raises(ValueError, match="does not balance"):
        Journal("payment_received", "DP1", AT, entries)


def test_a_journal_without_entries_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer than two entries"):
        Journal("payment_received", "DP1", AT, ())


def test_a_journal_with_one_side_is_refused() -> None:
    with pytest.raises(ValueError, match="does not balance"):
        Journal("payment_received", "DP1", AT, (Entry("unapplied", Money(1)),))


def test_booking_leaves_empty_entries_out_and_books_nothing_at_all_when_all_are() -> None:
    (journal,) = booked("x", "DP1", AT, ("a", Money(5)), ("b", Money(0)), ("c", Money(-5)))
    assert [entry.account for entry in journal.entries] == ["a", "c"]
    assert booked("x", "DP1", AT, ("a", Money(0)), ("b", Money(0))) == ()


def test_a_correction_is_a_counter_entry_of_its_own() -> None:
    journals = booked("x", "DP1", AT, ("a", Money(5)), ("c", Money(-5)))
    (undone,) = counter(journals, "x_undone", "SX1", AT)
    assert [(e.account, e.amount.fen) for e in undone.entries] == [("a", -5), ("c", 5)]
    assert (undone.what, undone.plan_no) == ("x_undone", "SX1")


# --- shares ------------------------------------------------------------------------------------


@pytest.mark.parametrize("payer", Payer)
def test_only_rounding_and_what_nobody_explains_may_be_below_zero(payer: Payer) -> None:
    if payer in (Payer.ROUNDING, Payer.UNEXPLAINED):
        assert Share(payer, Money(-1), "x").amount == Money(-1)
        return
    with pytest.raises(ValueError, match="cannot bear -1 fen"):
        Share(payer, Money(-1), "x")


def test_shares_that_miss_the_bill_by_one_fen_are_refused() -> None:
    shares = (Share(Payer.POOLED_FUND, Money(60), "x"), Share(Payer.DEPOSIT, Money(39), "y"))
    with pytest.raises(ValueError, match="sum to 99, not 100"):
        require_sum(shares, Money(100))
    nothing = Share(Payer.PERSONAL_ACCOUNT, Money(0), "x")
    assert require_sum((*shares, nothing), Money(99)) == shares


# --- plan, step, attempt -----------------------------------------------------------------------


def test_a_step_that_was_tried_cannot_be_skipped() -> None:
    attempt = Attempt(key=AttemptKey("K1"), state=AttemptState.CALLING, planned_at=AT)
    with pytest.raises(ValueError, match="already tried"):
        Step("register_discharge", (attempt,)).skip("unchanged")


def test_a_step_whose_only_attempt_is_dead_may_still_be_skipped() -> None:
    dead = Evidence(Proof.NEVER_SENT, AT)
    attempt = Attempt(key=AttemptKey("K1"), state=AttemptState.DEAD, planned_at=AT, evidence=dead)
    assert Step("register_discharge", (attempt,)).skip("unchanged").state is StepState.SKIPPED


def test_a_step_nobody_has_is_not_found_and_one_without_an_end_has_no_evidence() -> None:
    plan = settlement()
    with pytest.raises(LookupError, match="no step"):
        plan.step("collect")
    with pytest.raises(LookupError, match="no evidence"):
        plan.evidence("lock_bill")
    with pytest.raises(LookupError, match="no live attempt"):
        plan.moved("lock_bill", "confirm", AT)


def test_an_unsent_attempt_keeps_its_key_whatever_key_is_offered() -> None:
    plan = settlement().begin("lock_bill", AttemptKey("K1"), AT)
    plan = plan.moved("lock_bill", "unreachable", AT, ask_at=AT)
    assert plan.begin("lock_bill", AttemptKey("K2"), AT).step("lock_bill").live.key == "K1"


def test_every_commit_is_one_version_on() -> None:
    assert settlement().next_version().next_version().version == settlement().version + 2


def test_a_second_attempt_while_the_first_lives_is_an_illegal_transition() -> None:
    plan = settlement().begin("lock_bill", AttemptKey("K1"), AT)
    with pytest.raises(IllegalTransition) as refused:
        plan.begin("lock_bill", AttemptKey("K2"), AT)
    assert refused.value.code == "illegal_transition"


# --- words -------------------------------------------------------------------------------------


def _every(kind: type[MedsettleError]) -> list[type[MedsettleError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in _every(below))]


def test_every_refusal_has_its_own_code_and_words_for_the_patient() -> None:
    kinds = [kind for kind in _every(MedsettleError) if kind.__module__ == errors.__name__]
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.text_zh for kind in kinds)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三丰", "张*丰"), ("欧阳测试", "欧**试"), ("李四", "李*"), ("王", "王*")],
)
def test_a_name_on_a_screen_others_can_see_is_masked(name: str, masked: str) -> None:
    assert an_admission(patient_name=name).masked_name == masked


@pytest.mark.parametrize(
    ("state", "closed"),
    [
        (AdmissionState.ADMITTED, False),
        (AdmissionState.DISCHARGE_ORDERED, False),
        (AdmissionState.DISCHARGED, True),
        (AdmissionState.CANCELLED, True),
    ],
)
def test_no_money_is_taken_for_a_stay_that_is_settled_or_cancelled(
    state: AdmissionState, closed: bool
) -> None:
    assert an_admission(state=state).closed is closed
