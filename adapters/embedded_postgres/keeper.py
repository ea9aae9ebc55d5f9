"""Starts the server process, knows when it is ready, and starts it again when it dies.

All of it happens in one thread: Linux ties the death signal to the thread that forked, and the
thread that asked for a server may end long before the server does.
"""

import logging
import signal
import subprocess
import threading
import time
from concurrent.futures import Future
from pathlib import Path

from adapters.embedded_postgres.errors import ServerDidNotStart

STOP_SECONDS = 60.0  # for the last checkpoint; whoever needs longer recovers at the next start
QUIT_SECONDS = 5.0
POLL_SECONDS = 0.02
RETRY_SECONDS = 0.5
RETRIES_MAX = 240  # two minutes: a predecessor may still be writing its last checkpoint
# What a server says while processes of the one before it are about to end.
PREDECESSOR_ALIVE = ('lock file "postmaster.pid" already exists', "is still in use")
TAIL_BYTES = 2000

logger = logging.getLogger(__name__)


class Keeper:
    """Keeps one server process running from `start()` to `stop()`."""

    def __init__(
        self, command: list[str], cluster: Path, log: Path, *, restart: bool, silence_seconds: float
    ) -> None:
        self._command = command
        self._cluster = cluster
        self._log = log
        self._restart = restart
        self._silence_seconds = silence_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()  # no child is born once stopping is set
        self._stopping = threading.Event()
        self._first_start: Future[None] = Future()
        self._thread = threading.Thread(target=self._keep, name="embedded-postgres", daemon=True)

    def start(self) -> None:
        """Returns when the server takes connections."""
        self._thread.start()
        self._first_start.result()

    def stop(self) -> None:
        """Shuts down fast and cleanly: sessions are ended, their transactions rolled back."""
        with self._guard:
            self._stopping.set()
        for signal_number, patience in (
            (signal.SIGINT, STOP_SECONDS),
            (signal.SIGQUIT, QUIT_SECONDS),
            (signal.SIGKILL, QUIT_SECONDS),
        ):
            if self._child is not None:
                self._child.send_signal(signal_number)
            self._thread.join(patience)
            if not self._thread.is_alive():
                return
            logger.warning("PostgreSQL did not end within %s s of %s", patience, signal_number)

    @property
    def pid(self) -> int:
        """The process id of the server that runs now."""
        if self._child is None:
            raise ServerDidNotStart("not started")
        return self._child.pid

    def _keep(self) -> None:
        try:
            child = self._start_until_ready()
        except (ServerDidNotStart, OSError) as failure:
            self._first_start.set_exception(failure)
            return
        self._first_start.set_result(None)
        while True:
            code = child.wait()
            if self._stopping.is_set() or not self._restart:
                return
            logger.error("PostgreSQL ended unasked (%s) and is started again", code)
            try:
                child = self._start_until_ready()
            except (ServerDidNotStart, OSError):
                if not self._stopping.is_set():
                    logger.critical("PostgreSQL could not be started again", exc_info=True)
                return

    def _start_until_ready(self) -> subprocess.Popen[bytes]:
        for _ in range(RETRIES_MAX):
            said_before = self._log.stat().st_size if self._log.exists() else 0
            child = self._fork()
            if self._becomes_ready(child):
                return child
            said = self._log.read_bytes()[said_before:].decode(errors="replace")
            transient = any(line in said for line in PREDECESSOR_ALIVE)
            # A server that has run before is worth every retry.
            if not transient and not self._first_start.done():
                break
            if self._stopping.wait(RETRY_SECONDS):
                break
        raise ServerDidNotStart(f"PostgreSQL ended ({child.returncode}): {said[-TAIL_BYTES:]}")

    def _fork(self) -> subprocess.Popen[bytes]:
        with self._guard, self._log.open("ab") as log:
            if self._stopping.is_set():
                raise ServerDidNotStart("stopped while starting")
            # A session of its own: Ctrl-C is for us, the server ends when we say so.
            self._child = subprocess.Popen(
                self._command,
                cwd=self._cluster,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            return self._child

    def _becomes_ready(self, child: subprocess.Popen[bytes]) -> bool:
        size, grew_at = 0, time.monotonic()
        while child.poll() is None:
            if self._says_ready(child.pid):
                return True
            if (now := self._log.stat().st_size) != size:
                size, grew_at = now, time.monotonic()
            if time.monotonic() - grew_at > self._silence_seconds:
                child.kill()
                child.wait()
                raise ServerDidNotStart(f"PostgreSQL was silent for {self._silence_seconds} s")
            time.sleep(POLL_SECONDS)
        return False

    def _says_ready(self, pid: int) -> bool:
        """The lock file's first line is the server's process id, its eighth and last the state."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(pid)] and lines[-1] == "ready"
