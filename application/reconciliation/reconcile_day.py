"""Reconciles a business day with every outside system (对账), from their own statements."""

from collections.abc import Mapping
from datetime import date

from application.outside import failure
from application.reconciliation.our_lines import OurLines
from domain.errors import UnknownChannel
from domain.money import ZERO
from domain.reconciliation.difference import Line, Reconciliation, reconcile
from ports.clock import Clock
from ports.errors import CallFailed
from ports.hospital import Hospital
from ports.insurer import ComparedRow, Insurer, SettlementRow
from ports.payment_channels import PaymentChannel
from ports.store import Changeset, Store

INSURER = "insurer"
HIS_DEPOSITS = "his_deposits"
HIS_SETTLEMENTS = "his_settlements"


class ReconcileDay:
    """Reads their statement, compares it line by line with ours, keeps the result."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        insurer: Insurer,
        hospital: Hospital,
        channels: Mapping[str, PaymentChannel],
    ) -> None:
        self._store = store
        self._clock = clock
        self._insurer = insurer
        self._hospital = hospital
        self._channels = channels
        self._ours = OurLines(store)

    @property
    def systems(self) -> tuple[str, ...]:
        """Everything a day is reconciled with."""
        return (INSURER, HIS_DEPOSITS, HIS_SETTLEMENTS, *sorted(self._channels))

    async def __call__(self, system: str, day: date) -> Reconciliation:
        """The comparison, stored; OutsideUnavailable while their statement cannot be had."""
        if system not in self.systems:
            raise UnknownChannel(f"{system!r} is none of {', '.join(self.systems)}", field="system")
        try:
            ours, theirs = await self._both_sides(system, day)
        except CallFailed as failed:
            raise failure(f"{system} statement of {day}", failed) from failed
        result = reconcile(system, day, self._clock.now(), ours, theirs)
        await self._store.commit(Changeset(reconciliations=[result]))
        return result

    async def _both_sides(self, system: str, day: date) -> tuple[list[Line], list[Line]]:
        if system == INSURER:
            return await self._insurer_sides(day)
        if system == HIS_DEPOSITS:
            listed = await self._hospital.deposits(day=day)
            theirs = [Line(one.number, one.amount) for one in listed if not one.taken_by_his]
            return await self._ours.of_his_deposits(day), theirs
        if system == HIS_SETTLEMENTS:
            posted = await self._hospital.settlements(day)
            theirs = [Line(settlement.number, settlement.total) for settlement in posted]
            return await self._ours.of_his_settlements(day), theirs
        statement = await self._channels[system].statement(day)
        return await self._ours.of_channel(system, day), [Line(s.key, s.amount) for s in statement]

    async def _insurer_sides(self, day: date) -> tuple[list[Line], list[Line]]:
        """The insurer compares our rows itself and answers with a verdict per row (对明细账)."""
        rows = tuple(await self._ours.of_insurer(day))
        compared = await self._insurer.compare_rows(day, rows)
        ours = [Line(row.settlement_id, row.total) for row in rows]
        by_id = {row.settlement_id: row for row in rows}
        theirs: list[Line] = []
        for row in compared:
            mine = by_id.get(row.settlement_id)
            if mine is None:
                theirs.append(Line(row.settlement_id or row.message_no, row.total or ZERO))
            elif row.balanced:
                theirs.append(Line(row.settlement_id, mine.total))
            else:
                _add_disagreement(mine, row, ours, theirs)
        return ours, theirs


def _add_disagreement(
    mine: SettlementRow, row: ComparedRow, ours: list[Line], theirs: list[Line]
) -> None:
    """The amounts in which a row disagrees. The centre echoes ours where it has no such row."""
    amounts = (
        ("fund", mine.fund, row.fund),
        ("personal_account", mine.personal_account, row.personal_account),
    )
    if row.total is not None and row.total != mine.total:
        theirs.append(Line(row.settlement_id, row.total))
        return
    differing = [(name, us, them) for name, us, them in amounts if them not in (None, us)]
    if not differing:
        return  # nothing of theirs: the row is missing there
    theirs.append(Line(row.settlement_id, mine.total))
    for name, us, them in differing:
        ours.append(Line(f"{row.settlement_id} {name}", us))
        theirs.append(Line(f"{row.settlement_id} {name}", them or ZERO))
