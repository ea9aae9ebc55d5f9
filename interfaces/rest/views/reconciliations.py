"""对账结果 of one system and business day."""

from datetime import date

from domain.money import Money
from domain.reconciliation.difference import DifferenceKind, Reconciliation
from interfaces.rest.views.plans import Instant, View


class DifferenceView(View):
    """One finding; null where a side has no such line."""

    kind: DifferenceKind
    key: str
    ours_fen: int | None
    theirs_fen: int | None


class ReconciliationView(View):
    """One comparison, from their own statement."""

    system: str
    date: date
    at: Instant
    balanced: bool
    ours_count: int
    ours_total_fen: int
    theirs_count: int
    theirs_total_fen: int
    differences: list[DifferenceView]


class ReconciliationsView(View):
    """The last comparison of each system for one date."""

    items: list[ReconciliationView]


def reconciliation_view(result: Reconciliation) -> ReconciliationView:
    """A comparison with what it found."""
    return ReconciliationView(
        system=result.system,
        date=result.day,
        at=result.at,
        balanced=result.balanced,
        ours_count=result.ours_count,
        ours_total_fen=result.ours_total.fen,
        theirs_count=result.theirs_count,
        theirs_total_fen=result.theirs_total.fen,
        differences=[
            DifferenceView(
                kind=found.kind,
                key=found.key,
                ours_fen=_fen(found.ours),
                theirs_fen=_fen(found.theirs),
            )
            for found in result.differences
        ],
    )


def _fen(amount: Money | None) -> int | None:
    return None if amount is None else amount.fen
