"""How PostgreSQL's programs are run: by the launcher, as the server's account.

An account we switched to may be unable to reach our folders (a clone below a home of mode 0700).
The cluster is then reached by a descriptor that the launcher opens before the switch, and the
programs are copied to the run folder, which is the account's.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from adapters.embedded_postgres.account import Account
from adapters.embedded_postgres.errors import EmbeddedPostgresError
from adapters.embedded_postgres.launcher import FOLDER

LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs in a folder that the account can reach."""

    folder: Path
    account: Account
    run_folder: Path

    def place(self, cluster: Path) -> str:
        """The name by which a program that was started in the folder reaches it."""
        return f"/proc/self/fd/{FOLDER}" if self.account.switched else str(cluster)

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line; it has to be started in the cluster's folder."""
        return _launch(self.account, str(self.folder / name), *arguments)

    def run(self, name: str, *arguments: str, cluster: Path, stdin: str = "") -> None:
        """Runs a program that ends by itself."""
        done = subprocess.run(
            self.command(name, *arguments),
            cwd=cluster,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"{name} failed: {done.stderr or done.stdout}")


def reachable_programs(installed: Path, account: Account, run_folder: Path) -> Programs:
    """The installed programs, or a copy of them where the account cannot reach these."""
    if not account.switched or _can_run(installed, account):
        return Programs(installed, account, run_folder)
    if installed.parent.name != "pginstall":
        raise EmbeddedPostgresError(f"user id {account.uid} cannot run {installed}/postgres")
    # The wheel's two folders, side by side as they were: the programs find libraries relatively.
    package = installed.parent.parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(
            folder, run_folder / folder.name, ignore=shutil.ignore_patterns("include", "*.py*")
        )
    for path in run_folder.rglob("*"):
        os.chown(path, account.uid, account.gid)
    copy = run_folder / package.name / installed.parent.name / installed.name
    return Programs(copy, account, run_folder)


def _can_run(installed: Path, account: Account) -> bool:
    command = _launch(account, str(installed / "postgres"), "--version")
    return subprocess.run(command, cwd="/", capture_output=True, check=False).returncode == 0


def _launch(account: Account, *command: str) -> list[str]:
    # -I and -S: the launcher needs nothing but the standard library.
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid())]
    return [*launcher, str(account.uid), str(account.gid), *command]
