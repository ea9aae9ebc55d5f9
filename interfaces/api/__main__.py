"""python -m interfaces.api: REST and gRPC in one process; prints a ready line, stops on SIGTERM."""

import asyncio
import gc
import json
import os
import signal
import sys

import uvicorn

from interfaces.container import migrate_database, open_platform
from interfaces.logs import set_up_logs
from interfaces.rest.app import rest_app
from interfaces.rpc.server import start_rpc
from interfaces.settings import Settings, read_settings

DRAIN_SECONDS_MAX = 8


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: this process stops both servers itself."""

    def install_signal_handlers(self) -> None:
        return


async def serve(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT; then finishes the requests it has."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    await migrate_database(settings)
    async with open_platform(settings) as platform:
        config = uvicorn.Config(
            rest_app(platform.uses),
            host=settings.rest_host,
            port=settings.rest_port,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=DRAIN_SECONDS_MAX,
        )
        rest = _Server(config)
        rpc = await start_rpc(platform.uses, settings.rest_host, settings.grpc_port)
        serving = asyncio.create_task(rest.serve())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        while not rest.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.02)
        gc.freeze()  # what start-up made lives for ever; collecting it over again costs latency
        ready = {
            "ready": "api",
            "pid": os.getpid(),
            "rest": f"{settings.rest_host}:{settings.rest_port}",
            "grpc": f"{settings.rest_host}:{settings.grpc_port}",
        }
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        await asyncio.wait(
            {serving, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED
        )
        rest.should_exit = True
        await rpc.stop(DRAIN_SECONDS_MAX)
        await serving


if __name__ == "__main__":
    set_up_logs()
    asyncio.run(serve(read_settings()))
