"""The insurer's core as the port has it: each method one transaction (two for a file)."""

import ssl
from collections.abc import Mapping
from datetime import date, datetime

from adapters.insurance.nhsa_core import statement_files
from adapters.insurance.nhsa_core.connection import CoreConnection, MessageNumbers
from adapters.insurance.nhsa_core.credentials import Credentials, Operator
from adapters.insurance.nhsa_core.region import Region, Texts
from adapters.insurance.nhsa_core.translation import charges as charge_lines
from adapters.insurance.nhsa_core.translation import comparison, persons, settlements, stays
from adapters.insurance.nhsa_core.translation.comparison import Clearing, RowsGroup
from adapters.insurance.nhsa_core.translation.nodes import DATE, Node
from adapters.wire.recorded_http import RecordedHttp
from domain.billing.charge import Charge
from domain.identifiers import AttemptKey
from domain.insurance.breakdown import Breakdown, PricedLine
from domain.insurance.person import Credential, Entitlement, InsuredPerson
from domain.insurance.profile import InsuranceProfile
from domain.insurance.stay import InsuredStay
from domain.visits.admission import Admission
from ports.clock import Clock
from ports.errors import AlreadyCancelled, AlreadyUploaded, Refused
from ports.exchanges import Exchanges
from ports.insurer import (
    ComparedRow,
    FoundRegistration,
    Insurer,
    SettlementOrder,
    SettlementRow,
)

SYSTEM = "nhsa_core"
REVERSED_AS = {"settle": "2304", "register_admission": "2401"}


class NhsaCore(Insurer):
    """医保核心 of one institution in one region. Close it at the end."""

    def __init__(
        self,
        *,
        region: Region,
        credentials: Credentials,
        operator: Operator,
        base_url: str,
        exchanges: Exchanges,
        clock: Clock,
        message_numbers: MessageNumbers,
        timeout_seconds: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        http = RecordedHttp(
            SYSTEM, base_url, exchanges, clock, timeout_seconds=timeout_seconds, tls=tls
        )
        self._region = region
        self._institution = credentials.fixmedins_code
        self._place = credentials.mdtrtarea_admvs
        self._clearing = Clearing(credentials.office, region.clearing_types)
        self._clock = clock
        self._connection = CoreConnection(
            region=region,
            credentials=credentials,
            operator=operator,
            http=http,
            clock=clock,
            message_numbers=message_numbers,
        )

    @property
    def profile(self) -> InsuranceProfile:
        return self._region.profile

    async def message_no(self) -> AttemptKey:
        return await self._connection.message_no()

    async def sign_off(self) -> None:
        """签退 9002; the next call of a region with sign-on signs on again."""
        await self._connection.sign_off()

    async def close(self) -> None:
        """Closes the connections."""
        await self._connection.close()

    async def identify(
        self, message_no: AttemptKey, credential: Credential, name: str
    ) -> InsuredPerson:
        given = persons.person_query(credential, name)
        return persons.person_of(await self._connection.call("1101", message_no, given))

    async def check_entitlement(
        self,
        message_no: AttemptKey,
        person_no: str,
        insurance_type: str,
        medical_type: str,
        began_at: datetime,
    ) -> tuple[Entitlement, ...]:
        given = persons.entitlement_query(
            self._institution, person_no, insurance_type, medical_type, began_at
        )
        return persons.entitlements_of(await self._connection.call("2001", message_no, given))

    async def register_admission(
        self,
        message_no: AttemptKey,
        person: InsuredPerson,
        credential: Credential,
        admission: Admission,
    ) -> str:
        coverage = person.active_coverage()
        if coverage is None:
            raise stays.not_expressible("no insurance of this person is in force")
        given = stays.registration(person, coverage, credential, admission, self._place)
        output = await self._connection.call("2401", message_no, given, coverage.insured_place)
        return stays.registration_no(output)

    async def find_registrations(
        self, person_no: str, began: date, ended: date
    ) -> tuple[FoundRegistration, ...]:
        given = stays.registrations_query(person_no, began, ended)
        return stays.registrations_of(await self._ask("5303", given))

    async def change_registration(
        self, message_no: AttemptKey, stay: InsuredStay, admission: Admission
    ) -> None:
        await self._tell("2403", message_no, stay, stays.change(stay, admission))

    async def withdraw_registration(self, message_no: AttemptKey, stay: InsuredStay) -> None:
        gone = self._region.texts.registration_not_there
        await self._undo("2404", message_no, stay, {"data": stays.identity(stay)}, gone)

    async def upload_charges(
        self, message_no: AttemptKey, stay: InsuredStay, charges: tuple[Charge, ...]
    ) -> tuple[PricedLine, ...]:
        given, texts = charge_lines.upload(stay, charges), self._region.texts
        try:
            output = await self._tell("2301", message_no, stay, given)
        except Refused as refusal:
            if texts.say(texts.line_uploaded, refusal.text):
                raise AlreadyUploaded(refusal.text, code=refusal.code) from refusal
            raise
        return charge_lines.priced_lines_of(charges, output)

    async def withdraw_charges(
        self, message_no: AttemptKey, stay: InsuredStay, line_nos: tuple[str, ...]
    ) -> None:
        gone = self._region.texts.lines_not_there
        given = charge_lines.withdrawal(stay, line_nos)
        withdrawn = await self._undo("2302", message_no, stay, given, gone)
        if withdrawn or len(line_nos) == 1:
            return
        # One line that is not there refuses its whole batch; the others may well be there.
        for line_no in line_nos:
            single = charge_lines.withdrawal(stay, (line_no,))
            await self._undo("2302", await self.message_no(), stay, single, gone)

    async def register_discharge(
        self, message_no: AttemptKey, stay: InsuredStay, admission: Admission
    ) -> None:
        given = stays.discharge(stay, admission, self._region.discharge_way)
        await self._tell("2402", message_no, stay, given)

    async def undo_discharge(self, message_no: AttemptKey, stay: InsuredStay) -> None:
        gone = self._region.texts.discharge_not_there
        await self._undo("2405", message_no, stay, {"data": stays.identity(stay)}, gone)

    async def is_discharged(self, stay: InsuredStay) -> bool:
        given = stays.stay_query(stay, self._clock.now(), self._region.enquiry_margin_days)
        return stays.discharged(stay, await self._ask("5201", given, stay.insured_place))

    async def pre_settle(self, message_no: AttemptKey, order: SettlementOrder) -> Breakdown:
        given = settlements.settlement(order, self._place)
        output = await self._tell("2303", message_no, order.stay, given)
        return settlements.breakdown_of(order.stay, output)

    async def settle(self, message_no: AttemptKey, order: SettlementOrder) -> Breakdown:
        given = settlements.settlement(order, self._place)
        output = await self._tell("2304", message_no, order.stay, given)
        return settlements.settled_breakdown_of(order.stay, output)

    async def cancel_settlement(
        self, message_no: AttemptKey, stay: InsuredStay, settlement_id: str
    ) -> Breakdown:
        given, texts = settlements.known_settlement(stay, settlement_id), self._region.texts
        try:
            output = await self._tell("2305", message_no, stay, given)
        except Refused as refusal:
            if texts.say(texts.already_cancelled, refusal.text):
                raise AlreadyCancelled(refusal.text, code=refusal.code) from refusal
            raise
        return settlements.settled_breakdown_of(stay, output)

    async def reverse(self, person_no: str, original: AttemptKey, operation: str) -> bool:
        if operation not in self.profile.reversible or operation not in REVERSED_AS:
            raise Refused(f"冲正 does not undo {operation} here", code="not_reversible")
        texts = self._region.texts
        given = settlements.reversal(person_no, original, REVERSED_AS[operation])
        try:
            await self._ask("2601", given)
        except Refused as refusal:
            if texts.say(texts.already_reversed, refusal.text):
                return True
            if texts.say(texts.nothing_to_reverse, refusal.text):
                return False
            raise
        return True

    async def find_settlement(self, stay: InsuredStay, settlement_id: str) -> Breakdown | None:
        texts = self._region.texts
        given = settlements.known_settlement(stay, settlement_id)
        try:
            output = await self._ask("5203", given, stay.insured_place)
        except Refused as refusal:
            if texts.say(texts.settlement_not_there, refusal.text):
                return None
            raise
        if output.members.get("setlinfo") is None:
            return None
        return settlements.settled_breakdown_of(stay, output)

    async def compare_totals(self, day: date, rows: tuple[SettlementRow, ...]) -> tuple[str, ...]:
        remarks = []
        for group, ours in self._clearing.by_totals(rows).items():
            output = await self._ask("3201", comparison.totals_query(day, group, ours))
            remarks.append(comparison.disagreement(group, output))
        return tuple(remark for remark in remarks if remark)

    async def compare_rows(
        self, day: date, rows: tuple[SettlementRow, ...]
    ) -> tuple[ComparedRow, ...]:
        compared: list[ComparedRow] = []
        for group, ours in self._clearing.by_rows(rows).items():
            compared.extend(await self._compared(day, group, ours))
        return tuple(compared)

    async def _compared(
        self, day: date, group: RowsGroup, rows: list[SettlementRow]
    ) -> tuple[ComparedRow, ...]:
        """9101, 3202, 9102: our file there, the insurer's file back."""
        name = f"{self._institution}_{day.strftime(DATE)}_{group.clearing_type}_{group.office}"
        content = statement_files.packed(f"{name}.txt", map(comparison.cells_of, rows))
        sent = await self._ask("9101", comparison.upload(self._institution, f"{name}.zip", content))
        query = comparison.rows_query(day, group, rows, sent.need("file_qury_no"))
        result = (await self._ask("3202", query)).node("fileinfo")
        wanted = comparison.download(
            self._institution, result.need("filename"), result.need("file_qury_no")
        )
        file = await self._connection.download(await self.message_no(), wanted)
        return tuple(map(comparison.compared_row, statement_files.unpacked(file)))

    async def _ask(self, infno: str, given: Mapping[str, object], place: str = "") -> Node:
        """A transaction without a number of the caller's: it may be repeated at will."""
        return await self._connection.call(infno, await self.message_no(), given, place)

    async def _tell(
        self, infno: str, message_no: str, stay: InsuredStay, given: Mapping[str, object]
    ) -> Node:
        """A transaction about a stay."""
        return await self._connection.call(infno, message_no, given, stay.insured_place)

    async def _undo(
        self,
        infno: str,
        message_no: str,
        stay: InsuredStay,
        given: Mapping[str, object],
        not_there: Texts,
    ) -> bool:
        """An undoing for which "not there" is success, and then False."""
        try:
            await self._tell(infno, message_no, stay, given)
        except Refused as refusal:
            if self._region.texts.say(not_there, refusal.text):
                return False
            raise
        return True
