"""Checks that one query can make: what must add up, and what must have a partner."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableCheck:
    """`measured` counts what is looked at; `findings` has a row for each that is wrong."""

    name: str
    measured: str
    findings: str


def _count(table: str) -> str:
    return f"SELECT count(*) FROM {table} WHERE institution_id = :institution"  # noqa: S608


TABLE_CHECKS = (
    TableCheck(
        "journals_balance",
        _count("ledger_journal"),
        """
        SELECT format('%s of %s: %s entries sum to %s fen', j.what, j.plan_no, count(e.line),
            coalesce(sum(e.amount), 0)) AS finding
        FROM ledger_journal j
        LEFT JOIN ledger_entry e USING (institution_id, changeset_no, position)
        WHERE institution_id = :institution
        GROUP BY institution_id, changeset_no, position, j.what, j.plan_no
        HAVING count(e.line) < 2 OR sum(e.amount) <> 0""",
    ),
    TableCheck(
        "ledger_sums_to_zero",
        _count("ledger_entry"),
        """
        SELECT format('the ledger sums to %s fen', sum(amount)) AS finding
        FROM ledger_entry WHERE institution_id = :institution HAVING sum(amount) <> 0""",
    ),
    TableCheck(
        "entries_have_journals",
        _count("ledger_entry"),
        """
        SELECT format('%s fen on %s belong to no journal', e.amount, e.account) AS finding
        FROM ledger_entry e
        LEFT JOIN ledger_journal j USING (institution_id, changeset_no, position)
        WHERE institution_id = :institution AND j.what IS NULL""",
    ),
    TableCheck(
        "balances_match_ledger",
        _count("deposit_account"),
        """
        SELECT format('deposit of %s: balance %s, by the ledger %s',
            admission_no, coalesce(balance, 0), coalesce(owed, 0)) AS finding
        FROM (SELECT * FROM deposit_account WHERE institution_id = :institution) a
        FULL JOIN (
            SELECT substr(account, 9) AS admission_no, -sum(amount) AS owed FROM ledger_entry
            WHERE institution_id = :institution AND account LIKE 'deposit:%'
            GROUP BY account) l
        USING (admission_no)
        WHERE coalesce(balance, 0) <> coalesce(owed, 0)""",
    ),
    TableCheck(
        "refunds_match_lots",
        _count("deposit_lot"),
        """
        SELECT format('lot %s of %s fen: %s going back, %s gone; by the refunds %s and %s', lot_no,
            coalesce(paid, 0), coalesce("returning", 0), coalesce(returned, 0),
            coalesce(going, 0), coalesce(gone, 0)) AS finding
        FROM (
            SELECT no AS lot_no, paid, "returning", returned FROM deposit_lot
            WHERE institution_id = :institution) l
        FULL JOIN (
            SELECT body ->> 'lot_no' AS lot_no,
                sum(CAST(body ->> 'amount' AS bigint)) FILTER (WHERE state = 'open') AS going,
                sum(CAST(body ->> 'amount' AS bigint)) FILTER (WHERE state = 'finished') AS gone
            FROM plan
            WHERE institution_id = :institution AND kind = 'refund' AND state <> 'closed'
            GROUP BY body ->> 'lot_no') r
        USING (lot_no)
        WHERE coalesce("returning", 0) <> coalesce(going, 0)
            OR coalesce(returned, 0) <> coalesce(gone, 0)
            OR coalesce(going, 0) + coalesce(gone, 0) > coalesce(paid, 0)""",
    ),
    # A bill whose settlement is being cancelled is between two truths and is left out.
    TableCheck(
        "posted_bills_match_ledger",
        f"{_count('plan')} AND kind = 'settlement'",
        """
        SELECT format('bill %s: settled for %s fen, by the ledger %s, %s of it unposted',
            bill_no, coalesce(settled, 0), coalesce(booked, 0), coalesce(unposted, 0)) AS finding
        FROM (
            SELECT body ->> 'bill_no' AS bill_no, sum(CAST(body ->> 'bill_total' AS bigint))
                FILTER (WHERE body ->> 'cancelled_at' IS NULL) AS settled,
                bool_or(body ->> 'cancelled_at' IS NULL AND body ->> 'withdrawal_no' IS NOT NULL)
                AS cancelling
            FROM plan
            WHERE institution_id = :institution AND kind = 'settlement'
                AND body ->> 'posted_at' IS NOT NULL
            GROUP BY body ->> 'bill_no') s
        FULL JOIN (
            SELECT split_part(account, ':', 2) AS bill_no,
                -sum(amount) FILTER (WHERE account LIKE 'his_settled:%') AS booked,
                sum(amount) FILTER (WHERE account LIKE 'unposted:%') AS unposted
            FROM ledger_entry
            WHERE institution_id = :institution
                AND (account LIKE 'his_settled:%' OR account LIKE 'unposted:%')
            GROUP BY split_part(account, ':', 2)
            HAVING count(*) FILTER (WHERE account LIKE 'his_settled:%') > 0) l
        USING (bill_no)
        WHERE cancelling IS NOT TRUE AND (coalesce(settled, 0) <> coalesce(booked, 0)
            OR coalesce(unposted, 0) <> 0)""",
    ),
    TableCheck(
        "attempts_have_keys",
        _count("attempt_key"),
        """
        SELECT format('key %s: %s attempts, registered for %s', key, count(no),
            coalesce(max(plan_no || ' ' || k.effect), 'nothing')) AS finding
        FROM (SELECT * FROM attempt_key WHERE institution_id = :institution) k
        FULL JOIN (
            SELECT p.no, step.value ->> 'effect' AS effect, attempt.value ->> 'key' AS key
            FROM plan p, jsonb_array_elements(p.body -> 'steps') step,
                jsonb_array_elements(step.value -> 'attempts') attempt
            WHERE p.institution_id = :institution) made
        USING (key)
        GROUP BY key
        HAVING count(*) > 1 OR count(no) <> 1 OR count(plan_no) <> 1
            OR max(no) <> max(plan_no) OR max(made.effect) <> max(k.effect)""",
    ),
    TableCheck(
        "history_has_plans",
        _count("plan_journal"),
        """
        SELECT format('history of %s, of which there is no plan', h.plan_no) AS finding
        FROM (SELECT DISTINCT plan_no FROM plan_journal WHERE institution_id = :institution) h
        LEFT JOIN plan p ON p.institution_id = :institution AND p.no = h.plan_no
        WHERE p.no IS NULL""",
    ),
    TableCheck(
        "messages_are_pushed",
        _count("message"),
        """
        SELECT format('message %s was never tried and nobody is to try it', m.no) AS finding
        FROM message m LEFT JOIN job j
            ON j.institution_id = m.institution_id AND j.kind = 'push' AND j.subject = m.no
        WHERE m.institution_id = :institution AND m.delivered_at IS NULL AND m.attempts = 0
            AND j.key IS NULL""",
    ),
)
