"""Plans, their history, and the numbers that must be unique for ever."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, text

from adapters.postgres.columns import Word
from adapters.postgres.tables.shape import (
    instant,
    institution_table,
    json_text,
    number,
    one_of,
    recorded_at,
    sequence,
    string,
)
from domain.plan.plan import PlanState

# One row a transaction of a committer, written first: what tells, after a COMMIT whose answer was
# lost, whether it happened. The journals below say by it which rows were born together.
changeset = institution_table(
    "changeset", ("changeset_no",), sequence("changeset_no", always=False), recorded_at()
)

plan = institution_table(
    "plan",
    ("no",),
    string("no"),
    string("kind"),
    string("admission_no"),
    Column("state", Word(PlanState), nullable=False),
    number("version"),
    instant("opened_at"),
    instant("ended_at", null=True),
    json_text("body"),
    one_of("state", PlanState),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
    Index(None, "institution_id", "admission_no", "opened_at"),
    Index(
        "uq_plan_live_settlement",
        "institution_id",
        "admission_no",
        unique=True,
        postgresql_where=text("kind = 'settlement' AND state = 'open'"),
    ),
)

plan_journal = institution_table(
    "plan_journal",
    ("plan_no", "version"),
    string("plan_no"),
    number("version"),
    number("changeset_no", big=True),
    Column("state", Word(PlanState), nullable=False),
    json_text("changes"),
    one_of("state", PlanState),
)

attempt_key = institution_table(
    "attempt_key",
    ("key",),
    string("key"),
    string("plan_no"),
    string("effect"),
)

idempotency = institution_table(
    "idempotency",
    ("application", "key"),
    string("application"),
    string("key"),
    string("input_hash"),
    string("plan_no"),
    Column("status", Integer),
    string("answer", null=True),
    recorded_at(),
)

nonce = institution_table(
    "nonce", ("key_id", "nonce"), string("key_id"), string("nonce"), recorded_at()
)
