"""Simulated hospital information system (HIS): build() gives the simulator and its gRPC wire."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from simulators.control import Act, BadAct
from simulators.hospital.his import admission_acts, cashier_acts, charge_acts
from simulators.hospital.his.hospital import Hospital
from simulators.hospital.his.refusals import Refusal
from simulators.hospital.his.wire import Wire
from simulators.process import StartWire

HospitalAct = Callable[[Hospital, dict[str, Any]], Awaitable[dict[str, Any]] | dict[str, Any]]

ACTS: dict[str, HospitalAct] = {
    "admissions": admission_acts.admit,
    "admissions/move-ward": admission_acts.move_ward,
    "admissions/order-discharge": admission_acts.order_discharge,
    "admissions/deposits": admission_acts.take_deposit,
    "admissions/charges": charge_acts.book_charges,
    "charges/cancel": charge_acts.cancel_charge,
    "settlements/post-by-cashier": cashier_acts.post_by_cashier,
    "settlements/refuse-by-cashier": cashier_acts.refuse_by_cashier,
    "platform": cashier_acts.set_platform,
    "books/alter": cashier_acts.alter_books,
}


class HospitalInformationSystem(Hospital):
    """The hospital with the acts of its staff."""

    def acts(self) -> dict[str, Act]:
        """Path below /_control to act."""
        return {path: self._bound(act) for path, act in ACTS.items()}

    def _bound(self, act: HospitalAct) -> Act:
        async def run(body: dict[str, Any]) -> dict[str, Any]:
            try:
                answer = act(self, body)
                return await answer if isawaitable(answer) else answer
            except Refusal as refusal:  # the HIS refuses its own staff by the same rules
                raise BadAct(refusal.for_a_person()) from refusal

        return run


def build(config: dict[str, Any], seed: int) -> tuple[HospitalInformationSystem, StartWire]:
    """The simulator and how to start its wire; `config` is described in the README."""
    his = HospitalInformationSystem(config, seed)
    return his, Wire(his).start
