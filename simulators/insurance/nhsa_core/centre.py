"""What every transaction works on: settings, clock and books; and the call it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulators.clock import SimulatedClock
from simulators.faults import Fault
from simulators.insurance.nhsa_core import input_rows
from simulators.insurance.nhsa_core.books import Books, SignIn
from simulators.insurance.nhsa_core.input_rows import Row
from simulators.insurance.nhsa_core.settings import Settings


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """An answer that is a file, not an envelope (9102)."""

    content: bytes


Output = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request that came through the gateway, its envelope read and checked."""

    infno: str
    msgid: str
    sign_no: str
    opter: str
    opter_name: str
    insuplc_admdvs: str
    mdtrtarea_admvs: str
    input: dict[str, Any]
    edition: str
    file: bytes | None = None  # 9101 form 2: the multipart part
    fault: Fault | None = None

    def row(self, node: str) -> Row:
        """The one row of an input node."""
        return input_rows.one_row(self.infno, node, self.input, self.edition)

    def rows(self, node: str) -> list[Row]:
        """The rows of an input node."""
        return input_rows.many_rows(self.infno, node, self.input, self.edition)


@dataclass(slots=True)
class Centre:
    """The insurer's core of one region."""

    settings: Settings
    clock: SimulatedClock
    books: Books
    serial: int = 0  # survives a reset, so that no number is ever given twice

    def new_number(self, digits: int = 8) -> str:
        """A number for a visit, settlement, file or sign-in: area, second, serial."""
        self.serial += 1
        return f"{self.settings.mdtrtarea_admvs}{self.stamp()}{self.serial:0{digits}d}"

    def stamp(self) -> str:
        """This second, yyyyMMddHHmmss in Beijing."""
        return self.clock.beijing().strftime("%Y%m%d%H%M%S")

    def now(self) -> datetime:
        """This second in Beijing: nothing at the centre is kept finer."""
        return self.clock.beijing().replace(microsecond=0)

    def signed_in(self, sign_no: str) -> SignIn | None:
        """A sign-in of today by that number."""
        sign_in = self.books.sign_ins.get(sign_no)
        if sign_in is None or sign_in.at.date() != self.now().date():
            return None
        return sign_in
