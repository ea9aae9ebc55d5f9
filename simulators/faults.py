"""Faults as data: at which operation, on which match, how often, what.

A fault is armed through the control API and fires by itself; nothing in a simulator's rules knows
of it except through `FaultPlan.take`. Each fault counts how often it fired, so that a campaign can
refuse a run in which one never did.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

# Kinds every wire understands. A vendor's package adds its own and names them in its README.
COMMON_KINDS = frozenset(
    {
        "refuse",  # args: code, message: the business refusal in the vendor's words
        "delay",  # args: seconds: act, then answer late
        "no_answer_before_effect",  # the request is lost: connection closed, nothing happened
        "no_answer_after_effect",  # the reply is lost: it happened, connection closed
        "half_answer",  # it happened; the reply breaks off in the middle
        "bad_signature",  # it happened; the reply's signature does not verify
    }
)


class UnknownFault(ValueError):
    """The control API was asked for a fault that this simulator cannot produce."""


@dataclass
class Fault:
    """Fires at `operation` when every `match` field equals, after `skip`, `times` times."""

    operation: str
    kind: str
    match: dict[str, str] = field(default_factory=dict)
    skip: int = 0
    times: int = 1
    args: dict[str, Any] = field(default_factory=dict)
    fired: int = 0

    def fits(self, operation: str, fields: dict[str, Any]) -> bool:
        """Whether this fault speaks of that call. Fields compare as text."""
        return self.operation == operation and all(
            str(fields.get(name)) == value for name, value in self.match.items()
        )


class FaultPlan:
    """The armed faults of one simulator, in the order they were armed."""

    def __init__(self, own_kinds: frozenset[str] = frozenset()) -> None:
        self.kinds = COMMON_KINDS | own_kinds
        self.faults: list[Fault] = []

    def arm(self, spec: dict[str, Any]) -> Fault:
        """Adds a fault written as JSON; raises UnknownFault naming the field that is wrong."""
        unknown = spec.keys() - {"operation", "kind", "match", "skip", "times", "args"}
        if unknown:
            raise UnknownFault(f"unknown field {sorted(unknown)[0]!r}")
        for name in ("operation", "kind"):
            if not isinstance(spec.get(name), str):
                raise UnknownFault(f"{name!r} must be text")
        if spec["kind"] not in self.kinds:
            raise UnknownFault(f"kind {spec['kind']!r} is not one of {sorted(self.kinds)}")
        fault = Fault(**spec)
        fault.match = {name: str(value) for name, value in fault.match.items()}
        self.faults.append(fault)
        return fault

    def take(self, operation: str, fields: dict[str, Any]) -> Fault | None:
        """The fault that fires on this call, counted; None when the call is to go well."""
        for fault in self.faults:
            if fault.fired >= fault.times or not fault.fits(operation, fields):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.fired += 1
            return fault
        return None

    def clear(self) -> None:
        """Forgets every fault, armed or spent."""
        self.faults.clear()

    def listing(self) -> list[dict[str, Any]]:
        """Every fault with its `fired` count, as JSON."""
        return [asdict(fault) for fault in self.faults]
