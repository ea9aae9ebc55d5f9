"""A merchant written from the vendor's documents only: v3 signatures, AEAD, v2 XML and signs.

It is no code of the platform and none of the simulator, so that it can contradict either.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import ssl
import time
from pathlib import Path
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from tests.simulators.payments.mailbox import Letter, Mailbox
from tests.simulators.payments.simulator_process import SimulatorProcess
from tests.simulators.payments.wechat_pay_account import (
    APIV2_KEY,
    APIV3_KEY,
    APPID,
    MCHID,
    Account,
    Certified,
)

V2Fields = dict[str, str]


class Merchant:
    """Calls the simulator as a hospital's server would."""

    def __init__(self, account: Account, simulator: SimulatorProcess, mailbox: Mailbox) -> None:
        self.account = account
        self.simulator = simulator
        self.mailbox = mailbox
        self.client = httpx.Client(base_url=simulator.wire, timeout=5)
        self.clock_offset = 0  # a merchant whose clock moves with the simulator's

    # ---------------------------------------------------------------------------- v3

    def v3(
        self, method: str, path: str, body: object = None, *, seconds_off: int = 0, **changes: str
    ) -> httpx.Response:
        """A signed call; `changes` spoil one part of the Authorization header."""
        raw = b"" if body is None else json.dumps(body).encode()
        return self.client.request(
            method,
            path,
            content=raw,
            headers=self.headers(method, path, raw, seconds_off, **changes),
        )

    def headers(
        self, method: str, path: str, raw: bytes, seconds_off: int = 0, **changes: str
    ) -> dict[str, str]:
        """The headers of a call over the five signed lines."""
        timestamp = str(int(time.time()) + self.clock_offset + seconds_off)
        nonce = secrets.token_hex(16)
        lines = f"{method}\n{path}\n{timestamp}\n{nonce}\n".encode() + raw + b"\n"
        signature = self.account.merchant.key.sign(lines, PKCS1v15(), SHA256())
        pairs = {
            "mchid": MCHID,
            "nonce_str": nonce,
            "signature": base64.b64encode(signature).decode(),
            "timestamp": timestamp,
            "serial_no": self.account.merchant.serial,
            **changes,
        }
        text = ",".join(f'{name}="{value}"' for name, value in pairs.items())
        return {
            "Authorization": f"WECHATPAY2-SHA256-RSA2048 {text}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }

    def order(
        self, out_trade_no: str = "ORDER00001", fen: int = 100, **more: object
    ) -> dict[str, Any]:
        """The body of a Native order."""
        return {
            "appid": APPID,
            "mchid": MCHID,
            "description": "门诊缴费",
            "out_trade_no": out_trade_no,
            "notify_url": self.mailbox.url,
            "amount": {"total": fen, "currency": "CNY"},
            **more,
        }

    def place(self, out_trade_no: str = "ORDER00001", fen: int = 100, **more: object) -> str:
        """Places a Native order that is accepted; its code_url."""
        body = self.order(out_trade_no, fen, **more)
        response = self.v3("POST", "/v3/pay/transactions/native", body)
        assert response.status_code == 200, response.text
        return str(response.json()["code_url"])

    def pay(
        self, out_trade_no: str = "ORDER00001", fen: int = 100, **more: object
    ) -> dict[str, Any]:
        """Places an order and lets a patient pay it."""
        self.place(out_trade_no, fen, **more)
        return self.simulator.act("patient/pay", out_trade_no=out_trade_no, outcome="pay")

    def query(self, out_trade_no: str = "ORDER00001") -> httpx.Response:
        """查询订单."""
        return self.v3("GET", f"/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={MCHID}")

    def close(self, out_trade_no: str = "ORDER00001") -> httpx.Response:
        """关闭订单."""
        path = f"/v3/pay/transactions/out-trade-no/{out_trade_no}/close"
        return self.v3("POST", path, {"mchid": MCHID})

    def refund(
        self, out_refund_no: str, fen: int, total: int = 100, **more: object
    ) -> httpx.Response:
        """申请退款."""
        body = {
            "out_trade_no": "ORDER00001",
            "out_refund_no": out_refund_no,
            "notify_url": self.mailbox.url,
            "amount": {"refund": fen, "total": total, "currency": "CNY"},
            **more,
        }
        return self.v3("POST", "/v3/refund/domestic/refunds", body)

    def query_refund(self, out_refund_no: str) -> httpx.Response:
        """查询单笔退款."""
        return self.v3("GET", f"/v3/refund/domestic/refunds/{out_refund_no}")

    def accepts(self, headers: dict[str, str] | httpx.Headers, body: bytes) -> bool:
        """Whether the three-line signature of an answer or a notification verifies."""
        known = httpx.Headers(headers)
        lines = f"{known['Wechatpay-Timestamp']}\n{known['Wechatpay-Nonce']}\n".encode()
        try:
            self.account.platform.key.public_key().verify(
                base64.b64decode(known["Wechatpay-Signature"]),
                lines + body + b"\n",
                PKCS1v15(),
                SHA256(),
            )
        except (InvalidSignature, ValueError):
            return False
        return True

    def opened(self, letter: Letter) -> dict[str, Any]:
        """A notification with its resource decrypted under `content`."""
        envelope: dict[str, Any] = json.loads(letter.body)
        sealed = envelope["resource"]
        plain = AESGCM(APIV3_KEY.encode()).decrypt(
            sealed["nonce"].encode(),
            base64.b64decode(sealed["ciphertext"]),
            sealed["associated_data"].encode(),
        )
        return {**envelope, "content": json.loads(plain)}

    # ---------------------------------------------------------------------------- v2

    def micropay(
        self, auth_code: str, out_trade_no: str = "CODE000001", fen: int = 100
    ) -> V2Fields:
        """付款码支付."""
        return self.v2(
            "/pay/micropay",
            body="门诊缴费",
            out_trade_no=out_trade_no,
            total_fee=str(fen),
            spbill_create_ip="127.0.0.1",
            auth_code=auth_code,
        )

    def v2(self, path: str, **fields: str) -> V2Fields:
        """A signed v2 call; /secapi goes to the port that wants the certificate."""
        raw = self.v2_raw(path, **fields)
        assert raw.status_code == 200, raw.text
        return read_xml(raw.content)

    def v2_raw(self, path: str, **fields: str) -> httpx.Response:
        """The same, as it came over the wire."""
        body = write_xml(self.v2_signed(**fields))
        if not path.startswith("/secapi"):
            return self.client.post(path, content=body)
        with self.certified_client(self.account.merchant) as client:
            return client.post(path, content=body)

    def v2_signed(self, **fields: str) -> V2Fields:
        """The fields with account, nonce and sign; `sign` given is kept."""
        whole = {"appid": APPID, "mch_id": MCHID, "nonce_str": secrets.token_hex(16), **fields}
        return {"sign": v2_sign(whole, fields.get("sign_type", "MD5")), **whole}

    def certified_client(self, shown: Certified | None) -> httpx.Client:
        """A client of the TLS port that shows this certificate, or none."""
        context = ssl.create_default_context(cadata=self.account.authority.pem)
        if shown is not None:
            context.load_cert_chain(self._certificate_file(shown))
        address = self.simulator.ready["secure"]
        return httpx.Client(base_url=f"https://{address}", verify=context, timeout=5)

    def _certificate_file(self, shown: Certified) -> Path:
        folder = Path(self.simulator.ready["folder"])
        file = folder / "apiclient.pem"
        file.write_text(shown.pem + shown.key_pem)
        return file


def refusal(response: httpx.Response) -> tuple[int, str]:
    """HTTP status and code of a refused v3 call."""
    return response.status_code, response.json()["code"]


def v2_sign(fields: V2Fields, sign_type: str = "MD5", key: str = APIV2_KEY) -> str:
    """Sorted non-empty parameters, the key at the end; upper-case hex."""
    pairs = [f"{name}={fields[name]}" for name in sorted(fields) if fields[name] and name != "sign"]
    text = "&".join([*pairs, f"key={key}"]).encode()
    if sign_type == "HMAC-SHA256":
        return hmac.new(key.encode(), text, hashlib.sha256).hexdigest().upper()
    return hashlib.md5(text).hexdigest().upper()


def write_xml(fields: V2Fields) -> bytes:
    """Flat XML with CDATA."""
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inner}</xml>".encode()


def read_xml(raw: bytes) -> V2Fields:
    """The CDATA fields of an answer, read as text: every value must be in CDATA."""
    found = re.findall(r"<(\w+)><!\[CDATA\[(.*?)\]\]></\1>", raw.decode(), re.DOTALL)
    assert found, raw
    return dict(found)
