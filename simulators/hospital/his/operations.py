"""The thirteen calls of medsettle.his.v1 by name: how each is read and which rule answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.message import DecodeError, Message

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.hospital.his import deposits, enquiries, locking, posting_report, settling
from simulators.hospital.his.books import Books
from simulators.hospital.his.refusals import Malformed

SERVICE = "medsettle.his.v1.HospitalInformationService"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of the service."""

    name: str
    request: type[Message]
    rule: Callable[[Books, Any, datetime], Message]

    @property
    def method(self) -> str:
        """The full method name, as signed."""
        return f"/{SERVICE}/{self.name}"

    def read(self, message: bytes) -> Message:
        """The request in these bytes."""
        try:
            return self.request.FromString(message)
        except DecodeError as error:
            raise Malformed("message", f"is not a {self.request.__name__}") from error


OPERATIONS = (
    Operation("GetAdmission", wire.GetAdmissionRequest, enquiries.get_admission),
    Operation("ListCharges", wire.ListChargesRequest, enquiries.list_charges),
    Operation("ListPendingCharges", wire.ListPendingChargesRequest, enquiries.list_pending_charges),
    Operation(
        "ConfirmPreSettlement", wire.ConfirmPreSettlementRequest, settling.confirm_pre_settlement
    ),
    Operation("Lock", wire.LockRequest, locking.lock),
    Operation("Unlock", wire.UnlockRequest, locking.unlock),
    Operation("PostSettlement", wire.PostSettlementRequest, settling.post_settlement),
    Operation("CancelSettlement", wire.CancelSettlementRequest, settling.cancel_settlement),
    Operation("QueryPosting", wire.QueryPostingRequest, posting_report.query_posting),
    Operation("SaveDeposit", wire.SaveDepositRequest, deposits.save_deposit),
    Operation("CancelDeposit", wire.CancelDepositRequest, deposits.cancel_deposit),
    Operation("QueryDeposits", wire.QueryDepositsRequest, enquiries.query_deposits),
    Operation("ListSettlements", wire.ListSettlementsRequest, enquiries.list_settlements),
)
