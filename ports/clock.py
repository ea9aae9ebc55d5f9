"""Business time and fresh numbers: the only sources of either."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.identifiers import PlanNo


class Clock(Protocol):
    """业务时间. The demo and the tests may move it together with the simulators' clocks."""

    @abstractmethod
    def now(self) -> datetime:
        """The current business instant, in UTC."""


class Numbers(Protocol):
    """Numbers that are never given out twice."""

    @abstractmethod
    def plan_no(self, prefix: str, at: datetime) -> PlanNo:
        """A fresh number: two letters, 14 digits of Beijing time, 8 random letters or digits."""
