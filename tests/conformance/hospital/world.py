"""What the suite needs of the world around a HIS: patients, wards, lost messages. An adapter that
is to be tried brings its own; the suite itself speaks to the port and to this, and nothing else.
"""

from abc import abstractmethod
from datetime import date
from typing import Protocol

from domain.identifiers import AdmissionNo, ChargeNo
from domain.money import Money
from ports.hospital import Hospital


class WardRefused(Exception):
    """The HIS refused an act of its own staff."""


class HospitalWorld(Protocol):
    """One HIS with empty books and three ways to reach it."""

    hospital: Hospital  # the adapter under test; gives up on a silent HIS within seconds
    stranger: Hospital  # the same with a wrong secret
    unreachable: Hospital  # the same where nothing listens

    @abstractmethod
    def today(self) -> date:
        """The HIS's business date."""

    @abstractmethod
    async def admit(self, *, insured: bool) -> AdmissionNo:
        """A patient comes to stay."""

    @abstractmethod
    async def charge(self, no: AdmissionNo, amount: Money) -> ChargeNo:
        """The ward books one charge with an insurance code; WardRefused when the HIS says no."""

    @abstractmethod
    async def charge_lines(self, no: AdmissionNo, lines: int) -> Money:
        """The ward books many charges; their total."""

    @abstractmethod
    async def withdraw(self, charge: ChargeNo) -> None:
        """The ward voids a charge (作废)."""

    @abstractmethod
    async def order_discharge(self, no: AdmissionNo) -> None:
        """The doctor orders the discharge."""

    @abstractmethod
    async def lose_request(self, operation: str) -> None:
        """The next request of this port method breaks off before the HIS acts."""

    @abstractmethod
    async def lose_answer(self, operation: str) -> None:
        """The HIS acts on the next request of this port method; its answer breaks off."""

    @abstractmethod
    async def fall_silent(self, operation: str) -> None:
        """The next request of this port method is never answered."""
