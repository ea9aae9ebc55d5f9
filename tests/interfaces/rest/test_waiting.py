"""Whatever a plan waits for has a code and words; the table is held against the source."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from application.effects import all_effects
from domain.identifiers import AdmissionNo, AttemptKey, InstitutionId, PlanNo
from domain.insurance.profile import InsuranceProfile
from domain.money import Money
from domain.plan.attempt import Attempt, AttemptState, Evidence, Proof
from domain.plan.step import Step, StepState
from domain.settlement.plan import SettlementPlan
from domain.settlement.steps import (
    settlement_steps,
)
from domain.visits.institution import InstitutionRules
from domain.visits.patient_account import PatientAccount
from interfaces.rest.waiting import OUR_REFUSALS, WORDS, waiting_for

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
NO_ACCOUNT = cast("PatientAccount", None)  # nothing below looks at it


def told_in_source() -> Iterator[str]:
    """Every literal code of a Wait or an AskAPerson in the domain."""
    for path in (ROOT / "domain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = {"Wait": 1, "AskAPerson": 0}.get(node.func.id)
            if place is not None and isinstance(node.args[place], ast.Constant):
                yield node.args[place].value


def test_every_code_the_domain_tells_has_words() -> None:
    told = set(told_in_source())
    assert {"confirmation", "deposit_short", "totals_disagree", "outside_unreachable"} <= told
    assert told <= set(WORDS)


def test_every_effect_can_be_refused_in_words() -> None:
    nobody: Any = None
    effects = all_effects(nobody, nobody, nobody, {}, nobody, nobody, nobody)
    assert {f"{effect}_refused" for effect in effects} <= set(WORDS)


def test_every_state_of_a_call_has_words() -> None:
    under_way = {StepState.CALLING, StepState.PENDING, StepState.IN_DOUBT}
    assert {state.value for state in under_way} <= set(WORDS)


def test_our_own_refusals_have_words() -> None:
    assert set(WORDS) >= OUR_REFUSALS


def test_words_are_chinese_for_the_patient() -> None:
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in w.text_zh) for w in WORDS.values())


def settlement(attempt: Attempt) -> SettlementPlan:
    """An insured settlement whose first step has had that attempt."""
    first, *rest = settlement_steps(True, InsuranceProfile())
    return SettlementPlan(
        no=PlanNo("SL20261122000000AAAAAAAA"),
        institution=InstitutionId("H00000000001"),
        admission_no=AdmissionNo("ZY1"),
        opened_at=NOW,
        steps=(Step(first.effect, (attempt,)), *rest),
        insured=True,
        profile=InsuranceProfile(),
        rules=InstitutionRules(minimum_balance=Money(0)),
        point="window",
    )


@pytest.mark.parametrize(
    ("their_code", "code"),
    [
        ("BILL_IS_OPEN_ELSEWHERE", "lock_bill_refused"),
        ("confirmation", "lock_bill_refused"),
        ("", "lock_bill_refused"),
        ("line_refused", "line_refused"),
    ],
)
def test_the_other_sides_reason_is_told_but_is_no_code_of_ours(their_code: str, code: str) -> None:
    why = Evidence(Proof.ANSWER, NOW, "", "their own words", their_code)
    plan = settlement(Attempt(AttemptKey("K1"), AttemptState.REFUSED, NOW, evidence=why))
    waiting = waiting_for(plan, NOW, NO_ACCOUNT)
    assert waiting is not None
    assert (waiting.code, waiting.reason) == (code, "their own words")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (AttemptState.PENDING, "pending"),
        (AttemptState.IN_DOUBT, "in_doubt"),
        (AttemptState.PLANNED, "outside_unreachable"),
    ],
)
def test_a_time_that_is_known_is_told(state: AttemptState, code: str) -> None:
    later = NOW + timedelta(seconds=30)
    plan = settlement(Attempt(AttemptKey("K1"), state, NOW, ask_at=later))
    waiting = waiting_for(plan, NOW, NO_ACCOUNT)
    assert waiting is not None
    assert (waiting.code, waiting.until) == (code, later)
