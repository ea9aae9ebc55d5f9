"""One table of transitions per lifecycle and one door through it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from domain.errors import IllegalTransition

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[State]):
    """What each action leads to from each state. Whatever the table lacks is illegal."""

    moves: Mapping[tuple[State, str], State]

    def after(self, state: State, action: str) -> State:
        """The state after `action`; raises IllegalTransition when the table has no such move."""
        try:
            return self.moves[state, action]
        except KeyError:
            raise IllegalTransition(f"{action!r} is not possible in {state.value}") from None

    def actions(self) -> frozenset[str]:
        """Every action the table knows."""
        return frozenset(action for _, action in self.moves)
