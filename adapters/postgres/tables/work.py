"""What waits to be done, what crossed our wires, and what was compared with others."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Sequence,
)

from adapters.postgres.columns import Word
from adapters.postgres.tables.shape import (
    fen,
    instant,
    institution_table,
    json_text,
    metadata,
    number,
    recorded_at,
    sequence,
    string,
)
from domain.messages.message import MessageKind
from domain.reconciliation.difference import DifferenceKind

# Never reset: a job that is finished and born again must not repeat a fence an old worker holds.
job_fence = Sequence("job_fence", metadata=metadata, data_type=BigInteger())

message = institution_table(
    "message",
    ("no",),
    string("no"),
    sequence("sequence"),
    string("subscriber"),
    Column("kind", Word(MessageKind), nullable=False),
    string("admission_no"),
    instant("at"),
    json_text("words"),
    string("path"),
    instant("delivered_at", null=True),
    string("their_number", default=""),
    number("attempts", default=0),
    string("last_error", default=""),
    Index(None, "institution_id", "admission_no"),
)

job = institution_table(
    "job",
    ("key",),
    string("key"),
    string("kind"),
    string("subject"),
    instant("due"),
    instant("leased_until", null=True),  # the database's own time
    string("worker", default=""),
    number("fence", big=True, default=0),
    number("wakes", big=True, default=0),
    number("attempts", default=0),
    string("last_error", default=""),
    Index(None, "institution_id", "due"),
)

schedule_run = institution_table(
    "schedule_run",
    ("schedule", "period"),
    string("schedule"),
    string("period"),
    number("changeset_no", big=True),
)

inbox = institution_table(
    "inbox",
    ("sequence",),
    sequence("sequence"),
    recorded_at(),
    string("system"),
    json_text("headers"),
    Column("body", LargeBinary, nullable=False),
    string("verdict"),
    string("key"),
)

exchange = institution_table(
    "exchange",
    ("sequence",),
    sequence("sequence"),
    string("system"),
    string("operation"),
    string("direction"),
    string("host"),
    number("port"),
    instant("at"),
    number("milliseconds"),
    string("request_sha256"),
    string("response_sha256", null=True),
    string("request_signature"),
    string("response_signature"),
    string("algorithm"),
    string("status"),
    string("key"),
)

# The insurer's 报文ID has four digits a second.
message_serial = institution_table(
    "message_serial",
    ("second",),
    instant("second"),
    number("taken"),
    CheckConstraint("taken BETWEEN 1 AND 10000", name="taken"),
)

# One row a run: the last run of a day is what counts, the earlier ones stay.
reconciliation = institution_table(
    "reconciliation",
    ("day", "system", "changeset_no"),
    Column("day", Date, nullable=False),
    string("system"),
    number("changeset_no", big=True),
    instant("at"),
    number("ours_count"),
    fen("ours_total"),
    number("theirs_count"),
    fen("theirs_total"),
)

difference = institution_table(
    "difference",
    ("day", "system", "changeset_no", "position"),
    Column("day", Date, nullable=False),
    string("system"),
    number("changeset_no", big=True),
    number("position"),
    Column("kind", Word(DifferenceKind), nullable=False),
    string("key"),
    fen("ours", null=True),
    fen("theirs", null=True),
    ForeignKeyConstraint(
        ["institution_id", "day", "system", "changeset_no"],
        [
            "reconciliation.institution_id",
            "reconciliation.day",
            "reconciliation.system",
            "reconciliation.changeset_no",
        ],
    ),
)
