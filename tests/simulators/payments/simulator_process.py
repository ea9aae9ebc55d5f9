"""A simulator as the process it is: started by its command, spoken to over its two sockets."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx


class SimulatorProcess:
    """A running simulator: its wire address and its control API."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.ready = ready
        self.wire = f"http://{ready['wire']}"
        self.control = httpx.Client(base_url=f"http://{ready['control']}/_control")

    def act(self, path: str, **body: object) -> dict[str, Any]:
        """A control act that is expected to be possible."""
        response = self.control.post(f"/{path}", json=body)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def refused_act(self, path: str, **body: object) -> str:
        """The reason why a control act is impossible."""
        response = self.control.post(f"/{path}", json=body)
        assert response.status_code == 422, response.text
        return str(response.json()["error"])

    def arm(self, operation: str, kind: str, **more: object) -> None:
        """Arms a fault."""
        self.act("faults", operation=operation, kind=kind, **more)

    def fired(self) -> list[int]:
        """How often each armed fault fired."""
        faults = self.control.get("/faults").json()["faults"]
        return [fault["fired"] for fault in faults]

    def books(self) -> dict[str, Any]:
        """The simulator's own books."""
        answer: dict[str, Any] = self.control.get("/books").json()
        return answer

    def journal(self, operation: str | None = None) -> list[dict[str, Any]]:
        """The calls that crossed the wire, those of one operation if named."""
        exchanges = self.control.get("/journal").json()["exchanges"]
        return [e for e in exchanges if operation in (None, e["operation"])]

    def move_clock(self, seconds: int) -> None:
        """Sets the simulator's clock so many seconds after the machine's."""
        self.act("clock", offset_seconds=seconds)

    def reset(self, seed: int = 7) -> None:
        """Empty books, no faults, the clock back."""
        self.act("reset", seed=seed)


@contextmanager
def running(name: str, config: dict[str, Any], folder: Path) -> Iterator[SimulatorProcess]:
    """Starts `python -m simulators NAME`, waits for its ready line, stops it at the end."""
    file = folder / f"{name}-{time.monotonic_ns()}.json"
    file.write_text(json.dumps(config))
    command = [sys.executable, "-m", "simulators", name, "--config", str(file), "--seed", "7"]
    root = Path(__file__).parents[3]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "the simulator ended before it was ready"
        simulator = SimulatorProcess(json.loads(line))
        with simulator.control:
            yield simulator
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def eventually(check: Callable[[], bool], seconds: float = 5) -> None:
    """Waits until the check holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
