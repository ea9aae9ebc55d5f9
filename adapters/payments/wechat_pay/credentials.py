"""What the hospital and WeChat Pay gave each other: one merchant's numbers, keys, certificates."""

from collections.abc import Mapping
from dataclasses import dataclass, field

APIV3_KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class WechatPayCredentials:
    """One direct merchant (普通商户). Keys and certificates are PEM text, secrets are never shown.

    WeChat Pay signs with its public key (`PUB_KEY_ID_…`) or, at merchants not yet moved, with a
    platform certificate; while a merchant is moving both occur, so both may be given.
    """

    appid: str
    mchid: str
    apiv3_key: str = field(repr=False)  # 32 bytes: opens what notifications carry
    apiv2_key: str = field(repr=False)  # signs and verifies the v2 XML
    merchant_serial: str  # of the merchant certificate, upper-case hex
    merchant_private_key: str = field(repr=False)
    merchant_certificate: str  # shown to /secapi as client certificate
    platform_public_key_id: str = ""
    platform_public_key: str = ""
    platform_certificates: Mapping[str, str] = field(default_factory=dict)  # serial -> PEM

    def __post_init__(self) -> None:
        if len(self.apiv3_key.encode()) != APIV3_KEY_BYTES:
            raise ValueError(f"apiv3_key must be {APIV3_KEY_BYTES} bytes")
        for name in ("appid", "mchid", "apiv2_key", "merchant_serial"):
            if not getattr(self, name):
                raise ValueError(f"{name} must not be empty")
        if bool(self.platform_public_key_id) != bool(self.platform_public_key):
            raise ValueError("platform_public_key_id and platform_public_key belong together")
        if not self.platform_public_key and not self.platform_certificates:
            raise ValueError("a platform_public_key or platform_certificates must be given")
