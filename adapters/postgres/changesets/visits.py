"""Stays as the HIS knows them, and their charges."""

from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.changesets.writing import Values, Writing
from adapters.postgres.codec import Codec
from adapters.postgres.tables import admission, charge
from domain.billing.charge import Charge, ChargesMarked
from domain.errors import StaleVersion
from domain.visits.admission import Admission
from ports.store import Changeset

_ADMISSION = insert(admission)
_REFRESH = _ADMISSION.on_conflict_do_update(
    index_elements=["institution_id", "no"],
    set_={"state": _ADMISSION.excluded.state, "body": _ADMISSION.excluded.body},
    where=admission.c.body.is_distinct_from(_ADMISSION.excluded.body),
)
_REFRESH_SEEN = _ADMISSION.on_conflict_do_update(
    index_elements=["institution_id", "no"],
    set_={"state": _ADMISSION.excluded.state, "body": _ADMISSION.excluded.body},
    where=admission.c.body == bindparam("seen", type_=admission.c.body.type),
)
_CHARGE = insert(charge)
# A charge known already is left alone, unless the HIS made it void before the insurer got it.
_KEEP = _CHARGE.on_conflict_do_update(
    index_elements=["institution_id", "admission_no", "no"],
    set_={"state": _CHARGE.excluded.state},
    where=text("excluded.state = 'withdrawn' AND charge.state IN ('pulled', 'guilty', 'excluded')"),
)
_MARK = text(
    "UPDATE charge SET state = :state, batch_no = :batch_no, remark = :remark"
    " WHERE institution_id = :institution_id AND admission_no = :admission_no"
    " AND line_no = ANY(CAST(:line_nos AS text[]))"
    " AND (CAST(:expected AS text) IS NULL OR state = CAST(:expected AS text))"
)
_SETTLE = text(
    "UPDATE charge SET settled_by = CAST(:after AS text)"
    " WHERE institution_id = :institution_id AND admission_no = :admission_no"
    " AND settled_by IS NOT DISTINCT FROM CAST(:before AS text) AND state <> 'withdrawn'"
)

admission_codec: Codec[Admission] = Codec(Admission)


async def write_admissions(writing: Writing, changes: Changeset) -> None:
    """Stays as last read; one that says nothing new is not written again."""
    rows = [_admission_row(stay) for stay in sorted(changes.admissions, key=attrgetter("no"))]
    await writing.write(_REFRESH, rows)
    for stay, seen in changes.refreshed:
        row = _admission_row(stay) | {"seen": admission_codec.encode(seen) if seen else None}
        if not await writing.count(_REFRESH_SEEN, row):
            raise StaleVersion(f"{stay.no} was read from the HIS again meanwhile")


async def write_charges(writing: Writing, changes: Changeset) -> None:
    """Charges pulled, then charges marked, then charges that a settlement covers or lets go."""
    pulled = sorted(changes.charges, key=attrgetter("admission_no", "no"))
    await writing.write(_KEEP, [_charge_row(item) for item in pulled])
    for mark in changes.marks:
        await _mark(writing, mark)
    for admission_no, before, after in changes.settled_charges:
        row = {"admission_no": admission_no, "before": before, "after": after}
        await writing.count(_SETTLE, row)


async def _mark(writing: Writing, mark: ChargesMarked) -> None:
    row = {
        "admission_no": mark.admission_no,
        "line_nos": list(mark.line_nos),
        "state": mark.state.value,
        "batch_no": mark.batch_no,
        "remark": mark.remark,
        "expected": mark.expected.value if mark.expected else None,
    }
    marked = await writing.count(_MARK, row)
    if marked == len(set(mark.line_nos)):
        return
    if mark.expected is None:
        raise LookupError(f"{mark.admission_no} has not all of those {len(mark.line_nos)} charges")
    raise StaleVersion(f"not all of those charges of {mark.admission_no} are {mark.expected}")


def _admission_row(stay: Admission) -> dict[str, Any]:
    return {"no": stay.no, "state": stay.state, "body": admission_codec.encode(stay)}


def _charge_row(item: Charge) -> Values:
    return {field.name: getattr(item, field.name) for field in fields(item)}
