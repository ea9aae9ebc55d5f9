"""Pulls a stay's charges from the HIS and stores them (住院处方信息获取, 预结算订单获取)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from application.outside import failure
from domain.billing.charge import Charge, ChargeState
from domain.identifiers import AdmissionNo
from domain.money import Money
from ports.errors import CallFailed
from ports.hospital import Hospital
from ports.store import Changeset, Store


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull found: how many charges the HIS lists, and those void there but uploaded here."""

    listed: int
    void_but_uploaded: tuple[Charge, ...]
    his_total: Money | None = None


class PullCharges:
    """Idempotent: a charge known already is left as it is, except that it may have become void."""

    def __init__(self, store: Store, hospital: Hospital) -> None:
        self._store = store
        self._hospital = hospital

    async def __call__(self, no: AdmissionNo, day: date | None = None) -> Pulled:
        """Charges of a business date, or of the whole stay."""
        try:
            return await self._keep(no, await self._hospital.charges(no, day))
        except CallFailed as failed:
            raise failure("HIS", failed) from failed

    async def for_settlement(self, no: AdmissionNo) -> Pulled:
        """Void charges of the whole stay, and 待结算费用 with the HIS's own total.

        Port errors pass through: this is a plan's step.
        """
        whole = await self._keep(no, await self._hospital.charges(no, None))
        charges, his_total = await self._hospital.pending_charges(no)
        await self._keep(no, charges)
        return replace(whole, his_total=his_total)

    async def _keep(self, no: AdmissionNo, listed: Iterable[Charge]) -> Pulled:
        listed = tuple(listed)
        known = {charge.no: charge for charge in await self._store.charges(no)}
        fresh = [charge for charge in listed if charge.no not in known]
        numbers = await self._store.line_numbers(len(fresh)) if fresh else ()
        new = [replace(c, line_no=line) for c, line in zip(fresh, numbers, strict=True)]
        void = [c for c in listed if c.state is ChargeState.WITHDRAWN and c.no in known]
        changed = [
            replace(known[c.no], state=ChargeState.WITHDRAWN)
            for c in void
            if known[c.no].state in (ChargeState.PULLED, ChargeState.GUILTY, ChargeState.EXCLUDED)
        ]
        if new or changed:
            await self._store.commit(Changeset(charges=[*new, *changed]))
        return Pulled(
            listed=len(listed),
            void_but_uploaded=tuple(
                known[c.no] for c in void if known[c.no].state is ChargeState.UPLOADED
            ),
        )
