"""What the core remembers: books to read, and changesets that are committed whole or not at all.

A changeset is data: inserts, version-guarded updates, guarded balance moves, journals, jobs. It is
decidable from versions, keys and balances alone, so that a committer may judge many of them in one
transaction without running domain code.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from domain.billing.charge import Charge, ChargesMarked
from domain.deposits.account import DepositMove
from domain.deposits.lot import Lot, LotMove
from domain.identifiers import AdmissionNo, AttemptKey, OpenId, PlanNo
from domain.insurance.stay import InsuredStay
from domain.ledger.journal import Journal
from domain.messages.message import Message
from domain.plan.plan import Plan
from domain.reconciliation.difference import Reconciliation
from domain.visits.admission import Admission
from domain.visits.patient_account import PatientAccount


class KeyTaken(Exception):
    """A number that is unique for ever is in use: an idempotency key, an attempt key, a plan."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what  # idempotency, attempt, plan, live_settlement, schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An idempotency key and what it was first used for. `answer` is set once, never changed."""

    application: str
    key: str
    input_hash: str
    plan_no: PlanNo
    answer: str | None = None  # the first answer's body, byte for byte
    status: int | None = None

    def of(self, plan_no: PlanNo) -> "Claim":
        """The claim for the plan it turned out to be about."""
        return replace(self, plan_no=plan_no)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Background work, due at a business time. The same key is one job."""

    key: str  # advance:<plan>, push:<message>, …
    kind: str
    subject: str
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """A job leased to one worker. Only the holder of the fence may finish it."""

    job: Job
    fence: int
    wakes: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMessage:
    """A message waiting for, or after, its delivery to one subscriber."""

    message: Message
    subscriber: str  # wechat_official_account
    to: OpenId
    delivered_at: datetime | None = None
    their_number: str = ""
    attempts: int = 0
    last_error: str = ""


@dataclass(slots=True)
class Changeset:
    """Everything one commit writes. Built by a use case, judged and written by a committer."""

    new_plans: list[Plan] = field(default_factory=list)
    changed_plans: list[Plan] = field(default_factory=list)  # at their version + 1
    keys: list[tuple[AttemptKey, PlanNo, str]] = field(default_factory=list)  # key, plan, effect
    claim: Claim | None = None
    deposit_moves: list[DepositMove] = field(default_factory=list)
    new_lots: list[Lot] = field(default_factory=list)
    lot_moves: list[LotMove] = field(default_factory=list)
    journals: list[Journal] = field(default_factory=list)
    admissions: list[Admission] = field(default_factory=list)  # inserted or replaced
    # As read from the HIS, and what was stored when it was asked: stale when that has changed.
    refreshed: list[tuple[Admission, Admission | None]] = field(default_factory=list)
    new_stays: list[InsuredStay] = field(default_factory=list)
    changed_stays: list[InsuredStay] = field(default_factory=list)  # at their version + 1
    charges: list[Charge] = field(default_factory=list)  # inserted; known ones are left alone
    marks: list[ChargesMarked] = field(default_factory=list)
    settled_charges: list[tuple[AdmissionNo, PlanNo | None, PlanNo | None]] = field(
        default_factory=list
    )  # admission, from, to: charges settled by `from` (None: open ones) become settled by `to`
    messages: list[Message] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    reconciliations: list[Reconciliation] = field(default_factory=list)
    schedule_run: tuple[str, str] | None = None  # schedule, period: at most once for ever


class Books(Protocol):
    """Reading. Every answer is a consistent snapshot of what is asked, no lock is kept."""

    @abstractmethod
    async def plan(self, no: PlanNo) -> Plan | None:
        """The plan of that number, in its own class."""

    @abstractmethod
    async def plans(self, admission_no: AdmissionNo, kind: str | None = None) -> tuple[Plan, ...]:
        """The plans of a stay, oldest first."""

    @abstractmethod
    async def live_settlement(self, admission_no: AdmissionNo) -> Plan | None:
        """The settlement of a stay that has not ended, if any."""

    @abstractmethod
    async def plan_of_key(self, key: AttemptKey) -> tuple[PlanNo, str] | None:
        """Which plan's effect goes by that number at the other side."""

    @abstractmethod
    async def account(self, admission_no: AdmissionNo) -> PatientAccount | None:
        """The patient's account; None for a stay never seen here."""

    @abstractmethod
    async def open_admissions(self) -> tuple[AdmissionNo, ...]:
        """Stays not settled yet, for the daily schedules."""

    @abstractmethod
    async def charges(
        self, admission_no: AdmissionNo, day: date | None = None
    ) -> tuple[Charge, ...]:
        """Charges of a stay, or of one business date of it, in the order they were made."""

    @abstractmethod
    async def plans_dated(
        self, kind: str, path: tuple[str, ...], start: datetime, end: datetime
    ) -> tuple[Plan, ...]:
        """Plans of a kind one of whose times, named by its fields, lies in [start, end)."""

    @abstractmethod
    async def journals(self, plan_no: str) -> tuple[Journal, ...]:
        """Every journal of one plan, oldest first."""

    @abstractmethod
    async def claim(self, application: str, key: str) -> Claim | None:
        """The idempotency claim of that key."""

    @abstractmethod
    async def message(self, no: str) -> QueuedMessage | None:
        """One queued message."""

    @abstractmethod
    async def messages(self, admission_no: AdmissionNo) -> tuple[QueuedMessage, ...]:
        """Messages of a stay, oldest first."""


class Store(Books, Protocol):
    """Reading, committing, and the few writes that stand alone."""

    @abstractmethod
    async def commit(self, changes: Changeset) -> None:
        """Writes all of it or nothing.

        Raises StaleVersion, DepositShort, LotExceeded or KeyTaken when a guard refuses it. An
        unknown COMMIT is found out by the changeset's own keys before this returns.
        """

    @abstractmethod
    async def keep_answer(self, claim: Claim) -> Claim:
        """Stores a claim's first answer; returns the claim as stored (the first answer wins)."""

    @abstractmethod
    async def use_nonce(self, key_id: str, nonce: str) -> bool:
        """Burns a nonce; False when it was burnt before."""

    @abstractmethod
    async def keep_notice(
        self, system: str, headers: Mapping[str, str], body: bytes, verdict: str, key: str
    ) -> None:
        """Keeps a received notification raw (收件箱), with what verification said of it."""

    @abstractmethod
    async def bind_openid(self, admission_no: AdmissionNo, openid: OpenId) -> None:
        """Where messages for this stay go."""

    @abstractmethod
    async def message_sent(
        self, no: str, *, delivered_at: datetime | None, their_number: str, error: str
    ) -> None:
        """Writes one delivery attempt of a message."""

    @abstractmethod
    async def message_serial(self, at: datetime) -> int:
        """A serial 0..9999 never used before in that second, for the insurer's 报文ID."""

    @abstractmethod
    async def line_numbers(self, count: int) -> Sequence[str]:
        """Fresh charge line numbers (feedetl_sn): digits, at most 15, never used before."""


class Jobs(Protocol):
    """The job table, as a worker sees it. Leases run on the database's own time."""

    @abstractmethod
    async def take(self, worker: str, now: datetime, limit: int) -> tuple[ClaimedJob, ...]:
        """Leases due jobs nobody holds."""

    @abstractmethod
    async def finish(self, claimed: ClaimedJob, next_due: datetime | None, error: str = "") -> None:
        """Ends or re-schedules a job; does nothing when the lease was lost.

        A job woken again while it ran (its `wakes` moved) stays due whatever is asked here.
        """
