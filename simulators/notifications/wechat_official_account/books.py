"""The official account's books and rules: access tokens, subscribers, templates, messages sent."""

import random
import string
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

TOKEN_LIFE = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
ONE_MESSAGE_WITHIN = timedelta(minutes=10)


class BadConfiguration(ValueError):
    """The configuration file is unusable; the text names the key."""


class Refusal(Exception):
    """errcode and errmsg, as the platform answers them; the HTTP status stays 200."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode}: {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass(frozen=True, slots=True)
class Account:
    """One 公众号: its credentials, its templates with their field names, who follows it."""

    appid: str
    secret: str
    templates: dict[str, list[str]]
    subscribers: tuple[str, ...]


def read_account(source: dict[str, Any]) -> Account:
    """The configuration file as an account; raises BadConfiguration naming the key."""
    unknown = source.keys() - {"appid", "secret", "templates", "subscribers"}
    if unknown:
        raise BadConfiguration(f"unknown key {sorted(unknown)[0]!r}")
    for key in ("appid", "secret"):
        if not isinstance(source.get(key), str) or not source[key]:
            raise BadConfiguration(f"{key!r} must be text")
    return Account(
        appid=source["appid"],
        secret=source["secret"],
        templates=dict(source.get("templates", {})),
        subscribers=tuple(source.get("subscribers", ())),
    )


@dataclass
class Token:
    """An access_token. `replaced_at`: from then on it is no longer the latest."""

    text: str
    expires_at: datetime
    replaced_at: datetime | None = None


@dataclass(frozen=True)
class Message:
    """One template message that went out."""

    msgid: int
    touser: str
    template_id: str
    url: str
    data: dict[str, str]
    client_msg_id: str | None
    at: str


class Books:
    """State and rules of one account."""

    def __init__(
        self, account: Account, now: Callable[[], datetime], source: random.Random
    ) -> None:
        self._account = account
        self._now = now
        self._random = source
        self._tokens: dict[str, Token] = {}
        self._latest: Token | None = None
        self._stable: Token | None = None
        self._sent: dict[tuple[str, str], tuple[datetime, int]] = {}
        self.messages: list[Message] = []
        self.subscribed = dict.fromkeys(account.subscribers, True)

    def as_json(self) -> dict[str, Any]:
        """The messages that went out."""
        return {"messages": [asdict(message) for message in self.messages]}

    def issue_token(self, grant_type: str, appid: str, secret: str) -> dict[str, Any]:
        """access_token: a new one each time; the one before is good for five minutes more."""
        self._check_credentials(grant_type, appid, secret)
        if self._latest is not None:
            self._latest.replaced_at = self._now() + OVERLAP
        self._latest = self._new_token()
        return {"access_token": self._latest.text, "expires_in": int(TOKEN_LIFE.total_seconds())}

    def issue_stable_token(
        self, grant_type: str, appid: str, secret: str, *, force: bool
    ) -> dict[str, Any]:
        """Stable token: the same while it lives, renewed in its last five minutes or by force."""
        self._check_credentials(grant_type, appid, secret)
        known = self._stable
        if known is None or force or known.expires_at - self._now() <= OVERLAP:
            if known is not None and force:
                known.replaced_at = self._now()
            known = self._stable = self._new_token()
        left = known.expires_at - self._now()
        return {"access_token": known.text, "expires_in": int(left.total_seconds())}

    def _check_credentials(self, grant_type: str, appid: str, secret: str) -> None:
        if grant_type != "client_credential":
            raise Refusal(40002, "invalid grant_type")
        if appid != self._account.appid:
            raise Refusal(40013, "invalid appid")
        if secret != self._account.secret:
            raise Refusal(40001, "invalid credential")

    def _new_token(self) -> Token:
        text = "".join(self._random.choices(string.ascii_letters + string.digits + "-_", k=136))
        token = Token(text, self._now() + TOKEN_LIFE)
        self._tokens[text] = token
        return token

    def check_token(self, text: str) -> None:
        """Refuses a missing, unknown, replaced or expired token."""
        if not text:
            raise Refusal(41001, "access_token missing")
        token = self._tokens.get(text)
        if token is None or (token.replaced_at is not None and token.replaced_at <= self._now()):
            raise Refusal(40001, "invalid credential, access_token is invalid or not latest")
        if token.expires_at <= self._now():
            raise Refusal(42001, "access_token expired")

    def send(self, body: dict[str, Any]) -> int:
        """模板消息: the msgid; the same client_msg_id to the same patient sends once."""
        touser, template_id = body.get("touser"), body.get("template_id")
        if not isinstance(touser, str) or touser not in self.subscribed:
            raise Refusal(40003, "invalid openid")
        if not isinstance(template_id, str) or template_id not in self._account.templates:
            raise Refusal(40037, "invalid template_id")
        values = _values(self._account.templates[template_id], body.get("data"))
        if not self.subscribed[touser]:
            raise Refusal(43004, "require subscribe")
        client_msg_id = body.get("client_msg_id")
        key = (touser, str(client_msg_id))
        if client_msg_id is not None and key in self._sent:
            sent_at, msgid = self._sent[key]
            if self._now() - sent_at < ONE_MESSAGE_WITHIN:
                return msgid
        message = Message(
            msgid=self._random.randrange(10**18, 4 * 10**18),
            touser=touser,
            template_id=template_id,
            url=str(body.get("url", "")),
            data=values,
            client_msg_id=client_msg_id,
            at=self._now().isoformat(),
        )
        self.messages.append(message)
        if client_msg_id is not None:
            self._sent[key] = (self._now(), message.msgid)
        return message.msgid


def _values(fields: list[str], data: object) -> dict[str, str]:
    """The values by field name; refuses a field missing, empty, or unknown to the template."""
    given = data if isinstance(data, dict) else {}
    values = {}
    for name in fields:
        entry = given.get(name)
        value = entry.get("value") if isinstance(entry, dict) else None
        if not isinstance(value, str) or not value:
            raise Refusal(47003, f"argument invalid! data.{name}.value is empty")
        values[name] = value
    stranger = sorted(given.keys() - set(fields))
    if stranger:
        raise Refusal(47003, f"argument invalid! data.{stranger[0]} is not in the template")
    return values
