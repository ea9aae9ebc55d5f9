"""Starts and stops the sandbox's processes: each is a child of this one and dies with it."""

import ctypes
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 10
PR_SET_PDEATHSIG = 1


class StartFailed(RuntimeError):
    """A process ended, or stayed silent, before it was ready; the text quotes its last words."""


@dataclass(slots=True)
class Running:
    """One process that said it is ready."""

    name: str
    process: "subprocess.Popen[str]"
    ready: dict[str, Any]
    log: Path

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def stop(self) -> None:
        """Asks it to end, and ends it when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@dataclass(slots=True)
class Processes:
    """The processes of one sandbox, stopped in the reverse order of their start."""

    logs: Path
    running: list[Running] = field(default_factory=list)

    def start(self, name: str, arguments: list[str], environment: dict[str, str]) -> Running:
        """Starts `python -m …` and waits for its ready line (JSON with "ready") on stdout."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        with log.open("a") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, **environment},
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - before any thread of the child
            )
        running = Running(name, process, _await_ready(name, process, log), log)
        self.running.append(running)
        return running

    def stop(self) -> None:
        """Stops everything that was started here."""
        while self.running:
            self.running.pop().stop()


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _await_ready(name: str, process: "subprocess.Popen[str]", log: Path) -> dict[str, Any]:
    if process.stdout is None:
        raise StartFailed(f"{name} has no stdout")
    deadline = time.monotonic() + START_SECONDS_MAX
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if not selector.select(timeout=0.2):
                continue
            line = process.stdout.readline()
            if not line:
                break
            if line.startswith("{"):
                ready: dict[str, Any] = json.loads(line)
                return ready
    process.kill()
    process.wait()
    process.stdout.close()
    words = log.read_text()[-2000:] if log.exists() else ""
    raise StartFailed(f"{name} did not become ready (log: {log.name})\n{words}")
