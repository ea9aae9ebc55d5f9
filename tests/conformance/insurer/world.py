"""What the suite needs of the world around an insurer: insured people, lost messages, its books.
An adapter that is to be tried brings its own; the suite speaks to the port and to this, nothing
else. The insurer must know the items of `stays.ITEMS` with the prices and levels given there.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from domain.insurance.person import Credential
from domain.money import Money
from ports.insurer import Insurer


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A made-up person the insurer knows."""

    name: str
    insurance_type: str
    id_card: Credential
    social_card: Credential
    e_credential: Credential


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedSettlement:
    """A settlement or cancellation as it stands in the insurer's own books."""

    settlement_id: str
    message_no: str
    live: bool
    total: Money
    pooled_fund: Money
    personal_account: Money
    cash: Money


class InsurerWorld(Protocol):
    """One insurer with empty books and the ways to reach it. Operations are the port's methods."""

    insurer: Insurer  # the adapter under test; gives up on a silent insurer after about a second
    colleague: Insurer  # a second one for the same institution, as another process would have it
    unreachable: Insurer  # the same where nothing listens
    signs_answers: bool
    in_force: Patient  # with money in his personal account
    suspended: Patient  # whose insurance is not in force

    @abstractmethod
    async def lose_request(self, operation: str) -> None:
        """The next request of this kind breaks off before the insurer acts."""

    @abstractmethod
    async def lose_answer(self, operation: str) -> None:
        """The insurer acts on the next request of this kind; its answer never comes."""

    @abstractmethod
    async def break_answer(self, operation: str) -> None:
        """The insurer acts on the next request of this kind; half of its answer comes."""

    @abstractmethod
    async def answer_late(self, operation: str) -> None:
        """The insurer acts on the next request of this kind and answers after the patience ends."""

    @abstractmethod
    async def spoil_signature(self, operation: str) -> None:
        """The insurer acts on the next request of this kind; its signature does not verify."""

    @abstractmethod
    async def refuse(self, operation: str, text: str) -> None:
        """The insurer refuses the next request of this kind with this text."""

    @abstractmethod
    async def alter(self, settlement_id: str, difference: Money) -> None:
        """Somebody changes a settlement's total in the insurer's books."""

    @abstractmethod
    async def booked(self) -> tuple[BookedSettlement, ...]:
        """Every settlement and cancellation in the insurer's books, reversed ones left out."""

    @abstractmethod
    async def uploaded_total(self, registration_no: str) -> Money:
        """The sum of a stay's charge lines in the insurer's books."""

    @abstractmethod
    async def unfired(self) -> list[str]:
        """Faults that were asked for and never happened."""
