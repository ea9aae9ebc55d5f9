"""Makes the cluster on disk once: complete under its own name, or not there at all."""

import os
import secrets
import shutil
import tempfile
from pathlib import Path

from adapters.embedded_postgres.errors import EmbeddedPostgresError, WrongPostgresVersion
from adapters.embedded_postgres.programs import Programs

USER = "medsettle"
DATABASE = "medsettle"


def check_version(cluster: Path, major: int) -> None:
    """Refuses a cluster that programs of this major version cannot open."""
    made_by = int((cluster / "PG_VERSION").read_text()) if cluster.exists() else major
    if made_by != major:
        raise WrongPostgresVersion(
            f"{cluster} was made by PostgreSQL {made_by}, the programs found are {major}: "
            f"install version {made_by} again, dump, and restore into an empty folder"
        )


def ensure_cluster(cluster: Path, password_file: Path, programs: Programs) -> str:
    """Makes the cluster if there is none, and returns the password of its only user."""
    if cluster.exists():
        if not password_file.exists():
            raise EmbeddedPostgresError(f"{password_file} is gone; {cluster} cannot be opened")
        return password_file.read_text()
    password = secrets.token_hex(32)
    _write_secret(password_file, password)
    _initialise(cluster, password, programs)
    return password


def _write_secret(file: Path, secret: str) -> None:
    draft = file.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(secret)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)


def _initialise(cluster: Path, password: str, programs: Programs) -> None:
    draft = cluster.with_suffix(".tmp")
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    account, place = programs.account, programs.place(draft)
    os.chown(draft, account.uid, account.gid)
    # Our own password file may be out of the account's reach, so initdb reads a copy.
    with tempfile.NamedTemporaryFile("w", dir=programs.run_folder) as copy:
        copy.write(password)
        copy.flush()
        os.chown(copy.name, account.uid, account.gid)
        user = (f"--username={USER}", f"--pwfile={copy.name}", "--auth=scram-sha-256")
        text = ("--encoding=UTF8", "--locale=C.UTF-8")
        programs.run("initdb", "-D", place, *user, *text, "--data-checksums", cluster=draft)
    # Single-user mode needs no client library and no port.
    statement = f"CREATE DATABASE {DATABASE};\n"
    programs.run("postgres", "--single", "-D", place, "template1", cluster=draft, stdin=statement)
    draft.rename(cluster)
    _sync_folder(cluster.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
