"""Reads for screens and inspections: frozen rows, no plan is loaded and nothing is changed."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from domain.money import Money
from domain.reconciliation.difference import Reconciliation
from ports.exchanges import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedExchange:
    """An exchange and its place in the record: a later one has a larger number."""

    sequence: int
    exchange: Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBalance:
    """One ledger account and the sum of its entries."""

    account: str
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSummary:
    """试算平衡: how much is booked, and every account's balance. `sum` is zero in sound books."""

    journals: int
    entries: int
    sum: Money
    balances: tuple[AccountBalance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCheck:
    """One invariant of the books: how many things were looked at, and what was found wrong."""

    name: str
    measured: int
    findings: tuple[str, ...]  # empty: it holds


class Enquiries(Protocol):
    """Every answer is one consistent snapshot."""

    @abstractmethod
    async def exchanges_after(self, sequence: int, limit: int) -> tuple[RecordedExchange, ...]:
        """Exchanges recorded after that number, oldest first; 0 for the first of all."""

    @abstractmethod
    async def ledger_summary(self) -> LedgerSummary:
        """Every account with its balance, by name."""

    @abstractmethod
    async def reconciliations(self, day: date) -> tuple[Reconciliation, ...]:
        """The last run of each system for that business date, by system."""

    @abstractmethod
    async def audit(self) -> tuple[AuditCheck, ...]:
        """Every check, never an empty tuple; a check that found nothing wrong has no findings."""
