"""Turns a plan's change and its consequences into one changeset: nothing of it happens alone."""

from dataclasses import replace
from datetime import datetime

from domain.billing.charge import ChargesMarked
from domain.errors import NotFound
from domain.insurance.stay import InsuredStay
from domain.plan.plan import Consequences, Plan
from domain.settlement.plan import SettlementPlan
from domain.visits.admission import Admission
from ports.store import Changeset, Job, Store


async def changes_of(
    store: Store,
    plan: Plan | None,
    caused: Consequences,
    at: datetime,
    *,
    next_due: datetime | None = None,
) -> Changeset:
    """The changeset of one step forward; `next_due`: when the loop must look again."""
    changes = Changeset()
    if plan is not None:
        changes.changed_plans.append(plan.next_version())
        if next_due is not None:
            changes.jobs.append(advance_job(plan.no, next_due))
    add_consequences(changes, caused, at)
    if plan is not None and caused.settles_charges:
        changes.settled_charges.append((plan.admission_no, None, plan.no))
    if plan is not None and caused.cancels is not None:
        original = await store.plan(caused.cancels)
        if not isinstance(original, SettlementPlan):
            raise NotFound(f"there is no settlement {caused.cancels}")
        changes.changed_plans.append(original.undone(plan.no, at).next_version())
        changes.settled_charges.append((plan.admission_no, original.no, None))
    if plan is not None and caused.wakes:
        waiting = await store.live_settlement(plan.admission_no)
        if waiting is not None:
            changes.jobs.append(advance_job(waiting.no, at))
    return changes


def add_consequences(changes: Changeset, caused: Consequences, at: datetime) -> None:
    """Adds what a plan's change causes, apart from the plan itself."""
    changes.journals.extend(caused.journals)
    changes.deposit_moves.extend(caused.deposit_moves)
    changes.new_lots.extend(caused.lots)
    changes.lot_moves.extend(caused.lot_moves)
    for record in caused.records:
        if isinstance(record, InsuredStay):
            _add_stay(changes, record)
        elif isinstance(record, Admission):
            changes.admissions.append(record)
        elif isinstance(record, ChargesMarked):
            changes.marks.append(record)
    for order in caused.orders:
        changes.new_plans.append(order)
        changes.jobs.append(advance_job(order.no, at))
    for message in caused.messages:
        changes.messages.append(message)
        changes.jobs.append(Job(key=f"push:{message.no}", kind="push", subject=message.no, due=at))


def _add_stay(changes: Changeset, stay: InsuredStay) -> None:
    """A registration just made is new; any other change is guarded by its version."""
    if stay.version == 0:
        changes.new_stays.append(_versioned(stay))
    else:
        changes.changed_stays.append(_versioned(stay))


def _versioned(stay: InsuredStay) -> InsuredStay:
    return replace(stay, version=stay.version + 1)


def advance_job(no: str, due: datetime) -> Job:
    """The job that brings a plan back into the loop."""
    return Job(key=f"advance:{no}", kind="advance", subject=no, due=due)
