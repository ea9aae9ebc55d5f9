"""The faults a HIS can show, checked when they are armed, and what they do to an answer."""

from collections.abc import MutableSequence
from typing import Any

from google.protobuf.message import Message

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.faults import Fault, FaultPlan, UnknownFault

TOTALS = frozenset({"Lock", "ListPendingCharges"})
STATEMENTS = frozenset({"ListSettlements", "QueryDeposits"})
STATEMENT_KINDS = frozenset({"statement_short", "statement_doubled", "statement_off_by_one_fen"})
FALSIFYING_KINDS = STATEMENT_KINDS | {"wrong_total"}
OWN_KINDS = FALSIFYING_KINDS | {"silent"}
NOT_ON_GRPC = {
    "half_answer": "a gRPC answer is one framed message and never arrives by half",
    "bad_signature": "answers of a HIS are not signed",
}


class HisFaults(FaultPlan):
    """Refuses at arming what could never fire, so that no campaign waits for it in vain."""

    def __init__(self, operations: frozenset[str]) -> None:
        super().__init__(OWN_KINDS)
        self._operations = operations

    def arm(self, spec: dict[str, Any]) -> Fault:
        """Adds a fault; for `silent`, `args.times` may say how often."""
        operation, kind, args = spec.get("operation"), spec.get("kind"), spec.get("args", {})
        if kind in NOT_ON_GRPC:
            raise UnknownFault(f"kind {kind!r} does not exist here: {NOT_ON_GRPC[kind]}")
        if operation not in self._operations:
            raise UnknownFault(f"operation {operation!r} is not one of {sorted(self._operations)}")
        if not isinstance(args, dict):
            raise UnknownFault("'args' must be an object")
        if kind == "wrong_total":
            _needs(operation in TOTALS, f"{kind!r} is for {sorted(TOTALS)}")
            _needs(_whole(args.get("fen")) and args["fen"] != 0, "'args.fen' must not be 0")
        if kind in STATEMENT_KINDS:
            _needs(operation in STATEMENTS, f"{kind!r} is for {sorted(STATEMENTS)}")
        if kind == "refuse":
            _needs(bool(args.get("code")), "'args.code' must name the reason")
        if kind == "delay":
            seconds = args.get("seconds")
            _needs(_whole(seconds) or isinstance(seconds, float), "'args.seconds' is a number")
        if kind == "silent" and "times" in args:
            _needs(_whole(args["times"]), "'args.times' must be an integer")
            spec = {**spec, "times": args["times"]}
        return super().arm(spec)


def distort(fault: Fault, response: Message) -> bool:
    """Falsifies the answer as the fault says; False when there was nothing to falsify.

    The books stay as they are: only what goes over the wire is wrong, on this one call.
    """
    if isinstance(response, wire.LockResponse | wire.ListPendingChargesResponse):
        response.total_fen += fault.args["fen"]
        return True
    if isinstance(response, wire.ListSettlementsResponse):
        return _distort_entries(fault.kind, response.settlements, "total_fen")
    if isinstance(response, wire.QueryDepositsResponse):
        return _distort_entries(fault.kind, response.deposits, "amount_fen")
    raise TypeError(f"{type(response).__name__} carries nothing that {fault.kind} falsifies")


def _distort_entries(kind: str, entries: MutableSequence[Any], amount: str) -> bool:
    if not entries:
        return False
    if kind == "statement_short":
        del entries[0]
    elif kind == "statement_doubled":
        entries.append(entries[0])
    else:
        setattr(entries[0], amount, getattr(entries[0], amount) + 1)
    return True


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _needs(right: bool, text: str) -> None:
    if not right:
        raise UnknownFault(text)
