"""Every table, with its constraints named. The migrations make them; a test holds the two equal.

`institution_id` comes first in every key, so that the tables can be spread by institution. Between
tables written with each commit there are no foreign keys: each row would cost a look-up in the
transaction of the money, and the audit finds orphans.
"""

from adapters.postgres.tables.money import (
    deposit_account,
    deposit_lot,
    ledger_entry,
    ledger_journal,
)
from adapters.postgres.tables.plans import (
    attempt_key,
    changeset,
    idempotency,
    nonce,
    plan,
    plan_journal,
)
from adapters.postgres.tables.shape import metadata
from adapters.postgres.tables.visits import (
    admission,
    charge,
    charge_line_no,
    insured_stay,
    openid_binding,
)
from adapters.postgres.tables.work import (
    difference,
    exchange,
    inbox,
    job,
    job_fence,
    message,
    message_serial,
    reconciliation,
    schedule_run,
)

__all__ = [
    "admission",
    "attempt_key",
    "changeset",
    "charge",
    "charge_line_no",
    "deposit_account",
    "deposit_lot",
    "difference",
    "exchange",
    "idempotency",
    "inbox",
    "insured_stay",
    "job",
    "job_fence",
    "ledger_entry",
    "ledger_journal",
    "message",
    "message_serial",
    "metadata",
    "nonce",
    "openid_binding",
    "plan",
    "plan_journal",
    "reconciliation",
    "schedule_run",
]
