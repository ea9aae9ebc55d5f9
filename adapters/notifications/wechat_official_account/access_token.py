"""The account's access token: kept while it lasts, fetched again when it is refused."""

import asyncio
import json
from datetime import datetime, timedelta

from adapters.notifications.wechat_official_account.answers import BUSY, errcode, failure, read
from adapters.wire.recorded_http import UNSIGNED, RecordedHttp, Request
from ports.clock import Clock
from ports.errors import OutcomeUnknown, Unavailable

# They hand out the next token five minutes before the last one ends, and both are good meanwhile.
RENEWED_BEFORE_END = timedelta(minutes=5)


class AccessToken:
    """One account's token, shared by all messages of this process.

    The stable interface gives every process the same token; the older `/cgi-bin/token` would let
    each replica make the others' tokens invalid.
    """

    def __init__(self, appid: str, secret: str, http: RecordedHttp, clock: Clock) -> None:
        self._appid = appid
        self._secret = secret
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._good_until: datetime | None = None

    async def get(self) -> str:
        """A token that lasts. Without one nothing is sent: Refused or Unavailable."""
        async with self._lock:
            if self._good_until is None or self._clock.now() >= self._good_until:
                await self._fetch()
            return self._token

    async def get_instead_of(self, refused: str) -> str:
        """Another token, fetched unless somebody else has replaced the refused one meanwhile."""
        async with self._lock:
            if self._token == refused:
                await self._fetch()
            return self._token

    async def _fetch(self) -> None:
        body = {"grant_type": "client_credential", "appid": self._appid, "secret": self._secret}
        request = Request(
            operation="stable_token",
            method="POST",
            path="/cgi-bin/stable_token",
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        asked_at = self._clock.now()
        try:
            content = read("stable_token", await self._http.send(request, lambda _: UNSIGNED))
            code = errcode("stable_token", content)
            token, lasts = content.get("access_token"), content.get("expires_in")
        except OutcomeUnknown as error:
            raise Unavailable(f"no access token: {error.text}", code=error.code) from error
        if code == BUSY:
            raise Unavailable("no access token: the system is busy", code=str(BUSY))
        if code:
            raise failure("stable_token", code, content)
        if not isinstance(token, str) or not token or type(lasts) is not int:
            raise Unavailable("no access token in the answer", code="answer_unreadable")
        self._token = token
        self._good_until = asked_at + timedelta(seconds=lasts) - RENEWED_BEFORE_END
