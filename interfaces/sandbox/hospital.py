"""The sandbox: starts PostgreSQL, simulators, API and worker, and knows where each listens."""

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interfaces.container import business_clock, move_business_clock, open_database
from interfaces.sandbox.credentials import (
    Credentials,
    Wires,
    open_credentials,
    platform_settings,
    simulator_configs,
)
from interfaces.sandbox.processes import Processes, Running, free_port
from interfaces.sandbox.regions import DEFAULT_REGION
from ports.clock import Clock

SIMULATORS = ("nhsa_core", "wechat_pay", "wechat_official_account", "his")
OPENID = "oSandboxPatient0000000000001"
HTTP_SECONDS_MAX = 30


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one outside system is: its wire, its control API, its TLS wire if it has one."""

    wire: str
    control: str
    secure: str = ""


class BadEndpoints(ValueError):
    """The endpoints file names an unknown system or lacks an address."""


def read_endpoints(file: Path | None) -> dict[str, Endpoint]:
    """`{"nhsa_core": {"wire": "host:port", "control": "host:port"}, …}`; systems left out are
    started by the sandbox itself. `wechat_pay` may name `secure` too (its TLS wire)."""
    if file is None:
        return {}
    given = json.loads(file.read_text())
    endpoints: dict[str, Endpoint] = {}
    for name, addresses in given.items():
        if name not in SIMULATORS:
            raise BadEndpoints(f"{name!r} is none of {', '.join(SIMULATORS)}")
        missing = {"wire", "control"} - set(addresses)
        if missing:
            raise BadEndpoints(f"{name}: {sorted(missing)[0]!r} is missing")
        endpoints[name] = Endpoint(
            addresses["wire"], addresses["control"], addresses.get("secure", "")
        )
    return endpoints


def ask_control(control: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One call of a simulator's control API; POST when there is a body."""
    request = urllib.request.Request(
        f"http://{control}/_control/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="GET" if body is None else "POST",
    )
    with urllib.request.urlopen(request, timeout=HTTP_SECONDS_MAX) as answer:  # noqa: S310
        result: dict[str, Any] = json.loads(answer.read())
        return result


@dataclass(slots=True)
class Sandbox:
    """One hospital on this machine. Use as a context manager; everything ends with it."""

    folder: Path
    seed: int = 1
    region: str = DEFAULT_REGION  # of the insurer's core: one of regions.REGIONS
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    keys: Path | None = None  # where the credentials are kept; `folder`/credentials by default
    rest_port: int = 0
    grpc_port: int = 0
    workers: int = 1
    processes: Processes = field(init=False)
    credentials: Credentials = field(init=False)
    running: dict[str, Running] = field(default_factory=dict)
    database_url: str = ""
    _database: Any = None

    def __post_init__(self) -> None:
        self.processes = Processes(self.folder / "logs")
        self.keys = self.keys or self.folder / "credentials"
        self.credentials = open_credentials(self.keys)

    def __enter__(self) -> "Sandbox":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- starting and stopping -----------------------------------------------------------------

    def start(self) -> None:
        """Starts everything; StartFailed quotes the process that did not come up."""
        self._database = open_database(self.folder / "postgres")
        self.database_url = self._database.start()
        self.start_simulators()
        self.rest_port = self.rest_port or free_port()
        self.grpc_port = self.grpc_port or free_port()
        self.write_settings()
        self.start_platform()

    def start_simulators(self) -> None:
        """Starts the simulators that no endpoint stands for, and resets those that it does."""
        configs = simulator_configs(self.credentials, OPENID, self.region)
        folder = self.keys or self.folder
        for name in SIMULATORS:
            if name in self.endpoints:
                ask_control(self.endpoints[name].control, "reset", {"seed": self.seed})
                continue
            config = folder / f"{name}.json"
            config.touch(mode=0o600)
            config.write_text(json.dumps(configs[name], ensure_ascii=False, indent=1))
            arguments = ["simulators", name, "--config", str(config), "--seed", str(self.seed)]
            running = self.processes.start(name, arguments, {})
            self.running[name] = running
            self.endpoints[name] = Endpoint(
                running.ready["wire"], running.ready["control"], running.ready.get("secure", "")
            )

    def write_settings(self) -> None:
        """The platform's settings, with the addresses as they are now; the clock at now."""
        move_business_clock(self.clock_file, 0)
        ends = self.endpoints
        secure = ends["wechat_pay"].secure or self.control("wechat_pay", "health").get("secure", "")
        wires = Wires(
            nhsa_core=ends["nhsa_core"].wire,
            wechat_pay=ends["wechat_pay"].wire,
            wechat_pay_secure=secure,
            wechat_official_account=ends["wechat_official_account"].wire,
            his=ends["his"].wire,
        )
        settings = platform_settings(
            self.credentials,
            wires,
            region=self.region,
            database_url=self.database_url,
            rest_port=self.rest_port,
            grpc_port=self.grpc_port,
            clock_file=self.clock_file,
        )
        self.settings_file.touch(mode=0o600)
        self.settings_file.write_text(json.dumps(settings, ensure_ascii=False, indent=1))

    def start_platform(self) -> None:
        """Starts the API (which brings the schema up to date) and the workers."""
        self.start_api()
        for number in range(1, self.workers + 1):
            self.start_worker(f"worker-{number}" if self.workers > 1 else "worker")
        platform = {
            "grpc": f"127.0.0.1:{self.grpc_port}",
            "key_id": "demo-his",
            "secret": self.credentials.his_secret,
        }
        self.control("his", "platform", platform)

    def start_api(self) -> Running:
        """One API process on the sandbox's ports."""
        environment = self._environment("MS-API")
        self.running["api"] = self.processes.start("api", ["interfaces.api"], environment)
        return self.running["api"]

    def start_worker(self, name: str = "worker") -> Running:
        """One worker process."""
        environment = self._environment(f"MS-{name.upper()}")
        self.running[name] = self.processes.start(name, ["interfaces.worker"], environment)
        return self.running[name]

    def stop(self) -> None:
        """Stops every process that was started here, the database last."""
        self.processes.stop()
        if self._database is not None:
            self._database.stop()
            self._database = None

    # --- acting on it --------------------------------------------------------------------------

    @property
    def clock_file(self) -> Path:
        """The platform's business clock."""
        return self.folder / "clock"

    @property
    def clock(self) -> Clock:
        """The platform's business clock, as its processes read it."""
        return business_clock(self.clock_file)

    @property
    def settings_file(self) -> Path:
        """The platform's settings."""
        return self.folder / "settings.json"

    @property
    def rest_url(self) -> str:
        """Where the REST API listens."""
        return f"http://127.0.0.1:{self.rest_port}"

    def _environment(self, operator: str) -> dict[str, str]:
        return {"MEDSETTLE_SETTINGS": str(self.settings_file), "MEDSETTLE_OPERATOR": operator}

    def control(
        self, system: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """One call of an outside system's control API."""
        return ask_control(self.endpoints[system].control, path, body)

    def move_clock(self, offset_seconds: int) -> None:
        """Moves the business clocks of the platform and of every simulator to the same offset.

        The outside systems first: a statement must not be asked for before its day is over there.
        """
        for name in SIMULATORS:
            self.control(name, "clock", {"offset_seconds": offset_seconds})
        move_business_clock(self.clock_file, offset_seconds)

    def endpoints_document(self) -> dict[str, dict[str, str]]:
        """The addresses in the form of an endpoints file."""
        return {
            name: {"wire": end.wire, "control": end.control}
            | ({"secure": end.secure} if end.secure else {})
            for name, end in self.endpoints.items()
        }

    def listening(self) -> list[dict[str, Any]]:
        """Every process: name, pid, and where it listens."""
        rows: list[dict[str, Any]] = [
            {"name": "postgres", "pid": self._database.pid, "listens": ["unix socket"]}
        ]
        for name, running in self.running.items():
            ready = running.ready
            listens = [
                ready[key] for key in ("wire", "control", "secure", "rest", "grpc") if key in ready
            ]
            rows.append({"name": name, "pid": running.pid, "listens": listens})
        return rows
