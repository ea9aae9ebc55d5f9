"""A fault plan that knows where a fault can happen; arming it anywhere else is refused.

A fault armed where it has no meaning would never fire, and a test with it would prove nothing.
"""

from collections.abc import Mapping
from typing import Any

from simulators.faults import COMMON_KINDS, Fault, FaultPlan, UnknownFault


class ApplicableFaults(FaultPlan):
    """`calls`: operations on which every common kind works; `where`: own kind -> operations."""

    def __init__(self, calls: frozenset[str], where: Mapping[str, frozenset[str]]) -> None:
        super().__init__(frozenset(where))
        self._calls = calls
        self._where = where

    def arm(self, spec: dict[str, Any]) -> Fault:
        """Adds a fault; raises UnknownFault for an operation where the kind has no meaning."""
        operation, kind = spec.get("operation"), spec.get("kind")
        places = self._calls if kind in COMMON_KINDS else self._where.get(str(kind), self._calls)
        if isinstance(operation, str) and operation not in places:
            raise UnknownFault(f"{kind!r} cannot happen at {operation!r}: {sorted(places)}")
        return super().arm(spec)
