"""What the demo saw: steps in the order they happened, and named checks with what was measured."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold, and what was measured."""

    name: str
    holds: bool
    measured: Any


@dataclass(frozen=True, slots=True)
class Scene:
    """One line of the story: who does what, what came of it."""

    act: str
    who: str
    zh: str
    en: str
    fen: int | None = None


@dataclass(slots=True)
class Record:
    """Filled by the journey, read by the report. `tell` shows a scene as it happens."""

    tell: Callable[[Scene], None]
    inputs: dict[str, Any] = field(default_factory=dict)
    scenes: list[Scene] = field(default_factory=list)
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)  # path -> last seen
    checks: list[Check] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def scene(self, act: str, who: str, zh: str, en: str, fen: int | None = None) -> None:
        """Adds a line and tells it."""
        scene = Scene(act, who, zh, en, fen)
        self.scenes.append(scene)
        self.tell(scene)

    def check(self, name: str, holds: bool, measured: Any) -> None:
        """Adds a check; nothing stops here, the report decides."""
        self.checks.append(Check(name, holds, measured))

    def equal(self, name: str, **measured: Any) -> None:
        """A check that all measured values are the same."""
        values = list(measured.values())
        self.check(name, all(value == values[0] for value in values), measured)

    @property
    def passed(self) -> bool:
        """Whether there were checks and every one of them holds."""
        return bool(self.checks) and all(check.holds for check in self.checks)
