"""What the sandbox's parties gave each other: one JSON file, made once, from which the simulators'
configuration files and the platform's settings are written."""

import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from domain.messages.message import MessageKind
from interfaces.sandbox.certificates import Authority, KeyPair, Sm2KeyPair, new_sm2_key
from interfaces.sandbox.regions import InsurerKeys, core_settings, insurer_settings

FILE = "credentials.json"
INSTITUTION = "H99000000001"
PLACE = "009900"
APPID = "wx0000000000000001"
MCHID = "1900000001"
PUBLIC_KEY_ID = "PUB_KEY_ID_0000000001"
# Which words of each kind of message the patient reads, by the template's field.
TEMPLATES: dict[MessageKind, dict[str, str]] = {
    MessageKind.DEPOSIT_RECEIVED: {"amount1": "amount", "thing2": "channel", "number3": "number"},
    MessageKind.DAILY_LIST: {"date1": "day", "amount2": "total", "amount3": "so_far"},
    MessageKind.ARREARS: {"amount1": "balance", "amount2": "charged", "amount3": "suggested"},
    MessageKind.PRE_SETTLED: {
        "amount1": "total",
        "amount2": "fund",
        "amount3": "account",
        "amount4": "due",
        "amount5": "short",
    },
    MessageKind.PENDING_SETTLEMENT: {"amount1": "total", "amount2": "due", "amount3": "short"},
    MessageKind.SETTLED: {
        "amount1": "total",
        "amount2": "paid",
        "number3": "receipt",
        "thing4": "text",
    },
    MessageKind.SURPLUS: {
        "amount1": "surplus",
        "amount2": "routed",
        "amount3": "window",
        "thing4": "advice",
    },
    MessageKind.CANCELLED: {"amount1": "total", "amount2": "back"},
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Every secret of the sandbox."""

    authority: str
    merchant: KeyPair
    wechat: KeyPair
    apiv3_key: str
    apiv2_key: str
    official_account_secret: str
    insurer: InsurerKeys
    his_secret: str
    channel_secret: str
    operations_secret: str


def open_credentials(folder: Path) -> Credentials:
    """The sandbox's credentials; made and kept (mode 0600) at the first start.

    Those of an older sandbox, which lack something, are made anew.
    """
    file = folder / FILE
    names = {field.name for field in fields(Credentials)}
    if not file.exists() or json.loads(file.read_text()).keys() != names:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(asdict(_make()), indent=1))
        fresh.rename(file)
    kept = json.loads(file.read_text())
    for name in ("merchant", "wechat"):
        kept[name] = KeyPair(**kept[name])
    insurer = kept["insurer"]
    for name in ("hospital", "centre"):
        insurer[name] = Sm2KeyPair(**insurer[name])
    kept["insurer"] = InsurerKeys(**insurer)
    return Credentials(**kept)


def _make() -> Credentials:
    authority = Authority()
    return Credentials(
        authority=authority.certificate,
        merchant=authority.issue("sandbox merchant"),
        wechat=authority.issue("sandbox wechat pay"),
        apiv3_key=secrets.token_hex(16),
        apiv2_key=secrets.token_hex(16),
        official_account_secret=secrets.token_hex(16),
        insurer=InsurerKeys(
            access_key="AK" + secrets.token_hex(8),
            secret=secrets.token_hex(16),
            sm4_key=secrets.token_hex(8),
            hospital=new_sm2_key(),
            centre=new_sm2_key(),
        ),
        his_secret=secrets.token_hex(16),
        channel_secret=secrets.token_hex(16),
        operations_secret=secrets.token_hex(16),
    )


def simulator_configs(
    credentials: Credentials, openid: str, region: str
) -> dict[str, dict[str, Any]]:
    """The configuration file of each simulator, by its name."""
    return {
        "nhsa_core": {
            **core_settings(region, credentials.insurer),
            "fixmedins_code": INSTITUTION,
            "fixmedins_name": "示范医院",
            "mdtrtarea_admvs": PLACE,
            "clr_optins": PLACE,
        },
        "wechat_pay": {
            "appid": APPID,
            "mchid": MCHID,
            "apiv3_key": credentials.apiv3_key,
            "apiv2_key": credentials.apiv2_key,
            "merchant_serial": credentials.merchant.serial,
            "merchant_certificate_pem": credentials.merchant.certificate,
            "platform_private_key_pem": credentials.wechat.private_key,
            "platform_public_key_id": PUBLIC_KEY_ID,
            "response_key": "public_key",
            "refund_delay_seconds": 0,
            "tls": {
                "server_certificate_pem": credentials.wechat.certificate,
                "server_key_pem": credentials.wechat.private_key,
                "client_ca_pem": credentials.authority,
            },
        },
        "wechat_official_account": {
            "appid": APPID,
            "secret": credentials.official_account_secret,
            "templates": {kind.value: sorted(fields) for kind, fields in TEMPLATES.items()},
            "subscribers": [openid],
        },
        "his": {"keys": {"medsettle": credentials.his_secret}, "uncoded_percent": 0},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Wires:
    """Where the outside systems' wires are, as host:port."""

    nhsa_core: str
    wechat_pay: str
    wechat_pay_secure: str
    wechat_official_account: str
    his: str


def platform_settings(
    credentials: Credentials,
    wires: Wires,
    *,
    region: str,
    database_url: str,
    rest_port: int,
    grpc_port: int,
    clock_file: Path,
) -> dict[str, Any]:
    """The platform's settings file."""
    public_url = f"http://127.0.0.1:{rest_port}"
    return {
        "institution": {"code": INSTITUTION, "name": "示范医院"},
        "applications": [
            _application("demo-channel", "channel", credentials.channel_secret),
            _application("demo-his", "his", credentials.his_secret),
            _application("demo-operations", "operations", credentials.operations_secret),
        ],
        "insurer": {
            **insurer_settings(region, credentials.insurer),
            "base_url": f"http://{wires.nhsa_core}",
            "place": PLACE,
        },
        "wechat_pay": _wechat_pay(credentials, wires),
        "official_account": {
            "base_url": f"http://{wires.wechat_official_account}",
            "appid": APPID,
            "secret": credentials.official_account_secret,
            "templates": {kind.value: (kind.value, fields) for kind, fields in TEMPLATES.items()},
            "link_base": public_url,
        },
        "his": {"target": wires.his, "key_id": "medsettle", "secret": credentials.his_secret},
        "database_url": database_url,
        "rest_port": rest_port,
        "grpc_port": grpc_port,
        "public_url": public_url,
        "clock_file": str(clock_file),
    }


def _wechat_pay(credentials: Credentials, wires: Wires) -> dict[str, str]:
    return {
        "base_url": f"http://{wires.wechat_pay}",
        "secure_base_url": f"https://{wires.wechat_pay_secure}",
        "appid": APPID,
        "mchid": MCHID,
        "apiv3_key": credentials.apiv3_key,
        "apiv2_key": credentials.apiv2_key,
        "merchant_serial": credentials.merchant.serial,
        "merchant_private_key": credentials.merchant.private_key,
        "merchant_certificate": credentials.merchant.certificate,
        "platform_public_key_id": PUBLIC_KEY_ID,
        "platform_public_key": credentials.wechat.public_key,
        "trusted_ca": credentials.authority,
    }


def _application(key_id: str, role: str, secret: str) -> dict[str, str]:
    return {"key_id": key_id, "name": key_id, "role": role, "secret": secret}
