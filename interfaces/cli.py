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

from interfaces.container import migrate_database
from interfaces.demo.play import play
from interfaces.demo.story import Storyteller
from interfaces.rest.openapi import openapi_document
from interfaces.sandbox.curl import curl_example
from interfaces.sandbox.hospital import BadEndpoints, Sandbox, read_endpoints
from interfaces.sandbox.processes import StartFailed
from interfaces.settings import read_settings

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
        with Sandbox(_fresh(folder), seed=seed, endpoints=given, keys=keys) as sandbox:
            record, document = play(sandbox, seed=seed, lines=lines, faults=faults, tell=story.tell)
    except (BadEndpoints, StartFailed, OSError, TimeoutError, RuntimeError) as failed:
        console.print(f"[bold red]the demo failed:[/] {failed}", soft_wrap=True)
        if as_json:
            sys.stdout.write(json.dumps({"passed": False, "failed": str(failed)}) + "\n")
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
    """Start the whole hospital (PostgreSQL, simulators, API, worker) and leave it running."""
    sandbox = Sandbox(
        folder,
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
                f"  {name:<24} wire {endpoint.wire}  control http://{endpoint.control}/_control/"
            )
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
def openapi(file: Annotated[Path, typer.Argument(help="Where to write it.")]) -> None:
    """Write the REST API's OpenAPI document."""
    text = json.dumps(openapi_document(), ensure_ascii=False, indent=1, sort_keys=True)
    file.write_text(text + "\n")


def _fresh(folder: Path) -> Path:
    """The demo keeps the sandbox's keys and starts from empty books in a database of its own."""
    play_folder = folder / "demo"
    shutil.rmtree(play_folder, ignore_errors=True)
    play_folder.mkdir(parents=True)
    return play_folder


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
