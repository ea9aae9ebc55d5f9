"""python -m interfaces.worker: one worker process; prints a ready line, stops on SIGTERM."""

import asyncio
import json
import os
import signal
import socket
import sys

from interfaces.container import open_platform
from interfaces.logs import set_up_logs
from interfaces.settings import read_settings
from interfaces.worker.worker import Worker


async def serve() -> None:
    """Runs until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with open_platform(read_settings()) as platform:
        name = f"{socket.gethostname()}-{os.getpid()}"
        worker = Worker(name, platform.jobs, platform.clock, platform.run_job, platform.schedules)
        sys.stdout.write(json.dumps({"ready": "worker", "pid": os.getpid()}) + "\n")
        sys.stdout.flush()
        await worker.run(stopping)


if __name__ == "__main__":
    set_up_logs()
    asyncio.run(serve())
