"""The WeChat official account (公众号) that pushes messages to patients: tokens and templates."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulators import interrupted_answers
from simulators.control import Act, BadAct, Simulator
from simulators.faults import Fault
from simulators.notifications.wechat_official_account.books import (
    Account,
    Books,
    Refusal,
    read_account,
)
from simulators.process import StartWire, http_wire

_HEADERS = {"Content-Type": "application/json; encoding=utf-8"}
_NUMBERS = ("touser", "template_id", "client_msg_id")
Rule = Callable[[Books, web.Request, dict[str, Any]], dict[str, Any]]


class WeChatOfficialAccount(Simulator):
    """One official account."""

    name = "wechat_official_account"

    def __init__(self, account: Account, seed: int) -> None:
        self.account = account
        super().__init__(seed)

    def reset(self, seed: int) -> None:
        """No token, no message, everyone subscribed who was configured."""
        super().reset(seed)
        self.ledger = Books(self.account, self.clock.now, self.random)

    def books(self) -> dict[str, Any]:
        """The messages that went out."""
        return self.ledger.as_json()

    def acts(self) -> dict[str, Act]:
        """{openid, subscribed}: a patient follows the account, or no longer."""
        return {"subscribers": self._set_subscriber}

    def _set_subscriber(self, body: dict[str, Any]) -> dict[str, Any]:
        openid, subscribed = body.get("openid"), body.get("subscribed")
        if not isinstance(openid, str) or not openid:
            raise BadAct("'openid' must be text")
        if not isinstance(subscribed, bool):
            raise BadAct("'subscribed' must be true or false")
        self.ledger.subscribed[openid] = subscribed
        return {"openid": openid, "subscribed": subscribed}


def build(config: dict[str, Any], seed: int) -> tuple[WeChatOfficialAccount, StartWire]:
    """The simulator and how its wire starts."""
    simulator = WeChatOfficialAccount(read_account(config), seed)
    app = web.Application()
    for method, path, operation, rule in RULES:
        app.router.add_route(method, path, _serving(simulator, operation, rule))
    return simulator, http_wire(app)


def _token(books: Books, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
    asked = request.query
    return books.issue_token(
        asked.get("grant_type", ""), asked.get("appid", ""), asked.get("secret", "")
    )


def _stable_token(books: Books, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
    return books.issue_stable_token(
        str(body.get("grant_type")),
        str(body.get("appid")),
        str(body.get("secret")),
        force=body.get("force_refresh") is True,
    )


def _template_send(books: Books, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
    books.check_token(request.query.get("access_token", ""))
    return {"errcode": 0, "errmsg": "ok", "msgid": books.send(body)}


RULES: tuple[tuple[str, str, str, Rule], ...] = (
    ("GET", "/cgi-bin/token", "token", _token),
    ("POST", "/cgi-bin/stable_token", "stable_token", _stable_token),
    ("POST", "/cgi-bin/message/template/send", "template_send", _template_send),
)


@dataclass(frozen=True, slots=True)
class _Call:
    """One wire call and the fault that fires on it."""

    operation: str
    raw: bytes
    body: dict[str, Any] | None
    fields: dict[str, str]
    fault: Fault | None

    @property
    def kind(self) -> str:
        """The fault's kind, empty when it is to go well."""
        return self.fault.kind if self.fault else ""


def _serving(
    simulator: WeChatOfficialAccount, operation: str, rule: Rule
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        call = _call(simulator, operation, await request.read())
        if call.kind == "no_answer_before_effect":
            _record(simulator, call, None, "no answer")
            return interrupted_answers.cut(request)
        content = _content(simulator, request, rule, call)
        answer = json.dumps(content, ensure_ascii=False).encode()
        if call.kind == "bad_signature":
            answer = answer[:-1]  # nothing is signed here: the closest is an unreadable answer
        if call.fault is not None and call.kind == "delay":
            await asyncio.sleep(float(call.fault.args.get("seconds", 1)))
        whole = call.kind not in ("no_answer_after_effect", "half_answer")
        _record(simulator, call, answer if whole else None, str(content.get("errcode", 0)))
        if call.kind == "no_answer_after_effect":
            return interrupted_answers.cut(request)
        if call.kind == "half_answer":
            return interrupted_answers.send_half(request, 200, _HEADERS, answer)
        return await interrupted_answers.send(request, 200, _HEADERS, answer)

    return serve


def _call(simulator: WeChatOfficialAccount, operation: str, raw: bytes) -> _Call:
    body = _object(raw)
    fields = {name: str(body[name]) for name in _NUMBERS if body and name in body}
    return _Call(operation, raw, body, fields, simulator.faults.take(operation, fields))


def _object(raw: bytes) -> dict[str, Any] | None:
    """The JSON body; None when it is no object, which the platform calls 47001."""
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _content(
    simulator: WeChatOfficialAccount, request: web.Request, rule: Rule, call: _Call
) -> dict[str, Any]:
    try:
        if call.fault is not None and call.kind == "refuse":
            args = call.fault.args
            raise Refusal(int(args["code"]), str(args.get("message", "refused")))
        if call.body is None:
            raise Refusal(47001, "data format error")
        return rule(simulator.ledger, request, call.body)
    except Refusal as refusal:
        number = f"{simulator.random.getrandbits(96):024x}"
        rid = f"{number[:8]}-{number[8:16]}-{number[16:]}"
        return {"errcode": refusal.errcode, "errmsg": f"{refusal.errmsg} rid: {rid}"}


def _record(
    simulator: WeChatOfficialAccount, call: _Call, response: bytes | None, verdict: str
) -> None:
    simulator.journal.record(
        at=simulator.clock.now().isoformat(),
        operation=call.operation,
        request=call.raw,
        response=response,
        status=verdict,
        signature="unsigned",  # the wire knows no signature, only the access token
        fault=call.kind or None,
        fields=call.fields,
    )
