"""The way to the core: numbers a request, signs on when needed, sends, and reads the envelope.

Apart from the adapter, which knows what is said; this knows how it gets there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime

import httpx

from adapters.insurance.nhsa_core.body_cipher import body_cipher_of
from adapters.insurance.nhsa_core.credentials import Credentials, Operator
from adapters.insurance.nhsa_core.envelope import GATEWAY_REFUSAL, Envelope, Heading
from adapters.insurance.nhsa_core.gateways import gateway_of
from adapters.insurance.nhsa_core.region import Region
from adapters.insurance.nhsa_core.translation.nodes import BEIJING, Node, unreadable
from adapters.wire.recorded_http import RecordedHttp, Request
from domain.identifiers import AttemptKey
from ports.clock import Clock
from ports.errors import CallFailed, Refused, Unavailable

MESSAGE_NO_LENGTH = 30
MOST_SERIAL = 9999  # four digits a second and institution
SIGN_ON, SIGN_OFF = "9001", "9002"
SIGN_ON_FAILED = "sign_on"
FILE = "application/octet-stream"

# Gives a serial that is unique within (institution, second), across all processes.
MessageNumbers = Callable[[datetime], Awaitable[int]]


class CoreConnection:
    """One institution's line to its region's core."""

    def __init__(
        self,
        *,
        region: Region,
        credentials: Credentials,
        operator: Operator,
        http: RecordedHttp,
        clock: Clock,
        message_numbers: MessageNumbers,
    ) -> None:
        self._region = region
        self._credentials = credentials
        self._operator = operator
        self._http = http
        self._clock = clock
        self._message_numbers = message_numbers
        self._gateway = gateway_of(region, credentials)
        cipher = body_cipher_of(region, credentials)
        self._algorithm = cipher.algorithm or self._gateway.algorithm
        self._envelope = Envelope(region, credentials, operator, cipher)
        self._signing_on = asyncio.Lock()
        self._signed_on: tuple[date, str] | None = None  # Beijing day, sign_no

    async def message_no(self) -> AttemptKey:
        """A fresh message number (报文ID)."""
        at = self._clock.now().replace(microsecond=0)
        serial = await self._message_numbers(at)
        number = self._region.message_no_layout.format(
            institution=self._credentials.fixmedins_code, at=at.astimezone(BEIJING), serial=serial
        )
        if not 0 <= serial <= MOST_SERIAL or len(number) > MESSAGE_NO_LENGTH:
            raise Unavailable(f"no message number is left in this second: {number}")
        return AttemptKey(number)

    async def call(
        self, infno: str, message_no: str, given: Mapping[str, object], insured_place: str = ""
    ) -> Node:
        """One transaction; its output."""
        response = await self._sent(infno, message_no, given, insured_place)
        return self._read(response)

    async def download(self, message_no: str, given: Mapping[str, object]) -> bytes:
        """9102, which answers with the file itself and with an envelope only when it refuses."""
        response = await self._sent("9102", message_no, given, "")
        kind = response.headers.get("content-type", "").partition(";")[0].strip()
        if response.status_code == httpx.codes.OK and kind == FILE:
            return response.content
        self._read(response)
        raise unreadable("file", kind)

    async def sign_off(self) -> None:
        """签退 9002, if this operator signed on today."""
        async with self._signing_on:
            if self._signed_on is None or self._signed_on[0] != self._today():
                return
            number = self._signed_on[1]
            given = {"signOut": {"sign_no": number, "opter_no": self._operator.code}}
            response = await self._send(SIGN_OFF, await self.message_no(), given, "", number)
            self._read(response)
            self._signed_on = None

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.close()

    async def _sent(
        self, infno: str, message_no: str, given: Mapping[str, object], insured_place: str
    ) -> httpx.Response:
        sign_no = await self._sign_no() if self._region.sign_in_required else ""
        return await self._send(infno, message_no, given, insured_place, sign_no)

    async def _send(
        self,
        infno: str,
        message_no: str,
        given: Mapping[str, object],
        insured_place: str,
        sign_no: str,
    ) -> httpx.Response:
        at = self._clock.now()
        heading = Heading(
            infno=infno, message_no=message_no, at=at, insured_place=insured_place, sign_no=sign_no
        )
        request = Request(
            operation=infno,
            method="POST",
            path=self._region.path.format(infno=infno, access_key=self._credentials.access_key),
            body=self._envelope.write(heading, given),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                **self._gateway.headers(infno, at),
            },
            key=message_no,
            algorithm=self._algorithm,
        )
        return await self._http.send(request, self._envelope.verdict)

    def _read(self, response: httpx.Response) -> Node:
        try:
            return self._envelope.read(response)
        except Refused as refusal:
            texts = self._region.texts
            if not self._region.sign_in_required:
                raise
            if not texts.say(texts.not_signed_in, refusal.text):
                raise
            # It was turned away unread: the same may be asked again, after another sign-on.
            self._signed_on = None
            raise Unavailable(refusal.text, code=SIGN_ON_FAILED) from refusal

    async def _sign_no(self) -> str:
        """签到 9001, once an operator and Beijing day."""
        async with self._signing_on:
            if self._signed_on is None or self._signed_on[0] != self._today():
                self._signed_on = (self._today(), await self._sign_on())
            return self._signed_on[1]

    async def _sign_on(self) -> str:
        """When signing on fails, the call it was for has never left."""
        operator = self._operator
        given = {"signIn": {"opter_no": operator.code, "mac": operator.mac, "ip": operator.ip}}
        try:
            response = await self._send(SIGN_ON, await self.message_no(), given, "", "")
            return self._read(response).node("signinoutb").need("sign_no")
        except CallFailed as failure:
            if failure.code == GATEWAY_REFUSAL:
                raise
            text = f"sign-on failed: {failure.text}"
            raise Unavailable(text, code=SIGN_ON_FAILED) from failure

    def _today(self) -> date:
        return self._clock.now().astimezone(BEIJING).date()
