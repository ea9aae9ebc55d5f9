"""Plans, new and changed, each with a line of its history; and insurance registrations."""

from operator import attrgetter

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.changesets.writing import Values, Writing
from adapters.postgres.codec import Codec, PlanCodec
from adapters.postgres.plan_history import changes_codec, step_changes, steps_codec
from adapters.postgres.tables import insured_stay, plan, plan_journal
from domain.errors import StaleVersion
from domain.insurance.stay import InsuredStay
from domain.plan.plan import Plan
from domain.plan.step import Step
from ports.store import Changeset, KeyTaken

_INSERT = insert(plan).on_conflict_do_nothing(index_elements=["institution_id", "no"])
# Gives back the steps as they were, for the history; no row when the version has moved on.
_UPDATE = text("""
    WITH before AS (
        SELECT no, body -> 'steps' AS steps FROM plan
        WHERE institution_id = :institution_id AND no = :no AND version = :version - 1
        FOR NO KEY UPDATE)
    UPDATE plan SET version = :version, state = :state, ended_at = :ended_at,
        body = CAST(:body AS jsonb)
    FROM before WHERE plan.institution_id = :institution_id AND plan.no = before.no
    RETURNING CAST(before.steps AS text) AS steps""")
_UPDATE_STAY = text(
    "UPDATE insured_stay SET version = :version, state = :state, body = CAST(:body AS jsonb)"
    " WHERE institution_id = :institution_id AND admission_no = :admission_no"
    " AND registration_no = :registration_no AND version = :version - 1"
)

stay_codec: Codec[InsuredStay] = Codec(InsuredStay)


async def insert_plans(writing: Writing, changes: Changeset, codec: PlanCodec) -> None:
    """New plans; KeyTaken when a number is taken, or a settlement of the stay is live."""
    for new in sorted(changes.new_plans, key=attrgetter("no")):
        _require_institution(writing, new)
        row = {
            "no": new.no,
            "kind": new.kind,
            "admission_no": new.admission_no,
            "state": new.state,
            "version": new.version,
            "opened_at": new.opened_at,
            "ended_at": new.ended_at,
            "body": codec.encode(new),
        }
        if not await writing.count(_INSERT, row):
            raise KeyTaken("plan")
    await writing.write(insert(plan_journal), [_line(writing, p, ()) for p in changes.new_plans])


async def update_plans(writing: Writing, changes: Changeset, codec: PlanCodec) -> None:
    """Changed plans, each at its version + 1; StaleVersion when somebody else was faster."""
    lines = []
    for changed in sorted(changes.changed_plans, key=attrgetter("no")):
        _require_institution(writing, changed)
        row = {
            "no": changed.no,
            "version": changed.version,
            "state": changed.state.value,
            "ended_at": changed.ended_at,
            "body": codec.encode(changed),
        }
        before = await writing.returned(_UPDATE, row)
        if before is None:
            raise StaleVersion(f"{changed.no} is not at version {changed.version - 1}")
        lines.append(_line(writing, changed, steps_codec.decode(before.steps)))
    await writing.write(insert(plan_journal), lines)


async def write_stays(writing: Writing, changes: Changeset) -> None:
    """Registrations at the insurer: new ones, and changed ones at their version + 1."""
    await writing.write(insert(insured_stay), [_stay_row(stay) for stay in changes.new_stays])
    for stay in sorted(changes.changed_stays, key=attrgetter("admission_no", "registration_no")):
        if not await writing.count(_UPDATE_STAY, _stay_row(stay)):
            raise StaleVersion(f"registration {stay.registration_no} has changed")


def _require_institution(writing: Writing, subject: Plan) -> None:
    if subject.institution != writing.institution:
        raise ValueError(f"{subject.no} is a plan of {subject.institution}")


def _line(writing: Writing, subject: Plan, before: tuple[Step, ...]) -> Values:
    return {
        "plan_no": subject.no,
        "version": subject.version,
        "changeset_no": writing.changeset_no,
        "state": subject.state,
        "changes": changes_codec.encode(step_changes(before, subject.steps)),
    }


def _stay_row(stay: InsuredStay) -> Values:
    return {
        "admission_no": stay.admission_no,
        "registration_no": stay.registration_no,
        "state": stay.state.value,
        "version": stay.version,
        "body": stay_codec.encode(stay),
    }
