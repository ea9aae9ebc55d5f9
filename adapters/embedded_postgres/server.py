"""A PostgreSQL server on a folder: what the rest of the platform sees of this package."""

from pathlib import Path
from typing import Self

from adapters.embedded_postgres.account import server_account
from adapters.embedded_postgres.address import Address
from adapters.embedded_postgres.cluster import DATABASE, USER, check_version, ensure_cluster
from adapters.embedded_postgres.errors import EmbeddedPostgresError
from adapters.embedded_postgres.folder import ServerFolder
from adapters.embedded_postgres.installation import find_programs, major_version
from adapters.embedded_postgres.keeper import Keeper
from adapters.embedded_postgres.programs import reachable_programs

SOCKET_PORT = 5432  # without TCP only a part of the socket's name


class EmbeddedPostgres:
    """A child process that ends with us; reached by a private socket and, if asked, by loopback."""

    def __init__(
        self,
        data_dir: Path,
        *,
        tcp_port: int | None = None,
        max_connections: int = 100,
        supervise: bool = True,
        silence_seconds: float = 120.0,
        programs: Path | None = None,
    ) -> None:
        """`supervise`: a server that dies is started again.

        `silence_seconds`: a start fails when the server's log has not grown for so long. Crash
        recovery may outlast any limit on the whole, but it reports every ten seconds.
        `programs`: the folder of PostgreSQL's programs, where they should not be looked for.
        """
        self._folder = ServerFolder(data_dir.absolute())
        self._tcp_port = tcp_port
        self._max_connections = max_connections
        self._supervise = supervise
        self._silence_seconds = silence_seconds
        self._programs = programs
        self._address: Address | None = None
        self._keeper: Keeper | None = None

    def start(self) -> str:
        """Makes the cluster if need be, starts the server, returns its SQLAlchemy URL."""
        self._folder.acquire()
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Shuts the server down and waits for it; a second call does nothing."""
        if self._keeper is not None:
            self._keeper.stop()
        self._keeper = None
        self._address = None
        self._folder.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> Address:
        """Where the running server is found."""
        if self._address is None:
            raise EmbeddedPostgresError("the server is not running")
        return self._address

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the running server's database."""
        return self.address.url()

    @property
    def pid(self) -> int:
        """The server's process id; another one after a restart."""
        if self._keeper is None:
            raise EmbeddedPostgresError("the server is not running")
        return self._keeper.pid

    def program(self, name: str) -> Path:
        """One of PostgreSQL's client programs, such as `pgbench` or `psql`."""
        return self._installed() / name

    def _installed(self) -> Path:
        return self._programs or find_programs()

    def _start(self) -> str:
        cluster, installed = self._folder.cluster, self._installed()
        check_version(cluster, major_version(installed))
        account = server_account(cluster)
        run_folder = self._folder.make_run_folder(account)
        programs = reachable_programs(installed, account, run_folder)
        password = ensure_cluster(cluster, self._folder.password, programs)
        settings = [f"--{name}={value}" for name, value in self._settings(run_folder).items()]
        self._keeper = Keeper(
            programs.command("postgres", "-D", programs.place(cluster), *settings),
            cluster,
            self._folder.log,
            restart=self._supervise,
            silence_seconds=self._silence_seconds,
        )
        self._keeper.start()
        self._address = Address(run_folder, self._port, USER, password, DATABASE)
        return self._address.url()

    @property
    def _port(self) -> int:
        return self._tcp_port or SOCKET_PORT

    def _settings(self, run_folder: Path) -> dict[str, str]:
        return {
            "port": str(self._port),
            "listen_addresses": "127.0.0.1" if self._tcp_port else "",
            "unix_socket_directories": str(run_folder),
            "unix_socket_permissions": "0700",
            "max_connections": str(self._max_connections),
            "shared_buffers": "256MB",
            # Money: a commit that was answered is on the disk.
            "fsync": "on",
            "synchronous_commit": "on",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # Names and numbers of patients stand in statements and in the detail of a refusal.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
