"""The simulated hospital as a whole: settings, clock, chance, books, keys. Wire and control acts
stand on it.
"""

from dataclasses import dataclass
from typing import Any

from simulators.control import Simulator
from simulators.hospital.his.books import Books
from simulators.hospital.his.books_report import books_report
from simulators.hospital.his.his_faults import HisFaults
from simulators.hospital.his.operations import OPERATIONS
from simulators.hospital.his.price_list import PriceList, price_list
from simulators.hospital.his.signatures import SignatureCheck


@dataclass(frozen=True, slots=True)
class Platform:
    """Where a HIS that leads reports to, and the key it signs with there."""

    grpc: str
    key_id: str
    secret: str


class Hospital(Simulator):
    """State of one simulated HIS. Keys, prices and the platform's address outlive a reset."""

    name = "his"

    def __init__(self, config: dict[str, Any], seed: int) -> None:
        self.keys = _keys(config)
        self.prices: PriceList = price_list(config)
        self.platform = platform(config["platform"]) if config.get("platform") else None
        super().__init__(seed)
        self.faults = HisFaults(frozenset(operation.name for operation in OPERATIONS))

    def reset(self, seed: int) -> None:
        """Empty books, forgotten nonces."""
        super().reset(seed)
        self.state = Books(seed)
        self.signature_check = SignatureCheck(self.keys, self.clock)

    def books(self) -> dict[str, Any]:
        """The books as JSON (README)."""
        return books_report(self.state)


def platform(given: dict[str, Any]) -> Platform:
    """Reads {"grpc", "key_id", "secret"}; ValueError names the field that is wrong."""
    for name in ("grpc", "key_id", "secret"):
        if not isinstance(given.get(name), str) or not given[name]:
            raise ValueError(f"platform.{name} must be text")
    return Platform(given["grpc"], given["key_id"], given["secret"])


def _keys(config: dict[str, Any]) -> dict[str, str]:
    keys = config.get("keys")
    if not isinstance(keys, dict) or not keys:
        raise ValueError("config: 'keys' must give at least one {key_id: secret}")
    return keys
