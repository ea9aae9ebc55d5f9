"""The operating system account the server runs as: our own, but never root's."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from adapters.embedded_postgres.errors import EmbeddedPostgresError

# Packages of PostgreSQL create the first; every Linux image has the second.
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group id; `switched` says that they are not this process's own."""

    uid: int
    gid: int
    switched: bool


def server_account(cluster: Path) -> Account:
    """Whoever we are, or, as root, the cluster's owner, or else the first unprivileged account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switched=False)
    if cluster.exists():
        owner = cluster.stat()
        return Account(owner.st_uid, owner.st_gid, switched=True)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, switched=True)
    raise EmbeddedPostgresError(
        "PostgreSQL refuses to run as root and there is no account "
        + " or ".join(UNPRIVILEGED)
        + ": create one, start as another user, or set MEDSETTLE_DATABASE_URL"
    )
