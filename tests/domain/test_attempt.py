"""An attempt's lifecycle: the whole grid, the drawn diagram, and no end without evidence."""

import re
from datetime import UTC, datetime
from itertools import product

import pytest

import domain.plan.attempt as attempt_module
from domain.errors import IllegalTransition
from domain.identifiers import AttemptKey
from domain.plan.attempt import (
    ATTEMPT_LIFECYCLE,
    ENDED,
    Attempt,
    AttemptState,
    Evidence,
    Proof,
    next_ask,
)
from domain.plan.step import Step

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
WHY = Evidence(Proof.ANSWER, NOW)


def attempt(state: AttemptState) -> Attempt:
    return Attempt(
        key=AttemptKey("K1"), state=state, planned_at=NOW, evidence=WHY if state in ENDED else None
    )


@pytest.mark.parametrize(
    ("state", "action"), list(product(AttemptState, sorted(ATTEMPT_LIFECYCLE.actions())))
)
def test_every_state_and_action_is_either_in_the_table_or_refused(
    state: AttemptState, action: str
) -> None:
    there = ATTEMPT_LIFECYCLE.moves.get((state, action))
    if there is None:
        with pytest.raises(IllegalTransition):
            attempt(state).move(action, NOW, evidence=WHY)
    else:
        assert attempt(state).move(action, NOW, evidence=WHY).state is there


def test_nothing_leads_out_of_an_end() -> None:
    assert {AttemptState.DONE, AttemptState.REFUSED, AttemptState.DEAD} == ENDED
    assert not [move for move in ATTEMPT_LIFECYCLE.moves if move[0] in ENDED]


def test_the_drawn_diagram_names_every_state_and_action_of_the_table() -> None:
    drawn = set(re.findall(r"[A-Za-z_]+", attempt_module.__doc__ or ""))
    assert {state.name for state in AttemptState} <= drawn
    assert ATTEMPT_LIFECYCLE.actions() <= drawn


@pytest.mark.parametrize("state", sorted(ENDED))
def test_no_attempt_ends_without_evidence(state: AttemptState) -> None:
    with pytest.raises(ValueError, match="without evidence"):
        Attempt(key=AttemptKey("K1"), state=state, planned_at=NOW)


@pytest.mark.parametrize("state", [s for s in AttemptState if s not in ("refused", "dead")])
def test_a_second_attempt_is_impossible_while_the_first_is_not_dead(state: AttemptState) -> None:
    with pytest.raises(ValueError, match="not dead"):
        Step("settle_insurance", (attempt(state), attempt(AttemptState.PLANNED)))


def test_questions_grow_rarer_and_never_stop() -> None:
    waits = [(next_ask(asks, NOW) - NOW).total_seconds() for asks in range(14)]
    assert waits[:7] == [1, 2, 5, 10, 20, 30, 60]
    assert waits == sorted(waits)
    assert waits[-1] == 1800
