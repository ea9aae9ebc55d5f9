"""Builds the WeChat Pay simulator: rules, acts, one plain wire and one that wants a certificate."""

import asyncio
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from socket import socket
from typing import Any

from aiohttp import web

from simulators.agenda import report_failure
from simulators.control import Act
from simulators.payments.wechat_pay import v2_wire, v3_wire
from simulators.payments.wechat_pay.acts import acts_of
from simulators.payments.wechat_pay.configuration import TlsMaterial, read_configuration
from simulators.payments.wechat_pay.wechat import WeChatPay
from simulators.process import StartWire, loopback_socket


class ControlledWeChatPay(WeChatPay):
    """The simulator with its control acts."""

    def acts(self) -> dict[str, Act]:
        """The vendor's own acts, see README."""
        return acts_of(self)


def build(config: dict[str, Any], seed: int) -> tuple[WeChatPay, StartWire]:
    """The simulator and how its wire starts."""
    configuration = read_configuration(config)
    pay = ControlledWeChatPay(configuration, seed)

    async def start(listening: socket) -> Callable[[], Awaitable[None]]:
        pay.notifier.open()
        keeping = asyncio.create_task(pay.agenda.keep())
        keeping.add_done_callback(report_failure)
        runner = web.AppRunner(_wire(pay), access_log=None)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        if configuration.tls is not None:
            secure = loopback_socket(configuration.tls.port)
            context = _server_context(configuration.tls)
            await web.SockSite(runner, secure, ssl_context=context).start()
            pay.addresses["secure"] = f"127.0.0.1:{secure.getsockname()[1]}"

        async def stop() -> None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await pay.notifier.close()
            await runner.cleanup()

        return stop

    return pay, start


def _wire(pay: WeChatPay) -> web.Application:
    app = web.Application()
    v3_wire.add_routes(app, pay)
    v2_wire.add_routes(app, pay)
    return app


def _server_context(tls: TlsMaterial) -> ssl.SSLContext:
    """TLS that ends the handshake of a client without a certificate of the configured CA."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=tls.client_ca_pem)
    context.verify_mode = ssl.CERT_REQUIRED
    with tempfile.TemporaryDirectory() as folder:  # ssl reads its own certificate only from a file
        pem = Path(folder, "server.pem")
        pem.write_text(f"{tls.server_certificate_pem}\n{tls.server_key_pem}")
        context.load_cert_chain(pem)
    return context
