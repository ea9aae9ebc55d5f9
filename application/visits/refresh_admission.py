"""Reads a stay from the HIS and stores what it says; the first read opens the patient's account."""

from domain.errors import AdmissionClosed, AdmissionNotFound, OutsideUnavailable
from domain.identifiers import AdmissionNo
from domain.visits.patient_account import PatientAccount
from ports.errors import CallFailed
from ports.hospital import Hospital
from ports.store import Changeset, Store


class RefreshAdmission:
    """住院登记信息获取."""

    def __init__(self, store: Store, hospital: Hospital) -> None:
        self._store = store
        self._hospital = hospital

    async def __call__(self, no: AdmissionNo) -> PatientAccount:
        """The account as of now; AdmissionNotFound when the HIS knows no such number."""
        try:
            admission = await self._hospital.admission(no)
        except CallFailed as failed:
            raise OutsideUnavailable(f"HIS: {failed.text}") from failed
        if admission is None:
            raise AdmissionNotFound(f"the HIS knows no admission {no}", field="admission_no")
        await self._store.commit(Changeset(admissions=[admission]))
        account = await self._store.account(no)
        if account is None:
            raise AdmissionNotFound(f"{no} was stored but cannot be read", field="admission_no")
        return account

    async def open_stay(self, no: AdmissionNo) -> PatientAccount:
        """The same, for taking money: AdmissionClosed after the patient has left."""
        account = await self(no)
        if account.admission.closed:
            raise AdmissionClosed(f"{no} is {account.admission.state.value}", field="admission_no")
        return account
