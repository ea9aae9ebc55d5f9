"""The insurer's core as a simulator: its books behind the control API, its wire beside it."""

from typing import Any

from simulators.control import Act, Simulator
from simulators.insurance.nhsa_core import acts
from simulators.insurance.nhsa_core.body_cipher import BodyCipher
from simulators.insurance.nhsa_core.books import Books
from simulators.insurance.nhsa_core.catalogue import catalogue_of
from simulators.insurance.nhsa_core.centre import Centre
from simulators.insurance.nhsa_core.centre_faults import OWN_KINDS, CentreFaults
from simulators.insurance.nhsa_core.persons import persons_of
from simulators.insurance.nhsa_core.settings import Settings, read_settings
from simulators.insurance.nhsa_core.wire import Wire
from simulators.process import StartWire, http_wire


def build(config: dict[str, Any], seed: int) -> tuple[Simulator, StartWire]:
    """The simulator of one config file, and how to start its wire."""
    simulator = NhsaCore(read_settings(config), seed)
    return simulator, http_wire(simulator.wire.app())


class NhsaCore(Simulator):
    """医保核心 (两定接口) of one region, for one designated institution."""

    name = "nhsa_core"
    own_fault_kinds = frozenset(OWN_KINDS)

    def __init__(self, settings: Settings, seed: int = 1) -> None:
        self.settings = settings
        super().__init__(seed)
        self.faults = CentreFaults(signs_answers=settings.body_cipher != "none")
        self.centre = Centre(settings, self.clock, self._fresh_books())
        sealed = settings.body_cipher == "sm4_sm2"
        cipher = BodyCipher(settings, self.random) if sealed else None
        self.wire = Wire(self, self.centre, cipher)

    def reset(self, seed: int) -> None:
        super().reset(seed)
        if hasattr(self, "centre"):  # not yet while the superclass is being built
            self.centre.books = self._fresh_books()

    def books(self) -> dict[str, Any]:
        return acts.books_as_json(self.centre.books)

    def acts(self) -> dict[str, Act]:
        return {
            "persons": lambda body: acts.set_persons(self.centre.books, body),
            "catalogue": lambda body: acts.add_items(self.centre.books, body),
            "books/alter": lambda body: acts.alter_books(self.centre.books, body),
        }

    def _fresh_books(self) -> Books:
        return Books(persons_of(self.settings.persons), catalogue_of(self.settings.catalogue))
