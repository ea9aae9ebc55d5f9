"""What falls due later on the simulator's own clock: refunds, timeouts, repeated notifications."""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

Job = Callable[[], None]


def report_failure(task: asyncio.Task[Any]) -> None:
    """A task of ours that failed is told to the loop's handler, which writes it to stderr."""
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler({"message": str(error), "exception": error})


class Agenda:
    """Jobs by due time. A job changes the books at once or starts a task; it never waits itself."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._due: list[tuple[datetime, int, Job]] = []
        self._order = itertools.count()
        self._changed = asyncio.Event()

    def at(self, due: datetime, job: Job) -> None:
        """Does the job when the clock reaches `due`; equal times in the order of asking."""
        heapq.heappush(self._due, (due, next(self._order), job))
        self._changed.set()

    def run_due(self) -> None:
        """Does everything that is due now; called when the clock was moved."""
        while self._due and self._due[0][0] <= self._now():
            heapq.heappop(self._due)[2]()
        self._changed.set()

    def clear(self) -> None:
        """Forgets everything."""
        self._due.clear()
        self._changed.set()

    async def keep(self) -> None:
        """Runs for ever: sleeps until something is due or something changed."""
        while True:
            self.run_due()
            self._changed.clear()
            wait = (self._due[0][0] - self._now()).total_seconds() if self._due else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait)
