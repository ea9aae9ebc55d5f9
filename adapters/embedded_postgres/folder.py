"""The server's folder on disk, and the short-lived one beside it that the server itself can reach.

data_dir/cluster      PostgreSQL's data, owned by the server's account
data_dir/password     of the cluster's only user, mode 0600
data_dir/server.log   since the last start; server.log.1 is the run before
data_dir/lock         held by the process that runs the server
data_dir/run          link to /tmp/medsettle-pg-*: the socket, the copied programs
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from adapters.embedded_postgres.account import Account
from adapters.embedded_postgres.errors import FolderInUse


class ServerFolder:
    """Names the files and holds the lock."""

    def __init__(self, data_dir: Path) -> None:
        self.cluster = data_dir / "cluster"
        self.password = data_dir / "password"
        self.log = data_dir / "server.log"
        self._data_dir = data_dir
        self._lock = data_dir / "lock"
        self._run = data_dir / "run"
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Takes the folder for this process; a process that is gone holds nothing."""
        self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise FolderInUse(
                f"the server of {self._data_dir} is run already, by this or another process"
            ) from None
        self._descriptor = descriptor
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))

    def release(self) -> None:
        """Gives the folder back and removes what only the running server needed."""
        if self._descriptor is None:
            return
        self._remove_run_folder()
        os.close(self._descriptor)
        self._descriptor = None

    def make_run_folder(self, account: Account) -> Path:
        """A new folder whose path is short (107 bytes name a socket) and open to the account."""
        self._remove_run_folder()  # of a process that was killed
        run_folder = Path(tempfile.mkdtemp(prefix="medsettle-pg-", dir="/tmp"))
        self._run.symlink_to(run_folder)
        os.chown(run_folder, account.uid, account.gid)
        return run_folder

    def _remove_run_folder(self) -> None:
        if self._run.is_symlink():
            if self._run.exists():
                shutil.rmtree(self._run.resolve())
            self._run.unlink()
