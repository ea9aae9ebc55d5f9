"""Every simulated transaction by its number (交易编号)."""

from collections.abc import Callable

from simulators.insurance.nhsa_core import (
    enquiries,
    entitlement,
    fees,
    files,
    reconciliation,
    settlements,
    sign_on,
    stays,
)
from simulators.insurance.nhsa_core.centre import Call, Centre, FileAnswer, Output

Transaction = Callable[[Centre, Call], Output | FileAnswer | None]

TRANSACTIONS: dict[str, Transaction] = {
    "1101": entitlement.read_person,
    "2001": entitlement.check_entitlement,
    "2301": fees.upload,
    "2302": fees.withdraw,
    "2303": settlements.pre_settle,
    "2304": settlements.settle,
    "2305": settlements.cancel,
    "2401": stays.admit,
    "2402": stays.discharge,
    "2403": stays.change,
    "2404": stays.withdraw_admission,
    "2405": stays.undo_discharge,
    "2601": settlements.reverse,
    "3201": reconciliation.total_account,
    "3202": reconciliation.detail_account,
    "5201": enquiries.visits,
    "5203": enquiries.settlement,
    "5303": enquiries.in_hospital,
    "9001": sign_on.sign_in,
    "9002": sign_on.sign_out,
    "9101": files.upload,
    "9102": files.download,
}
