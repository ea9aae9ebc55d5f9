"""A hospital to be hurt: its outside systems stand behind gates, its processes may be killed."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from interfaces.demo.actors import Cast
from interfaces.sandbox.hospital import Sandbox
from tests.journeys.conftest import BusinessTime
from tests.journeys.gates import Gates
from tests.journeys.trouble import Json, in_time


@dataclass(slots=True)
class Hospital:
    """A sandbox whose outside systems stand behind gates and whose processes may be killed."""

    sandbox: Sandbox
    gates: Gates
    time: BusinessTime

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self.sandbox.running[name].process
        process.kill()
        process.wait()

    def restart(self) -> None:
        """API and worker killed and started again."""
        self.kill("api")
        self.kill("worker")
        self.sandbox.start_api()
        self.sandbox.start_worker()

    def postgres(self) -> int:
        """The process id of the database server."""
        return int(self.sandbox.listening()[0]["pid"])

    def age_leases(self) -> None:
        """A killed worker's jobs are free after a minute of the database's own clock, which no
        test can move: so the leases are made that old."""

        async def age() -> None:
            address = self.sandbox.database_url.replace("+asyncpg", "")
            connection = await asyncpg.connect(address)
            await connection.execute("UPDATE job SET leased_until = now() - interval '1 s'")
            await connection.close()

        asyncio.run(age())


@contextmanager
def in_the_middle_of(
    cast: Cast, system: str, operation: str, match: Json, act: Callable[[], Any]
) -> Iterator[Future[Any]]:
    """Runs `act` and enters the block while that call has had its effect and no answer yet."""
    spec = {"operation": operation, "kind": "delay", "match": match, "args": {"seconds": 1.0}}
    cast.sandbox.control(system, "faults", spec)

    def struck() -> bool:
        return any(fault["fired"] for fault in cast.sandbox.control(system, "faults")["faults"])

    with ThreadPoolExecutor(1) as caller:
        acting = caller.submit(act)
        in_time(struck, f"{operation} to be called")
        yield acting
