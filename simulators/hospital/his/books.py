"""The HIS's own books: every record by its number, its sequences, and the rule that a repeated
write gets the first answer. What may be written is decided beside it, one module a subject.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from google.protobuf.message import Message

from simulators.clock import BEIJING
from simulators.hospital.his.records import (
    BillLock,
    BookedCharge,
    Cancellation,
    Deposit,
    DepositReturn,
    NumberKind,
    PreSettlement,
    Settlement,
    Stay,
)
from simulators.hospital.his.refusals import NumberReused, UnknownNumber

Answer = TypeVar("Answer", bound=Message)


class Books:
    """Everything the HIS knows. Emptied by making a new one."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.stays: dict[str, Stay] = {}
        self.charges: dict[str, BookedCharge] = {}
        self.deposits: dict[str, Deposit] = {}
        self.returns: dict[str, DepositReturn] = {}
        self.locks: dict[str, BillLock] = {}
        self.pre_settlements: dict[str, PreSettlement] = {}
        self.settlements: dict[str, Settlement] = {}
        self.cancellations: dict[str, Cancellation] = {}
        self.refused_by_cashier: dict[str, str] = {}
        self.deposit_days: dict[str, list[Deposit | DepositReturn]] = defaultdict(list)
        self.settlement_days: dict[str, list[Settlement | Cancellation]] = defaultdict(list)
        self._kinds: dict[str, NumberKind] = {}
        self._answers: dict[tuple[str, str], tuple[Message, Message]] = {}
        self._sequences: Counter[str] = Counter()

    def stay(self, admission_no: str, field: str = "admission_no") -> Stay:
        """The stay of that 住院号; UnknownNumber otherwise."""
        found = self.stays.get(admission_no)
        if found is None:
            raise UnknownNumber(field, admission_no)
        return found

    def next_sequence(self) -> int:
        """Order in which the books were written; listings and page tokens go by it."""
        self._sequences["entry"] += 1
        return self._sequences["entry"]

    def next_number(self, prefix: str) -> str:
        """A number of the HIS's own: two letters, the seed, a running number."""
        self._sequences[prefix] += 1
        return f"{prefix}{self.seed}-{self._sequences[prefix]:08d}"

    def once(
        self,
        operation: str,
        kind: NumberKind,
        number: str,
        request: Message,
        act: Callable[[], Answer],
    ) -> Answer:
        """Acts once per operation and number: a repetition gets the first answer, other input
        under a known number is refused. A refused act leaves no trace of the number.
        """
        if (operation, number) in self._answers:
            first_request, first_answer = self._answers[operation, number]
            if first_request != request:
                raise NumberReused(f"{operation} {number!r} was called before with other input")
            return first_answer  # type: ignore[return-value]  # stored by this operation below
        self.claim(number, kind)
        answer = act()
        self._kinds[number] = kind
        self._answers[operation, number] = (request, answer)
        return answer

    def claim(self, number: str, kind: NumberKind) -> None:
        """Refuses a number that already stands for something of another kind."""
        owner = self._kinds.get(number, kind)
        if owner is not kind:
            raise NumberReused(f"{number!r} is already the number of a {owner}")

    def own_number(self, number: str, kind: NumberKind) -> None:
        """Registers a number the HIS allocated itself."""
        self.claim(number, kind)
        self._kinds[number] = kind

    def kind_of(self, number: str) -> NumberKind | None:
        """What the number stands for; None when nothing was ever done under it."""
        return self._kinds.get(number)


def business_date(instant: datetime) -> str:
    """The business date (YYYY-MM-DD, Asia/Shanghai) on which an instant falls."""
    return instant.astimezone(BEIJING).date().isoformat()
