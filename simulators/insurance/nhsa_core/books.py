"""The centre's own books: persons, stays, lines, settlements, message numbers, files.

State only, with the questions one asks of it; what may happen to it is in the transactions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from simulators.insurance.nhsa_core.benefit_policy import PricedLine
from simulators.insurance.nhsa_core.breakdown import Breakdown, LineSplit
from simulators.insurance.nhsa_core.catalogue import Catalogue, CatalogueItem
from simulators.insurance.nhsa_core.input_rows import Row
from simulators.insurance.nhsa_core.persons import Person
from simulators.insurance.nhsa_core.refusals import Refusal, not_there

IN_HOSPITAL, DISCHARGED, WITHDRAWN = "in_hospital", "discharged", "withdrawn"
SETTLEMENT, CANCELLATION = "settlement", "cancellation"


@dataclass(slots=True)
class FeeLine:
    """One uploaded fee line; a withdrawn one stays in the list, its number is free again."""

    feedetl_sn: str
    init_feedetl_sn: str
    item: CatalogueItem
    cnt: Decimal
    pric: Decimal
    amount: int
    split: LineSplit
    batch_msgid: str
    withdrawn: bool = False


@dataclass(slots=True)
class Settlement:
    """A settlement (2304) or its cancellation (2305, negative amounts)."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    msgid: str
    at: datetime
    kind: str
    breakdown: Breakdown
    insutype: str
    mdtrt_cert_type: str
    invono: str
    opter: str
    opter_name: str
    cancels: str | None = None
    reversed_by: str | None = None  # the cancellation's setl_id, or the msgid of the 2601
    taken_back: bool = False  # by 2601: as if it had never been, no row in any statement

    @property
    def live(self) -> bool:
        return self.kind == SETTLEMENT and self.reversed_by is None


@dataclass(slots=True)
class Stay:
    """One insured admission (就诊), keyed by mdtrt_id."""

    mdtrt_id: str
    psn_no: str
    insutype: str
    msgid: str
    record: Row  # what 2401 sent and 2402, 2403 changed
    state: str = IN_HOSPITAL
    lines: list[FeeLine] = field(default_factory=list)
    live_lines: dict[str, FeeLine] = field(default_factory=dict)
    diagnoses: dict[str, Row] = field(default_factory=dict)
    settlement: Settlement | None = None  # the live one
    taken_back_by: str | None = None  # msgid of the 2601 that withdrew it

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.live_lines.values())

    def priced_lines(self) -> list[PricedLine]:
        return [
            PricedLine(line.item.med_chrgitm_type, line.amount, line.split)
            for line in self.live_lines.values()
        ]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of 9101 or of the centre's own making, to be fetched by 9102."""

    file_qury_no: str
    filename: str
    content: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """One operator's sign-in (签到)."""

    sign_no: str
    opter_no: str
    at: datetime


@dataclass(slots=True)
class Books:
    """Everything one run of the centre remembers."""

    persons: dict[str, Person]
    catalogue: Catalogue
    stays: dict[str, Stay] = field(default_factory=dict)
    stays_of: dict[str, list[Stay]] = field(default_factory=dict)
    settlements: dict[str, Settlement] = field(default_factory=dict)
    settlements_of: dict[str, list[Settlement]] = field(default_factory=dict)
    batches: list[tuple[str, str, int]] = field(default_factory=list)  # msgid, mdtrt_id, lines
    msgids: set[str] = field(default_factory=set)
    sign_ins: dict[str, SignIn] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)

    def person(self, psn_no: str) -> Person:
        if psn_no not in self.persons:
            raise not_there("人员编号", psn_no)
        return self.persons[psn_no]

    def stay(self, mdtrt_id: str, psn_no: str) -> Stay:
        """The visit of that number, which must be that person's and not withdrawn."""
        stay = self.stays.get(mdtrt_id)
        if stay is None or stay.state == WITHDRAWN:
            raise not_there("就诊ID", mdtrt_id)
        if stay.psn_no != psn_no:
            raise Refusal(f"人员编号[{psn_no}]与就诊ID[{mdtrt_id}]不符")
        return stay

    def open_stay_of(self, psn_no: str) -> Stay | None:
        """The visit that keeps this person from being admitted again."""
        for stay in self.stays_of.get(psn_no, []):
            finished = stay.state == DISCHARGED and stay.settlement is not None
            if stay.state != WITHDRAWN and not finished:
                return stay
        return None

    def add_stay(self, stay: Stay) -> None:
        self.stays[stay.mdtrt_id] = stay
        self.stays_of.setdefault(stay.psn_no, []).append(stay)

    def add_settlement(self, settlement: Settlement) -> None:
        self.settlements[settlement.setl_id] = settlement
        self.settlements_of.setdefault(settlement.psn_no, []).append(settlement)

    def live_settlements(self, psn_no: str, year: int) -> Iterator[Settlement]:
        """This person's live settlements of one (Beijing) year."""
        for settlement in self.settlements_of.get(psn_no, []):
            if settlement.live and settlement.at.year == year:
                yield settlement

    def move_accounts(self, psn_no: str, own: int, family: int) -> None:
        """Adds to (or takes from) the own and the family account, in fen."""
        person = self.persons[psn_no]
        self.persons[psn_no] = replace(
            person,
            balc_fen=person.balc_fen + own,
            family_balc_fen=person.family_balc_fen + family,
        )
