"""Imports the deposits that the HIS took without us, so that they count for bill and refund."""

from application.commit import add_consequences, advance_job
from application.outside import failure
from domain.deposits.elsewhere import taken_by_his
from domain.errors import StaleVersion
from domain.visits.patient_account import PatientAccount
from ports.errors import CallFailed
from ports.hospital import HisDeposit, Hospital
from ports.store import Changeset, Store


class ImportDeposits:
    """窗口预交金导入. What the HIS returned of them by itself is not read: it will refuse to return
    it again, before any money leaves."""

    def __init__(self, store: Store, hospital: Hospital) -> None:
        self._store = store
        self._hospital = hospital

    async def __call__(self, account: PatientAccount) -> bool:
        """Whether anything was imported, by us or by somebody else at the same moment."""
        no = account.admission.no
        try:
            listed = await self._hospital.deposits(no=no)
        except CallFailed as failed:
            raise failure("HIS", failed) from failed
        known = {lot.no for lot in account.lots}
        found = [one for one in listed if one.taken_by_his and one.number not in known]
        for deposit in found:
            await self._import(deposit)
        return bool(found)

    async def _import(self, deposit: HisDeposit) -> None:
        caused = taken_by_his(deposit.number, deposit.admission_no, deposit.amount, deposit.at)
        changes = Changeset()
        add_consequences(changes, caused, deposit.at)
        waiting = await self._store.live_settlement(deposit.admission_no)
        if waiting is not None:
            changes.jobs.append(advance_job(waiting.no, deposit.at))
        try:
            await self._store.commit(changes)
        except StaleVersion:
            return  # somebody else has imported it since we looked
