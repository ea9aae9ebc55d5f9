"""The audit finds nothing wrong in sound books, and each planted fault by its own check."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import PostgresStore
from adapters.postgres.audit.audit import audit_on
from adapters.postgres.codec import PlanCodec
from adapters.postgres.enquiries import PostgresEnquiries
from domain.identifiers import InstitutionId
from domain.kinds import PLAN_KINDS
from ports.enquiries import AuditCheck
from tests.adapters.postgres.played import play

# check -> statements that plant a fault only it, or it among others, must find
FAULTS = {
    "journals_balance": [
        "UPDATE ledger_entry SET amount = amount + 1 WHERE account = 'refund_payable'",
        "DELETE FROM ledger_entry WHERE line = 2 AND account = 'deposit:ZY1'",
    ],
    "ledger_sums_to_zero": ["UPDATE ledger_entry SET amount = amount + 1 WHERE line = 1"],
    "entries_have_journals": ["DELETE FROM ledger_journal WHERE what = 'refund_paid'"],
    "balances_match_lots": [
        "UPDATE deposit_account SET balance = balance + 1 WHERE admission_no = 'ZY2'",
        "UPDATE deposit_lot SET paid = paid + 1 WHERE no = 'DP4'",
        "UPDATE deposit_lot SET applied = applied - 1 WHERE no = 'DP3'",
        "DELETE FROM deposit_account WHERE admission_no = 'ZY3'",
    ],
    "balances_match_ledger": [
        "UPDATE ledger_entry SET account = 'deposit:ZY9' WHERE account = 'deposit:ZY1'",
        "UPDATE deposit_account SET balance = balance - 1 WHERE admission_no = 'ZY3'",
    ],
    "refunds_match_lots": [
        'UPDATE deposit_lot SET "returning" = "returning" - 1 WHERE no = \'DP1\'',
        "UPDATE plan SET body = jsonb_set(body, '{amount}', '10001') WHERE no = 'RF3'",
        "UPDATE plan SET body = jsonb_set(body, '{lot_no}', '\"DP9\"') WHERE no = 'RF1'",
    ],
    "posted_bills_match_ledger": [
        "UPDATE plan SET body = jsonb_set(body, '{bill_total}', '6001') WHERE no = 'ST2'",
        "UPDATE ledger_entry SET account = 'his_settled:B9' WHERE account = 'his_settled:BST2'",
    ],
    "attempts_have_keys": [
        "DELETE FROM attempt_key WHERE key = 'DP1.collect'",
        "UPDATE attempt_key SET plan_no = 'DP2' WHERE key = 'DP1.collect'",
        "UPDATE attempt_key SET effect = 'save_to_his' WHERE key = 'DP1.collect'",
        "UPDATE attempt_key SET key = 'another' WHERE key = 'DP1.collect'",
        "UPDATE plan SET body = jsonb_set(body, '{steps,0,attempts,0,key}', '\"DP1.collect\"')"
        " WHERE no = 'DP3'",
    ],
    "history_has_plans": ["DELETE FROM plan WHERE no = 'DP3'"],
    "messages_are_pushed": ["DELETE FROM job WHERE kind = 'push'"],
    "plans_are_readable": [
        "UPDATE plan SET body = body - 'channel' WHERE no = 'DP1'",
        "UPDATE plan SET kind = 'unknown' WHERE no = 'DP1'",
        "UPDATE plan SET body = jsonb_set(body, '{steps,0,attempts,0,evidence}', 'null')"
        " WHERE no = 'DP1'",
    ],
    "versions_have_history": [
        "DELETE FROM plan_journal WHERE plan_no = 'DP1' AND version = 2",
        "UPDATE plan SET version = version + 1 WHERE no = 'DP1'",
        "UPDATE plan_journal SET state = 'closed' WHERE plan_no = 'DP1'",
    ],
    "history_is_legal": [
        "UPDATE plan_journal SET changes = jsonb_set(changes, '{0,before}', '\"done\"')"
        " WHERE plan_no = 'DP1' AND version = 3",
        "UPDATE plan_journal SET changes = jsonb_set(changes, '{0,after}', '\"refused\"')"
        " WHERE plan_no = 'DP1' AND version = 2",
        # One move follows the other, and the end is right: but nothing comes after REFUSED, or
        # after DONE.
        "UPDATE plan_journal SET changes = CASE version"
        " WHEN 2 THEN jsonb_set(changes, '{0,after}', '\"refused\"')"
        " ELSE jsonb_set(changes, '{0,before}', '\"refused\"') END"
        " WHERE plan_no = 'DP1' AND version IN (2, 3)",
        "UPDATE plan_journal SET changes = CASE version"
        " WHEN 2 THEN jsonb_set(changes, '{0,after}', '\"done\"')"
        " ELSE jsonb_set(changes, '{0,before}', '\"done\"') END"
        " WHERE plan_no = 'DP1' AND version IN (2, 3)",
        "UPDATE plan SET body = jsonb_set(body, '{steps,0,attempts,0,state}', '\"refused\"')"
        " WHERE no = 'DP1'",
    ],
    "shares_sum_to_the_bill": [
        "UPDATE plan SET body = jsonb_set(body, '{bill_total}', '-1') WHERE no = 'ST2'",
    ],
    "ended_plans_are_at_rest": [
        "UPDATE plan SET state = 'closed', ended_at = now(), body = body"
        ' || \'{"state": "closed", "ended_at": "2026-11-22T02:30:00Z"}\' WHERE no = \'DP2\'',
    ],
    "paid_deposits_are_saved": [
        "UPDATE plan SET state = 'closed', ended_at = now(), body = body"
        ' || \'{"state": "closed", "ended_at": "2026-11-22T02:30:00Z"}\' WHERE no = \'DP5\'',
    ],
    "transit_matches_plans": [
        "UPDATE ledger_entry SET account = 'rounding' WHERE account = 'unapplied' AND amount < 0",
        "UPDATE plan SET body = jsonb_set(body, '{amount}', '301') WHERE no = 'RF2'",
    ],
    "live_plans_have_jobs": ["DELETE FROM job WHERE key = 'advance:DP2'"],
    "doubts_are_young": ["UPDATE changeset SET recorded_at = recorded_at - interval '3 days'"],
    "holds_match_plans": [
        "UPDATE deposit_account SET held = held + 1 WHERE admission_no = 'ZY3'",
        "UPDATE plan SET body = jsonb_set(body, '{amount}', '1999') WHERE no = 'RF1'",
    ],
}
PLANTED = [(check, fault) for check, faults in FAULTS.items() for fault in faults]


@pytest.fixture(scope="module")
async def played(engine: AsyncEngine) -> InstitutionId:
    """An institution with books that real plans have written."""
    institution = InstitutionId(f"H{uuid.uuid4().hex[:11]}")
    await play(PostgresStore(engine, institution, PLAN_KINDS), institution)
    return institution


def findings(checks: tuple[AuditCheck, ...]) -> dict[str, tuple[str, ...]]:
    return {check.name: check.findings for check in checks if check.findings}


async def test_sound_books_pass_every_check_and_every_check_looks_at_something(
    engine: AsyncEngine, played: InstitutionId
) -> None:
    checks = await PostgresEnquiries(engine, played, PLAN_KINDS).audit()
    assert findings(checks) == {}
    assert {check.name for check in checks} == set(FAULTS)
    assert [check.name for check in checks if not check.measured] == []


@pytest.mark.parametrize(("check", "fault"), PLANTED)
async def test_each_planted_fault_is_found_by_its_check(
    engine: AsyncEngine, played: InstitutionId, check: str, fault: str
) -> None:
    only_here = " AND " if " WHERE " in fault else " WHERE "
    async with engine.connect() as connection:  # nothing is committed
        # As somebody with every right would: the triggers of append-only tables do not fire.
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        planted = await connection.execute(
            text(f"{fault}{only_here}institution_id = :institution"), {"institution": played}
        )
        assert planted.rowcount > 0, "the fault was planted nowhere"
        found = await audit_on(connection, played, PlanCodec(PLAN_KINDS), timedelta(days=2))
    assert check in findings(found)


async def test_the_audit_sees_one_institution_only(
    engine: AsyncEngine, played: InstitutionId
) -> None:
    other = PostgresEnquiries(engine, InstitutionId(f"{played}x"), PLAN_KINDS)
    assert {check.measured for check in await other.audit()} == {0}
