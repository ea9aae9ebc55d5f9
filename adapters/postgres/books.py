"""Reading. Each answer is one statement, and so one snapshot; no lock is kept."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.changesets.plans import stay_codec
from adapters.postgres.changesets.visits import admission_codec
from adapters.postgres.changesets.work import words_codec
from adapters.postgres.codec import Codec, PlanCodec
from adapters.postgres.columns import in_utc
from adapters.postgres.database import Database, Rows
from adapters.postgres.tables import (
    admission,
    attempt_key,
    charge,
    idempotency,
    ledger_entry,
    ledger_journal,
    message,
    openid_binding,
    plan,
)
from domain.billing.charge import Charge
from domain.deposits.account import DepositAccount
from domain.deposits.lot import Lot
from domain.identifiers import AdmissionNo, AttemptKey, InstitutionId, OpenId, PlanNo
from domain.ledger.journal import Entry, Journal
from domain.messages.message import Message
from domain.money import Money
from domain.plan.plan import Plan
from domain.visits.admission import AdmissionState
from domain.visits.patient_account import PatientAccount
from ports.store import Books, Claim, QueuedMessage

ACCOUNT = text("""
    SELECT CAST(a.body AS text) AS admission, CAST(s.body AS text) AS stay,
        coalesce(d.balance, 0) AS balance, coalesce(d.held, 0) AS held,
        coalesce(o.openid, '') AS openid, coalesce(CAST(l.lots AS text), '[]') AS lots
    FROM admission a
    LEFT JOIN insured_stay s ON s.institution_id = a.institution_id
        AND s.admission_no = a.no AND s.state <> 'withdrawn'
    LEFT JOIN deposit_account d ON d.institution_id = a.institution_id AND d.admission_no = a.no
    LEFT JOIN openid_binding o ON o.institution_id = a.institution_id AND o.admission_no = a.no
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(to_jsonb(lot) - 'institution_id' ORDER BY lot.paid_at, lot.no) AS lots
        FROM deposit_lot lot
        WHERE lot.institution_id = a.institution_id AND lot.admission_no = a.no) l ON true
    WHERE a.institution_id = :institution AND a.no = :no""")
_LIVE_SETTLEMENT = select(plan.c.kind, plan.c.body).where(
    # Written out, not bound: only so does the planner see that the index of live ones will do.
    literal_column("kind = 'settlement' AND state = 'open'"),
    plan.c.institution_id == bindparam("institution"),
    plan.c.admission_no == bindparam("admission_no"),
)
_DATED = text("""
    SELECT kind, CAST(body AS text) AS body
    FROM plan, CAST(body #>> CAST(:path AS text[]) AS timestamptz) AS dated
    WHERE institution_id = :institution AND kind = :kind AND opened_at < :end
        AND dated >= :start AND dated < :end
    ORDER BY dated, no""")
_JOURNALS = (
    select(
        ledger_journal.c.changeset_no,
        ledger_journal.c.position,
        ledger_journal.c.what,
        ledger_journal.c.plan_no,
        ledger_journal.c.at,
        ledger_entry.c.account,
        ledger_entry.c.amount,
    )
    .join_from(
        ledger_journal,
        ledger_entry,
        (ledger_entry.c.institution_id == ledger_journal.c.institution_id)
        & (ledger_entry.c.changeset_no == ledger_journal.c.changeset_no)
        & (ledger_entry.c.position == ledger_journal.c.position),
    )
    .where(
        ledger_journal.c.institution_id == bindparam("institution"),
        ledger_journal.c.plan_no == bindparam("plan_no"),
    )
    .order_by(ledger_journal.c.changeset_no, ledger_journal.c.position, ledger_entry.c.line)
)
_CHARGE_COLUMNS = [c for c in charge.c if c.name not in ("institution_id", "remark")]
_MESSAGES = select(message, func.coalesce(openid_binding.c.openid, "").label("openid")).join_from(
    message,
    openid_binding,
    (openid_binding.c.institution_id == message.c.institution_id)
    & (openid_binding.c.admission_no == message.c.admission_no),
    isouter=True,
)
lots_codec: Codec[tuple[Lot, ...]] = Codec(tuple[Lot, ...])


class PostgresBooks(Books):
    """The books of one institution."""

    def __init__(self, engine: AsyncEngine, institution: InstitutionId, codec: PlanCodec) -> None:
        self._database = Database(engine)
        self._institution = institution
        self._codec = codec

    async def plan(self, no: PlanNo) -> Plan | None:
        statement = select(plan.c.kind, plan.c.body).where(
            plan.c.institution_id == self._institution, plan.c.no == no
        )
        return self._only_plan(await self._database.read(statement))

    async def plans(self, admission_no: AdmissionNo, kind: str | None = None) -> tuple[Plan, ...]:
        statement = select(plan.c.kind, plan.c.body).where(
            plan.c.institution_id == self._institution, plan.c.admission_no == admission_no
        )
        if kind is not None:
            statement = statement.where(plan.c.kind == kind)
        rows = await self._database.read(statement.order_by(plan.c.opened_at, plan.c.no))
        return tuple(self._codec.decode(row.kind, row.body) for row in rows)

    async def live_settlement(self, admission_no: AdmissionNo) -> Plan | None:
        return self._only_plan(
            await self._database.read(
                _LIVE_SETTLEMENT, institution=self._institution, admission_no=admission_no
            )
        )

    async def plan_of_key(self, key: AttemptKey) -> tuple[PlanNo, str] | None:
        statement = select(attempt_key.c.plan_no, attempt_key.c.effect).where(
            attempt_key.c.institution_id == self._institution, attempt_key.c.key == key
        )
        rows = await self._database.read(statement)
        return (PlanNo(rows[0].plan_no), rows[0].effect) if rows else None

    async def account(self, admission_no: AdmissionNo) -> PatientAccount | None:
        rows = await self._database.read(ACCOUNT, institution=self._institution, no=admission_no)
        return account_of(admission_no, rows[0]) if rows else None

    async def open_admissions(self) -> tuple[AdmissionNo, ...]:
        open_states = (AdmissionState.ADMITTED, AdmissionState.DISCHARGE_ORDERED)
        statement = select(admission.c.no).where(
            admission.c.institution_id == self._institution, admission.c.state.in_(open_states)
        )
        rows = await self._database.read(statement.order_by(admission.c.no))
        return tuple(AdmissionNo(row.no) for row in rows)

    async def charges(
        self, admission_no: AdmissionNo, day: date | None = None
    ) -> tuple[Charge, ...]:
        statement = select(*_CHARGE_COLUMNS).where(
            charge.c.institution_id == self._institution, charge.c.admission_no == admission_no
        )
        if day is not None:
            statement = statement.where(charge.c.business_date == day)
        rows = await self._database.read(statement.order_by(charge.c.charged_at, charge.c.no))
        return tuple(Charge(**row._mapping) for row in rows)  # noqa: SLF001 - its public name

    async def plans_dated(
        self, kind: str, path: tuple[str, ...], start: datetime, end: datetime
    ) -> tuple[Plan, ...]:
        rows = await self._database.read(
            _DATED,
            institution=self._institution,
            kind=kind,
            path=list(path),
            start=in_utc(start),
            end=in_utc(end),
        )
        return tuple(self._codec.decode(row.kind, row.body) for row in rows)

    async def journals(self, plan_no: str) -> tuple[Journal, ...]:
        rows = await self._database.read(_JOURNALS, institution=self._institution, plan_no=plan_no)
        return tuple(journals_of(rows))

    async def claim(self, application: str, key: str) -> Claim | None:
        statement = select(idempotency).where(
            idempotency.c.institution_id == self._institution,
            idempotency.c.application == application,
            idempotency.c.key == key,
        )
        rows = await self._database.read(statement)
        return claim_of(rows[0]) if rows else None

    async def message(self, no: str) -> QueuedMessage | None:
        statement = self._messages().where(message.c.no == no)
        rows = await self._database.read(statement)
        return _queued(rows[0]) if rows else None

    async def messages(self, admission_no: AdmissionNo) -> tuple[QueuedMessage, ...]:
        statement = self._messages().where(message.c.admission_no == admission_no)
        rows = await self._database.read(statement.order_by(message.c.sequence))
        return tuple(_queued(row) for row in rows)

    def _messages(self) -> Select[Any]:
        return _MESSAGES.where(message.c.institution_id == self._institution)

    def _only_plan(self, rows: Rows) -> Plan | None:
        return self._codec.decode(rows[0].kind, rows[0].body) if rows else None


def account_of(no: AdmissionNo, row: Row[Any]) -> PatientAccount:
    """The account in a row of ACCOUNT."""
    return PatientAccount(
        admission=admission_codec.decode(row.admission),
        deposit=DepositAccount(no, Money(row.balance), Money(row.held)),
        lots=lots_codec.decode(row.lots),
        stay=stay_codec.decode(row.stay) if row.stay else None,
        openid=row.openid,
    )


def claim_of(row: Row[Any]) -> Claim:
    """The claim in a row of the idempotency table."""
    return Claim(
        application=row.application,
        key=row.key,
        input_hash=row.input_hash,
        plan_no=PlanNo(row.plan_no),
        answer=row.answer,
        status=row.status,
    )


def journals_of(rows: Rows) -> Iterable[Journal]:
    """Journals from rows of entries in order."""
    for _, lines in groupby(rows, key=lambda row: (row.changeset_no, row.position)):
        entries = list(lines)
        head = entries[0]
        yield Journal(
            head.what,
            head.plan_no,
            head.at,
            tuple(Entry(line.account, line.amount) for line in entries),
        )


def _queued(row: Row[Any]) -> QueuedMessage:
    return QueuedMessage(
        message=Message(
            no=row.no,
            kind=row.kind,
            admission_no=AdmissionNo(row.admission_no),
            at=row.at,
            words=words_codec.decode(row.words),
            path=row.path,
        ),
        subscriber=row.subscriber,
        to=OpenId(row.openid),
        delivered_at=row.delivered_at,
        their_number=row.their_number,
        attempts=row.attempts,
        last_error=row.last_error,
    )
