"""A merchant written from the vendor's documents only: gateway.do, notifications, bills.

It is no code of the platform and none of the simulator, so that it can contradict either.
"""

import base64
import io
import json
import time
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from tests.simulators.payments.alipay.alipay_account import APP_ID, Account
from tests.simulators.payments.mailbox import Letter, Mailbox
from tests.simulators.payments.simulator_process import SimulatorProcess

BEIJING = timezone(timedelta(hours=8))
Node = dict[str, Any]


class Merchant:
    """Calls the simulator as a hospital's server would."""

    def __init__(self, account: Account, simulator: SimulatorProcess, mailbox: Mailbox) -> None:
        self.account = account
        self.simulator = simulator
        self.mailbox = mailbox
        mailbox.reply = b"success"
        self.client = httpx.Client(
            base_url=simulator.wire, timeout=5, verify=False
        )  # plain loopback

    def parameters(self, method: str, content: object, **changes: str | None) -> dict[str, str]:
        """A signed form; `changes` replace or (None) leave out a parameter before signing."""
        now = datetime.now(BEIJING)
        given: dict[str, str | None] = {
            "app_id": APP_ID,
            "method": f"alipay.{method}",
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{now:%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            "notify_url": self.mailbox.url,
            "biz_content": json.dumps(content, ensure_ascii=False),
            **changes,
        }
        form = {name: value for name, value in given.items() if value is not None}
        pairs = "&".join(f"{name}={form[name]}" for name in sorted(form))
        charset = form.get("charset", "utf-8")
        signed = self.account.app.sign(pairs.encode(charset), PKCS1v15(), SHA256())
        return {**form, "sign": base64.b64encode(signed).decode()}

    def send(self, form: dict[str, str]) -> httpx.Response:
        """Everything in the body."""
        return self.client.post("/gateway.do", data=form)

    def call(self, method: str, **content: object) -> Node:
        """One method; the node of an answer whose signature verifies."""
        return self.verified(self.send(self.parameters(method, content)), method)

    def verified(self, response: httpx.Response, method: str) -> Node:
        """The node, its signature checked over the characters between its braces."""
        name = f"alipay.{method}".replace(".", "_") + "_response"
        text = response.text
        raw = node_characters(text, name)
        signature = base64.b64decode(json.loads(text)["sign"])
        self.account.alipay.public_key().verify(signature, raw.encode(), PKCS1v15(), SHA256())
        node: Node = json.loads(raw)
        return node

    def believes(self, response: httpx.Response, method: str) -> bool:
        """Whether the answer's signature verifies."""
        try:
            self.verified(response, method)
        except InvalidSignature:
            return False
        return True

    # ------------------------------------------------------------------------- business

    def precreate(self, number: str, yuan: str = "32.50", **more: object) -> Node:
        return self.call(
            "trade.precreate", out_trade_no=number, total_amount=yuan, subject="门诊缴费", **more
        )

    def paid(self, number: str, yuan: str = "32.50") -> Node:
        """A precreated order the patient paid."""
        assert self.precreate(number, yuan)["code"] == "10000"
        self.simulator.act("patient/pay", out_trade_no=number, outcome="pay")
        return self.query(number)

    def query(self, number: str) -> Node:
        return self.call("trade.query", out_trade_no=number)

    def charge(self, number: str, auth_code: str, yuan: str = "50.00") -> Node:
        return self.call(
            "trade.pay",
            out_trade_no=number,
            total_amount=yuan,
            subject="门诊缴费",
            scene="bar_code",
            auth_code=auth_code,
        )

    def code(self, behaviour: str) -> str:
        """The patient's payment code."""
        return str(self.simulator.act("patient/payment-code", behaviour=behaviour)["auth_code"])

    def refund(self, number: str, request: str, yuan: str) -> Node:
        return self.call(
            "trade.refund", out_trade_no=number, out_request_no=request, refund_amount=yuan
        )

    # ------------------------------------------------------------------------- notifications

    def genuine(self, letter: Letter) -> bool:
        """异步返回结果的验签: without sign and sign_type, decoded, sorted, joined."""
        form = form_of(letter)
        signature = base64.b64decode(form.pop("sign", ""))
        form.pop("sign_type", None)
        pairs = "&".join(f"{name}={form[name]}" for name in sorted(form))
        try:
            public = self.account.alipay.public_key()
            public.verify(signature, pairs.encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    # ------------------------------------------------------------------------- bills

    def at(self, day: date, clock: str) -> None:
        """Sets the simulator's clock to a Beijing time such as 10:00:01."""
        instant = datetime.fromisoformat(f"{day}T{clock}+08:00")
        self.simulator.move_clock(round((instant - datetime.now(UTC)).total_seconds()))

    def bill_files(self, day: date) -> dict[str, str]:
        """Name -> text of the day's bill, as unzipped by hand."""
        asked = self.call(
            "data.dataservice.bill.downloadurl.query", bill_type="trade", bill_date=f"{day}"
        )
        assert asked["code"] == "10000", asked
        content = self.client.get(asked["bill_download_url"]).content
        with zipfile.ZipFile(io.BytesIO(content), metadata_encoding="gbk") as bundle:
            return {name: bundle.read(name).decode("gbk") for name in bundle.namelist()}


def tomorrow() -> date:
    """The day on which a test's business begins."""
    return datetime.now(BEIJING).date() + timedelta(days=1)


def form_of(letter: Letter) -> dict[str, str]:
    """A notification's fields."""
    return {name: value for name, (value,) in parse_qs(letter.body.decode()).items()}


def node_characters(text: str, name: str) -> str:
    """From the node's brace to the one that closes it, strings skipped."""
    start = text.index("{", text.index(f'"{name}"'))
    depth, inside, position = 0, False, start
    while True:
        character = text[position]
        if inside and character == "\\":
            position += 1
        elif character == '"':
            inside = not inside
        elif not inside and character in "{}":
            depth += 1 if character == "{" else -1
            if depth == 0:
                return text[start : position + 1]
        position += 1


def wait(seconds: float = 0.05) -> None:
    """Lets a notification arrive that is sent after the answer."""
    time.sleep(seconds)
