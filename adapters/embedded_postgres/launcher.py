"""Becomes a PostgreSQL program that is never root and does not outlive its parent.

Run as a script in the cluster's folder: launcher.py PARENT_PID UID GID PROGRAM ARGUMENTS…
It is a program of its own because a fork of a process with threads may safely do nothing but exec,
and because the order matters: the folder is opened before the user changes, the death signal is
set after it (Linux clears it there).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
FOLDER = 100  # the descriptor, free in both, of the folder the program was started in
# Nothing of PG* or LC_* leaks in; initdb looks for a shell.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def main() -> None:
    parent, uid, gid = (int(argument) for argument in sys.argv[1:4])
    program = sys.argv[4:]
    libc = ctypes.CDLL(None, use_errno=True)
    os.dup2(os.open(".", os.O_RDONLY), FOLDER)
    os.chdir("/")
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # SIGINT is PostgreSQL's fast shutdown: sessions are ended and the data left clean.
        if libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGINT), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
        if os.getppid() != parent:
            sys.exit("the parent ended before its database server began")
    os.execve(program[0], program, ENVIRONMENT)  # noqa: S606 (no shell is the point)


if __name__ == "__main__":
    main()
