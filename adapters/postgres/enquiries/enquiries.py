"""Every enquiry of one institution, behind one object that the container can hand out."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.audit.audit import audit
from adapters.postgres.codec import PlanCodec
from adapters.postgres.database import Database
from adapters.postgres.enquiries.deposits import deposit_lots
from adapters.postgres.enquiries.exchanges import exchanges_after
from adapters.postgres.enquiries.inbox import Notice, notices_after
from adapters.postgres.enquiries.ledger import ledger_summary
from adapters.postgres.enquiries.reconciliations import reconciliations
from domain.deposits.lot import Lot
from domain.identifiers import AdmissionNo, InstitutionId
from domain.plan.plan import Plan
from domain.reconciliation.difference import Reconciliation
from ports.enquiries import AuditCheck, Enquiries, LedgerSummary, RecordedExchange


class PostgresEnquiries(Enquiries):
    """What the screens of one institution ask."""

    def __init__(
        self,
        engine: AsyncEngine,
        institution: InstitutionId,
        plan_kinds: Mapping[str, type[Plan]],
        *,
        in_doubt_limit: timedelta = timedelta(days=2),
    ) -> None:
        """`in_doubt_limit`: by then the other side's statement must have decided it."""
        self._engine = engine
        self._database = Database(engine)
        self._institution = institution
        self._codec = PlanCodec(plan_kinds)
        self._in_doubt_limit = in_doubt_limit

    async def exchanges_after(self, sequence: int, limit: int) -> tuple[RecordedExchange, ...]:
        return await exchanges_after(self._database, self._institution, sequence, limit)

    async def ledger_summary(self) -> LedgerSummary:
        return await ledger_summary(self._database, self._institution)

    async def reconciliations(self, day: date) -> tuple[Reconciliation, ...]:
        return await reconciliations(self._database, self._institution, day)

    async def audit(self) -> tuple[AuditCheck, ...]:
        return await audit(self._engine, self._institution, self._codec, self._in_doubt_limit)

    async def deposit_lots(self, admission_no: AdmissionNo) -> tuple[Lot, ...]:
        """The payments a stay's deposit is made of."""
        return await deposit_lots(self._database, self._institution, admission_no)

    async def notices_after(self, sequence: int, limit: int) -> tuple[Notice, ...]:
        """Notifications received after that place, oldest first."""
        return await notices_after(self._database, self._institution, sequence, limit)
