"""Builds the Alipay simulator: rules, acts and one wire for gateway and bill centre."""

import asyncio
from collections.abc import Awaitable, Callable
from socket import socket
from typing import Any

from aiohttp import web

from simulators.agenda import report_failure
from simulators.control import Act
from simulators.payments.alipay import gateway
from simulators.payments.alipay.acts import acts_of
from simulators.payments.alipay.alipay import AlipaySimulator
from simulators.payments.alipay.configuration import read_configuration
from simulators.process import StartWire, serve_app


class ControlledAlipay(AlipaySimulator):
    """The simulator with its control acts."""

    def acts(self) -> dict[str, Act]:
        """The vendor's own acts, see README."""
        return acts_of(self)


def build(config: dict[str, Any], seed: int) -> tuple[AlipaySimulator, StartWire]:
    """The simulator and how its wire starts."""
    alipay = ControlledAlipay(read_configuration(config), seed)

    async def start(listening: socket) -> Callable[[], Awaitable[None]]:
        alipay.notifier.open()
        keeping = asyncio.create_task(alipay.agenda.keep())
        keeping.add_done_callback(report_failure)
        app = web.Application()
        gateway.add_routes(app, alipay)
        stop_serving = await serve_app(app, listening)

        async def stop() -> None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await alipay.notifier.close()
            await stop_serving()

        return stop

    return alipay, start
