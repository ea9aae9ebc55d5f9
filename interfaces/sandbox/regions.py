"""医保地区 of the sandbox: one word chooses how the simulated core speaks and what the platform is
told of it, so that a region can be swapped without a change of code.

To add one: a line in REGIONS, beside the adapter's Region and profile of the same name.
"""

from dataclasses import dataclass
from typing import Any

from interfaces.sandbox.certificates import Sm2KeyPair

DEFAULT_REGION = "baseline_aksk"


@dataclass(frozen=True, slots=True, kw_only=True)
class InsurerKeys:
    """What the bureau and the hospital gave each other; a region uses a part of it."""

    access_key: str
    secret: str
    sm4_key: str  # 16 characters
    hospital: Sm2KeyPair
    centre: Sm2KeyPair


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRegion:
    """What of a region its simulated core has to be told."""

    gateway: str = "aksk"  # or x_tif
    sealed_bodies: bool = False
    sign_in_required: bool = False
    fund_includes_personal_account: bool = False


REGIONS = {
    DEFAULT_REGION: SandboxRegion(),
    "guangdong_x_tif": SandboxRegion(gateway="x_tif", fund_includes_personal_account=True),
    "assumed_encrypted": SandboxRegion(sealed_bodies=True, sign_in_required=True),
}


def core_settings(region: str, keys: InsurerKeys) -> dict[str, Any]:
    """The region's part of the simulated core's configuration."""
    chosen = REGIONS[region]
    names = ("access_key", "secret_key") if chosen.gateway == "aksk" else ("paasid", "token")
    settings: dict[str, Any] = {
        "gateway": chosen.gateway,
        **dict(zip(names, (keys.access_key, keys.secret), strict=True)),
        "sign_in_required": chosen.sign_in_required,
        "fund_includes_personal_account": chosen.fund_includes_personal_account,
    }
    if chosen.sealed_bodies:
        settings |= {
            "body_cipher": "sm4_sm2",
            "sm4_key": keys.sm4_key,
            "hospital_public_key": keys.hospital.public_key,
            "centre_private_key": keys.centre.private_key,
        }
    return settings


def insurer_settings(region: str, keys: InsurerKeys) -> dict[str, Any]:
    """The region's part of the platform's settings, section `insurer`."""
    settings: dict[str, Any] = {
        "region": region,
        "access_key": keys.access_key,
        "secret": keys.secret,
    }
    if REGIONS[region].sealed_bodies:
        settings["body_keys"] = {
            "sm4_key": keys.sm4_key,
            "private_key": keys.hospital.private_key,
            "public_key": keys.hospital.public_key,
            "centre_public_key": keys.centre.public_key,
        }
    return settings
