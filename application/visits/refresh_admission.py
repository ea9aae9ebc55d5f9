"""Reads a stay from the HIS and stores what it says; the first read opens the patient's account."""

from application.deposits.import_deposits import ImportDeposits
from application.outside import failure
from domain.errors import AdmissionClosed, AdmissionNotFound, Conflict, StaleVersion
from domain.identifiers import AdmissionNo
from domain.visits.admission import Admission
from domain.visits.patient_account import PatientAccount
from ports.errors import CallFailed
from ports.hospital import Hospital
from ports.store import Changeset, Store

RACES_MAX = 50


class RefreshAdmission:
    """住院登记信息获取."""

    def __init__(self, store: Store, hospital: Hospital) -> None:
        self._store = store
        self._hospital = hospital
        self._import = ImportDeposits(store, hospital)

    async def __call__(self, no: AdmissionNo) -> PatientAccount:
        """The account as of now; AdmissionNotFound when the HIS knows no such number."""
        for _ in range(RACES_MAX):
            known = await self._store.account(no)
            seen = known.admission if known else None
            told = await self._told(no)
            if told != seen:
                try:
                    await self._store.commit(Changeset(refreshed=[(told, seen)]))
                except StaleVersion:
                    continue  # another answer was stored since we asked: ours may be the older
            account = await self._stored(no)
            if not account.admission.closed and await self._import(account):
                return await self._stored(no)
            return account
        raise Conflict(f"{no} is being changed by too many at once")

    async def _stored(self, no: AdmissionNo) -> PatientAccount:
        account = await self._store.account(no)
        if account is None:
            raise AdmissionNotFound(f"{no} was stored but cannot be read", field="admission_no")
        return account

    async def _told(self, no: AdmissionNo) -> Admission:
        try:
            admission = await self._hospital.admission(no)
        except CallFailed as failed:
            raise failure("HIS", failed) from failed
        if admission is None:
            raise AdmissionNotFound(f"the HIS knows no admission {no}", field="admission_no")
        return admission

    async def open_stay(self, no: AdmissionNo) -> PatientAccount:
        """The same, for taking money: AdmissionClosed after the patient has left."""
        account = await self(no)
        if account.admission.closed:
            raise AdmissionClosed(f"{no} is {account.admission.state.value}", field="admission_no")
        return account
