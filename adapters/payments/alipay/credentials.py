"""What the hospital and Alipay gave each other: one application's numbers, keys, certificates."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AlipayCredentials:
    """One application (应用) of one direct merchant. PEM text, secrets are never shown.

    In public-key mode Alipay signs with `alipay_public_key`. In certificate mode (公钥证书模式) it
    signs with one of `alipay_certificates`, and requests name our certificate and their root.
    """

    app_id: str
    seller_id: str  # 商户 PID, 2088…
    app_private_key: str = field(repr=False)
    alipay_public_key: str = ""
    app_certificate: str = ""
    alipay_root_certificates: str = ""  # the whole chain, as downloaded
    alipay_certificates: tuple[str, ...] = ()  # the new one beside the old while Alipay changes it

    def __post_init__(self) -> None:
        for name in ("app_id", "seller_id", "app_private_key"):
            if not getattr(self, name):
                raise ValueError(f"{name} must not be empty")
        certified = (self.app_certificate, self.alipay_root_certificates, self.alipay_certificates)
        if any(certified) and not all(certified):
            raise ValueError(
                "app_certificate, alipay_root_certificates, alipay_certificates belong together"
            )
        if bool(self.alipay_public_key) == bool(self.alipay_certificates):
            raise ValueError("either alipay_public_key or the certificates must be given")
