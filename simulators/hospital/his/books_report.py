"""The books as JSON for `/_control/books`: every amount in integer fen, every instant in UTC."""

from typing import Any

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.hospital.his.books import Books
from simulators.hospital.his.records import (
    BookedCharge,
    Cancellation,
    Deposit,
    DepositReturn,
    Settlement,
    Stay,
)


def books_report(books: Books) -> dict[str, Any]:
    """Everything written down, and the totals that reconciliation compares."""
    live = [settlement for settlement in books.settlements.values() if settlement.live]
    return {
        "admissions": [_admission(stay) for stay in books.stays.values()],
        "charges": [_charge(charge) for charge in books.charges.values()],
        "deposits": [_deposit(deposit) for deposit in books.deposits.values()],
        "returns": [_return(returned) for returned in books.returns.values()],
        "settlements": [_settlement(settlement) for settlement in books.settlements.values()],
        "cancellations": [_cancellation(each) for each in books.cancellations.values()],
        "totals": {
            "deposits_fen": sum(deposit.amount_fen for deposit in books.deposits.values()),
            "returns_fen": sum(returned.amount_fen for returned in books.returns.values()),
            "settled_fen": sum(settlement.total_fen for settlement in live),
            "deposit_applied_fen": sum(settlement.deposit_applied_fen for settlement in live),
        },
    }


def _admission(stay: Stay) -> dict[str, Any]:
    admission = stay.admission
    state = wire.AdmissionState.Name(admission.state)
    category = wire.FeeCategory.Name(admission.fee_category)
    return {
        "admission_no": stay.number,
        "patient_name": admission.patient_name,
        "state": state.removeprefix("ADMISSION_STATE_").lower(),
        "fee_category": category.removeprefix("FEE_CATEGORY_").lower(),
        "ward_code": admission.ward_code,
        "bed_no": admission.bed_no,
        "deposit_balance_fen": stay.balance_fen(),
        "total_fen": sum(
            charge.line.amount_fen for charge in stay.charges if not charge.line.cancelled
        ),
        "pending_fen": stay.pending_total_fen(),
        "locked_by": stay.lock.number if stay.lock else None,
    }


def _charge(charge: BookedCharge) -> dict[str, Any]:
    line = charge.line
    return {
        "charge_no": line.charge_no,
        "admission_no": line.admission_no,
        "item_code": line.item_code,
        "insurance_code": line.insurance_code,
        "charge_class": line.charge_class,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "amount_fen": line.amount_fen,
        "returned_charge_no": line.returned_charge_no or None,
        "cancelled": line.cancelled,
        "settled_by": charge.settled_by or None,
    }


def _deposit(deposit: Deposit) -> dict[str, Any]:
    return {
        "number": deposit.number,
        "his_deposit_no": deposit.his_deposit_no,
        "admission_no": deposit.admission_no,
        "amount_fen": deposit.amount_fen,
        "channel": deposit.channel,
        "channel_transaction_no": deposit.channel_transaction_no,
        "at": deposit.at.isoformat(),
        "returned_fen": deposit.returned_fen,
    }


def _return(returned: DepositReturn) -> dict[str, Any]:
    return {
        "number": returned.number,
        "his_deposit_no": returned.his_deposit_no,
        "deposit_no": returned.deposit_no,
        "admission_no": returned.admission_no,
        "amount_fen": returned.amount_fen,
        "reason": returned.reason,
        "at": returned.at.isoformat(),
    }


def _settlement(settlement: Settlement) -> dict[str, Any]:
    insurance = settlement.insurance
    return {
        "number": settlement.number,
        "admission_no": settlement.admission_no,
        "bill_no": settlement.bill_no,
        "receipt_no": settlement.receipt_no,
        "total_fen": settlement.total_fen,
        "deposit_applied_fen": settlement.deposit_applied_fen,
        "state": "posted" if settlement.live else "cancelled",
        "shares": {share.payer: share.amount_fen for share in settlement.shares},
        "insurance_settlement_id": insurance.settlement_id if insurance else None,
        "operator": settlement.operator,
        "at": settlement.at.isoformat(),
        "cancelled_by": settlement.cancelled_by or None,
    }


def _cancellation(cancellation: Cancellation) -> dict[str, Any]:
    return {
        "number": cancellation.number,
        "settlement_no": cancellation.settlement_no,
        "admission_no": cancellation.admission_no,
        "red_receipt_no": cancellation.red_receipt_no,
        "reason": cancellation.reason,
        "at": cancellation.at.isoformat(),
    }
