"""Deposits, their lots, and the ledger."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index

from adapters.postgres.tables.shape import (
    fen,
    instant,
    institution_table,
    number,
    string,
)

deposit_account = institution_table(
    "deposit_account",
    ("admission_no",),
    string("admission_no"),
    fen("balance"),
    fen("held"),
    CheckConstraint("held >= 0 AND held <= balance", name="held"),
)

deposit_lot = institution_table(
    "deposit_lot",
    ("no",),
    string("no"),
    string("admission_no"),
    string("channel"),
    string("channel_order_no"),
    fen("paid"),
    instant("paid_at"),
    fen("applied"),
    fen("returning"),
    fen("returned"),
    Column("funded_by_credit", Boolean, nullable=False),
    CheckConstraint('applied >= 0 AND "returning" >= 0 AND returned >= 0', name="parts"),
    CheckConstraint('applied + "returning" + returned <= paid', name="paid"),
    Index(None, "institution_id", "admission_no"),
)

ledger_journal = institution_table(
    "ledger_journal",
    ("changeset_no", "position"),
    number("changeset_no", big=True),
    number("position"),
    string("plan_no"),
    string("what"),
    instant("at"),
    Index(None, "institution_id", "plan_no"),
)

ledger_entry = institution_table(
    "ledger_entry",
    ("changeset_no", "position", "line"),
    number("changeset_no", big=True),
    number("position"),
    number("line"),
    string("account"),
    fen("amount"),
    CheckConstraint("amount <> 0", name="amount"),
)
