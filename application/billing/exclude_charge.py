"""A person decides that a charge the insurer refuses is the patient's own (转自费)."""

from domain.billing.charge import Charge, ChargesMarked, ChargeState
from domain.errors import Conflict, NotFound
from domain.identifiers import AdmissionNo, ChargeNo
from ports.store import Changeset, Store


class ExcludeCharge:
    """Only a charge that is not at the insurer can be excluded."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, admission_no: AdmissionNo, charge_no: ChargeNo, by: str) -> Charge:
        """The charge, EXCLUDED. Doing it again changes nothing."""
        charge = await self._charge(admission_no, charge_no)
        if charge.state is ChargeState.EXCLUDED:
            return charge
        if charge.state not in (ChargeState.GUILTY, ChargeState.PULLED):
            raise Conflict(f"{charge_no} is {charge.state.value}", field="charge_no")
        mark = ChargesMarked(
            admission_no,
            (charge.line_no,),
            ChargeState.EXCLUDED,
            remark=f"self-pay, decided by {by}",
            expected=charge.state,
        )
        await self._store.commit(Changeset(marks=[mark]))
        return await self._charge(admission_no, charge_no)

    async def _charge(self, admission_no: AdmissionNo, charge_no: ChargeNo) -> Charge:
        for charge in await self._store.charges(admission_no):
            if charge.no == charge_no:
                return charge
        raise NotFound(f"{admission_no} has no charge {charge_no}", field="charge_no")
