"""Stays, their insurance registrations, their charges, and where their messages go."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Numeric, Sequence, text

from adapters.postgres.columns import Word
from adapters.postgres.tables.shape import (
    fen,
    instant,
    institution_table,
    json_text,
    metadata,
    number,
    one_of,
    recorded_at,
    string,
)
from domain.billing.charge import ChargeState
from domain.insurance.stay import StayState
from domain.visits.admission import AdmissionState

charge_line_no = Sequence(
    "charge_line_no", metadata=metadata, data_type=BigInteger(), maxvalue=999_999_999_999_999
)

admission = institution_table(
    "admission",
    ("no",),
    string("no"),
    Column("state", Word(AdmissionState), nullable=False),
    json_text("body"),
    one_of("state", AdmissionState),
)

insured_stay = institution_table(
    "insured_stay",
    ("admission_no", "registration_no"),
    string("admission_no"),
    string("registration_no"),
    Column("state", Word(StayState), nullable=False),
    number("version"),
    json_text("body"),
    one_of("state", StayState),
    Index(
        "uq_insured_stay_live",
        "institution_id",
        "admission_no",
        unique=True,
        postgresql_where=text("state <> 'withdrawn'"),
    ),
)

charge = institution_table(
    "charge",
    ("admission_no", "no"),
    string("no"),
    string("admission_no"),
    instant("charged_at"),
    Column("business_date", Date, nullable=False),
    string("item_code"),
    string("item_name"),
    string("insurance_code"),
    string("charge_class"),
    Column("quantity", Numeric, nullable=False),
    Column("unit_price", Numeric, nullable=False),
    fen("amount"),
    string("department_code"),
    string("department_name"),
    string("doctor_code"),
    string("doctor_name"),
    string("order_no"),
    string("returned_charge_no"),
    string("line_no"),
    Column("state", Word(ChargeState), nullable=False),
    string("batch_no", null=True),
    string("settled_by", null=True),
    string("remark", default=""),
    one_of("state", ChargeState),
    CheckConstraint("line_no ~ '^[0-9]{1,15}$'", name="line_no"),
    Index("uq_charge_line_no", "institution_id", "line_no", unique=True),
)

openid_binding = institution_table(
    "openid_binding", ("admission_no",), string("admission_no"), string("openid"), recorded_at()
)
