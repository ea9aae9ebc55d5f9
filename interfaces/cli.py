"""The command line: run the demo, serve a sandbox, start a process, look after the database."""

import asyncio
import json
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from interfaces.container import migrate_database, open_platform
from interfaces.demo.play import play
from interfaces.demo.story import Storyteller
from interfaces.rest.openapi import openapi_document
from interfaces.sandbox.curl import curl_example
from interfaces.sandbox.hospital import Sandbox, read_endpoints
from interfaces.settings import Settings, read_settings
from ports.enquiries import AuditCheck

DEFAULT_FOLDER = Path(".run")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="Medsettle 医院统一支付与多点结算: the payment and settlement core of a hospital.\n\n"
    "Start with `medsettle demo`; then `medsettle serve` and the curl example it prints.",
)
Folder = Annotated[Path, typer.Option(help="Where keys, data and logs of the sandbox are kept.")]
Endpoints = Annotated[
    Path | None,
    typer.Option(
        help="JSON file naming outside systems that stand elsewhere: "
        '{"wechat_pay": {"wire": "127.0.0.1:4001", "control": "127.0.0.1:4002", '
        '"secure": "127.0.0.1:4003"}}. Systems left out are started here. '
        "`medsettle simulators` prints such a file."
    ),
]
Seed = Annotated[int, typer.Option(help="Everything random hangs on it. Same seed, same money.")]


@app.command()
def demo(
    seed: Seed = 1,
    lines: Annotated[
        int, typer.Option(min=1, max=5000, help="Charge lines of the first patient's stay.")
    ] = 12,
    faults: Annotated[
        Path | None,
        typer.Option(
            help='Faults to arm first: {"nhsa_core": [{"operation": "2303", "kind": "delay", '
            '"args": {"seconds": 1}}]}'
        ),
    ] = None,
    endpoints: Endpoints = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout, progress on stderr.")
    ] = False,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Play stays from admission to discharge on real wire protocols; exit 0 if all holds."""
    console = Console(stderr=as_json)
    story = Storyteller(console)
    started = time.monotonic()
    try:
        given = read_endpoints(endpoints)
        keys = folder / "credentials"
        with Sandbox(_fresh(folder, "demo"), seed=seed, endpoints=given, keys=keys) as sandbox:
            record, document = play(sandbox, seed=seed, lines=lines, faults=faults, tell=story.tell)
    except Exception as failed:
        words = f"{type(failed).__name__}: {failed}"
        console.print(f"[bold red]the demo failed:[/] {words}", soft_wrap=True)
        if as_json:
            sys.stdout.write(json.dumps({"passed": False, "failed": words}) + "\n")
        raise typer.Exit(1) from failed
    story.close(record, time.monotonic() - started)
    if as_json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    raise typer.Exit(0 if record.passed else 1)


@app.command()
def serve(
    rest_port: Annotated[int, typer.Option(help="REST and API docs.")] = 8080,
    grpc_port: Annotated[int, typer.Option(help="gRPC.")] = 8081,
    workers: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    endpoints: Endpoints = None,
    seed: Seed = 1,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Start the whole hospital (PostgreSQL, simulators, API, worker) and leave it running.

    Simulators keep their books in memory, so the platform's begin empty with them each time.
    """
    sandbox = Sandbox(
        _fresh(folder, "serve"),
        keys=folder / "credentials",
        seed=seed,
        endpoints=read_endpoints(endpoints),
        rest_port=rest_port,
        grpc_port=grpc_port,
        workers=workers,
    )
    console = Console()
    with sandbox:
        console.print("[bold green]运行中 running[/]  (Ctrl-C stops everything)")
        console.print(f"  API docs   {sandbox.rest_url}/docs")
        console.print(f"  gRPC       127.0.0.1:{sandbox.grpc_port} (reflection on)")
        for name, endpoint in sandbox.endpoints.items():
            console.print(
                f"  {name:<24} wire {endpoint.wire}  control http://{endpoint.control}/_control/",
                soft_wrap=True,
            )
        console.print(f"  audit      medsettle audit --settings {sandbox.settings_file}")
        console.print("\n  try it (bash, openssl, curl):\n")
        sys.stdout.write(curl_example(sandbox) + "\n")
        _wait_for_signal()


@app.command()
def simulators(folder: Folder = DEFAULT_FOLDER, seed: Seed = 1) -> None:
    """Start only the simulators; print an endpoints file for `--endpoints`, and keep running."""
    sandbox = Sandbox(folder, seed=seed)
    try:
        sandbox.start_simulators()
        sys.stdout.write(json.dumps(sandbox.endpoints_document(), indent=1) + "\n")
        sys.stdout.flush()
        _wait_for_signal()
    finally:
        sandbox.stop()


@app.command()
def migrate() -> None:
    """Bring the database named by the settings up to date."""
    asyncio.run(migrate_database(read_settings()))


@app.command()
def audit(
    settings: Annotated[
        Path | None, typer.Option(help="The settings file; else MEDSETTLE_SETTINGS names it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
) -> None:
    """Check every invariant of a live database; exit 1 if anything is found."""
    checks = asyncio.run(_audit(read_settings(settings)))
    findings = [finding for check in checks for finding in check.findings]
    if as_json:
        document = {check.name: list(check.findings) for check in checks}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    else:
        console = Console()
        for check in checks:
            mark = "[bold red]✗[/]" if check.findings else "[green]✓[/]"
            console.print(f"{mark} {check.name}  ({check.measured})")
            for finding in check.findings:
                console.print(f"    {finding}")
    raise typer.Exit(1 if findings or not checks else 0)


async def _audit(settings: Settings) -> tuple[AuditCheck, ...]:
    async with open_platform(settings) as platform:
        return await platform.uses.enquiries.audit()


@app.command()
def openapi(file: Annotated[Path, typer.Argument(help="Where to write it.")]) -> None:
    """Write the REST API's OpenAPI document."""
    text = json.dumps(openapi_document(), ensure_ascii=False, indent=1, sort_keys=True)
    file.write_text(text + "\n")


def _fresh(folder: Path, name: str) -> Path:
    """An empty folder for one run; the sandbox's keys are kept beside it."""
    own = folder / name
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    return own


def _wait_for_signal() -> None:
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    while not stopping.wait(0.5):
        pass


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
