"""An HTTP server of the core's path whose next answer a test writes byte by byte.

For forms of answers that no simulator of ours produces: their shapes come from the reference.
"""

import json
from typing import Any

from aiohttp import web

from adapters.insurance.nhsa_core import BASELINE_AKSK, Credentials, NhsaCore, Operator, Region
from tests.conformance.insurer.simulated_core import (
    TLS,
    KeptExchanges,
    MachineClock,
    SharedSerials,
)

REFERENCE_NO = "009900" + "20250102030405" + "0000000001"
CREDENTIALS = Credentials(
    fixmedins_code="H00000000001",
    fixmedins_name="测试医院",
    mdtrtarea_admvs="009900",
    access_key="AK0001",
    secret="SK0001",
)
OPERATOR = Operator(code="CASHIER01", name="测试收费员")


class ScriptedCore:
    """Answers with `status`, `body`, `content_type`; keeps the envelopes it got in `received`."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.content_type = "application/json"
        self.received: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.exchanges = KeptExchanges()
        self.clock = MachineClock()
        self._adapters: list[NhsaCore] = []

    async def start(self) -> None:
        app = web.Application(client_max_size=2**24)
        app.router.add_post("/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._address = self._runner.addresses[0]

    async def stop(self) -> None:
        for adapter in self._adapters:
            await adapter.close()
        await self._runner.cleanup()

    def adapter(
        self, region: Region = BASELINE_AKSK, credentials: Credentials = CREDENTIALS
    ) -> NhsaCore:
        """An adapter that speaks to this server."""
        host, port = self._address
        adapter = NhsaCore(
            region=region,
            credentials=credentials,
            operator=OPERATOR,
            base_url=f"http://{host}:{port}",
            exchanges=self.exchanges,
            clock=self.clock,
            message_numbers=SharedSerials(),
            timeout_seconds=5,
            tls=TLS,
        )
        self._adapters.append(adapter)
        return adapter

    def answer(self, envelope: object, *, status: int = 200) -> None:
        """The next answers are this JSON."""
        self.raw(json.dumps(envelope).encode(), status=status)

    def succeed(self, output: object, **more: object) -> None:
        """The next answers are successes with this output."""
        envelope = {"infcode": 0, "inf_refmsgid": REFERENCE_NO, "err_msg": "", "output": output}
        self.answer(envelope | more)

    def refuse(self, text: str, **more: object) -> None:
        """The next answers are refusals with this text."""
        envelope = {"infcode": -1, "inf_refmsgid": REFERENCE_NO, "err_msg": text, "output": None}
        self.answer(envelope | more)

    def raw(
        self, body: bytes, *, status: int = 200, content_type: str = "application/json"
    ) -> None:
        """The next answers are these bytes."""
        self.body, self.status, self.content_type = body, status, content_type

    async def _serve(self, request: web.Request) -> web.Response:
        self.received.append(json.loads(await request.read()))
        self.paths.append(request.path)
        self.headers.append(dict(request.headers))
        return web.Response(body=self.body, status=self.status, content_type=self.content_type)
