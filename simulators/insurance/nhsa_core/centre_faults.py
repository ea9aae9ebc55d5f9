"""The insurer's own faults beside the common ones, checked when armed: a fault that could never
fire, or not on that transaction, is refused instead of silently doing nothing.
"""

from dataclasses import dataclass
from typing import Any

from simulators.faults import Fault, FaultPlan, UnknownFault
from simulators.insurance.nhsa_core.fees import refused_by_fault
from simulators.insurance.nhsa_core.transactions import TRANSACTIONS

# kind -> the transactions it is about; None: any
OWN_KINDS: dict[str, tuple[str, ...] | None] = {
    "settle_off_by": ("2304",),
    "identity_breach": ("2303", "2304"),
    "refuse_line": ("2301",),
    "timestamp_rejected": None,
    "unknown_ak": None,
}


@dataclass
class LineFault(Fault):
    """refuse_line: fires on a batch that holds the line its args describe."""

    def fits(self, operation: str, fields: dict[str, Any]) -> bool:
        rows = fields.get("feedetail")
        if not super().fits(operation, fields) or not isinstance(rows, list):
            return False
        return any(isinstance(row, dict) and refused_by_fault(self, row) for row in rows)


class CentreFaults(FaultPlan):
    """The common plan with this centre's kinds."""

    def __init__(self, signs_answers: bool) -> None:
        super().__init__(frozenset(OWN_KINDS))
        if not signs_answers:
            # Without a body cipher no answer carries a signature that could be bad.
            self.kinds -= {"bad_signature"}

    def arm(self, spec: dict[str, Any]) -> Fault:
        fault = super().arm(spec)
        try:
            _check(fault)
        except UnknownFault:
            self.faults.remove(fault)
            raise
        if fault.kind == "refuse_line":
            self.faults.remove(fault)
            fault = LineFault(**spec)
            self.faults.append(fault)
        return fault


def _check(fault: Fault) -> None:
    if fault.operation not in TRANSACTIONS:
        raise UnknownFault(f"operation {fault.operation!r} is not simulated")
    about = OWN_KINDS.get(fault.kind)
    if about is not None and fault.operation not in about:
        raise UnknownFault(f"kind {fault.kind!r} is about {about}")
    if fault.kind in ("settle_off_by", "identity_breach"):
        if type(fault.args.get("fen")) is not int or fault.args["fen"] == 0:
            raise UnknownFault("'args.fen' must be an integer, not 0")
    elif fault.kind == "refuse_line":
        if not fault.args or fault.args.keys() - {"feedetl_sn", "med_list_codg"}:
            raise UnknownFault("'args' must name feedetl_sn or med_list_codg")
    elif fault.kind == "delay":
        if not isinstance(fault.args.get("seconds"), int | float):
            raise UnknownFault("'args.seconds' must be a number")
    elif fault.kind == "refuse":
        if not isinstance(fault.args.get("message"), str):
            raise UnknownFault("'args.message' must be text")
        if not str(fault.args.get("code", -1)).lstrip("-").isdigit() or fault.args.get("code") == 0:
            raise UnknownFault("'args.code' must be a number, not 0")
