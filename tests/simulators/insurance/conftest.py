"""Starts the insurer simulator as the process it is, once for each config."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.simulators.insurance.designated_institution import Hospital

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., dict[str, Any]]]:
    """Starts `python -m simulators nhsa_core` once for each config; stops them all at the end."""
    running: dict[str, tuple[subprocess.Popen[str], dict[str, Any]]] = {}

    def start(config: dict[str, Any]) -> dict[str, Any]:
        key = json.dumps(config, sort_keys=True)
        if key not in running:
            file = tmp_path_factory.mktemp("nhsa_core") / "config.json"
            file.write_text(key)
            process = subprocess.Popen(
                [sys.executable, "-m", "simulators", "nhsa_core", "--config", str(file)],
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            running[key] = (process, json.loads(process.stdout.readline()))
        return running[key][1]

    yield start
    for process, _ in running.values():
        process.terminate()
    for process, _ in running.values():
        assert process.wait(timeout=10) == 0
        process.stdout.close()


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """One client for all: building its TLS context is most of a short test's time."""
    with httpx.Client(timeout=10) as opened:
        yield opened


@pytest.fixture
def open_centre(
    processes: Callable[..., dict[str, Any]], client: httpx.Client
) -> Callable[..., Hospital]:
    """A hospital before a freshly reset centre of the given config."""

    def begin(**config: object) -> Hospital:
        ready = processes(config)
        hospital = Hospital(f"http://{ready['wire']}", f"http://{ready['control']}", client)
        assert hospital.act("reset", {"seed": 7}).status_code == 200
        return hospital

    return begin


@pytest.fixture
def hospital(open_centre: Callable[..., Hospital]) -> Hospital:
    """A hospital before a centre with the default config."""
    return open_centre()
