"""The store of one institution: books, a committer, and the few writes that stand alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.books import PostgresBooks, claim_of
from adapters.postgres.changesets.work import words_codec
from adapters.postgres.codec import PlanCodec
from adapters.postgres.columns import in_utc
from adapters.postgres.committer import Committer, SimpleCommitter
from adapters.postgres.failures import ConstraintViolated, SerialsExhausted
from adapters.postgres.tables import inbox, nonce, openid_binding
from domain.identifiers import AdmissionNo, InstitutionId, OpenId
from domain.plan.plan import Plan
from ports.store import Changeset, Claim, Store

_KEEP_ANSWER = text(
    "UPDATE idempotency SET status = CASE WHEN answer IS NULL THEN :status ELSE status END,"
    " answer = coalesce(answer, :answer)"
    " WHERE institution_id = :institution AND application = :application AND key = :key"
    " RETURNING application, key, input_hash, plan_no, status, answer"
)
_NONCE = upsert(nonce).on_conflict_do_nothing().returning(nonce.c.nonce)
_BINDING = upsert(openid_binding)
_BIND = _BINDING.on_conflict_do_update(
    index_elements=["institution_id", "admission_no"],
    set_={
        "openid": _BINDING.excluded.openid,
        "recorded_at": text("now()"),
    },
)
_SENT = text(
    "UPDATE message SET attempts = attempts + 1, last_error = :error,"
    " delivered_at = coalesce(delivered_at, :delivered_at),"
    " their_number = CASE WHEN their_number = '' THEN :their_number ELSE their_number END"
    " WHERE institution_id = :institution AND no = :no RETURNING no"
)
_SERIAL = text(
    "INSERT INTO message_serial (institution_id, second, taken)"
    " VALUES (:institution, date_trunc('second', CAST(:at AS timestamptz)), 1)"
    " ON CONFLICT (institution_id, second) DO UPDATE SET taken = message_serial.taken + 1"
    " RETURNING taken - 1 AS serial"
)
_LINE_NUMBERS = text(
    "SELECT CAST(nextval('charge_line_no') AS text) AS number FROM generate_series(1, :count)"
)


class PostgresStore(PostgresBooks, Store):
    """What one institution remembers, in PostgreSQL."""

    def __init__(
        self,
        engine: AsyncEngine,
        institution: InstitutionId,
        plan_kinds: Mapping[str, type[Plan]],
        committer: Committer | None = None,
    ) -> None:
        """`committer`: who writes changesets, where it is not one transaction for each."""
        codec = PlanCodec(plan_kinds)
        super().__init__(engine, institution, codec)
        self._committer = committer or SimpleCommitter(engine, institution, codec)

    async def commit(self, changes: Changeset) -> None:
        await self._committer.commit(changes)

    async def keep_answer(self, claim: Claim) -> Claim:
        rows = await self._database.write(
            _KEEP_ANSWER,
            institution=self._institution,
            application=claim.application,
            key=claim.key,
            status=claim.status,
            answer=claim.answer,
        )
        if not rows:
            raise LookupError(f"{claim.application} has claimed no key {claim.key}")
        return claim_of(rows[0])

    async def use_nonce(self, key_id: str, nonce: str) -> bool:
        return bool(
            await self._database.write(
                _NONCE, institution_id=self._institution, key_id=key_id, nonce=nonce
            )
        )

    async def keep_notice(
        self, system: str, headers: Mapping[str, str], body: bytes, verdict: str, key: str
    ) -> None:
        await self._database.write(
            insert(inbox),
            institution_id=self._institution,
            system=system,
            headers=words_codec.encode(dict(headers)),
            body=body,
            verdict=verdict,
            key=key,
        )

    async def bind_openid(self, admission_no: AdmissionNo, openid: OpenId) -> None:
        await self._database.write(
            _BIND, institution_id=self._institution, admission_no=admission_no, openid=openid
        )

    async def message_sent(
        self, no: str, *, delivered_at: datetime | None, their_number: str, error: str
    ) -> None:
        rows = await self._database.write(
            _SENT,
            institution=self._institution,
            no=no,
            delivered_at=delivered_at and in_utc(delivered_at),
            their_number=their_number,
            error=error,
        )
        if not rows:
            raise LookupError(f"there is no message {no}")

    async def message_serial(self, at: datetime) -> int:
        try:
            rows = await self._database.write(_SERIAL, institution=self._institution, at=in_utc(at))
        except ConstraintViolated as violated:
            if violated.constraint != "ck_message_serial_taken":
                raise
            raise SerialsExhausted(f"10,000 numbers are given out in the second of {at}") from None
        return int(rows[0].serial)

    async def line_numbers(self, count: int) -> Sequence[str]:
        rows = await self._database.write(_LINE_NUMBERS, count=count)
        return [row.number for row in rows]
