"""Business time: the machine's clock, or the machine's clock plus an offset kept in a file.

The file lets the demo and the tests move all processes of the platform at once, together with the
simulators' clocks. In production no file is named and nothing can move the clock.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ports.clock import Clock


class SystemClock(Clock):
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock(Clock):
    """The machine's time plus the whole seconds written in a file; read again when it changes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int] = (0, 0)
        self._offset = timedelta()

    def now(self) -> datetime:
        stat = self._file.stat()
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen != self._seen:
            self._offset = timedelta(seconds=int(self._file.read_text()))
            self._seen = seen
        return datetime.now(UTC) + self._offset


def move_clock(file: Path, offset_seconds: int) -> None:
    """Sets the offset for every process that reads the file, at once."""
    fresh = file.with_suffix(".new")
    fresh.write_text(str(offset_seconds))
    os.replace(fresh, file)
