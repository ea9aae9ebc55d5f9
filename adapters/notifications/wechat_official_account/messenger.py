"""Pushes template messages through the hospital's official account."""

import json
from collections.abc import Mapping

from adapters.notifications.wechat_official_account.access_token import AccessToken
from adapters.notifications.wechat_official_account.answers import (
    STALE_TOKEN,
    errcode,
    failure,
    read,
)
from adapters.notifications.wechat_official_account.templates import (
    TemplateSpec,
    require_every_kind,
)
from adapters.wire.recorded_http import UNSIGNED, RecordedHttp, Request
from domain.identifiers import OpenId
from domain.messages.message import Message, MessageKind
from ports.clock import Clock
from ports.errors import OutcomeUnknown
from ports.exchanges import Exchanges
from ports.messenger import Messenger

SYSTEM = "wechat_official_account"


class WechatOfficialAccount(Messenger):
    """微信公众号. `client_msg_id` keeps a repeated message from arriving twice (ten minutes)."""

    def __init__(
        self,
        appid: str,
        secret: str,
        base_url: str,
        templates: Mapping[MessageKind, TemplateSpec],
        link_base: str,
        exchanges: Exchanges,
        clock: Clock,
        *,
        timeout_seconds: float = 10.0,
    ) -> None:
        require_every_kind(templates)
        self._templates = templates
        self._link_base = link_base.rstrip("/")
        self._http = RecordedHttp(
            SYSTEM, base_url, exchanges, clock, timeout_seconds=timeout_seconds
        )
        self._token = AccessToken(appid, secret, self._http, clock)

    async def push(self, message: Message, to: OpenId) -> str:
        """Sends it; a token refused meanwhile is replaced once."""
        body = self._body(message, to)
        token = await self._token.get()
        content = await self._send(message, body, token)
        code = errcode("template_send", content)
        if code in STALE_TOKEN:
            content = await self._send(message, body, await self._token.get_instead_of(token))
            code = errcode("template_send", content)
        if code:
            raise failure("template_send", code, content)
        number = content.get("msgid")
        if type(number) is not int:
            raise OutcomeUnknown(f"msgid is {number!r}", code="answer_unreadable")
        return str(number)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.close()

    def _body(self, message: Message, to: OpenId) -> bytes:
        template = self._templates[message.kind]
        content: dict[str, object] = {
            "touser": to,
            "template_id": template.template_id,
            "client_msg_id": message.no,
            "data": template.filled(message),
        }
        if message.path:
            content["url"] = self._link_base + message.path
        return json.dumps(content, ensure_ascii=False).encode()

    async def _send(self, message: Message, body: bytes, token: str) -> Mapping[str, object]:
        request = Request(
            operation="template_send",
            method="POST",
            path=f"/cgi-bin/message/template/send?access_token={token}",
            body=body,
            headers={"Content-Type": "application/json"},
            key=message.no,
        )
        return read("template_send", await self._http.send(request, lambda _: UNSIGNED))
