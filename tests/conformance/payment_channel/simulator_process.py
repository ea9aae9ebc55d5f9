"""A simulator as a process of its own, started and stopped by the tests."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx


class SimulatorProcess:
    """A running simulator and its control API."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.wire: str = ready["wire"]
        self.ready = ready
        self._control = httpx.AsyncClient(base_url=f"http://{ready['control']}/_control")

    async def act(self, path: str, **body: object) -> Any:
        """One POST; a refused act fails the test with the simulator's own words."""
        return self._content(await self._control.post(path, json=body))

    async def possible(self, path: str, **body: object) -> bool:
        """The same POST where the simulator may say that it cannot be."""
        answer = await self._control.post(path, json=body)
        assert answer.status_code in {200, 422}, f"{path}: {answer.text}"
        return answer.status_code == 200

    async def settled(self, operation: str, **fields: str) -> None:
        """Waits a little until a call of that operation with those fields is in the journal."""
        for _ in range(500):
            for exchange in (await self.look("journal"))["exchanges"]:
                seen = exchange["fields"]
                if exchange["operation"] == operation and fields.items() <= seen.items():
                    return
            await asyncio.sleep(0.01)
        raise AssertionError(f"no {operation} with {fields}")

    async def look(self, path: str) -> Any:
        """One GET."""
        return self._content(await self._control.get(path))

    async def close(self) -> None:
        await self._control.aclose()

    @staticmethod
    def _content(answer: httpx.Response) -> Any:
        assert answer.status_code == 200, f"{answer.request.url}: {answer.text}"
        return answer.json()


@asynccontextmanager
async def simulator(
    name: str, configuration: dict[str, object], folder: Path
) -> AsyncIterator[SimulatorProcess]:
    """Starts `python -m simulators NAME` and stops it at the end."""
    file = folder / f"{name}.json"
    file.write_text(json.dumps(configuration))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulators",
        name,
        "--config",
        str(file),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), timeout=30)
    assert line, f"the simulator {name} did not start"
    running = SimulatorProcess(json.loads(line))
    try:
        yield running
    finally:
        await running.close()
        process.terminate()
        await asyncio.wait_for(process.wait(), timeout=10)
