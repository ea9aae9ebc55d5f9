"""The patient's account during a stay: what a plan stands on when it decides what is next."""

from dataclasses import dataclass

from domain.deposits.account import DepositAccount
from domain.deposits.lot import Lot
from domain.insurance.stay import InsuredStay
from domain.visits.admission import Admission


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientAccount:
    """患者账户: the stay, its insurance registration, its deposit and the deposit's lots."""

    admission: Admission
    deposit: DepositAccount
    lots: tuple[Lot, ...] = ()
    stay: InsuredStay | None = None
    openid: str = ""  # where messages go; empty when the patient bound none

    def lot(self, no: str) -> Lot:
        """The lot of that number; LookupError when the stay has none such."""
        for lot in self.lots:
            if lot.no == no:
                return lot
        raise LookupError(f"{self.admission.no} has no payment {no}")
